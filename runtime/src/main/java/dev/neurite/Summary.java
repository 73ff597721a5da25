package dev.neurite;

import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws a network as a table. */
final class Summary {

  private static final int GAP = 2;

  private Summary() {}

  static String of(ModelDescription description) {
    List<String[]> cells = new ArrayList<>();
    cells.add(
        new String[] {
          "layer", "operation", "output", "parameters", "multiply-adds", "bytes per row"
        });
    long parameters = 0;
    long multiplyAdds = 0;
    long bytes = 0;
    for (ModelDescription.LayerRow row : description.layers()) {
      boolean counts = !isStack(description, row);
      long own = counts ? parametersOf(description, row.name()) : 0;
      long ownMultiplyAdds = counts ? row.multiplyAdds() : 0;
      long ownBytes = counts ? bytesOf(row) : 0;
      parameters += own;
      multiplyAdds += ownMultiplyAdds;
      bytes += ownBytes;
      cells.add(
          new String[] {
            row.name(),
            row.operation(),
            row.outputShape().toString(),
            counts ? number(own) : "",
            counts ? number(ownMultiplyAdds) : "",
            counts ? number(ownBytes) : ""
          });
    }
    cells.add(
        new String[] {"total", "", "", number(parameters), number(multiplyAdds), number(bytes)});

    int columns = cells.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : cells) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    int total = -GAP;
    for (int width : widths) {
      total += width + GAP;
    }
    String line = "-".repeat(Math.max(total, 1)) + "\n";
    StringBuilder text = new StringBuilder(description.name()).append('\n').append(line);
    for (int i = 0; i < cells.size(); i++) {
      text.append(line(cells.get(i), widths));
      if (i == 0 || i == cells.size() - 2) {
        text.append(line);
      }
    }
    return text.toString();
  }

  /** One line; the last three columns hold numbers and are aligned to the right. */
  private static String line(String[] cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      String padding = " ".repeat(widths[i] - cells[i].length());
      line.append(" ".repeat(i == 0 ? 0 : GAP));
      line.append(i >= cells.length - 3 ? padding + cells[i] : cells[i] + padding);
    }
    return line.toString().stripTrailing() + "\n";
  }

  /** Whether the layer applies blocks, whose layers have rows of their own. */
  private static boolean isStack(ModelDescription description, ModelDescription.LayerRow row) {
    return description.layers().stream()
        .anyMatch(other -> other.name().startsWith(row.name() + "."));
  }

  /** Of a layer's value in one row. */
  private static long bytesOf(ModelDescription.LayerRow row) {
    long values = 1;
    for (int size : row.outputShape()) {
      values *= size;
    }
    return values * Float.BYTES;
  }

  private static long parametersOf(ModelDescription description, String layer) {
    long count = 0;
    for (StoredTensor tensor : description.tensors()) {
      if (tensor.layer().equals(layer) && tensor.role() == StoredTensor.Role.PARAMETER) {
        count += tensor.storage().size();
      }
    }
    return count;
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
