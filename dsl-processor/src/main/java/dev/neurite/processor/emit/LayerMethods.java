package dev.neurite.processor.emit;

import dev.neurite.processor.lower.LayerMethod;
import dev.neurite.processor.lower.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Writes the lines of layers' methods out as Java. */
final class LayerMethods {

  /** Characters of a line before it is broken after a comma. */
  private static final int WIDTH = 96;

  private static final Pattern DOUBLE_LITERAL =
      Pattern.compile("\\(real\\) (\\d+\\.\\d+(?:E-?\\d+)?)");

  private LayerMethods() {}

  /** The body of a method; {@code real} is float or double. */
  static String body(LayerMethod method, String real) {
    JavaText text = new JavaText();
    lines(method.lines(), text, real);
    return text.toString();
  }

  /** Whether the body of a method names a variable. */
  static boolean names(String body, String variable) {
    for (int at = body.indexOf(variable); at >= 0; at = body.indexOf(variable, at + 1)) {
      int end = at + variable.length();
      boolean begins = at == 0 || !Character.isJavaIdentifierPart(body.charAt(at - 1));
      if (begins && (end == body.length() || !Character.isJavaIdentifierPart(body.charAt(end)))) {
        return true;
      }
    }
    return false;
  }

  private static void lines(List<Line> lines, JavaText text, String real) {
    for (Line line : lines) {
      switch (line) {
        case Line.Call call -> call(call, text, real);
        case Line.Loop loop -> {
          text.open(
              "for (int %s = %s; %s < %s; %s)"
                  .formatted(
                      loop.variable(),
                      loop.from(),
                      loop.variable(),
                      loop.to(),
                      loop.step() == 1
                          ? loop.variable() + "++"
                          : loop.variable() + " += " + loop.step()));
          lines(loop.body(), text, real);
          text.close();
        }
        case Line.When when -> {
          text.open("if (" + when.condition() + ")");
          lines(when.body(), text, real);
          text.close();
        }
        case Line.Define define ->
            text.line("int " + define.name() + " = " + define.expression() + ";");
        case Line.Statement statement -> text.line(typed(statement.java(), real));
      }
    }
  }

  /**
   * {@code (real)} stands for a cast to the class's number type; where a double literal would be
   * cast to double, javac's lint asks for none.
   */
  private static String typed(String java, String real) {
    if (real.equals("double")) {
      java = DOUBLE_LITERAL.matcher(java).replaceAll("$1");
    }
    return java.replace("(real) ", "(" + real + ") ");
  }

  private static void call(Line.Call call, JavaText text, String real) {
    List<String> lines = new ArrayList<>();
    StringBuilder current = new StringBuilder("k." + call.kernel() + "(");
    for (int i = 0; i < call.arguments().size(); i++) {
      boolean last = i == call.arguments().size() - 1;
      String argument = typed(call.arguments().get(i), real) + (last ? ");" : ",");
      if (current.length() + argument.length() + 1 > WIDTH && !current.toString().endsWith("(")) {
        lines.add(current.toString());
        current = new StringBuilder("    ");
      } else if (i > 0) {
        current.append(' ');
      }
      current.append(argument);
    }
    lines.add(current.toString());
    lines.forEach(text::line);
  }
}
