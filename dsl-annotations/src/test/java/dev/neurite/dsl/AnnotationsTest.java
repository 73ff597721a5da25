package dev.neurite.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class AnnotationsTest {

  /** Annotation interfaces of the package, found as class files beside {@link Model}'s. */
  static List<Class<?>> annotations()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path root = Path.of(Model.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.list(root.resolve("dev/neurite/dsl"))) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
              .map(name -> "dev.neurite.dsl." + name.substring(0, name.length() - 6))
              .toList();
      List<Class<?>> annotations = new ArrayList<>();
      for (String name : names) {
        Class<?> type = Class.forName(name);
        if (type.isAnnotation()) {
          annotations.add(type);
        }
      }
      return annotations;
    }
  }

  @Test
  void areAllOfTheTable() throws Exception {
    assertThat(annotations()).hasSize(34).contains(Model.class, Dense.class, Softplus.class);
  }

  /** Incremental builds follow declarations in class files; nothing reads them at run time. */
  @ParameterizedTest
  @MethodSource("annotations")
  void areKeptInClassFilesOnly(Class<?> annotation) {
    assertThat(annotation.getAnnotation(Retention.class).value()).isEqualTo(RetentionPolicy.CLASS);
    assertThat(annotation.isAnnotationPresent(Documented.class)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("annotations")
  void standOnMethodsOrOnTypes(Class<?> annotation) {
    assertThat(annotation.getAnnotation(Target.class).value())
        .containsExactly(
            Set.of(Model.class, Block.class).contains(annotation)
                ? ElementType.TYPE
                : ElementType.METHOD);
  }
}
