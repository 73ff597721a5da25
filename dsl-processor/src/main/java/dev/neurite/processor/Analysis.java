package dev.neurite.processor;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.Arranger;
import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.frontend.Compilation;
import dev.neurite.processor.frontend.ModelDeclaration;
import dev.neurite.processor.frontend.ModelReader;
import dev.neurite.processor.frontend.ModelReader.Reading;
import dev.neurite.processor.graph.Advice;
import dev.neurite.processor.graph.Graph;
import dev.neurite.processor.graph.GraphBuilder;
import dev.neurite.processor.memory.InferencePlanner;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterPlanner;
import dev.neurite.processor.shape.Budgets;
import dev.neurite.processor.shape.ShapeInference;
import dev.neurite.processor.shape.TypedGraph;
import java.util.List;
import java.util.Optional;
import javax.lang.model.element.TypeElement;

/**
 * A declaration after the first three stations, which report every mistake a user can make. Asking
 * again gives the same answer, so that messages can be printed in a later round, when what refers
 * to generated classes has been resolved.
 *
 * @param declaration as read
 * @param outputs names of the output layers, as far as known
 * @param typed the typed graph, if nothing is wrong
 * @param diagnostics errors and warnings; none if the declaration names something that does not
 *     exist, which the Java compiler reports
 */
record Analysis(
    ModelDeclaration declaration,
    List<String> outputs,
    Optional<TypedGraph> typed,
    Diagnostics diagnostics) {

  /**
   * Analyses one type that carries {@code @Model}.
   *
   * @param winograd whether convolutions may be computed by Winograd's minimal filtering, which
   *     takes room
   */
  static Analysis of(TypeElement type, Compilation compilation, boolean winograd) {
    Diagnostics diagnostics = new Diagnostics();
    Reading reading = ModelReader.read(type, compilation, diagnostics);
    ModelDeclaration declaration = reading.declaration();
    boolean readable = reading.resolved() && type.getKind().isInterface();
    Diagnostics ofGraph = readable ? diagnostics : new Diagnostics();
    Budgets budgets = new Budgets(declaration, ofGraph);
    if (reading.resolved()) {
      budgets.checkDeclared();
    }
    BlockAnalysis mistakes = new BlockAnalysis(reading.blocks());
    Graph graph = GraphBuilder.build(declaration, reading.blocks(), mistakes, ofGraph);
    Optional<TypedGraph> typed = ShapeInference.infer(graph, ofGraph);
    if (reading.resolved() && !ofGraph.hasErrors()) {
      typed.ifPresent(budgets::check);
      if (declaration.model().isWritten("maxWorkspaceBytes")) {
        typed.ifPresent(network -> budgets.checkWorkspace(network, workspace(network, winograd)));
      }
    }
    if (reading.resolved() && !ofGraph.hasErrors()) {
      Advice.give(graph, ofGraph);
    }
    List<String> outputs =
        graph.outputs().stream().map(layer -> graph.layers().get(layer).name()).toList();
    boolean correct = readable && !diagnostics.hasErrors();
    return new Analysis(
        declaration,
        outputs,
        correct ? typed : Optional.empty(),
        reading.resolved() ? diagnostics : new Diagnostics());
  }

  /** Bytes that one thread of inference needs beside the parameters. */
  private static long workspace(TypedGraph network, boolean winograd) {
    List<ArrangedGraph> orders = Arranger.inferenceOrders(network, winograd);
    ParameterLayout layout = ParameterPlanner.plan(orders.getFirst());
    long floats = InferencePlanner.plan(orders, layout).getFirst().length();
    return floats * Float.BYTES;
  }
}
