package dev.neurite.benchmarks.race;

import java.util.ArrayList;
import java.util.List;

/** Values of one contender at one piece of work, those of each process together. */
final class Samples {

  private final List<List<Double>> forks = new ArrayList<>();
  private double otherCpu = Double.NaN;

  /** Values of one process alone, or of something counted. */
  static Samples of(double... values) {
    Samples samples = new Samples();
    samples.nextFork();
    for (double value : values) {
      samples.add(value, Double.NaN);
    }
    return samples;
  }

  void nextFork() {
    forks.add(new ArrayList<>());
  }

  void add(double value, double other) {
    forks.getLast().add(value);
    if (!Double.isNaN(other)) {
      otherCpu = Double.isNaN(otherCpu) ? other : Math.max(otherCpu, other);
    }
  }

  boolean isEmpty() {
    return forks.stream().allMatch(List::isEmpty);
  }

  /** The median over processes of the medians of each; NaN without values. */
  double median() {
    return median(forks.stream().filter(fork -> !fork.isEmpty()).map(Samples::median).toList());
  }

  /** From the least to the largest value, as a share of the median. */
  double spread() {
    List<Double> all = forks.stream().flatMap(List::stream).sorted().toList();
    return all.size() < 2 ? Double.NaN : (all.getLast() - all.getFirst()) / median();
  }

  /** Cores of other processes: the most while a value was taken; NaN if it is not known. */
  double otherCpu() {
    return otherCpu;
  }

  private static double median(List<Double> values) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
