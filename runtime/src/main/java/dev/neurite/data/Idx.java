package dev.neurite.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files of unsigned bytes, the format of MNIST and its kin: two bytes 0, the type (8),
 * the number of axes, the length of each axis as a big-endian 32-bit number, then the values. Files
 * compressed with gzip are recognised by their first bytes.
 *
 * <p>Source of the format: LeCun, Cortes, Burges: The MNIST database of handwritten digits.
 */
public final class Idx {

  private static final int UNSIGNED_BYTE = 8;
  private static final int GZIP_FIRST = 0x1F;
  private static final int GZIP_SECOND = 0x8B;
  private static final float WHITE = 255;

  private Idx() {}

  /** The content of a file: the lengths of the axes, and as many values as their product. */
  private static final class Array {
    private final List<Integer> lengths;
    private final byte[] values;

    private Array(List<Integer> lengths, byte[] values) {
      this.lengths = lengths;
      this.values = values;
    }
  }

  /**
   * A dataset of images and their labels.
   *
   * @param images file of images, as {@link #images}
   * @param labels file of labels, as {@link #labels}
   * @param imageColumn name of the model's input
   * @param labelColumn name of the model's output
   * @throws DataFileException if a file is damaged or of another kind, or there are not as many
   *     labels as images
   * @throws IOException if a file cannot be read
   */
  public static Dataset dataset(Path images, Path labels, String imageColumn, String labelColumn)
      throws IOException {
    FloatColumn first = images(images, imageColumn);
    IndexColumn second = labels(labels, labelColumn);
    if (first.rows() != second.rows()) {
      throw new DataFileException(
          labels.toString(),
          "expected a label for each of the "
              + first.rows()
              + " images of "
              + images
              + ", got "
              + second.rows());
    }
    return Dataset.of(first, second);
  }

  /**
   * Grey images, [images, height, width] in the file: rows of shape [1, height, width], from 0
   * (byte 0) to 1 (byte 255).
   *
   * @param path of the file
   * @param column name of the model's input
   * @throws DataFileException if the file is damaged or of another kind
   * @throws IOException if the file cannot be read
   */
  public static FloatColumn images(Path path, String column) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return images(in, path.toString(), column);
    }
  }

  /**
   * Grey images, as {@link #images(Path, String)}.
   *
   * @param in read to its end, not closed
   * @param name of the file, for messages
   * @param column name of the model's input
   * @throws DataFileException if the file is damaged or of another kind
   * @throws IOException if the file cannot be read
   */
  public static FloatColumn images(InputStream in, String name, String column) throws IOException {
    Array array = read(in, name, 3, "images [images, height, width]");
    int height = array.lengths.get(1);
    int width = array.lengths.get(2);
    if (height == 0 || width == 0) {
      throw new DataFileException(name, "the images are empty: " + array.lengths);
    }
    float[] values = new float[array.values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (array.values[i] & 0xFF) / WHITE;
    }
    return new FloatColumn(column, List.of(1, height, width), values);
  }

  /**
   * Labels, [labels] in the file: one index from 0 to 255 in each row.
   *
   * @param path of the file
   * @param column name of the model's output
   * @throws DataFileException if the file is damaged or of another kind
   * @throws IOException if the file cannot be read
   */
  public static IndexColumn labels(Path path, String column) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return labels(in, path.toString(), column);
    }
  }

  /**
   * Labels, as {@link #labels(Path, String)}.
   *
   * @param in read to its end, not closed
   * @param name of the file, for messages
   * @param column name of the model's output
   * @throws DataFileException if the file is damaged or of another kind
   * @throws IOException if the file cannot be read
   */
  public static IndexColumn labels(InputStream in, String name, String column) throws IOException {
    Array array = read(in, name, 1, "labels [labels]");
    int[] values = new int[array.values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.values[i] & 0xFF;
    }
    return new IndexColumn(column, List.of(), values);
  }

  private static Array read(InputStream in, String name, int axes, String kind) throws IOException {
    try {
      return parse(unzipped(in), name, axes, kind);
    } catch (EOFException | ZipException damaged) {
      throw new DataFileException(
          name, "the gzip file is damaged or cut short (" + damaged.getMessage() + ")", damaged);
    }
  }

  private static InputStream unzipped(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in);
    buffered.mark(2);
    boolean zipped = buffered.read() == GZIP_FIRST && buffered.read() == GZIP_SECOND;
    buffered.reset();
    return zipped ? new GZIPInputStream(buffered) : buffered;
  }

  private static Array parse(InputStream in, String name, int axes, String kind)
      throws IOException {
    byte[] magic = header(in, name, 4);
    if (magic[0] != 0 || magic[1] != 0) {
      throw new DataFileException(
          name,
          "expected an IDX file, which begins with two bytes 0, got "
              + (magic[0] & 0xFF)
              + " and "
              + (magic[1] & 0xFF));
    }
    if (magic[2] != UNSIGNED_BYTE) {
      throw new DataFileException(
          name, "expected values of type 8 (unsigned byte), got type " + (magic[2] & 0xFF));
    }
    if (magic[3] != axes) {
      throw new DataFileException(
          name,
          "expected " + kind + ", an array of " + axes + " axes, got one of " + (magic[3] & 0xFF));
    }
    List<Integer> lengths = new ArrayList<>();
    long size = 1;
    // The product without zeros, so that no images of a huge size are refused too.
    long bound = 1;
    for (int axis = 0; axis < axes; axis++) {
      byte[] bytes = header(in, name, 4);
      long length =
          (bytes[0] & 0xFFL) << 24
              | (bytes[1] & 0xFFL) << 16
              | (bytes[2] & 0xFFL) << 8
              | (bytes[3] & 0xFFL);
      // The first factor is below 2^31, the second below 2^32.
      bound *= Math.max(1, length);
      size *= length;
      if (length > Integer.MAX_VALUE || bound > Integer.MAX_VALUE - 8) {
        throw new DataFileException(
            name,
            "axis "
                + axis
                + " has the length "
                + length
                + " after "
                + lengths
                + ", more than fits into memory");
      }
      lengths.add((int) length);
    }
    // Grows with what is there: the length is not to be believed before.
    byte[] values = in.readNBytes((int) size);
    if (values.length < size) {
      throw new DataFileException(
          name,
          "the header says "
              + lengths
              + ", which are "
              + size
              + " values, but the file has "
              + values.length);
    }
    if (in.read() >= 0) {
      throw new DataFileException(
          name,
          "the header says " + lengths + ", which are " + size + " values, but the file has more");
    }
    return new Array(lengths, values);
  }

  private static byte[] header(InputStream in, String name, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new DataFileException(
          name, "the file ends inside its header: it is cut short, or no IDX file");
    }
    return bytes;
  }
}
