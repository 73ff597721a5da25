package dev.neurite.processor;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static com.google.testing.compile.Compiler.javac;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.JavaFileObjects;
import org.junit.jupiter.api.Test;

final class NeuriteProcessorTest {

  @Test
  void leavesOtherSourcesAlone() {
    Compilation compilation =
        javac()
            .withOptions("--release", "25")
            .withProcessors(new NeuriteProcessor())
            .compile(JavaFileObjects.forSourceString("Plain", "interface Plain {}"));
    assertThat(compilation).succeededWithoutWarnings();
  }
}
