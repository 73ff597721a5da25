package dev.neurite;

/** Is told how a training goes, on the thread that trains. */
public interface TrainingListener {

  /** Before the first step. */
  default void trainingStarted(Progress progress) {}

  /** After each batch. */
  default void batchEnded(Progress progress) {}

  /** After each epoch and its validation. */
  default void epochEnded(Progress progress, EpochReport report) {}

  /** After the last epoch. */
  default void trainingEnded(TrainingReport report) {}
}
