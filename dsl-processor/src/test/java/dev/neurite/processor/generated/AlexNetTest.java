package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Sources;
import dev.neurite.processor.Sources.Compiler;
import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AlexNet at full size: what its code costs does not grow with its images and weights. */
final class AlexNetTest {

  private static final String ALEX_NET =
      """
      @Model
      interface AlexNet {
        @Input({3, 227, 227}) Layer image();
        @Conv2D(filters = 96, kernel = 11, stride = 4) @ReLU @MaxPool2D(value = 3, stride = 2) Layer conv1();
        @Conv2D(filters = 256, kernel = 5, padding = 2, groups = 2) @ReLU @MaxPool2D(value = 3, stride = 2) Layer conv2();
        @Conv2D(filters = 384, kernel = 3, padding = 1) @ReLU Layer conv3();
        @Conv2D(filters = 384, kernel = 3, padding = 1, groups = 2) @ReLU Layer conv4();
        @Conv2D(filters = 256, kernel = 3, padding = 1, groups = 2) @ReLU @MaxPool2D(value = 3, stride = 2) Layer conv5();
        @Flatten @Dropout(0.5) @Dense(4096) @ReLU Layer fc6();
        @Dropout(0.5) @Dense(4096) @ReLU Layer fc7();
        @Dense(1000) Layer fc8();
      }
      """;

  /** A convolution, a pooling and a dense layer of the same kinds, on few numbers. */
  private static final String SMALL =
      """
      @Model
      interface Small {
        @Input({3, 35, 35}) Layer image();
        @Conv2D(filters = 32, kernel = 11, stride = 4) @ReLU @MaxPool2D(value = 3, stride = 2) Layer conv1();
        @Conv2D(filters = 64, kernel = 3, padding = 1, groups = 2) @ReLU Layer conv2();
        @Flatten @Dropout(0.5) @Dense(40) @ReLU Layer fc6();
        @Dense(10) Layer fc8();
      }
      """;

  /** HotSpot compiles methods of this size well. */
  private static final int BYTECODES = 2_500;

  @TempDir private Path folder;

  /** What one network became. */
  private record Code(long sourceBytes, int largest, String method) {}

  @Test
  void itsCodeIsSmall() throws IOException {
    Code small = compile("Small", SMALL);
    Code alexNet = compile("AlexNet", ALEX_NET);
    assertThat(alexNet.largest()).as(alexNet.method()).isLessThan(BYTECODES);
    assertThat(alexNet.sourceBytes()).isLessThan(3 * small.sourceBytes());
  }

  private Code compile(String name, String source) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    assertThat(Sources.compileInto(folder, Compiler.JAVAC, source)).isEmpty();
    long milliseconds = (threads.getCurrentThreadCpuTime() - before) / 1_000_000;
    long bytes = 0;
    int largest = 0;
    String method = "";
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> isOf(path, name)).toList()) {
        if (file.toString().endsWith(".java")) {
          bytes += Files.size(file);
          continue;
        }
        ClassModel type = ClassFile.of().parse(file);
        for (MethodModel one : type.methods()) {
          int length =
              one.findAttribute(Attributes.code()).map(CodeAttribute::codeLength).orElse(0);
          if (length > largest) {
            largest = length;
            method = type.thisClass().asInternalName() + "." + one.methodName().stringValue();
          }
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s: javac with the processor took %,d ms of processor time, %,d bytes of source, largest method %s with %,d bytecodes%n",
        name,
        milliseconds,
        bytes,
        method,
        largest);
    return new Code(bytes, largest, method);
  }

  private static boolean isOf(Path file, String name) {
    return file.getFileName().toString().matches(name + "(Model|Forward|Backward).*");
  }
}
