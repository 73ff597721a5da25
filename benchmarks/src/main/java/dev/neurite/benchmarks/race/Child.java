package dev.neurite.benchmarks.race;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A contender's process, seen from the parent. */
final class Child implements AutoCloseable {

  /** Compilers of peers may take minutes. */
  private static final int MINUTES = 5;

  private final Process process;
  private final BufferedReader in;
  private final Writer out;

  /**
   * Starts a process.
   *
   * @param log gets what it writes to its standard error
   */
  Child(List<String> command, Map<String, String> environment, Path log) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    process = builder.start();
    in = process.inputReader();
    out = process.outputWriter();
  }

  /** Sends a line and waits for the answer. */
  String[] ask(String line) throws IOException {
    out.write(line);
    out.write('\n');
    out.flush();
    return answer();
  }

  /**
   * Waits for a line that begins with {@code @}: its words.
   *
   * @throws IOException if the process reports an error, ends, or is silent for too long
   */
  String[] answer() throws IOException {
    CompletableFuture<String> line = CompletableFuture.supplyAsync(this::read);
    try {
      String answer = line.get(MINUTES, TimeUnit.MINUTES);
      if (answer.startsWith("@ error ")) {
        throw new IOException(answer.substring("@ error ".length()));
      }
      return answer.substring("@ ".length()).trim().split(" ", -1);
    } catch (TimeoutException silent) {
      process.destroyForcibly();
      throw new IOException("no answer within " + MINUTES + " minutes", silent);
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof UncheckedIOException cause) {
        throw cause.getCause();
      }
      throw new IOException(failed.getCause());
    }
  }

  private String read() {
    try {
      String line = in.readLine();
      while (line != null && !line.startsWith("@ ")) {
        line = in.readLine();
      }
      if (line == null) {
        throw new IOException("the process ended");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the end of a process that ends by itself. */
  void await() throws IOException {
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  /** Ends the process. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
