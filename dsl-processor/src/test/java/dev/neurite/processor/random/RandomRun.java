package dev.neurite.processor.random;

import dev.neurite.processor.generated.GeneratedNetwork;
import dev.neurite.processor.generated.Variant;
import dev.neurite.processor.random.MemoryCompiler.Result;
import dev.neurite.processor.random.MemoryCompiler.Said;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Compiles declarations, many in each call of javac, and checks what comes of them. */
final class RandomRun {

  /** Declarations in one call. */
  private static final int AT_ONCE = 100;

  /** Which kernels classes choose is a setting of the process: one network runs at a time. */
  private static final Object RUNNING = new Object();

  private final Tally tally = new Tally();

  private RandomRun() {}

  /** Draws and checks the declarations of the numbers from {@code first} on. */
  static Tally of(long seed, long first, int count) {
    Generator generator = new Generator(seed);
    List<Callable<Tally>> batches = new ArrayList<>();
    for (long at = first; at < first + count; at += AT_ONCE) {
      long from = at;
      long to = Math.min(at + AT_ONCE, first + count);
      batches.add(() -> of(LongStream.range(from, to).mapToObj(generator::declaration).toList()));
    }
    Tally all = new Tally();
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      for (Future<Tally> batch : threads.invokeAll(batches)) {
        all.add(batch.get());
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
      Variant.reset();
    }
    return all;
  }

  /** Checks declarations in one call of javac for the right ones and one for the wrong ones. */
  static Tally of(List<Declaration> declarations) {
    RandomRun run = new RandomRun();
    declarations.forEach(run.tally::declared);
    try (MemoryCompiler compiler = new MemoryCompiler()) {
      run.wrong(compiler, declarations.stream().filter(one -> !one.isRight()).toList());
      run.right(compiler, declarations.stream().filter(Declaration::isRight).toList());
    }
    if (Boolean.getBoolean("neurite.progress")) {
      System.err.printf(
          "%d to %d: %d failures%n",
          declarations.getFirst().number(),
          declarations.getLast().number(),
          run.tally.failures().size());
    }
    return run.tally;
  }

  private void wrong(MemoryCompiler compiler, List<Declaration> declarations) {
    if (declarations.isEmpty()) {
      return;
    }
    Result result = compiler.compile(declarations, "-proc:only");
    result.elsewhere().forEach(tally::failed);
    for (Declaration declaration : declarations) {
      List<Said> said = result.said().getOrDefault(declaration.name(), List.of());
      said.forEach(tally::said);
      List<String> errors =
          said.stream().filter(Said::isError).map(one -> one.line() + " " + one.code()).toList();
      if (!errors.equals(declaration.mistakes())) {
        tally.failed(
            declaration, "expected the errors " + declaration.mistakes() + ", got " + said);
      }
    }
  }

  private void right(MemoryCompiler compiler, List<Declaration> declarations) {
    if (declarations.isEmpty()) {
      return;
    }
    Result result =
        compiler.compile(declarations, "-Aneurite.precision=double", "-Aneurite.summary=true");
    tally.generated(result.sourceBytes());
    result.elsewhere().forEach(tally::failed);
    boolean errors = false;
    for (Declaration declaration : declarations) {
      for (Said said : result.said().getOrDefault(declaration.name(), List.of())) {
        tally.said(said);
        if (said.isError()) {
          errors = true;
          tally.failed(declaration, "expected no error, got " + said);
        }
      }
    }
    if (!result.succeeded()) {
      // What is wrong with one of them has stopped all: the others are tried without it.
      if (!errors && declarations.size() == 1) {
        tally.failed(declarations.getFirst(), "generated source does not compile");
      }
      if (declarations.size() > 1) {
        declarations.forEach(one -> right(compiler, List.of(one)));
      }
      return;
    }
    for (Declaration declaration : declarations) {
      synchronized (RUNNING) {
        run(declaration, result);
      }
    }
  }

  private void run(Declaration declaration, Result result) {
    Variant.SIMD.choose();
    try {
      GeneratedNetwork network =
          GeneratedNetwork.of(declaration.name(), new MemoryClasses(result.classes()));
      summary(network, result);
      tally.compared(Acceptance.check(network, declaration.number()));
    } catch (RuntimeException | LinkageError e) {
      StringBuilder trace = new StringBuilder(e.toString());
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        trace.append("\n  ").append(cause);
        for (int i = 0; i < Math.min(4, cause.getStackTrace().length); i++) {
          trace.append("\n    at ").append(cause.getStackTrace()[i]);
        }
      }
      tally.failed(declaration, trace.toString());
    }
  }

  /** What is known of a network at compile time is what its model says of itself. */
  private static void summary(GeneratedNetwork network, Result result) {
    List<String> table = lines(network.create(0).summary());
    if (result.notes().stream().noneMatch(note -> lines(note).equals(table))) {
      throw new IllegalStateException("no note has the table " + table);
    }
  }

  /** Without the blanks before each line that javac adds. */
  private static List<String> lines(String text) {
    return text.lines().map(String::strip).toList();
  }
}
