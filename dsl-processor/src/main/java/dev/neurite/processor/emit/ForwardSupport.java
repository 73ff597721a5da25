package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterLayout.Role;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.ParameterLayout.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;

/**
 * What the class of inference needs beside its layers: checks, workspaces, files, threads, warm-up.
 */
final class ForwardSupport {

  /** Tensors whose names and places take less than 65,535 bytes, at 100 each. */
  private static final int ROWS_OF_A_CONSTANT = 500;

  private final String name;
  private final Signature signature;
  private final ParameterLayout layout;
  private final InferenceMemory memory;
  private final FoldWriter folds;
  private final boolean vectors;

  ForwardSupport(
      String name,
      Signature signature,
      ParameterLayout layout,
      InferenceMemory memory,
      FoldWriter folds,
      boolean vectors) {
    this.name = name;
    this.signature = signature;
    this.layout = layout;
    this.memory = memory;
    this.folds = folds;
    this.vectors = vectors;
  }

  void addTo(TypeSpec.Builder type) {
    checks(type);
    workspaces(type);
    folds.addTo(type);
    loading(type);
    if (vectors) {
      type.addMethod(vectorsPresent());
      type.addMethod(vectorsCompiled());
    }
    type.addMethod(usesVectors());
    if (signature.outputs().size() > 1) {
      type.addType(outputs());
    }
    ForwardThreads threads = new ForwardThreads(name, signature, memory, vectors);
    type.addType(threads.choice());
    type.addType(threads.team());
  }

  /** A record with one array for each output. */
  private TypeSpec outputs() {
    MethodSpec.Builder constructor = MethodSpec.constructorBuilder();
    for (Signature.Tensor output : signature.outputs()) {
      constructor.addParameter(ArrayTypeName.of(TypeName.FLOAT), output.name());
    }
    return TypeSpec.recordBuilder("Outputs")
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .addJavadoc("The outputs of one row, in the order declared.\n")
        .recordConstructor(constructor.build())
        .build();
  }

  private static MethodSpec.Builder check(String name) {
    return MethodSpec.methodBuilder(name)
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addParameter(String.class, "name");
  }

  private void checks(TypeSpec.Builder type) {
    type.addMethod(
        check("checkRow")
            .addParameter(TypeName.INT, "length")
            .addParameter(TypeName.INT, "expected")
            .addCode(
                """
                if (length != expected) {
                  throw new IllegalArgumentException(
                      "expected " + expected + " values per row for " + name + ", got " + length);
                }
                """)
            .build());
    type.addMethod(
        check("checkRows")
            .addParameter(TypeName.INT, "length")
            .addParameter(TypeName.INT, "rows")
            .addParameter(TypeName.INT, "perRow")
            .addCode(
                """
                if (rows < 0 || length < (long) rows * perRow) {
                  throw new IllegalArgumentException(
                      "expected " + rows + " rows of " + perRow + " values for " + name + ", " + (long) rows * perRow
                          + " in all, got an array of " + length);
                }
                """)
            .build());
    if (signature.inputs().stream().anyMatch(Signature.Tensor::isIndex)) {
      type.addMethod(
          check("checkIndices")
              .addParameter(ArrayTypeName.of(TypeName.INT), "indices")
              .addParameter(TypeName.INT, "from")
              .addParameter(TypeName.INT, "to")
              .addParameter(TypeName.INT, "vocabulary")
              .addCode(
                  """
                  for (int i = from; i < to; i++) {
                    if (indices[i] < 0 || indices[i] >= vocabulary) {
                      throw new IllegalArgumentException(
                          "expected indices from 0 to " + (vocabulary - 1) + " for " + name + ", got " + indices[i]
                              + " at position " + i);
                    }
                  }
                  """)
              .build());
    }
  }

  private static void workspaces(TypeSpec.Builder type) {
    type.addMethod(
        MethodSpec.methodBuilder("borrow")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc(
                "A workspace that no other call uses: an idle one, or a new one where all are in use.\n")
            .returns(ArrayTypeName.of(TypeName.FLOAT))
            .addCode(
                """
                for (int i = 0; i < idle.length(); i++) {
                  if (idle.getPlain(i) != null) {
                    float[] workspace = idle.getAndSet(i, null);
                    if (workspace != null) {
                      return workspace;
                    }
                  }
                }
                return new float[WORKSPACE];
                """)
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("giveBack")
            .addModifiers(Modifier.PRIVATE)
            .addParameter(ArrayTypeName.of(TypeName.FLOAT), "workspace")
            .addCode(
                """
                for (int i = 0; i < idle.length(); i++) {
                  if (idle.getPlain(i) == null && idle.compareAndSet(i, null, workspace)) {
                    return;
                  }
                }
                """)
            .build());
  }

  private static final String WARNING =
      "Vector API not found: running plain Java, several times slower. Start Java with --add-modules jdk.incubator.vector"
          + " (in a named module: requires jdk.incubator.vector).";

