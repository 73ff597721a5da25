package dev.neurite.io;

import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import dev.neurite.spi.StoredTensor.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's weights between its flat arrays and a safetensors file with the names and shapes of
 * PyTorch's {@code state_dict}.
 *
 * <p>A file written here has the metadata {@code format = pt}, then the counters as I64, then all
 * other tensors as F32, each in the order of the description. Read are F32, F64, F16 and BF16 (for
 * counters I64, I32 and U8), in any order.
 */
public final class WeightFiles {

  private WeightFiles() {}

  /**
   * The values of a network, in arrays of their own.
   *
   * @param parameters as long as the description's {@code parameterLength}
   * @param state as long as the description's {@code stateLength}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over to the model, never compared
  public record Weights(float[] parameters, float[] state) {}

  /**
   * Writes a network's weights; whenever the process is killed, the path holds either what it held
   * before or all of the new file.
   *
   * @throws IOException if the file cannot be written; the path then holds what it held before
   * @throws IllegalArgumentException if the arrays do not have the description's lengths
   */
  public static void write(
      Path path, ModelDescription description, float[] parameters, float[] state)
      throws IOException {
    SafeTensors.write(path, contents(description, parameters, state));
  }

  /**
   * The bytes that {@link #write} writes.
   *
   * @throws IllegalArgumentException if the arrays do not have the description's lengths, or the
   *     file would have 2 GiB or more
   */
  public static byte[] bytes(ModelDescription description, float[] parameters, float[] state) {
    return SafeTensors.bytes(contents(description, parameters, state));
  }

  /** The SHA-256 of the bytes that {@link #write} writes, in lower-case hexadecimal. */
  public static String sha256(ModelDescription description, float[] parameters, float[] state) {
    return SafeTensors.sha256(contents(description, parameters, state));
  }

  /** The tensors that {@link #write} writes; changes to the arrays do not reach them. */
  public static TensorFile contents(
      ModelDescription description, float[] parameters, float[] state) {
    checkLength(description, "parameters", description.parameterLength(), parameters.length);
    checkLength(description, "state", description.stateLength(), state.length);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (StoredTensor stored : description.tensors()) {
      if (stored.role() == Role.COUNTER) {
        float[] values = gather(stored, state);
        long[] counts = new long[values.length];
        for (int i = 0; i < counts.length; i++) {
          counts[i] = (long) values[i];
        }
        tensors.put(stored.name(), Tensor.of(stored.shape(), counts));
      }
    }
    for (StoredTensor stored : description.tensors()) {
      if (stored.role() != Role.COUNTER) {
        float[] flat = stored.role() == Role.PARAMETER ? parameters : state;
        tensors.put(stored.name(), Tensor.of(stored.shape(), gather(stored, flat)));
      }
    }
    return new TensorFile(tensors, Map.of("format", "pt"));
  }

  /**
   * Reads a network's weights.
   *
   * @param path of a safetensors file
   * @param description of the network
   * @param renames from names in the file to names of the network, for those that differ
   * @throws WeightFileException if the file is damaged or does not fit the network: names the first
   *     tensor that differs, with both shapes, or the tensors that are missing or left over
   * @throws IOException if the file cannot be read
   */
  public static Weights read(Path path, ModelDescription description, Map<String, String> renames)
      throws IOException {
    return fit(path.toString(), SafeTensors.read(path), description, renames);
  }

  /**
   * A network's weights from tensors already read.
   *
   * @param name of the file, for messages
   * @param file what was read
   * @param description of the network
   * @param renames from names in the file to names of the network, for those that differ
   * @throws WeightFileException as {@link #read}
   */
  public static Weights fit(
      String name, TensorFile file, ModelDescription description, Map<String, String> renames)
      throws WeightFileException {
    List<Tensor> tensors = TensorMatch.match(name, file, description, renames);
    Weights weights =
        new Weights(new float[description.parameterLength()], new float[description.stateLength()]);
    for (int i = 0; i < tensors.size(); i++) {
      StoredTensor stored = description.tensors().get(i);
      Tensor tensor = tensors.get(i);
      if (stored.role() == Role.COUNTER) {
        long[] counts = tensor.longs();
        float[] values = new float[counts.length];
        for (int k = 0; k < counts.length; k++) {
          values[k] = counts[k];
        }
        scatter(stored, values, weights.state);
      } else {
        float[] values = tensor.floats();
        checkRange(name, stored, tensor, values);
        scatter(
            stored, values, stored.role() == Role.PARAMETER ? weights.parameters : weights.state);
      }
    }
    return weights;
  }

  /**
   * A copy of one tensor's values, row-major in PyTorch's layout.
   *
   * @param stored the tensor
   * @param flat the array that holds it, or another of the same layout, such as gradients or an
   *     optimizer's state
   */
  public static float[] gather(StoredTensor stored, float[] flat) {
    Storage storage = stored.storage();
    float[] values = new float[storage.size()];
    int run = storage.run();
    int step = storage.step();
    for (int first = 0; first < values.length; first += run) {
      int at = storage.index(first);
      for (int i = first; i < first + run; i++, at += step) {
        values[i] = flat[at];
      }
    }
    return values;
  }

  /**
   * Writes one tensor's values to their places.
   *
   * @param stored the tensor
   * @param values row-major in PyTorch's layout
   * @param flat the array that holds it, or another of the same layout
   * @throws IllegalArgumentException if there are not as many values as the tensor has; nothing is
   *     written
   */
  public static void scatter(StoredTensor stored, float[] values, float[] flat) {
    Storage storage = stored.storage();
    if (values.length != storage.size()) {
      throw new IllegalArgumentException(
          stored.name()
              + " "
              + stored.shape()
              + " has "
              + storage.size()
              + " values, got "
              + values.length);
    }
    int run = storage.run();
    int step = storage.step();
    for (int first = 0; first < values.length; first += run) {
      int at = storage.index(first);
      for (int i = first; i < first + run; i++, at += step) {
        flat[at] = values[i];
      }
    }
  }

  private static void checkRange(String name, StoredTensor stored, Tensor tensor, float[] values)
      throws WeightFileException {
    if (tensor.type() != ElementType.F64) {
      return;
    }
    double[] exact = tensor.doubles();
    for (int i = 0; i < values.length; i++) {
      if (Float.isInfinite(values[i]) && !Double.isInfinite(exact[i])) {
        throw new WeightFileException(
            name,
            stored.name() + " holds " + exact[i] + ", which is beyond float32; nothing was loaded");
      }
    }
  }

  private static void checkLength(
      ModelDescription description, String what, int expected, int actual) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          "the "
              + what
              + " of "
              + description.name()
              + " take "
              + expected
              + " floats, got "
              + actual);
    }
  }
}
