package dev.neurite.benchmarks.race;

import dev.neurite.data.Idx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** Inputs, cut into calls of equal length in the order they have; with classes for training. */
public final class Rows {

  /** The first 8,000 images of MNIST: all that come with the examples. */
  private static final int IMAGES = 8000;

  /** Random rows where the values do not matter. */
  private static final int RANDOM_CALLS = 64;

  private final float[][] inputs;
  private final int[][] classes;

  private Rows(float[][] inputs, int[][] classes) {
    this.inputs = inputs;
    this.classes = classes;
  }

  /**
   * Digits.
   *
   * @param folder with train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz
   * @param rows of a call
   * @throws IOException if a file cannot be read
   */
  public static Rows digits(Path folder, int rows) throws IOException {
    float[] pixels = Idx.images(folder.resolve("train-images-idx3-ubyte.gz"), "image").values();
    int[] labels = Idx.labels(folder.resolve("train-labels-idx1-ubyte.gz"), "class").values();
    int calls = Math.min(IMAGES, labels.length) / rows;
    float[][] inputs = new float[calls][];
    int[][] classes = new int[calls][];
    for (int i = 0; i < calls; i++) {
      inputs[i] = Arrays.copyOfRange(pixels, i * rows * 784, (i + 1) * rows * 784);
      classes[i] = Arrays.copyOfRange(labels, i * rows, (i + 1) * rows);
    }
    return new Rows(inputs, classes);
  }

  /**
   * Numbers from -1 to 1, and classes from 0 to 9.
   *
   * @param size values of a row
   * @param rows of a call
   */
  public static Rows random(int size, int rows) {
    Random random = new Random(1);
    float[][] inputs = new float[RANDOM_CALLS][size * rows];
    int[][] classes = new int[RANDOM_CALLS][rows];
    for (float[] input : inputs) {
      for (int i = 0; i < input.length; i++) {
        input[i] = 2 * random.nextFloat() - 1;
      }
    }
    for (int[] some : classes) {
      for (int i = 0; i < some.length; i++) {
        some[i] = random.nextInt(10);
      }
    }
    return new Rows(inputs, classes);
  }

  /** The inputs of each call, live. */
  public float[][] inputs() {
    return inputs;
  }

  /** The classes of each call, live. */
  public int[][] classes() {
    return classes;
  }

  /** Calls before the first comes again. */
  public int calls() {
    return inputs.length;
  }
}
