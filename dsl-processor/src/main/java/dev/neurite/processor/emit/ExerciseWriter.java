package dev.neurite.processor.emit;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Kernel.Parameter;
import dev.neurite.processor.kernel.Stmt;
import dev.neurite.processor.lower.KernelSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/**
 * Writes how a class has its kernels compiled: each is called some thousand times on a few numbers,
 * which costs a fraction of a second where the first real calls of vector code, interpreted, would
 * cost many.
 */
final class ExerciseWriter {

  /** Floats of the scratch array: room for the largest of the small products. */
  private static final int SCRATCH = 18432;

  /** Rows of the largest tile, and the most steps that an exercise takes. */
  private static final int MOST_ROWS = 12;

  private static final int MOST_STEPS = 64;

  /** Sizes that reach every loop of a kernel: two vectors of 16 lanes and three lanes over. */
  private static final int LANES = 35;

  private static final Map<String, Integer> SIZES =
      Map.ofEntries(
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

  private final KernelSet kernels;

  ExerciseWriter(KernelSet kernels) {
    this.kernels = kernels;
  }

  /** Adds a method that calls every kernel once, and one that repeats it until it is compiled. */
  void addTo(TypeSpec.Builder type) {
    MethodSpec.Builder once =
        MethodSpec.methodBuilder("exercise")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addJavadoc(
                "Calls every kernel on a few numbers; sums of products take {@code steps} steps and begin with what is at {@code bias}, or with 0 where that is -1.\n")
            .addParameter(ClassName.bestGuess(KernelClasses.KERNELS), "k")
            .addParameter(ArrayTypeName.of(TypeName.FLOAT), "x")
            .addParameter(ArrayTypeName.of(TypeName.INT), "indices")
            .addParameter(TypeName.INT, "steps")
            .addParameter(TypeName.INT, "bias");
    once.addStatement("$T.fill(x, 0)", java.util.Arrays.class);
    for (Kernel kernel : kernels.all()) {
      calls(kernel).forEach(once::addStatement);
    }
    type.addMethod(once.build());
    type.addMethod(
        MethodSpec.methodBuilder("exerciseUntilCompiled")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addJavadoc(
                "Calls every kernel until calls have become no faster for a while; says whether they are compiled, which a busy machine may"
                    + " not have come to within a minute. The models of a process take turns.\n")
            .returns(TypeName.BOOLEAN)
            .addParameter(ClassName.bestGuess(KernelClasses.KERNELS), "k")
            .addCode(
                """
                synchronized ("dev.neurite.warmup".intern()) {
                  Kernels plain = new Scalar();
                  float[] x = new float[$L];
                  int[] indices = new int[$L];
                  long start = System.nanoTime();
                  // Few steps, and now and then as many as show all that a loop does, until most is compiled; then as many as show what is not.
                  for (int steps : new int[] {2, 64}) {
                    int calls = steps == 2 ? 100 : 10;
                    long best = Long.MAX_VALUE;
                    long plainBest = Long.MAX_VALUE;
                    int steady = 0;
                    for (int round = 0; steady < 30 || round < 80; round++) {
                      long before = System.nanoTime();
                      for (int i = 0; i < calls; i++) {
                        exercise(k, x, indices, i % 51 == 0 ? 64 : steps, -(i & 1));
                      }
                      long after = System.nanoTime();
                      for (int i = 0; i < calls / 5; i++) {
                        exercise(plain, x, indices, steps, -(i & 1));
                      }
                      plainBest = Math.min(plainBest, (System.nanoTime() - after) * 5);
                      boolean compiled = best / 4 < plainBest;
                      steady = compiled && after - before > best - best / 8 ? steady + 1 : 0;
                      best = Math.min(best, after - before);
                      if (after - start > 60_000_000_000L) {
                        return false;
                      }
                    }
                  }
                  return true;
                }
                """,
                scratch(), LANES)
            .build());
  }

  /** Room for strides that are numbers too: those of the network. */
  private int scratch() {
    return SCRATCH + kernels.all().stream().mapToInt(ExerciseWriter::extent).max().orElse(0);
  }

  private static int extent(Kernel kernel) {
    Map<String, Integer> constants = kernel.constants();
    return constants.entrySet().stream()
        .mapToInt(
            constant ->
                constant.getValue()
                    * switch (constant.getKey()) {
                      case "lda", "ldc" -> Math.max(2 * MOST_ROWS, constants.getOrDefault("m", 0));
                      case "aStep", "wStep" -> constants.getOrDefault("count", MOST_STEPS);
                      case "depth" -> 32;
                      case String other -> 8;
                    })
        .sum();
  }

  /**
   * Has the vector kernels compiled while the first steps run on the scalar ones, which give the
   * same bits.
   */
  static TypeSpec warmup() {
    return TypeSpec.classBuilder("Warmup")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .addJavadoc(
            "Has the vector kernels compiled while the first steps run on scalar ones. {@code -Dneurite.warmup=background|now|off}.\n")
        .addField(
            FieldSpec.builder(
                    TypeName.BOOLEAN, "done", Modifier.PRIVATE, Modifier.STATIC, Modifier.VOLATILE)
                .build())
        .addField(
            FieldSpec.builder(
                    TypeName.BOOLEAN,
                    "running",
                    Modifier.PRIVATE,
                    Modifier.STATIC,
                    Modifier.VOLATILE)
                .build())
        .addField(TypeName.BOOLEAN, "begun", Modifier.PRIVATE, Modifier.STATIC)
        .addMethod(
            MethodSpec.methodBuilder("begin")
                .addModifiers(Modifier.STATIC, Modifier.SYNCHRONIZED)
                .addCode(
                    """
                    String mode = System.getProperty("neurite.warmup", "background");
                    if (mode.equals("off")) {
                      done = true;
                    } else if (mode.equals("now")) {
                      run();
                    } else if (!begun) {
                      running = true;
                      Thread thread = new Thread(Warmup::repeat, "neurite-warmup");
                      thread.setDaemon(true);
                      thread.start();
                    }
                    begun = true;
                    """)
                .build())
        .addMethod(
            MethodSpec.methodBuilder("run")
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
                .returns(TypeName.BOOLEAN)
                .addCode(
                    """
                    running = true;
                    try {
                      if (!done) {
                        done = exerciseUntilCompiled(new Simd());
                      }
                    } finally {
                      running = false;
                    }
                    return done;
                    """)
                .build())
        .addMethod(
            MethodSpec.methodBuilder("repeat")
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
                .addJavadoc(TRIALS)
                .addCode(trials("run()"))
                .build())
        .build();
  }

  static final String TRIALS =
      "Tries again after one, two, four and eight minutes where the machine was too busy to compile the vector code.\n";

  /** What the thread of a warm-up does, where {@code trial} says whether it was the last. */
  static String trials(String trial) {
    return """
    for (int minutes = 1; !%s && minutes < 16; minutes *= 2) {
      try {
        Thread.sleep(minutes * 60_000L);
      } catch (InterruptedException e) {
        return;
      }
    }
    """
        .formatted(trial);
  }

  private static List<String> calls(Kernel kernel) {
    if (kernel.body().getFirst() instanceof Stmt.Contract contract) {
      Contraction c = contract.contraction();
      List<Integer> columns = new ArrayList<>(List.of(32));
      if (c.columns().odd()) {
        columns.add(48);
      }
      if (c.columns().ragged()) {
        columns.add(63);
      }
      if (c.columns().oddRagged()) {
        columns.add(42);
      }
      List<String> calls = new ArrayList<>();
      if (c.operands() == Contraction.Operands.PANEL) {
        return List.of(call(kernel, Map.of("n", 16)));
      }
      if (c.operands() == Contraction.Operands.LANES) {
        int rows = Math.max(c.wide().rows(), c.narrow().rows());
        // Seven pixels: four, two and one.
        return List.of(call(kernel, Map.of("m", rows + (c.moreRows() ? 1 : 0), "n", 7 * 16)));
      }
      if (c.operands() == Contraction.Operands.LANE_PAIRS) {
        int rows = Math.max(c.wide().rows(), c.narrow().rows());
        int filters = Math.max(c.wide().vectors(), c.narrow().vectors());
        return List.of(call(kernel, Map.of("m", rows + (c.moreRows() ? 1 : 0), "n", 16 * filters)));
      }
      for (int n : columns) {
        // Tiles of ragged columns have few rows wherever they run.
        int rows = n % 16 == 0 ? c.wide().rows() : c.narrow().rows();
        reaching(rows).forEach(m -> calls.add(call(kernel, Map.of("m", m, "n", n))));
      }
      if (kernel.open().stream().anyMatch(parameter -> parameter.name().equals("depth"))) {
        // More steps than one pass takes.
        calls.add(call(kernel, Map.of("m", 1, "n", 32)).replace("steps", "8 * steps + 8"));
      }
      if (c.singleRow()) {
        calls.add(call(kernel, Map.of("m", 1, "n", 224)));
      }
      return calls;
    }
    return List.of(call(kernel, Map.of()));
  }

  /** Numbers of rows that together reach a tile of so many rows, and those of 4, 2 and 1. */
  private static List<Integer> reaching(int rows) {
    if (rows > 7) {
      return List.of(rows + 7);
    }
    return rows > 4 ? List.of(rows + 3, rows + 4) : List.of(rows + 3);
  }

  private static String call(Kernel kernel, Map<String, Integer> own) {
    boolean sums = kernel.body().getFirst() instanceof Stmt.Contract;
    return kernel.open().stream()
        .map(parameter -> argument(parameter, own, sums))
        .collect(Collectors.joining(", ", "k." + kernel.name() + "(", ")"));
  }

  private static String argument(Parameter parameter, Map<String, Integer> own, boolean sums) {
    String name = parameter.name();
    return switch (parameter.type()) {
      case REALS -> "x";
      case INTS -> "indices";
      case REAL -> "1";
      case BOOLEAN -> "true";
      case INT ->
          sums && (name.equals("depth") || name.equals("count"))
              ? "steps"
              : sums && name.equals("bo")
                  ? "bias"
                  : Integer.toString(own.getOrDefault(name, SIZES.getOrDefault(name, 0)));
    };
  }
}
