package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A two-dimensional convolution with zero padding (cross-correlation: the kernel is not flipped).
 *
 * <p>y[o, i, j] = b[o] + &Sigma; w[o, c, u, v] x[c, i s + u d - p, j s + v d - p], the sum running
 * over the channels c of o's group and the kernel's rows u and columns v, with stride s, dilation d
 * and padding p.
 *
 * <p>Shape: {@code [C, H, W]} to {@code [filters, H', W']} with H' = &lfloor;(H + 2 p - d (k - 1) -
 * 1) / s&rfloor; + 1, and W' likewise.
 *
 * <p>Parameters: {@code weight} [filters, C / groups, kernel height, kernel width] and, unless
 * {@link #bias} is false, {@code bias} [filters]. Both start uniform in &plusmn;1/&radic;n, n = C /
 * groups &middot; kernel area, unless {@link Init} says otherwise.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Conv2D {
  /**
   * The number of output channels.
   *
   * @return at least 1, a multiple of {@link #groups}
   */
  int filters();

  /**
   * The size of the kernel.
   *
   * @return one number for height and width, or {height, width}
   */
  int[] kernel();

  /**
   * How far the kernel moves from one result to the next.
   *
   * @return one number for height and width, or {height, width}; 1 by default
   */
  int[] stride() default 1;

  /**
   * Zeros added on each side of the image.
   *
   * @return one number for height and width, or {height, width}; 0 by default
   */
  int[] padding() default 0;

  /**
   * Whether the image is padded so that it keeps its size: by dilation &middot; (kernel - 1) in
   * all, the odd one at the bottom and right. Needs stride 1 and no {@link #padding}.
   *
   * @return false by default
   */
  boolean same() default false;

  /**
   * The distance between neighbouring taps of the kernel.
   *
   * @return one number for height and width, or {height, width}; 1 by default
   */
  int[] dilation() default 1;

  /**
   * Into how many groups channels and filters are divided; each group of filters reads its own
   * group of channels. As many groups as channels make a depthwise convolution.
   *
   * @return 1 by default; divides the channels and {@link #filters}
   */
  int groups() default 1;

  /**
   * Whether b is added.
   *
   * @return true by default
   */
  boolean bias() default true;
}
