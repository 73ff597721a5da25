package dev.neurite.optim;

/**
 * RMSProp (Hinton, 2012): v = alpha v + (1 - alpha) g^2 and d = g / (sqrt(v) + epsilon), with g the
 * gradient plus weight decay times p.
 *
 * <p>Centred, a = alpha a + (1 - alpha) g is kept too, and v - a^2 stands under the root. With
 * momentum b = momentum b + d and p = p - rate b, else p = p - rate d.
 */
public final class RmsProp extends Optimizer {

  private double alpha = 0.99;
  private double epsilon = 1e-8;
  private double momentum;
  private boolean centered;

  private float rate;

  RmsProp(double learningRate) {
    super("rmsprop", learningRate);
  }

  /**
   * Sets how long squares of gradients are remembered.
   *
   * @param alpha in [0, 1); 0.99 at first
   */
  public RmsProp alpha(double alpha) {
    requireUnused();
    this.alpha = Require.share("alpha", alpha);
    return this;
  }

  /**
   * Sets what is added to the root.
   *
   * @param epsilon greater than 0; 1e-8 at first
   */
  public RmsProp epsilon(double epsilon) {
    requireUnused();
    this.epsilon = Require.positive("epsilon", epsilon);
    return this;
  }

  /**
   * Sets the momentum.
   *
   * @param momentum in [0, 1); 0 at first
   */
  public RmsProp momentum(double momentum) {
    requireUnused();
    this.momentum = Require.share("momentum", momentum);
    return this;
  }

  /** Divides by the estimated standard deviation, not by the root of the mean square. */
  public RmsProp centered() {
    requireUnused();
    centered = true;
    return this;
  }

  @Override
  public RmsProp weightDecay(double weightDecay) {
    super.weightDecay(weightDecay);
    return this;
  }

  @Override
  protected int memoryCount() {
    return 1 + (centered ? 1 : 0) + (momentum == 0 ? 0 : 1);
  }

  @Override
  protected void begin(long step, double rate) {
    this.rate = (float) rate;
  }

  @Override
  protected String deviceCode() {
    String mean =
        centered
            ? """
            m1 = fmaf(v[1], m1, v[2] * gradient);
            float under = fmaxf(fmaf(-m1, m1, m0), 0.0f);
            """
            : "float under = m0;";
    String velocity = centered ? "m2" : "m1";
    return """
        float gradient = fmaf(decay, p, g);
        m0 = fmaf(v[1], m0, v[2] * gradient * gradient);
        %s
        float along = gradient / (sqrtf(under) + v[3]);
        %s
        """
        .formatted(
            mean,
            momentum == 0
                ? "p = fmaf(v[0], along, p);"
                : "%s = fmaf(v[4], %s, along); p = fmaf(v[0], %s, p);"
                    .formatted(velocity, velocity, velocity));
  }

  @Override
  protected void deviceValues(float[] values) {
    values[0] = -rate;
    values[1] = (float) alpha;
    values[2] = (float) (1 - alpha);
    values[3] = (float) epsilon;
    values[4] = (float) momentum;
  }

  @Override
  protected void update(
      float[] p, float[] g, float[][] memories, int from, int to, float weightDecay) {
    float[] v = memories[0];
    if (centered && momentum != 0) {
      centered(p, g, v, memories[1], memories[2], from, to, weightDecay);
    } else if (centered) {
      centered(p, g, v, memories[1], from, to, weightDecay);
    } else if (momentum != 0) {
      plain(p, g, v, memories[1], from, to, weightDecay);
    } else {
      plain(p, g, v, from, to, weightDecay);
    }
  }

  private void plain(float[] p, float[] g, float[] v, int from, int to, float decay) {
    float keep = (float) alpha;
    float fresh = (float) (1 - alpha);
    float add = (float) epsilon;
    float minusRate = -rate;
    for (int i = from; i < to; i++) {
      float gradient = Math.fma(decay, p[i], g[i]);
      float square = Math.fma(keep, v[i], fresh * gradient * gradient);
      v[i] = square;
      p[i] = Math.fma(minusRate, gradient / ((float) Math.sqrt(square) + add), p[i]);
    }
  }

  private void plain(float[] p, float[] g, float[] v, float[] b, int from, int to, float decay) {
    float keep = (float) alpha;
    float fresh = (float) (1 - alpha);
    float add = (float) epsilon;
    float minusRate = -rate;
    float inertia = (float) momentum;
    for (int i = from; i < to; i++) {
      float gradient = Math.fma(decay, p[i], g[i]);
      float square = Math.fma(keep, v[i], fresh * gradient * gradient);
      v[i] = square;
      float velocity = Math.fma(inertia, b[i], gradient / ((float) Math.sqrt(square) + add));
      b[i] = velocity;
      p[i] = Math.fma(minusRate, velocity, p[i]);
    }
  }

  private void centered(float[] p, float[] g, float[] v, float[] a, int from, int to, float decay) {
    float keep = (float) alpha;
    float fresh = (float) (1 - alpha);
    float add = (float) epsilon;
    float minusRate = -rate;
    for (int i = from; i < to; i++) {
      float gradient = Math.fma(decay, p[i], g[i]);
      float square = Math.fma(keep, v[i], fresh * gradient * gradient);
      float mean = Math.fma(keep, a[i], fresh * gradient);
      v[i] = square;
      a[i] = mean;
      // Rounding may leave a variance just below 0.
      float variance = Math.max(Math.fma(-mean, mean, square), 0);
      p[i] = Math.fma(minusRate, gradient / ((float) Math.sqrt(variance) + add), p[i]);
    }
  }

  private void centered(
      float[] p, float[] g, float[] v, float[] a, float[] b, int from, int to, float decay) {
    float keep = (float) alpha;
    float fresh = (float) (1 - alpha);
    float add = (float) epsilon;
    float minusRate = -rate;
    float inertia = (float) momentum;
    for (int i = from; i < to; i++) {
      float gradient = Math.fma(decay, p[i], g[i]);
      float square = Math.fma(keep, v[i], fresh * gradient * gradient);
      float mean = Math.fma(keep, a[i], fresh * gradient);
      v[i] = square;
      a[i] = mean;
      // Rounding may leave a variance just below 0.
      float variance = Math.max(Math.fma(-mean, mean, square), 0);
      float velocity = Math.fma(inertia, b[i], gradient / ((float) Math.sqrt(variance) + add));
      b[i] = velocity;
      p[i] = Math.fma(minusRate, velocity, p[i]);
    }
  }
}
