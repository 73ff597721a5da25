package dev.neurite.processor.autodiff;

import java.util.List;
import java.util.Set;

/** One step of a training pass, on one node of the arranged graph. */
public sealed interface Step {

  int node();

  /** The node's value for some rows. */
  record Forward(int node) implements Step {}

  /** Mean and deviation of a batch, for some channels: needs all rows. */
  record Statistics(int node) implements Step {}

  /** The node's weights as its input gradient reads them, for some input channels. */
  record Turn(int node, boolean onlyForInputs) implements Step {}

  /** A convolution's weights as its forward pass reads them, transformed, for some filters. */
  record Transform(int node) implements Step {}

  /**
   * The sums over a batch that a batch normalisation's gradients are made of, for some channels:
   * needs all rows.
   */
  record GradientSums(int node) implements Step {}

  /** Gradients of the node's inputs for some rows. */
  record InputGradients(int node, List<Flow> flows) implements Step {
    public InputGradients {
      flows = List.copyOf(flows);
    }
  }

  /**
   * The node's output gradient summed over the positions of each row, for some rows: what the
   * gradient of a bias is made of.
   */
  record PositionSums(int node) implements Step {}

  /**
   * The gradient of a convolution's weight from each sixteen images that share lanes, for some
   * rows: where such sums are fewer than the values of the output gradient, which is near then.
   */
  record WeightSums(int node) implements Step {}

  /**
   * Gradients of the node's parameters, over all rows.
   *
   * @param added names of shared parameters that another node's gradients are written to first:
   *     those of this one wait in the workspace to be added
   */
  record ParameterGradients(int node, Set<String> added) implements Step {
    public ParameterGradients {
      added = Set.copyOf(added);
    }
  }

  /**
   * The gradient of a convolution's weight from that of its transform, for some filters.
   *
   * @param added as in {@link ParameterGradients}
   */
  record TransformBack(int node, Set<String> added) implements Step {
    public TransformBack {
      added = Set.copyOf(added);
    }
  }

  /** Adds gradients of a shared parameter that wait in the workspace. */
  record AddGradients(int node, String leaf) implements Step {}

  /**
   * A gradient that flows from a node to one of its inputs.
   *
   * @param position which of the node's inputs
   * @param input that input
   * @param accumulates whether it is added to what is there, else written
   * @param onlyForInputs whether only the gradients of the network's inputs depend on it
   */
  record Flow(int position, int input, boolean accumulates, boolean onlyForInputs) {}
}
