package dev.neurite.processor.shape;

import static dev.neurite.processor.Declared.layer;
import static dev.neurite.processor.Declared.model;
import static dev.neurite.processor.Declared.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.Blocks;
import dev.neurite.processor.frontend.LayerDeclaration;
import dev.neurite.processor.graph.GraphBuilder;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.graph.Operation.Padding;
import dev.neurite.processor.graph.Operation.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Shape rules on declarations that no compiler has read. */
final class ShapeRulesTest {

  @Test
  void denseWorksOnTheLastAxis() {
    assertThat(shapeAfter(List.of(7), use("Dense", "value", 3))).containsExactly(3);
    assertThat(shapeAfter(List.of(5, 7), use("Dense", "value", 3))).containsExactly(5, 3);
  }

  @Test
  void convolutionsRoundDown() {
    List<Integer> image = List.of(3, 28, 27);
    assertThat(shapeAfter(image, conv(8, 3, 3))).containsExactly(8, 26, 25);
    assertThat(shapeAfter(image, conv(8, 5, 4, "stride", ints(2)))).containsExactly(8, 12, 12);
    assertThat(shapeAfter(image, conv(8, 3, 3, "stride", ints(2), "padding", ints(1))))
        .containsExactly(8, 14, 14);
    assertThat(shapeAfter(image, conv(8, 3, 3, "dilation", ints(2, 3)))).containsExactly(8, 24, 21);
    assertThat(shapeAfter(image, conv(8, 28, 27))).containsExactly(8, 1, 1);
    assertThat(shapeAfter(image, conv(8, 30, 29, "padding", ints(1)))).containsExactly(8, 1, 1);
    assertThat(shapeAfter(image, conv(6, 3, 3, "groups", 3))).containsExactly(6, 26, 25);
  }

  @Test
  void samePutsTheOddRowAndColumnAtTheBottomAndRight() {
    TypedGraph graph = infer(List.of(1, 9, 8), conv(2, 2, 5, "same", true));
    assertThat(graph.nodes().getLast().type().shape()).containsExactly(2, 9, 8);
    assertThat(((Operation.Conv2D) graph.nodes().getLast().operation()).padding())
        .isEqualTo(new Padding(0, 2, 1, 2));
  }

  @Test
  void sameSpreadsWithTheDilation() {
    TypedGraph graph = infer(List.of(1, 9, 8), conv(2, 3, 4, "same", true, "dilation", ints(2, 3)));
    assertThat(graph.nodes().getLast().type().shape()).containsExactly(2, 9, 8);
    assertThat(((Operation.Conv2D) graph.nodes().getLast().operation()).padding())
        .isEqualTo(new Padding(2, 4, 2, 5));
  }

  @Test
  void poolsMoveByTheirWindow() {
    List<Integer> image = List.of(3, 13, 12);
    assertThat(shapeAfter(image, use("MaxPool2D", "value", ints(2)))).containsExactly(3, 6, 6);
    assertThat(shapeAfter(image, use("AvgPool2D", "value", ints(3, 2)))).containsExactly(3, 4, 6);
    TypedGraph graph =
        infer(image, use("MaxPool2D", "value", ints(3), "stride", ints(2), "padding", ints(1)));
    assertThat(graph.nodes().getLast().type().shape()).containsExactly(3, 7, 6);
    assertThat(graph.nodes().getLast().operation())
        .isEqualTo(new Operation.MaxPool2D(new Size(3, 3), new Size(2, 2), new Size(1, 1)));
  }

  @Test
  void meansAndFlatteningDropAxes() {
    assertThat(shapeAfter(List.of(3, 4, 5), use("GlobalAvgPool"))).containsExactly(3);
    assertThat(shapeAfter(List.of(4, 5), use("GlobalAvgPool"))).containsExactly(5);
    assertThat(shapeAfter(List.of(3, 4, 5), use("Flatten"))).containsExactly(60);
    assertThat(shapeAfter(List.of(4, 5), use("Flatten"))).containsExactly(20);
    assertThat(shapeAfter(List.of(60), use("Reshape", "value", ints(3, 4, 5))))
        .containsExactly(3, 4, 5);
  }

  @Test
  void negativeAxesCountFromTheEnd() {
    assertThat(infer(List.of(3, 4, 5), use("Softmax")).nodes().getLast().operation())
        .isEqualTo(new Operation.Softmax(2));
    assertThat(infer(List.of(3, 4, 5), use("LogSoftmax", "axis", -3)).nodes().getLast().operation())
        .isEqualTo(new Operation.LogSoftmax(0));
    assertThat(infer(List.of(3, 4), use("Softmax", "axis", 0)).nodes().getLast().operation())
        .isEqualTo(new Operation.Softmax(0));
  }

