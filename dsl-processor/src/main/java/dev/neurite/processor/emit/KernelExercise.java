package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.Contraction.Operands;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Kernel.Parameter;
import dev.neurite.processor.kernel.Products;
import dev.neurite.processor.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a kernel is called for the JVM to compile it: on a few numbers. Which tiles a product runs
 * depends on its rows and columns; small numbers of them, which run the same tiles, stand for the
 * real ones.
 */
record KernelExercise(Kernel kernel) {

  /** Floats of the scratch array: room for the largest of the small products. */
  private static final int SCRATCH = 18432;

  /** The most steps that an exercise takes where it is not to see that sums are taken in blocks. */
  private static final int MOST_STEPS = 64;

  /** The same of a loop over rows of a convolution's kernel, each of which has many inputs. */
  private static final int MOST_TAPS = 16;

  /** More steps than one pass takes. */
  static final int PASSES = Products.PASS + 8;

  private static final String FEW_STEPS = "Math.min(steps, " + MOST_STEPS + ")";

  /** Sizes that reach every loop of a kernel: two vectors of 16 lanes and three lanes over. */
  static final int LANES = 35;

  private static final Map<String, Integer> SIZES =
      Map.ofEntries(
          Map.entry("m", 2),
          Map.entry("n", LANES),
          Map.entry("length", LANES),
          Map.entry("channels", LANES),
          Map.entry("inner", LANES),
          Map.entry("height", 2),
          Map.entry("width", 2),
          Map.entry("kernelHeight", 2),
          Map.entry("kernelWidth", 2),
          Map.entry("strideHeight", 1),
          Map.entry("strideWidth", 1),
          Map.entry("outHeight", 1),
          Map.entry("outWidth", 1),
          Map.entry("area", 4),
          Map.entry("rows", 17),
          Map.entry("rowStep", LANES),
          Map.entry("columns", 17),
          Map.entry("positions", 1),
          Map.entry("vectors", 1),
          Map.entry("outer", 1),
          Map.entry("blocks", 2),
          Map.entry("count", 2),
          Map.entry("taps", 2),
          Map.entry("runs", 1),
          Map.entry("lda", 1),
          Map.entry("ldc", 1),
          Map.entry("end", 1),
          Map.entry("across", 1),
          Map.entry("inputs", 2),
          Map.entry("toRow", 2),
          Map.entry("panel", 16),
          Map.entry("resultPanel", 16),
          Map.entry("to", 17));

  /**
   * The same of kernels that move blocks of 16 x 16: one such and three columns over; every other
   * call has a row less, so that nothing is whole.
   */
  private static final Map<String, String> BLOCK_SIZES =
      Map.of("n", "19", "area", "19", "channels", "2", "rows", "16 - (i & 1)");

  /** Whether the kernel is a sum of products. */
  boolean isProduct() {
    return sums().isPresent();
  }

  /** Whether what the kernel runs depends on rows and columns, {@code m} and {@code n}. */
  boolean isSized() {
    return sums()
        .map(
            sums ->
                switch (sums.operands()) {
                  case OUTPUTS, WEIGHTS, NEW_WEIGHTS, LANES, LANE_PAIRS -> true;
                  // Its pixels are a number of the kernel.
                  case PANEL -> false;
                  // Its rows and pixels run one tile, whatever their number.
                  case PIXELS -> false;
                })
        .orElse(false);
  }

  private Optional<Contraction> sums() {
    return kernel.body().getFirst() instanceof Stmt.Contract contract
        ? Optional.of(contract.contraction())
        : Optional.empty();
  }

  private Contraction sized() {
    return sums().orElseThrow();
  }

  /** Rows that can be taken away from twice as many without another tile: those of its tiles. */
  int everyRows() {
    return multiple(sized().wide().rows(), sized().narrow().rows());
  }

  /** The same of columns: four vectors of sixteen, or those of tiles of sums for each lane. */
  int everyColumns() {
    return sized().operands() == Operands.LANE_PAIRS
        ? 16 * multiple(sized().wide().vectors(), sized().narrow().vectors())
        : 64;
  }

  private static int multiple(int a, int b) {
    int multiple = a;
    while (multiple % b != 0) {
      multiple += a;
    }
    return multiple;
  }

