package dev.neurite.processor.generated;

import dev.neurite.io.SafeTensors;
import dev.neurite.io.Tensor;
import dev.neurite.io.TensorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** One reference case: a network, and its numbers as PyTorch computes them. */
record OracleCase(String name, TensorFile file) {

  /** All cases of the test resources, by name. */
  static List<OracleCase> all() {
    URL url = Objects.requireNonNull(OracleCase.class.getResource("/oracle/README.md"));
    try (Stream<Path> files = Files.list(Path.of(url.toURI()).resolveSibling("."))) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .sorted()
          .map(OracleCase::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static OracleCase read(Path file) {
    String name = file.getFileName().toString().replace(".safetensors", "");
    try {
      return new OracleCase(name, SafeTensors.read(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same case with other names of tensors. */
  OracleCase renamed(UnaryOperator<String> rename) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    file.tensors().forEach((tensor, values) -> tensors.put(rename.apply(tensor), values));
    return new OracleCase(name, new TensorFile(tensors, file.metadata()));
  }

  String metadata(String key) {
    return Objects.requireNonNull(file.metadata().get(key), key);
  }

  List<?> network() {
    return Json.list(metadata("network"));
  }

  /** Optimizer, schedule and clipping; empty where the case makes no steps. */
  Map<?, ?> optimizer() {
    return Json.object(file.metadata().getOrDefault("optimizer", "{}"));
  }

  boolean trains() {
    return metadata("mode").equals("train");
  }

  boolean hasBatchNorm() {
    return metadata("network").contains("\"batchnorm\"");
  }

  boolean has(String tensor) {
    return file.tensors().containsKey(tensor);
  }

  double[] doubles(String tensor) {
    Tensor found = file.tensor(tensor);
    if (found.type().isFloat()) {
      return found.doubles();
    }
    long[] values = found.longs();
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = (double) values[i];
    }
    return doubles;
  }

  int rows() {
    return file.tensor("input").shape().getFirst();
  }

  /** {@code float[]}, or for indices and classes {@code int[]}. */
  Object values(String tensor) {
    Tensor found = file.tensor(tensor);
    if (found.type().isFloat()) {
      return found.floats();
    }
    long[] values = found.longs();
    int[] indices = new int[values.length];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = Math.toIntExact(values[i]);
    }
    return indices;
  }

  /** The tensors whose names begin so, without that beginning. */
  Map<String, Tensor> group(String prefix) {
    Map<String, Tensor> group = new LinkedHashMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(prefix)) {
                group.put(name.substring(prefix.length()), tensor);
              }
            });
    return group;
  }

  /** The largest |x - r| / (atol + rtol |r|); infinite where a value is not a number. */
  double fraction(double[] actual, double[] expected) {
    if (actual.length != expected.length) {
      throw new IllegalStateException(
          name + ": expected " + expected.length + " values, got " + actual.length);
    }
    double rtol = Double.parseDouble(metadata("rtol"));
    double atol = Double.parseDouble(metadata("atol"));
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      double fraction = Math.abs(actual[i] - expected[i]) / (atol + rtol * Math.abs(expected[i]));
      largest = Math.max(largest, Double.isNaN(fraction) ? Double.POSITIVE_INFINITY : fraction);
    }
    return largest;
  }
}
