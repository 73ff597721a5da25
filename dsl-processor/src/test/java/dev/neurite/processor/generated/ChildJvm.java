package dev.neurite.processor.generated;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program in a process of its own, with the tools of this JDK. */
final class ChildJvm {

  private final List<String> words = new ArrayList<>();

  private ChildJvm() {}

  static ChildJvm command(String... flags) {
    return tool("java", flags);
  }

  static ChildJvm tool(String name, String... arguments) {
    ChildJvm child = new ChildJvm();
    child.words.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
    child.words.addAll(List.of(arguments));
    return child;
  }

  ChildJvm onThisClassPath() {
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    return this;
  }

  ChildJvm program(String main, String... arguments) {
    words.add(main);
    words.addAll(List.of(arguments));
    return this;
  }

  /**
   * Runs to the end and returns the lines printed.
   *
   * @throws IllegalStateException with all lines if the exit status is not 0
   */
  static List<String> run(ChildJvm child) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(child.words).redirectErrorStream(true).start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    int status = process.waitFor();
    if (status != 0) {
      throw new IllegalStateException("exit status " + status + "\n" + String.join("\n", lines));
    }
    return lines;
  }
}
