package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jdt.core.compiler.batch.BatchCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Eclipse compiler as a program, which finds the processor on its path by itself. */
final class EclipseBatchTest {

  @TempDir private Path folder;

  @Test
  void compilesAModelAndItsUse() throws Exception {
    String output =
        compile(
            """
            import dev.neurite.dsl.*;
            @Model
            public interface Digits {
              @Input(784) Layer pixels();
              @Dense(10) Layer scores();
            }
            class Application {
              DigitsModel model = DigitsModel.create(42);
            }
            """);
    assertThat(output).doesNotContain("ERROR");
    assertThat(folder.resolve("DigitsModel.class")).exists();
    assertThat(folder.resolve("DigitsForward.class")).exists();
  }

  @Test
  void marksTheValueOfAWrongAnnotation() throws Exception {
    String output =
        compile(
            """
            import dev.neurite.dsl.*;
            @Model
            public interface Digits {
              @Input(784) Layer pixels();
              @Dense(0) Layer scores();
            }
            class Application {
              DigitsModel model = DigitsModel.create(42);
            }
            """);
    assertThat(output)
        .contains("1. ERROR in", "(at line 5)", "[neurite:size-not-positive] @Dense on scores()")
        .doesNotContain("2. ERROR in");
    assertThat(output.lines().map(String::strip)).contains("@Dense(0) Layer scores();", "^");
  }

  private String compile(String source) throws Exception {
    Path file = folder.resolve("Digits.java");
    Files.writeString(file, source);
    StringWriter output = new StringWriter();
    PrintWriter writer = new PrintWriter(output);
    String path = System.getProperty("java.class.path");
    String[] arguments = {
      "--release",
      "25",
      "-nowarn",
      "-classpath",
      path,
      "-processorpath",
      path,
      "-d",
      folder.toString(),
      "-s",
      folder.toString(),
      file.toString()
    };
    boolean success = BatchCompiler.compile(arguments, writer, writer, null);
    return success ? output.toString() : "failed\n" + output;
  }
}
