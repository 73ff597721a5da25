package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.graph.Operation.Size;
import java.util.List;
import java.util.function.DoublePredicate;

/** Reads the numbers of one annotation, reporting those that no network can have. */
final class Attributes {

  private final AnnotationUse use;
  private final String layer;
  private final Diagnostics diagnostics;
  private boolean valid = true;

  Attributes(AnnotationUse use, String layer, Diagnostics diagnostics) {
    this.use = use;
    this.layer = layer;
    this.diagnostics = diagnostics;
  }

  /** Whether nothing has been reported. */
  boolean valid() {
    return valid;
  }

  /** Notes a mistake that has been reported elsewhere. */
  void invalidate() {
    valid = false;
  }

  /** Reports a mistake at an attribute; the message's values begin with annotation and layer. */
  void reject(Message message, String attribute, Object... values) {
    Object[] all = new Object[values.length + 2];
    all[0] = use.written();
    all[1] = layer;
    System.arraycopy(values, 0, all, 2, values.length);
    diagnostics.report(message, use.at(attribute), all);
    valid = false;
  }

  /** A number of at least 1. */
  int positive(String attribute) {
    int value = use.integer(attribute);
    if (value < 1) {
      reject(Message.SIZE_NOT_POSITIVE, attribute, attribute, value);
    }
    return value;
  }

  /** Sizes of at least 1 each. */
  List<Integer> positives(String attribute) {
    List<Integer> values = use.integers(attribute);
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) < 1) {
        valid = false;
        diagnostics.report(
            Message.SIZE_NOT_POSITIVE,
            use.at(attribute, i),
            use.written(),
            layer,
            attribute,
            sizes(values));
        break;
      }
    }
    return values;
  }

  /** Height and width of at least 1 each. */
  Size positivePair(String attribute) {
    return use.integers(attribute).size() > 2 || use.integers(attribute).isEmpty()
        ? wrongNumber(attribute)
        : pairOf(positives(attribute));
  }

  /** Height and width of at least 0 each. */
  Size padding(String attribute) {
    List<Integer> values = use.integers(attribute);
    if (values.size() > 2 || values.isEmpty()) {
      return wrongNumber(attribute);
    }
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) < 0) {
        valid = false;
        diagnostics.report(
            Message.PADDING_NEGATIVE, use.at(attribute, i), use.written(), layer, sizes(values));
        break;
      }
    }
    return pairOf(values);
  }

  private Size wrongNumber(String attribute) {
    reject(Message.WRONG_NUMBER_OF_SIZES, attribute, use.integers(attribute).size(), attribute);
    return new Size(1, 1);
  }

  /** A finite number in a range said in words. */
  double number(String attribute, DoublePredicate range, String words, String usual) {
    double value = use.number(attribute);
    if (!Double.isFinite(value) || !range.test(value)) {
      reject(Message.VALUE_OUT_OF_RANGE, attribute, attribute, value, words, usual);
    }
    return value;
  }

  /** A share in [0, 1). */
  double share() {
    double value = use.number("value");
    if (!(value >= 0 && value < 1)) {
      String remedy = "State the share of values that training sets to 0, such as 0.5.";
      if (value > 1 && value < 100) {
        remedy = "A share of " + plain(value) + " percent is " + plain(value / 100) + ".";
      }
      reject(Message.SHARE_OUT_OF_RANGE, "value", plain(value), remedy);
    }
    return value;
  }

  private static Size pairOf(List<Integer> values) {
    return new Size(values.getFirst(), values.getLast());
  }

  /** As written in an annotation: {@code 3} or {@code {3, 5}}. */
  static String sizes(List<Integer> values) {
    if (values.size() == 1) {
      return values.getFirst().toString();
    }
    String list = values.toString();
    return "{" + list.substring(1, list.length() - 1) + "}";
  }

  /** As written in an annotation: {@code 3} or {@code {3, 5}}. */
  static String pair(Size size) {
    return size.height() == size.width()
        ? Integer.toString(size.height())
        : "{" + size.height() + ", " + size.width() + "}";
  }

  /** Without a needless fraction: {@code 50} for 50.0. */
  static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
