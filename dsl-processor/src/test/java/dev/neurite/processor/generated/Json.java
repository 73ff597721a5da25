package dev.neurite.processor.generated;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON of the reference cases: objects become maps without their null members, arrays
 * lists, numbers doubles.
 */
final class Json {

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  static List<?> list(String text) {
    return (List<?>) new Json(text).value();
  }

  static Map<?, ?> object(String text) {
    return (Map<?, ?>) new Json(text).value();
  }

  private char next() {
    while (text.charAt(at) == ' ') {
      at++;
    }
    return text.charAt(at);
  }

  /** Null is an empty string, which nothing in these files is otherwise. */
  private Object value() {
    char c = next();
    if (c == '{') {
      Map<String, Object> members = new LinkedHashMap<>();
      at++;
      while (next() != '}') {
        if (c == ',') {
          at++;
          next();
        }
        String key = string();
        next();
        at++;
        Object value = value();
        if (!"".equals(value)) {
          members.put(key, value);
        }
        c = next();
      }
      at++;
      return members;
    }
    if (c == '[') {
      List<Object> elements = new ArrayList<>();
      at++;
      while (next() != ']') {
        if (c == ',') {
          at++;
        }
        elements.add(value());
        c = next();
      }
      at++;
      return elements;
    }
    if (c == '"') {
      return string();
    }
    int start = at;
    while (at < text.length() && ",]} ".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> "";
      default -> Double.parseDouble(word);
    };
  }

  private String string() {
    int end = text.indexOf('"', at + 1);
    String string = text.substring(at + 1, end);
    at = end + 1;
    return string;
  }
}
