package dev.neurite.benchmarks.race;

import java.nio.file.Path;

/** A library that takes part, in a process of its own. */
public interface Engine {

  /** One step of training, or one prediction. */
  @FunctionalInterface
  interface Action {

    /**
     * Runs it.
     *
     * @throws Exception whatever the library throws
     */
    void run() throws Exception;
  }

  /**
   * Writes what {@link #first} and {@link #open} read, and unpacks what the library unpacks once on
   * a machine.
   *
   * @param folder for models; Neurite's are there
   * @throws Exception whatever the library throws
   */
  default void prepare(Path folder) throws Exception {}

  /**
   * Whether this library can do such work.
   *
   * @param work to do
   */
  boolean does(Work work);

  /**
   * Loads the MLP and predicts a row of zeros: what an application does that predicts once.
   *
   * @param folder of models
   * @return ten logits
   * @throws Exception whatever the library throws
   */
  float[] first(Path folder) throws Exception;

  /**
   * Makes a network and what repeats its work. The data are in memory when the action runs; each
   * call takes the next rows.
   *
   * @param work to do
   * @param threads at most so many compute
   * @param data images, or random rows
   * @param folder of models
   * @throws Exception whatever the library throws
   */
  Action open(Work work, int threads, Rows data, Path folder) throws Exception;

  /**
   * Waits until the library has compiled what it compiles in the background.
   *
   * @throws Exception whatever the library throws
   */
  default void settle() throws Exception {}
}
