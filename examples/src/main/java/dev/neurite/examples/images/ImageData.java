package dev.neurite.examples.images;

import dev.neurite.data.Dataset;
import dev.neurite.data.Idx;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Grey images of 28 x 28 pixels from 0 to 1, each with one of ten classes.
 *
 * @param source where they come from
 * @param train to train on, with a column for a model's input and one for its output
 * @param test to measure with, never trained on
 * @param classes names of the classes, in order
 */
public record ImageData(String source, Dataset train, Dataset test, List<String> classes) {

  private static final List<String> DIGITS =
      List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
  private static final List<String> FASHION =
      List.of(
          "T-shirt",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Boot");

  /**
   * The 10,000 digits that come with the examples, or MNIST or Fashion-MNIST from a folder.
   *
   * @param folder with the four files {@code train-images-idx3-ubyte}, {@code
   *     train-labels-idx1-ubyte}, {@code t10k-images-idx3-ubyte} and {@code
   *     t10k-labels-idx1-ubyte}, plain or with {@code .gz}; null for the digits that come along
   * @param input name of the model's input
   * @param output name of the model's output
   * @throws IOException if a file is missing or damaged
   */
  public static ImageData load(@Nullable Path folder, String input, String output)
      throws IOException {
    if (folder == null) {
      return new ImageData(
          "10,000 digits of MNIST",
          embedded("train", input, output),
          embedded("t10k", input, output),
          DIGITS);
    }
    boolean fashion = folder.toString().toLowerCase(Locale.ROOT).contains("fashion");
    return new ImageData(
        folder.toString(),
        inFolder(folder, "train", input, output),
        inFolder(folder, "t10k", input, output),
        fashion ? FASHION : DIGITS);
  }

  private static Dataset embedded(String part, String input, String output) throws IOException {
    String images = part + "-images-idx3-ubyte.gz";
    String labels = part + "-labels-idx1-ubyte.gz";
    try (InputStream imageBytes = open(images);
        InputStream labelBytes = open(labels)) {
      return Dataset.of(
          Idx.images(imageBytes, images, input), Idx.labels(labelBytes, labels, output));
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = ImageData.class.getResourceAsStream(name);
    if (in == null) {
      throw new FileNotFoundException("the resource " + name + " is missing: build again");
    }
    return in;
  }

  private static Dataset inFolder(Path folder, String part, String input, String output)
      throws IOException {
    return Idx.dataset(
        find(folder, part + "-images-idx3-ubyte"),
        find(folder, part + "-labels-idx1-ubyte"),
        input,
        output);
  }

  private static Path find(Path folder, String name) throws IOException {
    for (String candidate : List.of(name, name + ".gz")) {
      Path file = folder.resolve(candidate);
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new FileNotFoundException(
        "there is neither " + name + " nor " + name + ".gz in " + folder.toAbsolutePath());
  }
}
