package dev.neurite.optim;

/**
 * How the learning rate changes during training. {@link Schedules} has the common ones.
 *
 * <p>By hand: {@code optimizer.learningRate(schedule.rate(initial, optimizer.steps()))} before each
 * step. A {@code Trainer} does this for every step, or for every epoch, whichever it is told to
 * count.
 */
@FunctionalInterface
public interface Schedule {

  /**
   * The learning rate.
   *
   * @param initial the optimizer's rate before the first step
   * @param completed steps, or epochs, completed so far
   */
  double rate(double initial, long completed);
}
