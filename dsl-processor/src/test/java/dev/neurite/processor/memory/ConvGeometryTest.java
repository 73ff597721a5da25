package dev.neurite.processor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.graph.Initial;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.memory.ConvGeometry.SpreadColumns;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which columns of a kernel an input gradient needs. */
final class ConvGeometryTest {

  private static ConvGeometry of(int width, int kernel, int padding, int stride) {
    Operation.Size square = new Operation.Size(kernel, kernel);
    Operation.Conv2D conv =
        new Operation.Conv2D(
            6,
            square,
            new Operation.Size(stride, stride),
            new Operation.Padding(padding, padding, padding, padding),
            new Operation.Size(1, 1),
            1,
            true,
            Initial.ZEROS,
            Initial.ZEROS);
    int out = (width + 2 * padding - kernel) / stride + 1;
    return new ConvGeometry(conv, 3, width, width, out, out);
  }

  private static String text(List<SpreadColumns> columns) {
    return columns.stream()
        .map(part -> part.from() + "-" + part.to() + ":" + part.first() + "-" + part.end())
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "12, 5, 0, 1, 0-4:1-5 4-8:0-5 8-12:0-4",
    "28, 5, 0, 1, 0-4:1-5 4-24:0-5 24-28:0-4",
    "12, 3, 0, 1, 0-12:0-3",
    "12, 5, 2, 1, 0-12:0-5",
    "11, 5, 0, 1, 0-11:0-5",
    "13, 5, 0, 2, 0-13:0-5",
    "8, 8, 0, 1, 0-4:4-8 4-8:0-4",
    // Five parts: all of them at once.
    "24, 11, 0, 1, 0-24:0-11"
  })
  void columnsThatReadOnlyZerosAreLeftOut(
      int width, int kernel, int padding, int stride, String expected) {
    assertThat(text(of(width, kernel, padding, stride).spreadColumns(4))).isEqualTo(expected);
  }

  @Test
  void whatIsLeftOutIsZeroAndAllColumnsAreThere() {
    for (int width = 4; width <= 28; width++) {
      for (int kernel = 1; kernel <= Math.min(width, 9); kernel++) {
        for (int padding = 0; padding < kernel; padding++) {
          ConvGeometry g = of(width, kernel, padding, 1);
          int left = g.spreadLeft() - g.spreadSkipColumns();
          int next = 0;
          for (SpreadColumns part : g.spreadColumns(4)) {
            assertThat(part.from()).isEqualTo(next);
            next = part.to();
            for (int x = part.from(); x < part.to(); x++) {
              for (int k = 0; k < kernel; k++) {
                boolean zero = x + k < left || x + k >= left + g.outWidth();
                boolean leftOut = k < part.first() || k >= part.end();
                assertThat(leftOut && !zero).as("%s, column %s, %s", g, x, k).isFalse();
              }
            }
          }
          assertThat(next).isEqualTo(width);
        }
      }
    }
  }
}
