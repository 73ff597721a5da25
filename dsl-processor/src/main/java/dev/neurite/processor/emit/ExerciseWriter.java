package dev.neurite.processor.emit;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/**
 * Writes how a class has its kernels compiled: those that calls have asked for are called some
 * thousand times on a few numbers, which costs a fraction of a second where the first real calls of
 * vector code, interpreted, would cost many.
 */
final class ExerciseWriter {

  private static final ClassName KERNELS = ClassName.bestGuess(KernelClasses.KERNELS);
  private static final TypeName FLOATS = ArrayTypeName.of(TypeName.FLOAT);
  private static final TypeName INTS = ArrayTypeName.of(TypeName.INT);
  private static final TypeName LONGS = ArrayTypeName.of(TypeName.LONG);

  /** Kernels that one method tells apart: it stays well below 2,500 bytecodes. */
  private static final int CASES = 64;

  private final List<KernelExercise> kernels;
  private final Bodies bodies;

  /**
   * Creates a writer.
   *
   * @param kernels in the order in which they are compiled
   * @param bodies where the text of methods is kept
   */
  ExerciseWriter(List<Kernel> kernels, Bodies bodies) {
    this.kernels = kernels.stream().map(KernelExercise::new).toList();
    this.bodies = bodies;
  }

  /** The nested class. */
  TypeSpec type() {
    TypeSpec.Builder type =
        TypeSpec.classBuilder("Exercise")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addSuperinterface(Runnable.class)
            .addJavadoc(
                "Has the JVM compile vector code, which takes some thousand calls of it: here on a few numbers, in a thread of its own, as soon"
                    + " as a call has asked for it. {@code -Dneurite.warmup=background|now|off}.\n");
    statics(type);
    type.addField(
        FieldSpec.builder(TypeName.LONG, "pause", Modifier.PRIVATE, Modifier.FINAL)
            .addJavadoc(
                "Nanoseconds between looks at what is being compiled: longer where no call waits for it.\n")
            .build());
    type.addField(
        FieldSpec.builder(KERNELS, "simd", Modifier.PRIVATE)
            .addJavadoc(
                "Made by the thread that compiles: who asks is not to wait for its classes.\n")
            .build());
    field(type, KERNELS, "plain", "new Scalar()", "");
    int scratch = kernels.stream().mapToInt(KernelExercise::scratch).max().orElse(0);
    field(type, FLOATS, "x", "new float[" + scratch + "]", "");
    field(
        type,
        FLOATS,
        "none",
        "new float[0]",
        "No inputs: the tiles of a product called with these do nothing, which the JVM counts as it counts other calls.\n");
    field(type, INTS, "indices", "new int[" + KernelExercise.LANES + "]", "");
    field(
        type,
        INTS,
        "known",
        "new int[COUNT]",
        "How many of each kernel's sizes are being compiled or are compiled.\n");
    field(
        type,
        INTS,
        "calls",
        "new int[COUNT]",
        "How often each kernel has been called in these sizes.\n");
    field(
        type,
        INTS,
        "next",
        "new int[COUNT]",
        "The first of each kernel's sizes that is not seen to be compiled.\n");
    field(
        type,
        LONGS,
        "times",
        "new long[COUNT]",
        "The least time of a kernel in that size, in nanoseconds; 0 at first.\n");
    field(type, LONGS, "plainTimes", "new long[COUNT]", "The same of plain Java.\n");
    field(
        type,
        LONGS,
        "since",
        "new long[COUNT]",
        "When the vector code was last faster than before.\n");
    field(type, LONGS, "failed", "new long[COUNT]", "When it was last too slow.\n");
    field(
        type,
        LONGS,
        "spent",
        "new long[COUNT]",
        "The time that these calls took, in nanoseconds.\n");
    type.addMethod(
        MethodSpec.constructorBuilder()
            .addModifiers(Modifier.PRIVATE)
            .addParameter(TypeName.LONG, "pause")
            .addStatement("this.pause = pause")
            .build());
    MethodsText methods = MethodsText.ofNestedClass();
    methods.add(METHODS.replace("PASSES", Integer.toString(KernelExercise.PASSES)));
    dispatch(methods);
    return type.addMethod(bodies.methods(methods, false)).build();
  }

