package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterLayout.Role;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.ParameterLayout.Tensor;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;

/**
 * Writes how the class of inference reads a weight file. A process that predicts once runs all of
 * it interpreted: values are copied in bulk or in loops without calls, and nothing needs a stream,
 * a regular expression, or a call site linked at run time, as lambdas and {@code +} of strings do.
 */
final class LoadWriter {

  /** Tensors whose names and places take less than 65,535 bytes, at 100 each. */
  private static final int ROWS_OF_A_CONSTANT = 500;

  private final String name;
  private final ParameterLayout layout;
  private final Bodies bodies;

  LoadWriter(String name, ParameterLayout layout, Bodies bodies) {
    this.name = name;
    this.layout = layout;
    this.bodies = bodies;
  }

  void addTo(TypeSpec.Builder type) {
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
    MethodsText methods = MethodsText.ofClass();
    methods.add(
        METHODS
            .replace("ACCESS static", isPublic ? "public static" : "static")
            .replace("NETWORK", name)
            .replace("PARAMETER_FLOATS", Long.toString(layout.parameterLength()))
            .replace("STATE_FLOATS", Long.toString(layout.stateLength())));
    type.addMethod(bodies.methods(methods, false));
  }

  /** The lines of all tensors; a constant of a class file holds 65,535 bytes. */
  private CodeBlock tensors() {
    List<String> rows = layout.tensors().stream().map(LoadWriter::row).toList();
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

  /** ACCESS, NETWORK, PARAMETER_FLOATS and STATE_FLOATS stand for what differs between models. */
  private static final String METHODS =
      """
      /**
       * Reads a weight file that this network's model has saved.
       *
       * @throws IOException if the file cannot be read or is not this network's
       */
      ACCESS static NETWORK load(Path file) throws IOException {
        boolean plain = file.getFileSystem() == FileSystems.getDefault();
        try (InputStream in = plain ? new FileInputStream(file.toFile()) : Files.newInputStream(file)) {
          return load(in);
        } catch (IOException e) {
          throw new IOException(file + ": " + e.getMessage(), e);
        }
      }

      /**
       * Reads the bytes of such a file, and expects the stream to end there.
       *
       * @throws IOException if the stream cannot be read or its content is not this network's
       */
      ACCESS static NETWORK load(InputStream in) throws IOException {
        String[] tensors = TENSORS.isEmpty() ? new String[0] : TENSORS.split("\\n");
        int[][] places = new int[tensors.length][];
        for (int t = 0; t < tensors.length; t++) {
          places[t] = place(tensors[t]);
        }
        byte[] expected = header(tensors, places);
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
        float[] parameters = new float[PARAMETER_FLOATS];
        float[] state = new float[STATE_FLOATS];
        for (int t = 0; t < tensors.length; t++) {
          if (places[t][0] == 2 && in.readNBytes(8).length < 8) {
            throw new IOException("the file ends in " + tensors[t]);
          }
        }
        byte[] chunk = new byte[1 << 16];
        float[] values = new float[chunk.length / 4];
        var buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (int t = 0; t < tensors.length; t++) {
          int[] place = places[t];
          if (place[0] == 2) {
            continue;
          }
          int count = elements(place);
          for (int done = 0; done < count; ) {
            int floats = Math.min(values.length, count - done);
            int bytes = in.readNBytes(chunk, 0, floats * 4);
            if (bytes < floats * 4) {
              throw new IOException(
                  "the file ends in " + tensors[t] + ": expected " + count + " values, got " + (done + bytes / 4));
            }
            buffer.get(0, values, 0, floats);
            scatter(place, done, values, floats, place[0] == 0 ? parameters : state);
            done += floats;
          }
        }
        if (in.read() >= 0) {
          throw new IOException("the file goes on after its last tensor");
        }
        return of(parameters, state);
      }

      /**
       * The header of this network's weight files: all of it follows from the declaration.
       */
      private static byte[] header(String[] tensors, int[][] places) {
        StringBuilder text = new StringBuilder("{\\"__metadata__\\":{\\"format\\":\\"pt\\"}");
        long offset = 0;
        for (int pass = 0; pass < 2; pass++) {
          for (int t = 0; t < tensors.length; t++) {
            String tensor = tensors[t];
            boolean counter = places[t][0] == 2;
            if (counter == (pass == 0)) {
              long end = offset + (counter ? 8L : 4L * elements(places[t]));
              int blank = tensor.indexOf(' ');
              text.append(",\\"").append(tensor, 0, blank).append("\\":{\\"dtype\\":\\"").append(counter ? "I64" : "F32");
              text.append("\\",\\"shape\\":").append(tensor, blank + 1, tensor.lastIndexOf(' '));
              text.append(",\\"data_offsets\\":[").append(offset).append(',').append(end).append("]}");
              offset = end;
            }
          }
        }
        text.append('}');
        while (text.length() % 8 != 0) {
          text.append(' ');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
      }

      /**
       * Puts {@code count} values of a tensor, row-major from value {@code first} on, where they lie
       * in its flat array.
       */
      private static void scatter(int[] place, int first, float[] values, int count, float[] flat) {
        boolean table = place.length == 5;
        int channels = table ? 1 : place[4];
        int area = table ? 1 : place[5] * place[6];
        // Neighbours in the file are neighbours here too, or so many columns of panels apart.
        boolean near = table || channels * area == 1;
        int run = near ? place[3] : area == 1 ? channels : area;
        int step = near ? 1 : area == 1 ? 16 : channels * 16;
        for (int i = 0; i < count; ) {
          int end = Math.min(i + run - (first + i) % run, count);
          int at = index(place, first + i);
          if (near) {
            System.arraycopy(values, i, flat, at, end - i);
            i = end;
          }
          while (i < end) {
            flat[at] = values[i++];
            at += step;
          }
        }
      }

      /**
       * Values of a tensor.
       */
      private static int elements(int[] place) {
        return place.length == 5 ? place[2] * place[3] : place[2] * place[3] * place[4] * place[5] * place[6];
      }

      /**
       * Where the values of a tensor lie, from its line of {@link #TENSORS}.
       */
      private static int[] place(String tensor) {
        String[] numbers = tensor.substring(tensor.lastIndexOf(' ') + 1).split(",");
        int[] place = new int[numbers.length];
        for (int i = 0; i < place.length; i++) {
          place[i] = Integer.parseInt(numbers[i]);
        }
        return place;
      }

      /**
       * Where value {@code i} of a tensor, row-major, lies in its flat array.
       */
      private static int index(int[] place, int i) {
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
      }
      """;
}
