package dev.neurite.benchmarks.race;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One way of running a library.
 *
 * @param name in the table, such as {@code PyTorch compile}
 * @param command how its process begins; what it is to do follows
 * @param environment for its process; THREADS in values stands for the number of threads
 * @param jars what an application needs of it to predict
 * @param java whether it runs in a JVM, so that a first prediction can be timed
 */
public record Contender(
    String name,
    List<String> command,
    Map<String, String> environment,
    List<Path> jars,
    boolean java) {

  private static final String THREADS = "THREADS";

  /** Starts a process with the words that {@link Worker#main} takes after the engine. */
  Child start(Path log, int threads, String... words) throws IOException {
    List<String> line = new ArrayList<>();
    command.forEach(word -> line.add(word.replace(THREADS, Integer.toString(threads))));
    line.addAll(List.of(words));
    Map<String, String> variables = new HashMap<>();
    environment.forEach(
        (name, value) -> variables.put(name, value.replace(THREADS, Integer.toString(threads))));
    return new Child(line, variables, log);
  }
}
