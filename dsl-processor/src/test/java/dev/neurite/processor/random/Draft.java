package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A declaration, or a block of one, that is being drawn, and spoilt where it is to be wrong. */
final class Draft {

  static final String PACKAGE = "networks";

  final String name;
  final List<Method> methods = new ArrayList<>();

  /** The declaration that a block belongs to, or itself. */
  final Draft root;

  /** Whether it is a block of another draft. */
  final boolean isBlock;

  /** Whether the inputs of a block state their shapes. */
  boolean stated;

  /** Whether a layer that applies a block has the parameters of another such layer. */
  boolean shared;

  /** What a block has been given at its places of use. */
  final Set<List<Value>> given = new HashSet<>();

  /** Those of a declaration, inner ones first. */
  final List<Draft> blocks = new ArrayList<>();

  /** Whether blocks are declared within the interface. */
  boolean blocksInside;

  /** Budgets of {@code @Model}, as written. */
  final Map<String, String> budgets = new LinkedHashMap<>();

  /** Members and types that are the user's own. */
  final List<String> members = new ArrayList<>();

  final List<String> types = new ArrayList<>();

  String kind = "interface";

  /** Annotations of the interface beside {@code @Model}. */
  String annotations = "";

  /** How visible it is within a class; empty if it is a type of its own. */
  String nested = "";

  String methodPrefix = "";
  String typeParameters = "";
  String parents = "";

  /** The code of the mistake at {@code @Model}; empty if there is none. */
  String mistake = "";

  Draft(String name) {
    this(name, null);
  }

  private Draft(String name, @Nullable Draft root) {
    this.name = name;
    this.isBlock = root != null;
    this.root = root == null ? this : root;
  }

  /** A block of this declaration, not yet one of its {@link #blocks}. */
  static Draft block(Draft root, String name) {
    return new Draft(name, root);
  }

  /** Notes that a block's parameters are those of another place of use, as those within it are. */
  void share() {
    shared = true;
    for (Method method : methods) {
      if (method.block != null) {
        method.block.share();
      }
    }
  }

  List<Method> layers() {
    return methods.stream().filter(method -> !method.isInput()).toList();
  }

  List<Method> inputs() {
    return methods.stream().filter(Method::isInput).toList();
  }

  /** The layer whose value a block gives. */
  Method result() {
    return methods.stream().filter(method -> method.output).findFirst().orElse(methods.getLast());
  }

  boolean isRight() {
    return mistake.isEmpty()
        && methods.stream().allMatch(method -> method.mistake.isEmpty())
        && blocks.stream().allMatch(Draft::isRight);
  }

  /** Gives a method another name, wherever it is read. */
  void rename(Method method, String to) {
    for (Method other : methods) {
      List<String> names = other.from;
      if (names != null) {
        other.from =
            new ArrayList<>(names.stream().map(one -> one.equals(method.name) ? to : one).toList());
      }
      if (method.name.equals(other.sharedWith)) {
        other.sharedWith = to;
      }
    }
    method.name = to;
  }

  /** The declaration as source, with the line of each mistake. */
  Declaration finished(long number) {
    List<String> lines = new ArrayList<>();
    Map<Method, Integer> places = new LinkedHashMap<>();
    lines.add("package " + PACKAGE + ";");
    lines.add("import dev.neurite.dsl.*;");
    lines.add("");
    String model =
        budgets.isEmpty()
            ? "@Model"
            : budgets.entrySet().stream()
                .map(budget -> budget.getKey() + " = " + budget.getValue())
                .collect(Collectors.joining(", ", "@Model(", ")"));
    if (!nested.isEmpty()) {
      lines.add("class " + name + " {");
    }
    lines.add(
        model
            + annotations
            + (nested.isEmpty()
                ? " public " + kind + " " + name + typeParameters + parents + " {"
                : " " + nested + " " + kind + " Nested" + typeParameters + parents + " {"));
    List<String> mistakes = new ArrayList<>();
    if (!mistake.isEmpty()) {
      mistakes.add(lines.size() + " " + mistake);
    }
    lines.addAll(members);
    write(lines, places);
    if (blocksInside) {
      blocks.forEach(block -> block.writeBlock(lines, places));
    }
    lines.add(nested.isEmpty() ? "}" : "}}");
    if (!blocksInside) {
      blocks.forEach(block -> block.writeBlock(lines, places));
    }
    lines.addAll(types);
    Expected.of(this).stream()
        .map(report -> Map.entry(places.getOrDefault(report.at(), 0), report.code()))
        .sorted(Map.Entry.comparingByKey())
        .forEach(report -> mistakes.add(report.getKey() + " " + report.getValue()));
    return new Declaration(
        number, name, String.join("\n", lines) + "\n", mistakes, operations(), skips());
  }

  private void writeBlock(List<String> lines, Map<Method, Integer> places) {
    lines.add("@Block interface " + name + " {");
    write(lines, places);
    lines.add("}");
  }

  private void write(List<String> lines, Map<Method, Integer> places) {
    for (Method method : methods) {
      lines.add(methodPrefix + method);
      places.put(method, lines.size());
    }
  }

  private Map<String, Integer> operations() {
    Map<String, Integer> operations = new TreeMap<>();
    for (Method method :
        Stream.concat(Stream.of(this), blocks.stream())
            .flatMap(one -> one.methods.stream())
            .toList()) {
      method.pieces.forEach(piece -> operations.merge(piece.name, 1, Integer::sum));
      if (method.owner != null) {
        operations.merge("SharedWith", 1, Integer::sum);
      }
    }
    long inner =
        blocks.stream()
            .flatMap(block -> block.methods.stream())
            .filter(method -> method.block != null)
            .count();
    operations.put("Block", blocks.size());
    operations.put("Stack in a block", (int) inner);
    return operations;
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
