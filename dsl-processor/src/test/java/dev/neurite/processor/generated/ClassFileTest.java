package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the class files of generated networks hold. */
final class ClassFileTest {

  /** HotSpot compiles methods of this size well; beyond 8,000 not at all. */
  private static final int BYTECODES = 2_500;

  private static final Pattern CLASS_NAME = Pattern.compile("L((?:\\w+/)+[\\w$]+);");

  private static List<ClassModel> classes() throws IOException {
    Path folder = CompiledNetworks.compiled().folder().resolve(NetworkSources.PACKAGE);
    List<ClassModel> classes = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
        classes.add(ClassFile.of().parse(file));
      }
    }
    assertThat(classes.size()).isGreaterThan(500);
    return classes;
  }

  @Test
  void methodsAreSmallEnoughToCompileWell() throws IOException {
    String largest = "";
    int most = 0;
    for (ClassModel type : classes()) {
      for (var method : type.methods()) {
        int length =
            method
                .findAttribute(java.lang.classfile.Attributes.code())
                .map(java.lang.classfile.attribute.CodeAttribute::codeLength)
                .orElse(0);
        if (length > most) {
          most = length;
          largest = type.thisClass().asInternalName() + "." + method.methodName().stringValue();
        }
      }
    }
    System.out.println("largest generated method: " + largest + " with " + most + " bytecodes");
    assertThat(most).as(largest).isLessThan(BYTECODES);
  }

  @Test
  void inferenceNeedsNothingButTheJdk() throws IOException {
    for (ClassModel type : classes()) {
      String name = type.thisClass().asInternalName();
      if (name.matches(".*Forward(\\$.*)?")) {
        String own = name.replaceAll("\\$.*", "");
        assertThat(named(type))
            .as(name)
            .allMatch(
                other ->
                    other.startsWith("java/")
                        || other.startsWith("jdk/incubator/vector/")
                        || other.equals(own)
                        || other.startsWith(own + "$"));
      }
    }
  }

  @Test
  void onlyVectorCodeNamesVectorTypes() throws IOException {
    int users = 0;
    for (ClassModel type : classes()) {
      String name = type.thisClass().asInternalName();
      if (name.endsWith("$Simd")) {
        users++;
      } else {
        assertThat(named(type)).as(name).noneMatch(other -> other.startsWith("jdk/"));
      }
    }
    assertThat(users).isPositive();
  }

  /** Classes that a class file names, in constants and descriptors. */
  private static Set<String> named(ClassModel type) {
    Set<String> names = new TreeSet<>();
    for (PoolEntry entry : type.constantPool()) {
      if (entry instanceof ClassEntry named && !named.asInternalName().startsWith("[")) {
        names.add(named.asInternalName());
      } else if (entry instanceof Utf8Entry text) {
        Matcher matcher = CLASS_NAME.matcher(text.stringValue());
        while (matcher.find()) {
          names.add(matcher.group(1));
        }
      }
    }
    return names;
  }
}
