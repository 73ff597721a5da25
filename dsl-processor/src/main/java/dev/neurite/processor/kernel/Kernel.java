package dev.neurite.processor.kernel;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One kernel.
 *
 * @param name of the method
 * @param documentation one or two sentences for the generated source
 * @param parameters in order
 * @param constants those of the parameters that are numbers in this form of the kernel; its method
 *     takes the others
 * @param body the program
 */
public record Kernel(
    String name,
    String documentation,
    List<Parameter> parameters,
    Map<String, Integer> constants,
    List<Stmt> body) {

  public Kernel {
    parameters = List.copyOf(parameters);
    constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
    body = List.copyOf(body);
  }

  /** A kernel whose sizes are all parameters. */
  public Kernel(String name, String documentation, List<Parameter> parameters, List<Stmt> body) {
    this(name, documentation, parameters, Map.of(), body);
  }

  /** A form of this kernel for these values of some parameters, under a name that says them. */
  public Kernel with(Map<String, Integer> values) {
    StringBuilder named = new StringBuilder(name);
    values.forEach(
        (parameter, value) ->
            named
                .append(Character.toUpperCase(parameter.charAt(0)))
                .append(parameter.substring(1))
                .append(value));
    return new Kernel(named.toString(), documentation, parameters, values, body);
  }

  /** The parameters that its method takes. */
  public List<Parameter> open() {
    return parameters.stream()
        .filter(parameter -> !constants.containsKey(parameter.name()))
        .toList();
  }

  /** A parameter of a kernel. */
  public record Parameter(Type type, String name) {}

  /** Types of parameters; {@code REAL} is float or double. */
  public enum Type {
    INT,
    REAL,
    REALS,
    INTS,
    BOOLEAN
  }

  /** Parameters from text such as {@code "int m, real[] a, int ao, real slope"}. */
  public static List<Parameter> parameters(String text) {
    return List.of(text.split(",")).stream()
        .map(String::strip)
        .map(
            word -> {
              int blank = word.indexOf(' ');
              return new Parameter(type(word.substring(0, blank)), word.substring(blank + 1));
            })
        .toList();
  }

  private static Type type(String word) {
    return switch (word) {
      case "int" -> Type.INT;
      case "real" -> Type.REAL;
      case "real[]" -> Type.REALS;
      case "int[]" -> Type.INTS;
      case "boolean" -> Type.BOOLEAN;
      case String other ->
          throw new IllegalArgumentException("no type of a kernel parameter: " + other);
    };
  }

  /** This kernel, with what another use of the same kernel needs. */
  public Kernel and(Kernel other) {
    if (body.getFirst() instanceof Stmt.Contract mine
        && other.body().getFirst() instanceof Stmt.Contract more) {
      return new Kernel(
          name,
          documentation,
          parameters,
          constants,
          List.of(new Stmt.Contract(mine.contraction().and(more.contraction()))));
    }
    return this;
  }
}