  private MethodSpec vectorsPresent() {
    return MethodSpec.methodBuilder("vectorsPresent")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addJavadoc(
            "Looks for the Vector API; says once in a process what to add where it is missing.\n")
        .returns(TypeName.BOOLEAN)
        .addCode(
            """
                boolean present =
                    ModuleLayer.boot()
                        .findModule("jdk.incubator.vector")
                        .map($L.class.getModule()::canRead)
                        .orElse(false);
                if (!present && System.getProperties().putIfAbsent("neurite.vectors.reported", "true") == null) {
                  System.getLogger("dev.neurite").log(System.Logger.Level.WARNING, $S);
                }
                return present;
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
                String vm = System.getProperty("java.vm.name", "") + ", " + System.getProperty("java.vm.info", "");
                boolean compiled =
                    !vm.contains("OpenJ9") && !vm.contains("interpreted mode") && !vm.contains("emulated-client");
                if (!compiled && System.getProperties().putIfAbsent("neurite.vectors.reported", "true") == null) {
                  System.getLogger("dev.neurite").log(System.Logger.Level.WARNING, $S.replace("{}", vm));
                }
                return compiled;
                """,
            NOT_COMPILED)
        .build();
  }

  private static final String NOT_COMPILED =
      "This JVM does not compile vector code ({}): running plain Java, several times slower. Use HotSpot with its C2 compiler, without"
          + " -Xint and -XX:TieredStopAtLevel.";

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

  private void loading(TypeSpec.Builder type) {
    type.addField(
        FieldSpec.builder(
                String.class, "TENSORS", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc(
                "Tensors of a weight file in the order of PyTorch's state_dict: name, shape there, and where the values lie here: 0 for"
                    + " parameters, 1 for state, 2 for counters; then offset, groups, outputs, channels, height and width of panels, or"
                    + " offset, rows, columns and stride of a table.\n")
            .initializer(tensors())
            .build());
    boolean isPublic = type.build().modifiers().contains(Modifier.PUBLIC);
    MethodSpec.Builder fromPath =
        MethodSpec.methodBuilder("load")
            .addModifiers(Modifier.STATIC)
            .addJavadoc(
                "Reads a weight file that this network's model has saved.\n\n"
                    + "@throws IOException if the file cannot be read or is not this network's\n")
            .returns(ClassName.bestGuess(name))
            .addParameter(Path.class, "file")
            .addException(IOException.class)
            .addCode(
                TypedCode.of(
                    """
                    try (InputStream in = Files.newInputStream(file)) {
                      return load(in);
                    } catch (IOException e) {
                      throw new IOException(file + ": " + e.getMessage(), e);
                    }
                    """));
    MethodSpec.Builder fromStream =
        MethodSpec.methodBuilder("load")
            .addModifiers(Modifier.STATIC)
            .addJavadoc(
                "Reads the bytes of such a file, and expects the stream to end there.\n\n"
                    + "@throws IOException if the stream cannot be read or its content is not this network's\n")
            .returns(ClassName.bestGuess(name))
            .addParameter(InputStream.class, "in")
            .addException(IOException.class)
            .addCode(TypedCode.of(LOAD.formatted(layout.parameterLength(), layout.stateLength())));
    if (isPublic) {
      fromPath.addModifiers(Modifier.PUBLIC);
      fromStream.addModifiers(Modifier.PUBLIC);
    }
    type.addMethod(fromPath.build());
    type.addMethod(fromStream.build());
    type.addMethod(
        MethodSpec.methodBuilder("header")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addJavadoc(
                "The header of this network's weight files: all of it follows from the declaration.\n")
            .returns(ArrayTypeName.of(TypeName.BYTE))
            .addCode(TypedCode.of(HEADER))
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("elements")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .returns(TypeName.INT)
            .addJavadoc("Values of a tensor.\n")
            .addParameter(ArrayTypeName.of(TypeName.INT), "place")
            .addStatement(
                "return place.length == 5 ? place[2] * place[3] : place[2] * place[3] * place[4] * place[5] * place[6]")
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("place")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addJavadoc("Where the values of a tensor lie, from its line of {@link #TENSORS}.\n")
            .returns(ArrayTypeName.of(TypeName.INT))
            .addParameter(String.class, "tensor")
            .addCode(
                TypedCode.of(
                    """
                    String[] numbers = tensor.substring(tensor.lastIndexOf(' ') + 1).split(",");
                    int[] place = new int[numbers.length];
                    for (int i = 0; i < place.length; i++) {
                      place[i] = Integer.parseInt(numbers[i]);
                    }
                    return place;
                    """))
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("index")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addJavadoc("Where value {@code i} of a tensor, row-major, lies in its flat array.\n")
            .returns(TypeName.INT)
            .addParameter(ArrayTypeName.of(TypeName.INT), "place")
            .addParameter(TypeName.INT, "i")
            .addCode(
                """
                if (place.length == 5) {
                  return place[1] + i / place[3] * place[4] + i % place[3];
                }
                int area = place[5] * place[6];
                int inputs = place[4] * area;
                int output = i / inputs;
                int column = i % inputs;
                int within = output % place[3];
                int panel = output / place[3] * ((place[3] + 15) / 16) + within / 16;
                return place[1] + (panel * inputs + column % area * place[4] + column / area) * 16 + within % 16;
                """)
            .build());
  }

  /** The lines of all tensors; a constant of a class file holds 65,535 bytes. */
  private CodeBlock tensors() {
    List<String> rows = layout.tensors().stream().map(ForwardSupport::row).toList();
    List<CodeBlock> parts = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += ROWS_OF_A_CONSTANT) {
      int to = Math.min(from + ROWS_OF_A_CONSTANT, rows.size());
      parts.add(CodeBlock.of("\"\"\"\n$L\n\"\"\"", String.join("\n", rows.subList(from, to))));
    }
    return switch (parts.size()) {
      case 0 -> CodeBlock.of("\"\"");
      case 1 -> parts.getFirst();
      default -> CodeBlock.of("$T.join(\"\", $L)", String.class, CodeBlock.join(parts, ", "));
    };
  }

