package dev.neurite.processor.autodiff;

import dev.neurite.processor.arrange.ArrangedGraph;
import java.util.List;

/**
 * A training pass: stages of steps. The steps of a stage need nothing of each other's other rows,
 * units or channels, so each thread runs them all on its share; all threads meet between stages.
 *
 * @param graph what it trains
 * @param reach for each node what depends on it upstream
 * @param forward stages of the forward pass
 * @param backward stages of the backward pass
 */
public record TrainingSteps(
    ArrangedGraph graph, List<Reach> reach, List<List<Step>> forward, List<List<Step>> backward) {

  /** Why the gradient of a value is wanted. */
  public enum Reach {
    /** Neither a parameter nor an input of float values lies upstream. */
    NONE,
    /** Only inputs lie upstream. */
    INPUTS,
    /** A parameter lies upstream. */
    PARAMETERS
  }

  public TrainingSteps {
    reach = List.copyOf(reach);
    forward = forward.stream().map(List::copyOf).toList();
    backward = backward.stream().map(List::copyOf).toList();
  }
}
