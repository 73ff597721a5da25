package dev.neurite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafeTensorsTest {

  @TempDir Path folder;

  @Test
  void readsWhatPyTorchWrote() throws Exception {
    TensorFile file = SafeTensors.read("batchnorm2d_train", resource("batchnorm2d_train"));
    assertThat(file.metadata())
        .containsEntry("loss", "crossentropy")
        .containsEntry("rtol", "2e-05");
    assertThat(file.metadata().get("network"))
        .startsWith("[{\"name\": \"input\", \"op\": \"input\"");
    assertThat(file.tensors()).hasSize(21);
    assertThat(file.tensor("input").shape()).containsExactly(3, 2, 6, 5);
    assertThat(file.tensor("after.bn1.num_batches_tracked").shape()).isEmpty();
    assertThat(file.tensor("after.bn1.num_batches_tracked").longs()).containsExactly(1);
    assertThat(file.tensor("param.bn1.running_var").floats()).hasSize(4);
  }

  @Test
  void keepsEverythingOnAWayThroughAFile() throws Exception {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("bytes", Tensor.ofBytes(ElementType.U8, List.of(3), new byte[] {1, 2, -1}));
    tensors.put("scalar", Tensor.of(List.of(), -7L));
    tensors.put("empty", Tensor.of(List.of(2, 0), new float[0]));
    tensors.put("doubles", Tensor.of(List.of(2), 1e300, -0.0));
    tensors.put("floats \"ü\" \\ \n", Tensor.of(List.of(1, 2), 1.5f, Float.NaN));
    TensorFile file = new TensorFile(tensors, Map.of("key ü", "value \u0001 😀"));
    Path path = folder.resolve("file.safetensors");
    SafeTensors.write(path, file);
    TensorFile read = SafeTensors.read(path);
    assertThat(read).isEqualTo(file);
    assertThat(read.tensors().keySet()).containsExactlyElementsOf(tensors.keySet());
    assertThat(Files.readAllBytes(path)).isEqualTo(SafeTensors.bytes(file));
    assertThat(read.tensor("bytes").longs()).containsExactly(1, 2, 255);
    assertThat(read.tensor("doubles").doubles()).containsExactly(1e300, -0.0);
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(path);
    }
  }

  @Test
  void writesTheSameContentsAsTheSameBytes() {
    TensorFile file =
        new TensorFile(Map.of("a", Tensor.of(List.of(2), 1f, 2f)), Map.of("format", "pt"));
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    byte[] bytes = SafeTensors.bytes(file);
    String padded = new String(bytes, 8, bytes.length - 16, StandardCharsets.US_ASCII);
    assertThat(padded).startsWith(header).hasSizeLessThan(header.length() + 8);
    assertThat(padded.length() % 8).isZero();
    assertThat(SafeTensors.sha256(file))
        .isEqualTo("c1f3ae23fadd088654c883988914b92baefd16f30ddc8dc4c9c6a10f24193036");
  }

  @Test
  void replacesAFileThatIsThere() throws Exception {
    Path path = folder.resolve("file.safetensors");
    Files.writeString(path, "old");
    TensorFile file = new TensorFile(Map.of("a", Tensor.of(List.of(1), 1f)), Map.of());
    SafeTensors.write(path, file);
    assertThat(SafeTensors.read(path)).isEqualTo(file);
  }

  @Test
  void keepsTheOldFileWhenWritingFails() throws Exception {
    Path path = folder.resolve("file");
    Files.writeString(path, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    path,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[100]));
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    assertThat(path).hasContent("old");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(path);
    }
  }

  @Test
  void writesThroughASymbolicLink() throws Exception {
    Path target = folder.resolve("target");
    Files.writeString(target, "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    TensorFile file = new TensorFile(Map.of(), Map.of());
    SafeTensors.write(link, file);
    assertThat(link).isSymbolicLink();
    assertThat(SafeTensors.read(target)).isEqualTo(file);
  }

  @Test
  void saysWhatCannotBeOpened() {
    assertThatThrownBy(() -> SafeTensors.read(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> SafeTensors.read(folder)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> SafeTensors.write(folder, new TensorFile(Map.of(), Map.of())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(
            () ->
                SafeTensors.write(folder.resolve("none/file"), new TensorFile(Map.of(), Map.of())))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void refusesLengthsThatTheFileDoesNotHave() {
    refused(new byte[7], "has at least 8 bytes, this one has 7");
    byte[] huge = new byte[16];
    huge[7] = (byte) 0x80;
    refused(huge, "should have 9223372036854775808 bytes, but 8 follow");
    refused(file("{}", 1), "describes 0 bytes of data, the file has 1");
    refused(
        file(entry("a", "F32", "[2]", "0,8"), 7),
        "describes 8 bytes of data, the file has 7: it is cut short");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                                        | found the end",
        "[]                                                       | character 0 of the header: expected {, found \"[\"",
        "{} {}                                                    | expected the end of the header",
        "{\"__metadata__\":{\"k\":1}}                             | expected \", found \"1\"",
        "{\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}}             | the key \"k\" stands here a second time",
        "{\"__metadata__\":{\"k\":\"\\x\"}}                       | no escape \\x",
        "{\"__metadata__\":{\"k\":\"\\u00g0\"}}                   | expected a hexadecimal digit",
        "{\"__metadata__\":{\"k\":\"\\ud800\"}}                   | half a surrogate pair",
        "{\"a\":{}}                                               | \"a\" lacks one of dtype, shape and data_offsets",
        "{\"a\":[[[[[[[[[[                                        | expected {, found \"[\"",
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}            | the key \"dtype\" stands here a second time",
        "{\"a\":{\"dtype\":\"C64\"}}                              | \"a\" has dtype \"C64\"; F32, F64, F16, BF16, I64, I32",
        "{\"a\":{\"size\":1}}                                     | \"a\" has a field \"size\"",
        "{\"a\":{\"shape\":[-1]}}                                 | a whole number of at least 0, found \"-\"",
        "{\"a\":{\"shape\":[1.5]}}                                | expected ], found \".\"",
        "{\"a\":{\"shape\":[01]}}                                 | a whole number of at least 0, found \"0\"",
        "{\"a\":{\"shape\":[2147483648]}}                         | an axis of length 2147483648 after []",
        "{\"a\":{\"shape\":[99999999999999999999]}}               | a number of 20 digits",
        "{\"a\":{\"data_offsets\":[1]}}                           | expected two data_offsets for \"a\"",
        "{\"a\":{\"data_offsets\":[1,2,3]}}                       | expected two data_offsets for \"a\""
      })
  void refusesHeadersThatAreNotOfTheFormat(String header, String complaint) {
    refused(file(header, 0), complaint);
  }

  @Test
  void refusesShapesThatDoNotFitTheirBytes() {
    refused(
        file(entry("a", "F32", "[3]", "0,8"), 8),
        "\"a\" of F32 and shape [3] has 12 bytes, but its data_offsets are [0, 8]");
    refused(file(entry("a", "F32", "[2]", "8,0"), 8), "data_offsets are [8, 0]");
    refused(
        file(entry("a", "F32", "[2147483647,2147483647,4]", "0,8"), 8), "is larger than any file");
    refused(file(entry("a", "F32", "[" + "1,".repeat(64) + "1]", "0,4"), 4), "at most 64 axes");
  }

  @Test
  void refusesGapsAndOverlaps() {
    refused(
        file("{" + inner("a", "F32", "[1]", "4,8") + "}", 8),
        "\"a\" begins at byte 4 of the data, but the header ends at byte 0: a gap");
    refused(
        file(
            "{" + inner("b", "F32", "[2]", "4,12") + "," + inner("a", "F32", "[2]", "0,8") + "}",
            12),
        "\"b\" begins at byte 4 of the data, but \"a\" ends at byte 8: they overlap");
  }

  @Test
  void readsDataThatLiesInAnotherOrderThanTheHeader() throws Exception {
    byte[] bytes =
        file(
            "{" + inner("b", "U8", "[1]", "2,3") + "," + inner("a", "U8", "[2]", "0,2") + "}  ", 3);
    bytes[bytes.length - 1] = 9;
    TensorFile file = SafeTensors.read("test", bytes);
    assertThat(file.tensors().keySet()).containsExactly("b", "a");
    assertThat(file.tensor("b").longs()).containsExactly(9);
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    byte[] bytes = file("{\"aa\":{}}", 0);
    bytes[10] = (byte) 0xC3;
    refused(bytes, "the header is not UTF-8");
  }

  /**
   * Every bit pattern, against the formula of IEEE 754: (-1)^s 2^(e-15) (1 + f/1024), subnormal
   * below.
   */
  @Test
  void readsEveryHalf() {
    ByteBuffer data = ByteBuffer.allocate(1 << 17).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < 1 << 16; bits++) {
      data.putShort((short) bits);
    }
    float[] halves = Tensor.ofBytes(ElementType.F16, List.of(1 << 16), data.array()).floats();
    float[] brains = Tensor.ofBytes(ElementType.BF16, List.of(1 << 16), data.array()).floats();
    for (int bits = 0; bits < 1 << 16; bits++) {
      assertThat(Float.compare(halves[bits], parts(bits, 10, 15)) == 0)
          .as("F16 %04x", bits)
          .isTrue();
      assertThat(Float.compare(brains[bits], parts(bits, 7, 127)) == 0)
          .as("BF16 %04x", bits)
          .isTrue();
    }
  }

  private static float parts(int bits, int fractionBits, int bias) {
    int fraction = bits & (1 << fractionBits) - 1;
    int exponent = bits >> fractionBits & (1 << (15 - fractionBits)) - 1;
    double sign = bits >> 15 == 0 ? 1 : -1;
    if (exponent == (1 << (15 - fractionBits)) - 1) {
      return fraction == 0 ? (float) sign * Float.POSITIVE_INFINITY : Float.NaN;
    }
    double scaled = Math.scalb((double) fraction, -fractionBits);
    return (float)
        (sign
            * (exponent == 0
                ? Math.scalb(scaled, 1 - bias)
                : Math.scalb(1 + scaled, exponent - bias)));
  }

  @Test
  void refusesToMixIntegersAndFloats() {
    assertThatThrownBy(() -> Tensor.of(List.of(1), 1L).floats())
        .hasMessageContaining("read longs()");
    assertThatThrownBy(() -> Tensor.of(List.of(1), 1f).longs())
        .hasMessageContaining("read floats()");
    assertThatThrownBy(() -> Tensor.of(List.of(3), 1f))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a tensor [3] has 3 values, got 1");
    assertThatThrownBy(
            () -> new TensorFile(Map.of("__metadata__", Tensor.of(List.of(1), 1f)), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = SafeTensorsTest.class.getResourceAsStream(name + ".safetensors")) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private static String entry(String name, String dtype, String shape, String offsets) {
    return "{" + inner(name, dtype, shape, offsets) + "}";
  }

  private static String inner(String name, String dtype, String shape, String offsets) {
    return String.format(
        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%s]}",
        name, dtype, shape, offsets);
  }

  private static byte[] file(String header, int data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static void refused(byte[] bytes, String complaint) {
    assertThatThrownBy(() -> SafeTensors.read("x.safetensors", bytes))
        .isInstanceOf(WeightFileException.class)
        .hasMessageStartingWith("x.safetensors: ")
        .hasMessageContaining(complaint);
  }
}
