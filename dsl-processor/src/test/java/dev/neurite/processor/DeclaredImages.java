package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import java.util.ArrayList;
import java.util.List;

/** A model {@code networks.Images} of some layers, compiled in memory. */
final class DeclaredImages {

  private DeclaredImages() {}

  /** Compiles it for Java 25 with these options besides, without a mistake. */
  static Compilation compile(String layers, String... options) {
    List<String> all = new ArrayList<>(List.of("--release", "25"));
    all.addAll(List.of(options));
    Compilation compilation =
        Compiler.javac()
            .withProcessors(new NeuriteProcessor())
            .withOptions(all)
            .compile(
                JavaFileObjects.forSourceString(
                    "networks.Images",
                    "package networks;\nimport dev.neurite.dsl.*;\n@Model public interface Images {\n"
                        + layers
                        + "\n}\n"));
    assertThat(compilation.errors()).isEmpty();
    return compilation;
  }

  /** The text of a generated class, by what follows {@code Images} in its name. */
  static String source(Compilation compilation, String name) {
    return CompiledClasses.source(compilation, "networks", "Images" + name);
  }

  /** The same of a model that is read alone, without compiling what is generated. */
  static String source(String layers, String name) {
    return source(compile(layers, "-proc:only"), name);
  }
}