  /**
   * Rows and columns in turn that together run all of the kernel's code; none if it has no sizes.
   */
  List<Integer> allSizes() {
    List<Integer> sizes = new ArrayList<>();
    if (!isSized()) {
      return sizes;
    }
    int more = sized().moreRows() ? 1 : 0;
    if (sized().operands() == Operands.LANES) {
      // Seven pixels: four, two and one.
      return List.of(everyRows() + more, 7 * 16);
    }
    if (sized().operands() == Operands.LANE_PAIRS) {
      return List.of(everyRows() + more, everyColumns());
    }
    Contraction.Columns forms = sized().columns();
    List<Integer> columns = new ArrayList<>(List.of(32));
    if (forms.odd()) {
      columns.add(48);
    }
    if (forms.ragged()) {
      columns.add(63);
    }
    if (forms.oddRagged()) {
      columns.add(42);
    }
    for (int n : columns) {
      // Tiles of ragged columns have few rows wherever they run.
      int rows = n % 16 == 0 ? sized().wide().rows() : sized().narrow().rows();
      reaching(rows).forEach(m -> sizes.addAll(List.of(m, n)));
    }
    if (sized().singleRow()) {
      sizes.addAll(List.of(1, 224));
    }
    return sizes;
  }

  /** Numbers of rows that together reach a tile of so many rows, and those of 4, 2 and 1. */
  private static List<Integer> reaching(int rows) {
    if (rows > 7) {
      return List.of(rows + 7);
    }
    return rows > 4 ? List.of(rows + 3, rows + 4) : List.of(rows + 3);
  }

  /** Floats that the call needs, whose strides may be those of the network. */
  int scratch() {
    Map<String, Integer> constants = kernel.constants();
    int rows = isSized() ? 2 * everyRows() : 24;
    return SCRATCH
        + constants.entrySet().stream()
            .mapToInt(
                constant ->
                    constant.getValue()
                        * switch (constant.getKey()) {
                          case "lda", "ldc" -> Math.max(rows, constants.getOrDefault("m", 0));
                          case "aStep", "wStep" -> constants.getOrDefault("count", MOST_STEPS);
                          case "depth" -> 16 * MOST_TAPS;
                          case String other -> 16;
                        })
            .sum();
  }

  /**
   * The call, of {@code k}, with {@code steps} of inputs in {@code a}, and a {@code bias}, or -1
   * for none.
   */
  String call() {
    return kernel.open().stream()
        .map(this::argument)
        .collect(Collectors.joining(", ", "k." + kernel.name() + "(", ")"));
  }

  private String argument(Parameter parameter) {
    String name = parameter.name();
    return switch (parameter.type()) {
      case REALS -> isProduct() && name.equals("a") ? name : "x";
      case INTS -> "indices";
      case REAL -> "1";
      case BOOLEAN -> "true";
      case INT -> sums().map(sums -> number(name, sums)).orElseGet(() -> size(name));
    };
  }

  private String size(String name) {
    String size = Integer.toString(SIZES.getOrDefault(name, 0));
    return movesBlocks(kernel.body()) ? BLOCK_SIZES.getOrDefault(name, size) : size;
  }

  private static boolean movesBlocks(List<Stmt> body) {
    return body.stream()
        .anyMatch(stmt -> stmt instanceof Stmt.Transpose16 || movesBlocks(stmt.body()));
  }

  /** The count of the outermost loop. */
  private String outer(Contraction sums) {
    boolean innermost =
        kernel.open().stream().noneMatch(open -> open.name().matches("depth|count"))
            && switch (sums.operands()) {
              case OUTPUTS, PANEL, PIXELS -> true;
              case WEIGHTS, NEW_WEIGHTS, LANES, LANE_PAIRS -> false;
            };
    if (innermost) {
      return "Math.min(steps, " + MOST_TAPS + ")";
    }
    // Within a tile a few calls in which it runs more than once are enough.
    return sums.nested() ? "steps > 1 ? 2 : 1" : "2";
  }

  private String number(String name, Contraction sums) {
    return switch (name) {
      case "bo" -> "bias";
      case "m" -> sums.operands() == Operands.PIXELS ? text(rowsOfTiles(sums)) : "m";
      case "n" ->
          switch (sums.operands()) {
            case PANEL -> "16";
            case PIXELS -> text(LANES);
            case OUTPUTS, WEIGHTS, NEW_WEIGHTS, LANES, LANE_PAIRS -> "n";
          };
      case "depth" -> sums.operands() == Operands.OUTPUTS && !sums.takesAll() ? "steps" : FEW_STEPS;
      case "count" -> FEW_STEPS;
      case "taps", "blocks" -> outer(sums);
      case String other -> text(SIZES.getOrDefault(other, 0));
    };
  }

  /** Rows that run the tile and, where it leaves some over, that of one. */
  private static int rowsOfTiles(Contraction sums) {
    return sums.wide().rows() + (sums.moreRows() ? 1 : 0);
  }

  private static String text(int number) {
    return Integer.toString(number);
  }
}
