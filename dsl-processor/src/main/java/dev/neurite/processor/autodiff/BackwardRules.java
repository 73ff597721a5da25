package dev.neurite.processor.autodiff;

import dev.neurite.processor.graph.Operation;

/** What each operation's gradient is computed from, and so must be kept from the forward pass. */
public final class BackwardRules {

  private BackwardRules() {}

  /** How much of an operation's own value its gradient reads. */
  public enum OutputUse {
    /** Nothing. */
    NONE,
    /**
     * Whether it is positive; zeroing or scaling it by a positive number afterwards does no harm.
     */
    SIGN,
    /** The value itself. */
    VALUE
  }

  /** Whether the gradients of this operation's inputs or parameters read its inputs. */
  public static boolean readsInput(Operation operation) {
    return switch (operation) {
      case Operation.Input ignored -> false;
      case Operation.Pass ignored -> false;
      case Operation.Dense ignored -> true;
      case Operation.Conv2D ignored -> true;
      case Operation.BatchNorm ignored -> true;
      case Operation.LayerNorm ignored -> true;
      case Operation.Embedding ignored -> true;
      case Operation.MaxPool2D ignored -> true;
      case Operation.AvgPool2D ignored -> false;
      case Operation.GlobalAvgPool ignored -> false;
      case Operation.Flatten ignored -> false;
      case Operation.Reshape ignored -> false;
      case Operation.Dropout ignored -> false;
      case Operation.SpatialDropout ignored -> false;
      case Operation.Add ignored -> false;
      case Operation.Multiply ignored -> true;
      case Operation.Concat ignored -> false;
      case Operation.Softmax ignored -> false;
      case Operation.LogSoftmax ignored -> false;
      case Operation.ReLU ignored -> false;
      case Operation.LeakyReLU leaky -> leaky.slope() < 0;
      case Operation.ELU ignored -> true;
      case Operation.GELU ignored -> true;
      case Operation.SiLU ignored -> true;
      case Operation.Sigmoid ignored -> false;
      case Operation.Tanh ignored -> false;
      case Operation.Softplus ignored -> true;
      case Operation.Mish ignored -> true;
    };
  }

  /** How this operation's gradient reads its own value. */
  public static OutputUse outputUse(Operation operation) {
    return switch (operation) {
      case Operation.Input ignored -> OutputUse.NONE;
      case Operation.Pass ignored -> OutputUse.NONE;
      case Operation.Dense ignored -> OutputUse.NONE;
      case Operation.Conv2D ignored -> OutputUse.NONE;
      case Operation.BatchNorm ignored -> OutputUse.NONE;
      case Operation.LayerNorm ignored -> OutputUse.NONE;
      case Operation.Embedding ignored -> OutputUse.NONE;
      case Operation.MaxPool2D ignored -> OutputUse.VALUE;
      case Operation.AvgPool2D ignored -> OutputUse.NONE;
      case Operation.GlobalAvgPool ignored -> OutputUse.NONE;
      case Operation.Flatten ignored -> OutputUse.NONE;
      case Operation.Reshape ignored -> OutputUse.NONE;
      case Operation.Dropout ignored -> OutputUse.NONE;
      case Operation.SpatialDropout ignored -> OutputUse.NONE;
      case Operation.Add ignored -> OutputUse.NONE;
      case Operation.Multiply ignored -> OutputUse.NONE;
      case Operation.Concat ignored -> OutputUse.NONE;
      case Operation.Softmax ignored -> OutputUse.VALUE;
      case Operation.LogSoftmax ignored -> OutputUse.VALUE;
      case Operation.ReLU ignored -> OutputUse.SIGN;
      case Operation.LeakyReLU leaky -> leaky.slope() < 0 ? OutputUse.NONE : OutputUse.SIGN;
      case Operation.ELU ignored -> OutputUse.NONE;
      case Operation.GELU ignored -> OutputUse.NONE;
      case Operation.SiLU ignored -> OutputUse.NONE;
      case Operation.Sigmoid ignored -> OutputUse.VALUE;
      case Operation.Tanh ignored -> OutputUse.VALUE;
      case Operation.Softplus ignored -> OutputUse.NONE;
      case Operation.Mish ignored -> OutputUse.NONE;
    };
  }

  /**
   * Whether the operation maps each value to one value in the same place, so that it may overwrite
   * its input.
   */
  public static boolean isElementwise(Operation operation) {
    return operation instanceof Operation.Activation
        || operation instanceof Operation.Dropout
        || operation instanceof Operation.SpatialDropout;
  }
}
