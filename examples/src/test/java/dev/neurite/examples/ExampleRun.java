package dev.neurite.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an example printed, and its exit code. */
record ExampleRun(int exitCode, String out, String err) {

  /** Runs it in this process. */
  static ExampleRun of(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    try {
      int exitCode = Main.run(args);
      return new ExampleRun(
          exitCode,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /**
   * The same on plain Java: the same numbers, and for a few seconds of training no vector code has
   * to be compiled, which takes longer than that.
   */
  static ExampleRun onPlainJava(String... args) {
    String vectors = "neurite.vectors";
    System.setProperty(vectors, "off");
    try {
      return of(args);
    } finally {
      System.clearProperty(vectors);
    }
  }

  List<String> lines() {
    return out.lines().toList();
  }

  /** The numbers that follow a text, wherever it stands. */
  List<Double> after(String text) {
    Matcher matcher =
        Pattern.compile(Pattern.quote(text) + "\\s*([-+]?\\d+(?:\\.\\d+)?(?:e[-+]\\d+)?)")
            .matcher(out);
    return matcher.results().map(result -> Double.valueOf(result.group(1))).toList();
  }
}
