package dev.neurite;

import java.util.List;

/** Columns of text, aligned to the right. */
final class Table {

  private static final String GAP = "  ";

  private Table() {}

  static String of(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        text.append(i == 0 ? "" : GAP).append(" ".repeat(widths[i] - row.get(i).length()));
        text.append(row.get(i));
      }
      text.append('\n');
    }
    return text.toString();
  }
}
