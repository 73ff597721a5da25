package dev.neurite.optim;

/** The optimizers. Constants that are not set are PyTorch's. */
public final class Optimizers {

  private Optimizers() {}

  /** Stochastic gradient descent, without momentum at first. */
  public static Sgd sgd(double learningRate) {
    return new Sgd(learningRate);
  }

  /** Adam; weight decay is added to the gradient. */
  public static Adam adam(double learningRate) {
    return new Adam(learningRate, false);
  }

  /** Adam with decoupled weight decay, 0.01 at first. */
  public static Adam adamW(double learningRate) {
    return new Adam(learningRate, true).weightDecay(0.01);
  }

  /** RMSProp, neither centred nor with momentum at first. */
  public static RmsProp rmsProp(double learningRate) {
    return new RmsProp(learningRate);
  }

  /** Adagrad. */
  public static Adagrad adagrad(double learningRate) {
    return new Adagrad(learningRate);
  }
}
