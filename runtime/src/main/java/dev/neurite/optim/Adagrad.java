package dev.neurite.optim;

/**
 * Adagrad (Duchi, Hazan, Singer, 2011): s = s + g^2, p = p - rate / (1 + (t - 1) decay of the rate)
 * g / (sqrt(s) + epsilon) in step t, with g the gradient plus weight decay times p.
 */
public final class Adagrad extends Optimizer {

  private double rateDecay;
  private double epsilon = 1e-10;
  private double accumulator;

  private float rate;

  Adagrad(double learningRate) {
    super("adagrad", learningRate);
  }

  /**
   * Sets how the rate falls with the steps.
   *
   * @param rateDecay at least 0; 0 at first
   */
  public Adagrad rateDecay(double rateDecay) {
    requireUnused();
    this.rateDecay = Require.atLeast0("decay of the rate", rateDecay);
    return this;
  }

  /**
   * Sets what is added to the root.
   *
   * @param epsilon greater than 0; 1e-10 at first
   */
  public Adagrad epsilon(double epsilon) {
    requireUnused();
    this.epsilon = Require.positive("epsilon", epsilon);
    return this;
  }

  /**
   * Sets where the sums of squares start.
   *
   * @param accumulator at least 0; 0 at first
   */
  public Adagrad initialAccumulator(double accumulator) {
    requireUnused();
    this.accumulator = Require.atLeast0("initial accumulator", accumulator);
    return this;
  }

  @Override
  public Adagrad weightDecay(double weightDecay) {
    super.weightDecay(weightDecay);
    return this;
  }

  @Override
  protected int memoryCount() {
    return 1;
  }

  @Override
  protected float initial(int index) {
    return (float) accumulator;
  }

  @Override
  protected void begin(long step, double rate) {
    this.rate = (float) (rate / (1 + (step - 1) * rateDecay));
  }

  @Override
  protected String deviceCode() {
    return """
        float gradient = fmaf(decay, p, g);
        m0 = fmaf(gradient, gradient, m0);
        p = fmaf(v[0], gradient / (sqrtf(m0) + v[1]), p);
        """;
  }

  @Override
  protected void deviceValues(float[] values) {
    values[0] = -rate;
    values[1] = (float) epsilon;
  }

  @Override
  protected void update(
      float[] p, float[] g, float[][] memories, int from, int to, float weightDecay) {
    float[] s = memories[0];
    float add = (float) epsilon;
    float minusRate = -rate;
    for (int i = from; i < to; i++) {
      float gradient = Math.fma(weightDecay, p[i], g[i]);
      float sum = Math.fma(gradient, gradient, s[i]);
      s[i] = sum;
      p[i] = Math.fma(minusRate, gradient / ((float) Math.sqrt(sum) + add), p[i]);
    }
  }
}