  @Test
  void concatAddsTheSizesOfItsAxis() {
    LayerDeclaration[] layers = {
      layer("image", use("Input", "value", ints(3, 4, 5))),
      layer("wide", use("Conv2D", "filters", 2, "kernel", ints(1))),
      layer("all", use("From", "value", names("image", "wide", "image")), use("Concat"))
    };
    TypedGraph graph = infer(layers);
    assertThat(graph.nodes().getLast().type().shape()).containsExactly(8, 4, 5);
    assertThat(graph.nodes().getLast().inputs()).containsExactly(0, 1, 0);
    layers[2] =
        layer("all", use("From", "value", names("image", "image")), use("Concat", "axis", -1));
    graph = infer(layers);
    assertThat(graph.nodes().getLast().type().shape()).containsExactly(3, 4, 10);
    assertThat(graph.nodes().getLast().operation()).isEqualTo(new Operation.Concat(2));
  }

  @Test
  void embeddingAppendsAnAxis() {
    AnnotationUse table = use("Embedding", "vocabulary", 9, "size", 4);
    assertThat(
            infer(layer("word", use("Input", "type", "INDEX")), layer("vector", table))
                .nodes()
                .getLast()
                .type())
        .isEqualTo(TensorType.ofFloats(List.of(4)));
    assertThat(
            infer(
                    layer("words", use("Input", "value", ints(6), "type", "INDEX")),
                    layer("vectors", table))
                .nodes()
                .getLast()
                .type())
        .isEqualTo(TensorType.ofFloats(List.of(6, 4)));
  }

  @Test
  void elementwiseOperationsKeepTheShape() {
    List<String> images =
        List.of(
            "ReLU",
            "LeakyReLU",
            "ELU",
            "GELU",
            "SiLU",
            "Sigmoid",
            "Tanh",
            "Softplus",
            "Mish",
            "BatchNorm",
            "LayerNorm");
    for (String name : images) {
      assertThat(shapeAfter(List.of(3, 4, 5), use(name))).as(name).containsExactly(3, 4, 5);
    }
    assertThat(shapeAfter(List.of(3, 4, 5), use("SpatialDropout", "value", 0.5)))
        .containsExactly(3, 4, 5);
    assertThat(shapeAfter(List.of(7), use("Dropout", "value", 0.0))).containsExactly(7);
    assertThat(shapeAfter(List.of(7), use("BatchNorm"))).containsExactly(7);
    assertThat(shapeAfter(List.of(5, 7), use("LayerNorm"))).containsExactly(5, 7);
  }

  @Test
  void costsCountWeightsAndBiases() {
    assertThat(lastCosts(List.of(1, 28, 28), conv(32, 3, 3)))
        .isEqualTo(new Costs(320, 320, 26 * 26 * 288));
    assertThat(lastCosts(List.of(9216), use("Dense", "value", 10, "bias", false)))
        .isEqualTo(new Costs(92160, 16 * 9216, 92160));
    assertThat(lastCosts(List.of(5, 8), use("Dense", "value", 16)))
        .isEqualTo(new Costs(144, 144, 5 * 128));
    assertThat(lastCosts(List.of(4, 9, 9), conv(4, 3, 3, "groups", 4)))
        .isEqualTo(new Costs(40, 4 * 16 * 10, 49 * 36));
    assertThat(lastCosts(List.of(20), use("BatchNorm"))).isEqualTo(new Costs(40, 64, 0));
    assertThat(lastCosts(List.of(20), use("LayerNorm", "affine", false)))
        .isEqualTo(new Costs(0, 0, 0));
  }

  private static Costs lastCosts(List<Integer> input, AnnotationUse use) {
    TypedGraph graph = infer(input, use);
    TypedGraph.Node last = graph.nodes().getLast();
    return Costs.of(last.operation(), List.of(graph.node(0).type()), last.type());
  }

  private static List<Integer> shapeAfter(List<Integer> input, AnnotationUse use) {
    return infer(input, use).nodes().getLast().type().shape();
  }

  private static TypedGraph infer(List<Integer> input, AnnotationUse use) {
    int[] shape = input.stream().mapToInt(Integer::intValue).toArray();
    return infer(layer("input", use("Input", "value", shape)), layer("layer", use));
  }

  private static TypedGraph infer(LayerDeclaration... layers) {
    Diagnostics diagnostics = new Diagnostics();
    TypedGraph graph =
        ShapeInference.infer(
                GraphBuilder.build(
                    model(layers), Blocks.NONE, block -> Optional.empty(), diagnostics),
                diagnostics)
            .orElseThrow(() -> new AssertionError(diagnostics.inSourceOrder()));
    assertThat(diagnostics.inSourceOrder()).isEmpty();
    return graph;
  }

  private static AnnotationUse conv(int filters, int height, int width, Object... more) {
    List<Object> attributes =
        new ArrayList<>(List.of("filters", filters, "kernel", ints(height, width)));
    attributes.addAll(List.of(more));
    return use("Conv2D", attributes.toArray());
  }

  private static int[] ints(int... values) {
    return values;
  }

  private static String[] names(String... values) {
    return values;
  }
}
