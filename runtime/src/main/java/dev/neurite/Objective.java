package dev.neurite;

import dev.neurite.data.Dataset;
import dev.neurite.loss.Loss;
import dev.neurite.metric.Metric;
import dev.neurite.spi.ModelDescription;
import java.util.ArrayList;
import java.util.List;

/** The losses and metrics of a model's outputs. */
final class Objective {

  /** A loss of one output; targets come from the column of the output's name. */
  record LossTerm(int index, ModelDescription.Output output, Loss loss, float weight) {}

  /** A metric of one output. */
  record MetricTerm(int index, ModelDescription.Output output, Metric metric, String name) {}

  private final ModelDescription description;
  private final List<LossTerm> losses = new ArrayList<>();
  private final List<MetricTerm> metrics = new ArrayList<>();

  Objective(ModelDescription description) {
    this.description = description;
  }

  List<LossTerm> losses() {
    return losses;
  }

  List<MetricTerm> metrics() {
    return metrics;
  }

  /** Adds the loss of an output, or replaces it. */
  void loss(String output, Loss loss, float weight) {
    if (!(weight >= 0) || Float.isInfinite(weight)) {
      throw new IllegalArgumentException("expected a weight of at least 0, got " + weight);
    }
    int index = index(output);
    losses.removeIf(term -> term.index() == index);
    losses.add(new LossTerm(index, description.outputs().get(index), loss, weight));
  }

  /** Adds a metric of an output; with several outputs its name begins with the output's. */
  void metric(String output, Metric metric) {
    int index = index(output);
    String name = several() ? output + "." + metric.name() : metric.name();
    metrics.add(new MetricTerm(index, description.outputs().get(index), metric, name));
  }

  /** The name of the only output. */
  String onlyOutput() {
    if (several()) {
      throw new IllegalArgumentException(
          description.name()
              + " has "
              + description.outputs().size()
              + " outputs ("
              + Checks.names(description.outputs(), ModelDescription.Output::name)
              + "): name the one that is meant");
    }
    return description.outputs().getFirst().name();
  }

  /** Whether the model has several outputs. */
  boolean several() {
    return description.outputs().size() > 1;
  }

  /** Refuses losses that do not fit their outputs, and data that do not fit inputs and losses. */
  void check(String what, Dataset data) {
    for (LossTerm term : losses) {
      term.loss().check(term.output());
    }
    DatasetCheck check = new DatasetCheck(what, data);
    description.inputs().forEach(check::input);
    losses.forEach(check::targets);
    for (MetricTerm term : metrics) {
      check.column("output", term.output().name());
    }
  }

  private int index(String output) {
    return Checks.indexOf("output", description.outputs(), ModelDescription.Output::name, output);
  }
}
