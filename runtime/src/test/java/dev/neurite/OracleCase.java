package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.io.SafeTensors;
import dev.neurite.io.Tensor;
import dev.neurite.io.TensorFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** One reference case: a network's numbers as PyTorch computes them, and their tolerance. */
public record OracleCase(String name, TensorFile file) {

  /** The case of a name such as {@code opt_adam}, from the test resources. */
  public static OracleCase read(String name) {
    URL url = OracleCase.class.getResource("/oracle/" + name + ".safetensors");
    try {
      return new OracleCase(name, SafeTensors.read(Path.of(Objects.requireNonNull(url).toURI())));
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public Tensor tensor(String tensor) {
    return Objects.requireNonNull(file.tensors().get(tensor), tensor);
  }

  public float[] floats(String tensor) {
    return tensor(tensor).floats();
  }

  public double[] doubles(String tensor) {
    return tensor(tensor).doubles();
  }

  /** Class indices as {@code int[]}, other targets as {@code float[]}. */
  public Object targets() {
    Tensor target = tensor("target");
    if (target.type().isFloat()) {
      return target.floats();
    }
    long[] indices = target.longs();
    int[] classes = new int[indices.length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = Math.toIntExact(indices[i]);
    }
    return classes;
  }

  /** Asserts |x - r| of at most atol + rtol |r|, element by element. */
  public void check(String what, double[] actual, double[] expected) {
    double rtol = number("rtol");
    double atol = number("atol");
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("%s: %s[%d] = %s, expected %s", name, what, i, actual[i], expected[i])
          .isLessThanOrEqualTo(atol + rtol * Math.abs(expected[i]));
    }
  }

  public void check(String what, float[] actual, String tensor) {
    double[] values = new double[actual.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = actual[i];
    }
    check(what, values, doubles(tensor));
  }

  private double number(String key) {
    return Double.parseDouble(Objects.requireNonNull(file.metadata().get(key), key));
  }
}
