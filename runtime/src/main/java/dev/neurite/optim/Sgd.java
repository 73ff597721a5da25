package dev.neurite.optim;

/**
 * Stochastic gradient descent: p = p - rate g, with g the gradient plus weight decay times p.
 *
 * <p>With momentum (Polyak, 1964) b = g in the first step, later b = momentum b + (1 - dampening)
 * g, and p = p - rate b; with Nesterov's (Sutskever et al., 2013) p = p - rate (g + momentum b).
 */
public final class Sgd extends Optimizer {

  private double momentum;
  private double dampening;
  private boolean nesterov;

  private float rate;
  private float fresh;

  Sgd(double learningRate) {
    super("sgd", learningRate);
  }

  /**
   * Sets the momentum.
   *
   * @param momentum in [0, 1); 0 at first
   */
  public Sgd momentum(double momentum) {
    requireUnused();
    this.momentum = Require.share("momentum", momentum);
    return this;
  }

  /**
   * Sets the dampening of the gradient in the momentum.
   *
   * @param dampening in [0, 1); 0 at first
   */
  public Sgd dampening(double dampening) {
    requireUnused();
    this.dampening = Require.share("dampening", dampening);
    return this;
  }

  /** Looks ahead along the momentum (Nesterov). */
  public Sgd nesterov() {
    requireUnused();
    nesterov = true;
    return this;
  }

  @Override
  public Sgd weightDecay(double weightDecay) {
    super.weightDecay(weightDecay);
    return this;
  }

  @Override
  protected int memoryCount() {
    return momentum == 0 ? 0 : 1;
  }

  @Override
  protected void begin(long step, double rate) {
    if (nesterov && momentum == 0) {
      throw new IllegalStateException("nesterov() needs a momentum: call momentum(0.9) too");
    }
    this.rate = (float) rate;
    fresh = step == 1 ? 1 : (float) (1 - dampening);
  }

  @Override
  protected String deviceCode() {
    if (memoryCount() == 0) {
      return "p = fmaf(v[0], fmaf(decay, p, g), p);";
    }
    return """
        float gradient = fmaf(decay, p, g);
        m0 = fmaf(v[1], m0, v[2] * gradient);
        p = fmaf(v[0], %s, p);
        """
        .formatted(nesterov ? "fmaf(v[1], m0, gradient)" : "m0");
  }

  @Override
  protected void deviceValues(float[] values) {
    values[0] = -rate;
    values[1] = (float) momentum;
    values[2] = fresh;
  }

  @Override
  protected void update(
      float[] p, float[] g, float[][] memories, int from, int to, float weightDecay) {
    if (memories.length == 0) {
      plain(p, g, from, to, -rate, weightDecay);
    } else if (nesterov) {
      nesterov(p, g, memories[0], from, to, -rate, weightDecay, (float) momentum, fresh);
    } else {
      momentum(p, g, memories[0], from, to, -rate, weightDecay, (float) momentum, fresh);
    }
  }

  private static void plain(float[] p, float[] g, int from, int to, float minusRate, float decay) {
    for (int i = from; i < to; i++) {
      p[i] = Math.fma(minusRate, Math.fma(decay, p[i], g[i]), p[i]);
    }
  }

  private static void momentum(
      float[] p,
      float[] g,
      float[] b,
      int from,
      int to,
      float minusRate,
      float decay,
      float momentum,
      float fresh) {
    for (int i = from; i < to; i++) {
      float gradient = Math.fma(decay, p[i], g[i]);
      float velocity = Math.fma(momentum, b[i], fresh * gradient);
      b[i] = velocity;
      p[i] = Math.fma(minusRate, velocity, p[i]);
    }
  }

  private static void nesterov(
      float[] p,
      float[] g,
      float[] b,
      int from,
      int to,
      float minusRate,
      float decay,
      float momentum,
      float fresh) {
    for (int i = from; i < to; i++) {
      float gradient = Math.fma(decay, p[i], g[i]);
      float velocity = Math.fma(momentum, b[i], fresh * gradient);
      b[i] = velocity;
      p[i] = Math.fma(minusRate, Math.fma(momentum, velocity, gradient), p[i]);
    }
  }
}
