package dev.neurite.processor.emit;

import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import javax.lang.model.element.Modifier;

/** Writes how the class of inference finds out whether it can use vector code. */
final class VectorsWriter {

  private static final String WARNING =
      "Vector API not found: running plain Java, several times slower. Start Java with --add-modules jdk.incubator.vector"
          + " (in a named module: requires jdk.incubator.vector).";

  private static final String NOT_COMPILED =
      "This JVM does not compile vector code ({}): running plain Java, several times slower. Use HotSpot with its C2 compiler, without"
          + " -Xint and -XX:TieredStopAtLevel.";

  private final String name;
  private final boolean vectors;

  VectorsWriter(String name, boolean vectors) {
    this.name = name;
    this.vectors = vectors;
  }

  void addTo(TypeSpec.Builder type) {
    if (vectors) {
      type.addMethod(vectorsPresent());
      type.addMethod(vectorsCompiled());
      type.addType(notice());
    }
    type.addMethod(usesVectors());
  }

  private MethodSpec vectorsPresent() {
    return MethodSpec.methodBuilder("vectorsPresent")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addJavadoc(
            "Looks for the Vector API; says once in a process what to add where it is missing.\n")
        .returns(TypeName.BOOLEAN)
        .addCode(
            """
                for (Module module : ModuleLayer.boot().modules()) {
                  if (module.getName().equals("jdk.incubator.vector") && $L.class.getModule().canRead(module)) {
                    return true;
                  }
                }
                Notice.give($S);
                return false;
                """,
            name,
            WARNING)
        .build();
  }

  /** HotSpot says how it runs in {@code java.vm.info}; OpenJ9 says who it is in its name. */
  private static MethodSpec vectorsCompiled() {
    return MethodSpec.methodBuilder("vectorsCompiled")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addJavadoc(
            "Whether this JVM compiles vector code, as HotSpot's C2 does; says once in a process where it does not. Interpreted, vector"
                + " code is a hundred times slower than plain Java.\n")
        .returns(TypeName.BOOLEAN)
        .addCode(
            """
                String vm =
                    System.getProperty("java.vm.name", "").concat(", ").concat(System.getProperty("java.vm.info", ""));
                boolean compiled =
                    !vm.contains("OpenJ9") && !vm.contains("interpreted mode") && !vm.contains("emulated-client");
                if (!compiled) {
                  Notice.give($S.replace("{}", vm));
                }
                return compiled;
                """,
            NOT_COMPILED)
        .build();
  }

  private MethodSpec usesVectors() {
    MethodSpec.Builder method =
        MethodSpec.methodBuilder("usesVectors")
            .addModifiers(Modifier.STATIC)
            .addJavadoc(
                "Whether vector code is used: the Vector API is there, the JVM compiles it, and {@code -Dneurite.vectors=off} is not set;"
                    + " {@code on} uses it whatever the JVM.\n")
            .returns(TypeName.BOOLEAN);
    if (!vectors) {
      return method.addStatement("return false").build();
    }
    return method
        .addStatement("String wish = System.getProperty($S, $S)", "neurite.vectors", "")
        .addStatement(
            "return VECTORS && !wish.equals($S) && (wish.equals($S) || vectorsCompiled())",
            "off",
            "on")
        .build();
  }

  /** The first use of a logger takes the JVM as long as several first predictions. */
  private static TypeSpec notice() {
    return TypeSpec.classBuilder("Notice")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .superclass(Thread.class)
        .addJavadoc(
            "Writes a line to the log, once in a process, while the thread that found the reason goes on.\n")
        .addField(String.class, "text", Modifier.PRIVATE, Modifier.FINAL)
        .addMethod(
            MethodSpec.constructorBuilder()
                .addModifiers(Modifier.PRIVATE)
                .addParameter(String.class, "text")
                .addStatement("super($S)", "neurite-notice")
                .addStatement("this.text = text")
                .build())
        .addMethod(
            MethodSpec.methodBuilder("give")
                .addModifiers(Modifier.STATIC)
                .addParameter(String.class, "text")
                .addCode(
                    """
                    if (System.getProperties().putIfAbsent("neurite.vectors.reported", "true") == null) {
                      new Notice(text).start();
                    }
                    """)
                .build())
        .addMethod(
            MethodSpec.methodBuilder("run")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .addStatement(
                    "System.getLogger($S).log(System.Logger.Level.WARNING, text)", "dev.neurite")
                .build())
        .build();
  }
}
