import dev.neurite.processor.NeuriteProcessor;
import javax.annotation.processing.Processor;

/** The annotation processor that compiles declared networks. */
module dev.neurite.processor {
  requires static com.google.auto.service;
  requires static org.jspecify;
  requires com.palantir.javapoet;
  requires dev.neurite.dsl;
  requires java.compiler;

  provides Processor with
      NeuriteProcessor;
}
