package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Applies a {@link Block} once or several times, one after another.
 *
 * <p>The first application reads what this method reads: the layer above, or those that {@link
 * From} names, one for each input of the block in the order declared. Each further application
 * reads the value of the one before it, so a block that is applied several times has one input and
 * gives a value that fits it.
 *
 * <p>Parameters: those of the block's layers, for each application its own. Their names count the
 * applications from 0, as those of PyTorch's {@code nn.Sequential} do: {@code @Stack(value =
 * ResidualBlock.class, times = 3) Layer stage1()} has {@code stage1.0.conv1.weight} to {@code
 * stage1.2.bn2.bias}. The {@link Layer} of this method shows them all as {@code 0.conv1.weight} and
 * so on, and freezes them together.
 *
 * <p>Shape: as the block gives it. Activations, pooling, flattening and dropout may stand beside
 * it.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Stack {
  /**
   * The block.
   *
   * @return an interface annotated with {@link Block}
   */
  Class<?> value();

  /**
   * How often the block is applied.
   *
   * @return at least 1; 1 by default
   */
  int times() default 1;
}
