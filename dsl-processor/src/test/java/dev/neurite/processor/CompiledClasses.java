package dev.neurite.processor;

import com.google.testing.compile.Compilation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;

/** Loads what a test has compiled in memory. */
final class CompiledClasses extends ClassLoader {

  private static final String OUTPUT = "/" + StandardLocation.CLASS_OUTPUT.getName() + "/";

  private final Map<String, byte[]> code;

  CompiledClasses(Map<String, byte[]> code) {
    super(CompiledClasses.class.getClassLoader());
    this.code = Map.copyOf(code);
  }

  static CompiledClasses of(Compilation compilation) {
    Map<String, byte[]> classes = new HashMap<>();
    for (JavaFileObject file : compilation.generatedFiles()) {
      if (file.getKind() == JavaFileObject.Kind.CLASS) {
        String path = file.toUri().getPath();
        String name =
            path.substring(
                path.indexOf(OUTPUT) + OUTPUT.length(), path.length() - ".class".length());
        try (InputStream in = file.openInputStream()) {
          classes.put(name.replace('/', '.'), in.readAllBytes());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return new CompiledClasses(classes);
  }

  /** The text of a generated class. */
  static String source(Compilation compilation, String packageName, String className) {
    try {
      return compilation
          .generatedFile(StandardLocation.SOURCE_OUTPUT, packageName, className + ".java")
          .orElseThrow()
          .getCharContent(false)
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = code.get(name);
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }
}
