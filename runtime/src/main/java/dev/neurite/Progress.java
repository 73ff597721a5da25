package dev.neurite;

import java.util.Map;

/** How far a training is. One live object for the whole training: read it, do not keep it. */
public final class Progress {

  private static final double NANOS = 1e-9;

  private final String model;
  private final int epochs;
  private final int batches;
  private int epoch;
  private int batch;
  private int batchRows;
  private double batchLoss = Double.NaN;
  private double learningRate;
  private double gradientNorm = Double.NaN;
  private Tally tally;
  private final long epochRows;
  private long started;
  private long elapsed;

  Progress(String model, int epochs, int batches, long epochRows, Tally tally) {
    this.model = model;
    this.epochs = epochs;
    this.batches = batches;
    this.epochRows = epochRows;
    this.tally = tally;
  }

  /** The model's name. */
  public String model() {
    return model;
  }

  /** The current epoch, counted from 1; 0 before the first. */
  public int epoch() {
    return epoch;
  }

  /** Epochs in all. */
  public int epochs() {
    return epochs;
  }

  /** Batches of the current epoch so far. */
  public int batch() {
    return batch;
  }

  /** Batches of an epoch. */
  public int batches() {
    return batches;
  }

  /** Rows of the last batch. */
  public int batchRows() {
    return batchRows;
  }

  /** The loss of the last batch, before its step. */
  public double batchLoss() {
    return batchLoss;
  }

  /** The loss of the current epoch so far, averaged over its rows. */
  public double loss() {
    return tally.loss();
  }

  /** The metrics of the current epoch so far, by name. */
  public Map<String, Double> metrics() {
    return tally.values();
  }

  /** The rate of the last step. */
  public double learningRate() {
    return learningRate;
  }

  /** What clipping returned for the last step; NaN without clipping. */
  public double gradientNorm() {
    return gradientNorm;
  }

  /** Rows of the current epoch so far. */
  public long rows() {
    return tally.rows();
  }

  /** Seconds of training in the current epoch. */
  public double seconds() {
    return elapsed * NANOS;
  }

  /** Rows per second in the current epoch. */
  public double rowsPerSecond() {
    return rows() / seconds();
  }

  /** Seconds until the current epoch's last batch, if it goes on as it did. */
  public double secondsLeft() {
    return (epochRows - rows()) / rowsPerSecond();
  }

  void epochStarted(int epoch, Tally tally) {
    this.epoch = epoch;
    this.tally = tally;
    batch = 0;
    elapsed = 0;
    started = System.nanoTime();
  }

  void batchEnded(int batchRows, double batchLoss) {
    this.batchRows = batchRows;
    this.batchLoss = batchLoss;
    batch++;
    elapsed = System.nanoTime() - started;
  }

  void stepped(double learningRate, double gradientNorm) {
    this.learningRate = learningRate;
    this.gradientNorm = gradientNorm;
  }
}
