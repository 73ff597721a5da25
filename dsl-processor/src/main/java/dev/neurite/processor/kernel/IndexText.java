package dev.neurite.processor.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Integer expressions as a reader would write them: no added zero, no factor one, no needless
 * parentheses.
 */
public final class IndexText {

  private IndexText() {}

  /** The sum of these expressions; literals are added up. */
  public static String sum(String... terms) {
    List<String> parts = new ArrayList<>();
    long literal = 0;
    for (String term : terms) {
      if (isLiteral(term)) {
        literal += Long.parseLong(term);
      } else {
        parts.add(term);
      }
    }
    if (literal != 0 || parts.isEmpty()) {
      parts.add(Long.toString(literal));
    }
    return String.join(" + ", parts).replace("+ -", "- ");
  }

  /** The product of two expressions. */
  public static String product(String left, String right) {
    if (isLiteral(left) && isLiteral(right)) {
      return Long.toString(Long.parseLong(left) * Long.parseLong(right));
    }
    if (left.equals("0") || right.equals("0")) {
      return "0";
    }
    if (left.equals("1")) {
      return right;
    }
    if (right.equals("1")) {
      return left;
    }
    return factor(left) + " * " + factor(right);
  }

  private static String factor(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean word =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_' || c == '.';
      if (!word) {
        return "(" + text + ")";
      }
    }
    return text;
  }

  private static boolean isLiteral(String text) {
    int first = text.startsWith("-") ? 1 : 0;
    for (int i = first; i < text.length(); i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return text.length() > first;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