  private void statics(TypeSpec.Builder type) {
    type.addField(
        FieldSpec.builder(TypeName.INT, "COUNT", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc("Kernels; the first of them are products.\n")
            .initializer("$L", kernels.size())
            .build());
    type.addField(
        FieldSpec.builder(
                TypeName.INT, "PRODUCTS", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .initializer("$L", kernels.stream().filter(KernelExercise::isProduct).count())
            .build());
    type.addField(
        FieldSpec.builder(TypeName.INT, "TURN", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc("Calls of a kernel in its turn.\n")
            .initializer("128")
            .build());
    type.addField(
        FieldSpec.builder(
                ArrayTypeName.of(INTS), "SIZES", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc(
                "Rows and columns in turn that run all of a product's code. Other kernels have one size, 0.\n")
            .initializer(
                "{$L}",
                kernels.stream()
                    .map(
                        kernel ->
                            kernel.allSizes().stream()
                                .map(String::valueOf)
                                .collect(Collectors.joining(", ", "{", "}")))
                    .collect(Collectors.joining(", ")))
            .build());
    type.addField(
        FieldSpec.builder(
                ArrayTypeName.of(LONGS),
                "WANTED",
                Modifier.PRIVATE,
                Modifier.STATIC,
                Modifier.FINAL)
            .addJavadoc("The sizes of each kernel that calls have asked for.\n")
            .initializer("new long[COUNT][0]")
            .build());
    type.addField(
        FieldSpec.builder(TypeName.BOOLEAN, "started", Modifier.PRIVATE, Modifier.STATIC)
            .addJavadoc("Whether there is a thread.\n")
            .build());
    type.addField(
        FieldSpec.builder(
                TypeName.BOOLEAN, "running", Modifier.PRIVATE, Modifier.STATIC, Modifier.VOLATILE)
            .addJavadoc("Whether something is being compiled.\n")
            .build());
  }

  private static void field(
      TypeSpec.Builder type, TypeName of, String name, String value, String documentation) {
    type.addField(
        FieldSpec.builder(of, name, Modifier.PRIVATE, Modifier.FINAL)
            .addJavadoc(documentation)
            .initializer(value)
            .build());
  }

  private static final String METHODS =
      """
      /**
       * A size that runs the same code as these rows and columns do: the code repeats itself every
       * so many rows and columns, twice as many for a single row.
       */
      static long size(int m, int n, int everyRows, int everyColumns) {
        int every = m == 1 ? 2 * everyColumns : everyColumns;
        int rows = m < 2 * everyRows ? m : everyRows + m % everyRows;
        int columns = n < 2 * every ? n : every + n % every;
        return (long) rows << 32 | columns;
      }

      /**
       * Asks for the vector code of a kernel for a size, which a thread that {@code starts} then
       * has compiled.
       */
      static void want(int kernel, long size, boolean starts) {
        for (long wanted : WANTED[kernel]) {
          if (wanted == size) {
            return;
          }
        }
        add(kernel, size, starts);
      }

      private static synchronized void add(int kernel, long size, boolean starts) {
        long[] wanted = WANTED[kernel];
        for (long other : wanted) {
          if (other == size) {
            return;
          }
        }
        wanted = Arrays.copyOf(wanted, wanted.length + 1);
        wanted[wanted.length - 1] = size;
        WANTED[kernel] = wanted;
        if (starts) {
          start();
        }
      }

      /**
       * Has what has been asked for compiled by a thread, unless there is one.
       */
      static synchronized void start() {
        if (!started) {
          started = true;
          running = true;
          Thread thread = new Thread(new Exercise(5_000_000), "neurite-warmup");
          thread.setDaemon(true);
          thread.start();
        }
      }

      /**
       * Has what has been asked for compiled before it returns, or goes on by itself where that
       * takes longer than ten seconds.
       */
      static void await() {
        if (!new Exercise(1_000_000).compile(10_000_000_000L)) {
          start();
        }
      }

      /**
       * Has all vector code compiled before it returns; says whether it is.
       */
      static boolean all() {
        for (int kernel = 0; kernel < COUNT; kernel++) {
          if (SIZES[kernel].length == 0) {
            add(kernel, 0, false);
          }
          for (int i = 0; i < SIZES[kernel].length; i += 2) {
            add(kernel, (long) SIZES[kernel][i] << 32 | SIZES[kernel][i + 1], false);
          }
        }
        return new Exercise(1_000_000).compile(60_000_000_000L);
      }

      /**
       * Tries again after one, two, four and eight minutes where the machine was too busy to
       * compile the vector code.
       */
      @Override
      public void run() {
        for (int minutes = 1; !compileInTurn() && minutes < 16; minutes *= 2) {
          try {
            Thread.sleep(minutes * 60_000L);
          } catch (InterruptedException e) {
            return;
          }
        }
      }

      /**
       * The models of a process take turns.
       */
      private boolean compileInTurn() {
        synchronized ("dev.neurite.warmup".intern()) {
          return compile(60_000_000_000L);
        }
      }

      /**
       * Says whether all that is wanted is compiled, which a busy machine may not have come to
       * within these nanoseconds.
       */
      private boolean compile(long limit) {
        running = true;
        simd = new Simd();
        long start = System.nanoTime();
        do {
          // Calls of one kernel while the JVM compiles the ones before.
          int called = 0;
          for (int kernel = 0, waiting = 0; kernel < COUNT && waiting < 4 && called < 2; kernel++) {
            if (isWanted(kernel) && !isCompiled(kernel)) {
              called += repeat(kernel) ? 1 : 0;
              waiting++;
            }
          }
          if (called == 0) {
            LockSupport.parkNanos(pause);
          }
          if (System.nanoTime() - start > limit) {
            running = false;
            return false;
          }
        } while (!isDone());
        return true;
      }

      private static boolean isDone() {
        synchronized (Exercise.class) {
          for (int kernel = 0; kernel < COUNT; kernel++) {
            if (WANTED[kernel].length > Mixed.sizes(kernel)) {
              return false;
            }
          }
          started = false;
          running = false;
          return true;
        }
      }

      /**
       * Whether a kernel has sizes to compile; those that have come are seen from here on.
       */
      private boolean isWanted(int kernel) {
        synchronized (Exercise.class) {
          if (known[kernel] < WANTED[kernel].length) {
            known[kernel] = WANTED[kernel].length;
            calls[kernel] = 0;
            spent[kernel] = 0;
          }
          next[kernel] = Math.max(next[kernel], Mixed.sizes(kernel));
          return next[kernel] < known[kernel];
        }
      }

      /**
       * Whether a kernel takes less time than plain Java in all sizes, or has long taken no less
       * than now and little more. To answer it computes, with code that may be slow: the slower,
       * the longer until it is asked again.
       */
      private boolean isCompiled(int kernel) {
        if (!isCalled(kernel, kernel < PRODUCTS ? 5600 : 2600) || System.nanoTime() - failed[kernel] < Math.min(500 * times[kernel], 20_000_000L)) {
          return false;
        }
        for (; next[kernel] < known[kernel]; next[kernel]++) {
          long size = WANTED[kernel][next[kernel]];
          long time = time(simd, kernel, size, 2);
          long plainTime = time(plain, kernel, size, 2);
          long now = System.nanoTime();
          if (times[kernel] == 0) {
            times[kernel] = time;
            plainTimes[kernel] = plainTime;
            since[kernel] = now;
          }
          if (time < times[kernel] - times[kernel] / 8) {
            since[kernel] = now;
          }
          times[kernel] = Math.min(times[kernel], time);
          plainTimes[kernel] = Math.min(plainTimes[kernel], plainTime);
          long most = allowed(kernel, now - since[kernel]);
          // Many steps show a small tile that is not compiled beside large ones that are.
          if (times[kernel] > most * plainTimes[kernel]
              || kernel < PRODUCTS && time(simd, kernel, size, 64) > most * time(plain, kernel, size, 64)) {
            failed[kernel] = now;
            return false;
          }
          times[kernel] = 0;
        }
        Mixed.use(kernel, simd, Arrays.copyOf(WANTED[kernel], known[kernel]));
        return true;
      }

      /**
       * How many times plain Java's time a kernel may take that has not become faster for so long.
       */
      private static long allowed(int kernel, long nanoseconds) {
        long patience = kernel < PRODUCTS ? 1_000_000_000L : 50_000_000L;
        return nanoseconds < patience ? 1 : nanoseconds < 10 * patience ? 2 : 4;
      }

      private long time(Kernels k, int kernel, long size, int steps) {
        long start = System.nanoTime();
        call(k, kernel, (int) (size >> 32), (int) size, x, steps, -1, 1);
        call(k, kernel, (int) (size >> 32), (int) size, x, steps, 0, 1);
        return System.nanoTime() - start;
      }

      /**
       * Calls a kernel many times; says whether it was not yet handed to the compiler for certain.
       */
      private boolean repeat(int kernel) {
        boolean many = !isCalled(kernel, 6400);
        long start = System.nanoTime();
        Arrays.fill(x, 0);
        int turn = calls[kernel] / TURN;
        calls[kernel] += TURN;
        for (int at = Mixed.sizes(kernel); at < known[kernel]; at++) {
          int m = (int) (WANTED[kernel][at] >> 32);
          int n = (int) WANTED[kernel][at];
          if (kernel < PRODUCTS) {
            // Few steps, once as many as show all that a loop does, and once more than one pass takes.
            int steps = turn == 9 ? PASSES : turn == 7 ? 64 : turn % 4 == 3 ? 4 : 1;
            call(simd, kernel, m, n, x, steps, -1, 1);
            call(simd, kernel, m, n, x, steps, 0, 1);
            call(simd, kernel, m, n, none, 1, 0, TURN - 2);
            call(plain, kernel, m, n, x, 8, -1, 4);
            call(plain, kernel, m, n, x, 8, 0, 4);
          } else {
            call(simd, kernel, m, n, x, 1, 0, TURN);
            call(plain, kernel, m, n, x, 1, 0, TURN / 8);
          }
        }
        spent[kernel] += System.nanoTime() - start;
        return many;
      }

      /**
       * Whether a kernel has been called so often, or for long. The JVM compiles a method in the
       * end that it has counted 5,000 calls of, or 600 with 15,000 turns of its loops; it looks
       * every 1,024 calls and counts after the first hundreds.
       */
      private boolean isCalled(int kernel, int times) {
        return calls[kernel] >= times || calls[kernel] >= 700 && spent[kernel] > 300_000_000L;
      }
      """;

  /** A method for each kernel that calls it, and one that finds it. */
  private void dispatch(MethodsText methods) {
    for (int first = 0; first == 0 || first < kernels.size(); first += CASES) {
      StringBuilder choice = new StringBuilder("switch (kernel) {\n");
      int end = Math.min(first + CASES, kernels.size());
      for (int kernel = first; kernel < end; kernel++) {
        choice
            .append("  case " + kernel + " -> " + kernels.get(kernel).kernel().name())
            .append("(k, m, n, a, steps, bias, times);\n");
      }
      choice
          .append("  default -> ")
          .append(
              end < kernels.size()
                  ? "callFrom" + end + "(k, kernel, m, n, a, steps, bias, times);\n"
                  : "throw new IllegalArgumentException();\n")
          .append("}\n");
      List<String> parameters = new ArrayList<>(PARAMETERS);
      parameters.add(1, "int kernel");
      methods.add(
          first == 0
              ? "Calls a kernel so many times; sums of products take {@code steps} steps of inputs in {@code a} and begin with what is at {@code bias}, or with 0 where that is -1."
              : "",
          "private void " + (first == 0 ? "call" : "callFrom" + first),
          parameters,
          choice.toString());
    }
    for (KernelExercise kernel : kernels) {
      methods.add(
          "",
          "private void " + kernel.kernel().name(),
          PARAMETERS,
          "for (int i = 0; i < times; i++) {\n  " + kernel.call() + ";\n}\n");
    }
  }

  private static final List<String> PARAMETERS =
      List.of("Kernels k", "int m", "int n", "float[] a", "int steps", "int bias", "int times");
}
