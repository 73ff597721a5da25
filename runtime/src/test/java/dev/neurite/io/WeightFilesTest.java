package dev.neurite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.neurite.spi.Initialization;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import dev.neurite.spi.StoredTensor.Role;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WeightFilesTest {

  /**
   * The tensors of shared case batchnorm2d_train: a convolution, batch normalisation, a dense
   * layer.
   */
  static final ModelDescription NET = net();

  @TempDir Path folder;

  @Test
  void bringsBackEveryValueInItsPlace() throws Exception {
    float[] parameters = parameters();
    float[] state = state();
    Path path = folder.resolve("net.safetensors");
    WeightFiles.write(path, NET, parameters, state);
    WeightFiles.Weights weights = WeightFiles.read(path, NET, Map.of());
    assertThat(weights.parameters()).isEqualTo(parameters);
    assertThat(weights.state()).isEqualTo(state);
    assertThat(path).hasBinaryContent(WeightFiles.bytes(NET, parameters, state));
  }

  @Test
  void writesCountersFirstAndThenTheOrderOfTheDescription() {
    byte[] bytes = WeightFiles.bytes(NET, parameters(), state());
    String expected =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"bn1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[4,2,3,3],\"data_offsets\":[8,296]},"
            + "\"bn1.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[296,312]},"
            + "\"bn1.bias\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[312,328]},"
            + "\"bn1.running_mean\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[328,344]},"
            + "\"bn1.running_var\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[344,360]},"
            + "\"fc1.weight\":{\"dtype\":\"F32\",\"shape\":[3,4],\"data_offsets\":[360,408]},"
            + "\"fc1.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[408,420]}}";
    String header = new String(bytes, 8, bytes.length - 8 - 420, StandardCharsets.US_ASCII);
    assertThat(header.stripTrailing()).isEqualTo(expected);
    assertThat(header.length() % 8).isZero();
    assertThat(WeightFiles.sha256(NET, parameters(), state()))
        .isEqualTo(SafeTensors.sha256(WeightFiles.contents(NET, parameters(), state())));
  }

  @Test
  void loadsWhatPyTorchWrote() throws Exception {
    TensorFile torch = SafeTensors.read("torch", SafeTensorsTest.resource("batchnorm2d_train"));
    Map<String, Tensor> state = new LinkedHashMap<>();
    torch
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith("param.")) {
                state.put(name.substring("param.".length()), tensor);
              }
            });
    TensorFile file = new TensorFile(state, Map.of());
    WeightFiles.Weights weights = WeightFiles.fit("torch", file, NET, Map.of());
    assertThat(WeightFiles.contents(NET, weights.parameters(), weights.state()).tensors())
        .isEqualTo(state);
  }

  @Test
  void readsOtherFloatingPointTypes() throws Exception {
    TensorFile file =
        changed(
            tensors -> {
              tensors.put("fc1.bias", Tensor.of(List.of(3), 1.0, 2.5, Double.POSITIVE_INFINITY));
              tensors.put(
                  "bn1.weight",
                  Tensor.ofBytes(
                      ElementType.BF16, List.of(4), new byte[] {0, 0, -128, 63, 0, 0, 0, 0}));
              tensors.put(
                  "bn1.num_batches_tracked",
                  Tensor.ofBytes(ElementType.I32, List.of(), new byte[] {5, 0, 0, 0}));
            });
    WeightFiles.Weights weights = WeightFiles.fit("file", file, NET, Map.of());
    TensorFile read = WeightFiles.contents(NET, weights.parameters(), weights.state());
    assertThat(read.tensor("fc1.bias").floats()).containsExactly(1, 2.5f, Float.POSITIVE_INFINITY);
    assertThat(read.tensor("bn1.weight").floats()).containsExactly(0, 1, 0, 0);
    assertThat(read.tensor("bn1.num_batches_tracked").longs()).containsExactly(5);
  }

  @Test
  void renamesTensorsOfTheFile() throws Exception {
    TensorFile file = changed(tensors -> tensors.put("head.bias", tensors.remove("fc1.bias")));
    WeightFiles.Weights weights =
        WeightFiles.fit("file", file, NET, Map.of("head.bias", "fc1.bias"));
    assertThat(weights.parameters()).isEqualTo(parameters());
  }

  @Test
  void namesTheFirstTensorThatDiffersWithBothShapes() {
    refused(
        changed(
            tensors -> {
              tensors.put("fc1.bias", Tensor.of(List.of(1), 1f));
              tensors.put("fc1.weight", Tensor.of(List.of(2, 2), 1f, 2f, 3f, 4f));
            }),
        Map.of(),
        "file: \"fc1.weight\" is [3, 4] in Net, but [2, 2] in the file; nothing was loaded");
  }

  @Test
  void namesWhatIsMissing() {
    refused(
        changed(tensors -> tensors.remove("fc1.bias")),
        Map.of(),
        "file: the file lacks \"fc1.bias\" of Net, which is [3]; nothing was loaded");
    refused(
        changed(tensors -> tensors.put("fc.bias", tensors.remove("fc1.bias"))),
        Map.of(),
        "it has \"fc.bias\" instead; load(path, Map.of(\"fc.bias\", \"fc1.bias\")) would rename the first;");
    refused(
        changed(tensors -> tensors.put("classifier.output.bias", tensors.remove("fc1.bias"))),
        Map.of(),
        "load(path, Map.of(\"classifier.output.bias\", \"fc1.bias\")) would rename");
    refused(
        new TensorFile(Map.of(), Map.of()),
        Map.of(),
        "lacks \"conv1.weight\", \"bn1.weight\", \"bn1.bias\", \"bn1.running_mean\" and 4 more of Net");
  }

  @Test
  void namesWhatIsLeftOver() {
    refused(
        changed(tensors -> tensors.put("fc2.bias", Tensor.of(List.of(1), 1f))),
        Map.of(),
        "file: the file has \"fc2.bias\", which Net does not have");
  }

  @Test
  void refusesRenamesThatLeadNowhere() {
    TensorFile file = changed(tensors -> {});
    refused(
        file,
        Map.of("fc1.bais", "fc1.bias"),
        "a rename speaks of \"fc1.bais\", which the file does not have; did you mean \"fc1.bias\"?");
    refused(
        file,
        Map.of("fc1.bias", "fc1.bais"),
        "a rename leads to \"fc1.bais\", which Net does not have; did you mean \"fc1.bias\"?");
    refused(
        file,
        Map.of("bn1.bias", "fc1.bias"),
        "\"bn1.bias\" and \"fc1.bias\" of the file are both taken for \"fc1.bias\": change the renames");
  }

  @Test
  void refusesValuesOfAnotherKind() {
    refused(
        changed(tensors -> tensors.put("fc1.bias", Tensor.of(List.of(3), 1L, 2L, 3L))),
        Map.of(),
        "\"fc1.bias\" holds floating-point numbers in Net, but I64 in the file");
    refused(
        changed(tensors -> tensors.put("bn1.num_batches_tracked", Tensor.of(List.of(), 1f))),
        Map.of(),
        "\"bn1.num_batches_tracked\" holds integers in Net, but F32 in the file");
    refused(
        changed(tensors -> tensors.put("fc1.bias", Tensor.of(List.of(3), 1.0, 1e300, 3.0))),
        Map.of(),
        "fc1.bias holds 1.0E300, which is beyond float32");
  }

  @Test
  void refusesArraysOfOtherLengths() {
    assertThatThrownBy(() -> WeightFiles.bytes(NET, new float[5], state()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the parameters of Net take " + NET.parameterLength() + " floats, got 5");
    float[] flat = parameters();
    assertThatThrownBy(() -> WeightFiles.scatter(NET.tensors().getFirst(), new float[3], flat))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("conv1.weight [4, 2, 3, 3] has 72 values, got 3");
    assertThat(flat).isEqualTo(parameters());
  }

  private static void refused(TensorFile file, Map<String, String> renames, String complaint) {
    assertThatThrownBy(() -> WeightFiles.fit("file", file, NET, renames))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining(complaint)
        .hasMessageEndingWith("; nothing was loaded");
  }

  private static TensorFile changed(Consumer<Map<String, Tensor>> change) {
    TensorFile file = WeightFiles.contents(NET, parameters(), state());
    Map<String, Tensor> tensors = new LinkedHashMap<>(file.tensors());
    change.accept(tensors);
    return new TensorFile(tensors, file.metadata());
  }

  /** Flat parameters with different values, and 0 in the padding. */
  static float[] parameters() {
    return filled(NET.parameterLength(), List.of(Role.PARAMETER));
  }

  static float[] state() {
    return filled(NET.stateLength(), List.of(Role.STATE, Role.COUNTER));
  }

  private static float[] filled(int length, List<Role> roles) {
    float[] flat = new float[length];
    int next = 1;
    for (StoredTensor stored : NET.tensors()) {
      if (roles.contains(stored.role())) {
        for (int i = 0; i < stored.storage().size(); i++) {
          flat[stored.storage().index(i)] = next++;
        }
      }
    }
    return flat;
  }

  private static ModelDescription net() {
    List<StoredTensor> tensors = new ArrayList<>();
    int parameters = 0;
    parameters += add(tensors, "conv1.weight", Role.PARAMETER, List.of(4, 2, 3, 3), parameters);
    parameters += add(tensors, "bn1.weight", Role.PARAMETER, List.of(4), parameters);
    parameters += add(tensors, "bn1.bias", Role.PARAMETER, List.of(4), parameters);
    int state = add(tensors, "bn1.running_mean", Role.STATE, List.of(4), 0);
    state += add(tensors, "bn1.running_var", Role.STATE, List.of(4), state);
    state += add(tensors, "bn1.num_batches_tracked", Role.COUNTER, List.of(), state);
    parameters += add(tensors, "fc1.weight", Role.PARAMETER, List.of(3, 4), parameters);
    parameters += add(tensors, "fc1.bias", Role.PARAMETER, List.of(3), parameters);
    return new ModelDescription("Net", List.of(), List.of(), List.of(), tensors, parameters, state);
  }

  private static int add(
      List<StoredTensor> tensors, String name, Role role, List<Integer> shape, int offset) {
    int[] lengths = {1, 1, 1, 1};
    for (int i = 0; i < shape.size(); i++) {
      lengths[i] = shape.get(i);
    }
    Storage storage = new Storage.Panels(offset, 1, lengths[0], lengths[1], lengths[2], lengths[3]);
    int dot = name.indexOf('.');
    tensors.add(
        new StoredTensor(
            name.substring(0, dot),
            name.substring(dot + 1),
            shape,
            role,
            storage,
            new Initialization.Constant(0)));
    return storage.length();
  }
}
