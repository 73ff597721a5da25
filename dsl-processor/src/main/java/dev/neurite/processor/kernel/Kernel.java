package dev.neurite.processor.kernel;

import java.util.List;

/**
 * One kernel.
 *
 * @param name of the method
 * @param documentation one or two sentences for the generated source
 * @param parameters in order
 * @param body the program
 */
public record Kernel(
    String name, String documentation, List<Parameter> parameters, List<Stmt> body) {

  public Kernel {
    parameters = List.copyOf(parameters);
    body = List.copyOf(body);
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
          List.of(new Stmt.Contract(mine.contraction().and(more.contraction()))));
    }
    return this;
  }
}
