package dev.neurite.optim;

/**
 * Adam (Kingma and Ba, 2015): m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, p = p -
 * rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) in step t.
 *
 * <p>Weight decay is added to the gradient (g = g + decay p), or with {@link Optimizers#adamW}
 * taken from the parameter first (p = p (1 - rate decay); Loshchilov and Hutter, 2019).
 */
public final class Adam extends Optimizer {

  private final boolean decoupled;
  private double beta1 = 0.9;
  private double beta2 = 0.999;
  private double epsilon = 1e-8;

  private float rate;

  /** rate / (1 - beta1^t), negative. */
  private float minusStep;

  /** 1 / sqrt(1 - beta2^t). */
  private float correction;

  Adam(double learningRate, boolean decoupled) {
    super(decoupled ? "adamw" : "adam", learningRate);
    this.decoupled = decoupled;
  }

  /**
   * Sets how long gradients and their squares are remembered.
   *
   * @param beta1 in [0, 1); 0.9 at first
   * @param beta2 in [0, 1); 0.999 at first
   */
  public Adam betas(double beta1, double beta2) {
    requireUnused();
    this.beta1 = Require.share("beta1", beta1);
    this.beta2 = Require.share("beta2", beta2);
    return this;
  }

  /**
   * Sets what is added to the root.
   *
   * @param epsilon greater than 0; 1e-8 at first
   */
  public Adam epsilon(double epsilon) {
    requireUnused();
    this.epsilon = Require.positive("epsilon", epsilon);
    return this;
  }

  @Override
  public Adam weightDecay(double weightDecay) {
    super.weightDecay(weightDecay);
    return this;
  }

  @Override
  protected int memoryCount() {
    return 2;
  }

  @Override
  protected void begin(long step, double rate) {
    this.rate = (float) rate;
    minusStep = (float) (-rate / (1 - Power.of(beta1, step)));
    correction = (float) (1 / Math.sqrt(1 - Power.of(beta2, step)));
  }

  @Override
  protected String deviceCode() {
    return """
        float keep = %s;
        float gradient = %s;
        m0 = fmaf(v[3], m0, v[4] * gradient);
        m1 = fmaf(v[5], m1, v[6] * gradient * gradient);
        float root = fmaf(sqrtf(m1), v[2], v[7]);
        p = fmaf(v[1], m0 / root, keep * p);
        """
        .formatted(
            decoupled ? "(float) (1.0 - (double) v[0] * decay)" : "1.0f",
            decoupled ? "g" : "fmaf(decay, p, g)");
  }

  @Override
  protected void deviceValues(float[] values) {
    values[0] = rate;
    values[1] = minusStep;
    values[2] = correction;
    values[3] = (float) beta1;
    values[4] = (float) (1 - beta1);
    values[5] = (float) beta2;
    values[6] = (float) (1 - beta2);
    values[7] = (float) epsilon;
  }

  @Override
  protected void update(
      float[] p, float[] g, float[][] memories, int from, int to, float weightDecay) {
    // Only one of the two kinds of weight decay differs from what changes nothing.
    float keep = decoupled ? (float) (1 - (double) rate * weightDecay) : 1;
    float decay = decoupled ? 0 : weightDecay;
    float[] m = memories[0];
    float[] v = memories[1];
    float keepM = (float) beta1;
    float freshM = (float) (1 - beta1);
    float keepV = (float) beta2;
    float freshV = (float) (1 - beta2);
    float step = minusStep;
    float scale = correction;
    float add = (float) epsilon;
    for (int i = from; i < to; i++) {
      float gradient = Math.fma(decay, p[i], g[i]);
      float mean = Math.fma(keepM, m[i], freshM * gradient);
      float square = Math.fma(keepV, v[i], freshV * gradient * gradient);
      m[i] = mean;
      v[i] = square;
      float root = Math.fma((float) Math.sqrt(square), scale, add);
      p[i] = Math.fma(step, mean / root, keep * p[i]);
    }
  }
}