  private static String row(Tensor tensor) {
    int role = tensor.role() == Role.PARAMETER ? 0 : tensor.role() == Role.STATE ? 1 : 2;
    String place =
        switch (tensor.storage()) {
          case Storage.Panels panels ->
              "%d,%d,%d,%d,%d,%d,%d"
                  .formatted(
                      role,
                      panels.offset(),
                      panels.groups(),
                      panels.outputs(),
                      panels.channels(),
                      panels.height(),
                      panels.width());
          case Storage.Rows rows ->
              "%d,%d,%d,%d,%d"
                  .formatted(role, rows.offset(), rows.rows(), rows.columns(), rows.stride());
        };
    String shape = tensor.shape().stream().map(String::valueOf).collect(joining(","));
    return ascii(tensor.layer()) + "." + tensor.leaf() + " [" + shape + "] " + place;
  }

  /** A layer's name as JSON in ASCII, which is how weight files write it, in a text block. */
  private static String ascii(String name) {
    return name.chars()
        .mapToObj(c -> c < 128 ? String.valueOf((char) c) : "%s%s%04x".formatted("\\\\", "u", c))
        .collect(joining());
  }

  private static final String LOAD =
      """
      byte[] expected = header();
      byte[] found = in.readNBytes(8);
      long length = found.length < 8 ? -1 : ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (length != expected.length) {
        throw new IOException(
            "not the weights of this network: expected a header of " + expected.length + " bytes, got "
                + (length < 0 ? found.length + " bytes in all" : length + " bytes"));
      }
      if (!Arrays.equals(in.readNBytes(expected.length), expected)) {
        throw new IOException(
            "not the weights of this network: the names and shapes of its tensors are others; expected "
                + new String(expected, StandardCharsets.US_ASCII).strip());
      }
      float[] parameters = new float[%d];
      float[] state = new float[%d];
      List<String> tensors = TENSORS.lines().toList();
      for (String tensor : tensors) {
        if (place(tensor)[0] == 2 && in.readNBytes(8).length < 8) {
          throw new IOException("the file ends in " + tensor);
        }
      }
      byte[] chunk = new byte[1 << 16];
      for (String tensor : tensors) {
        int[] place = place(tensor);
        if (place[0] == 2) {
          continue;
        }
        float[] values = place[0] == 0 ? parameters : state;
        int count = elements(place);
        for (int done = 0; done < count; ) {
          int floats = Math.min(chunk.length / 4, count - done);
          int bytes = in.readNBytes(chunk, 0, floats * 4);
          if (bytes < floats * 4) {
            throw new IOException(
                "the file ends in " + tensor + ": expected " + count + " values, got " + (done + bytes / 4));
          }
          ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
          for (int i = 0; i < floats; i++) {
            values[index(place, done + i)] = buffer.getFloat(i * 4);
          }
          done += floats;
        }
      }
      if (in.read() >= 0) {
        throw new IOException("the file goes on after its last tensor");
      }
      return of(parameters, state);
      """;

  private static final String HEADER =
      """
      StringBuilder text = new StringBuilder("{\\"__metadata__\\":{\\"format\\":\\"pt\\"}");
      long offset = 0;
      for (int pass = 0; pass < 2; pass++) {
        for (String tensor : TENSORS.lines().toList()) {
          int[] place = place(tensor);
          boolean counter = place[0] == 2;
          if (counter == (pass == 0)) {
            long end = offset + (counter ? 8L : 4L * elements(place));
            int blank = tensor.indexOf(' ');
            text.append(",\\"").append(tensor, 0, blank).append("\\":{\\"dtype\\":\\"").append(counter ? "I64" : "F32");
            text.append("\\",\\"shape\\":").append(tensor, blank + 1, tensor.lastIndexOf(' '));
            text.append(",\\"data_offsets\\":[").append(offset).append(',').append(end).append("]}");
            offset = end;
          }
        }
      }
      text.append('}');
      while (text.length() %% 8 != 0) {
        text.append(' ');
      }
      return text.toString().getBytes(StandardCharsets.US_ASCII);
      """
          .replace("%%", "%");
}
