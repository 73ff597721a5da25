package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A declaration that is being drawn, and spoilt where it is to be wrong. */
final class Draft {

  static final String PACKAGE = "networks";

  final String name;
  final List<Method> methods = new ArrayList<>();

  /** Budgets of {@code @Model}, as written. */
  final Map<String, String> budgets = new LinkedHashMap<>();

  /** Members and types that are the user's own. */
  final List<String> members = new ArrayList<>();

  final List<String> types = new ArrayList<>();

  String kind = "interface";

  /** How visible it is within a class; empty if it is a type of its own. */
  String nested = "";

  String methodPrefix = "";
  String typeParameters = "";
  String parents = "";

  /** The code of the mistake at {@code @Model}; empty if there is none. */
  String mistake = "";

  Draft(String name) {
    this.name = name;
  }

  List<Method> layers() {
    return methods.stream().filter(method -> !method.isInput()).toList();
  }

  boolean isRight() {
    return mistake.isEmpty() && methods.stream().allMatch(method -> method.mistake.isEmpty());
  }

  /** Gives a method another name, wherever it is read. */
  void rename(Method method, String to) {
    for (Method other : methods) {
      List<String> names = other.from;
      if (names != null) {
        other.from =
            new ArrayList<>(names.stream().map(one -> one.equals(method.name) ? to : one).toList());
      }
    }
    method.name = to;
  }

  /** The declaration as source, with the line of each mistake. */
  Declaration finished(long number) {
    List<String> lines = new ArrayList<>();
    lines.add("package " + PACKAGE + ";");
    lines.add("import dev.neurite.dsl.*;");
    lines.add("");
    String model =
        budgets.isEmpty()
            ? "@Model"
            : budgets.entrySet().stream()
                .map(budget -> budget.getKey() + " = " + budget.getValue())
                .collect(Collectors.joining(", ", "@Model(", ")"));
    TreeMap<Integer, String> mistakes = new TreeMap<>();
    if (!nested.isEmpty()) {
      lines.add("class " + name + " {");
    }
    lines.add(
        nested.isEmpty()
            ? model + " public " + kind + " " + name + typeParameters + parents + " {"
            : model + " " + nested + " " + kind + " Nested" + typeParameters + parents + " {");
    if (!mistake.isEmpty()) {
      mistakes.put(lines.size(), mistake);
    }
    lines.addAll(members);
    for (Method method : methods) {
      lines.add(methodPrefix + method);
      if (!method.mistake.isEmpty()) {
        mistakes.put(lines.size(), method.mistake);
      }
    }
    lines.add(nested.isEmpty() ? "}" : "}}");
    lines.addAll(types);
    Map<String, Integer> operations = new TreeMap<>();
    for (Method method : methods) {
      method.pieces.forEach(piece -> operations.merge(piece.name, 1, Integer::sum));
    }
    return new Declaration(
        number, name, String.join("\n", lines) + "\n", mistakes, operations, skips());
  }

  /** Layers that read something else than the one above. */
  private int skips() {
    int skips = 0;
    for (int i = 1; i < methods.size(); i++) {
      List<Method> sources = methods.get(i).sources;
      if (!sources.isEmpty() && !sources.equals(List.of(methods.get(i - 1)))) {
        skips++;
      }
    }
    return skips;
  }
}
