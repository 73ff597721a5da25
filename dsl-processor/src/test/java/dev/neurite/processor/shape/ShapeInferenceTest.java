package dev.neurite.processor.shape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Frontend;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ShapeInferenceTest {

  @Test
  void digits() {
    TypedGraph graph =
        Frontend.typedGraph(
            "Digits",
            """
            @Input({1, 28, 28})                              Layer image();
            @Conv2D(filters = 32, kernel = 3) @ReLU           Layer conv1();
            @Conv2D(filters = 64, kernel = 3) @ReLU           Layer conv2();
            @MaxPool2D(2) @SpatialDropout(0.25)               Layer pool();
            @Flatten @Dense(128) @ReLU @Dropout(0.5)          Layer hidden();
            @Dense(10)                                        Layer logits();
            """);
    assertThat(print(graph))
        .isEqualTo(
            """
            0 image Input <- [] FLOAT [1, 28, 28]
            1 conv1 Conv2D <- [0] FLOAT [32, 26, 26]
            2 conv1 ReLU <- [1] FLOAT [32, 26, 26]
            3 conv2 Conv2D <- [2] FLOAT [64, 24, 24]
            4 conv2 ReLU <- [3] FLOAT [64, 24, 24]
            5 pool MaxPool2D <- [4] FLOAT [64, 12, 12]
            6 pool SpatialDropout <- [5] FLOAT [64, 12, 12]
            7 hidden Flatten <- [6] FLOAT [9216]
            8 hidden Dense <- [7] FLOAT [128]
            9 hidden ReLU <- [8] FLOAT [128]
            10 hidden Dropout <- [9] FLOAT [128]
            11 logits Dense <- [10] FLOAT [10]
            image: Input
            conv1: Conv2D 32 3x3, ReLU
            conv2: Conv2D 64 3x3, ReLU
            pool: MaxPool2D 2x2, SpatialDropout 0.25
            hidden: Flatten, Dense 128, ReLU, Dropout 0.5
            logits: Dense 10
            outputs [11]
            """);
  }

  @Test
  void ratings() {
    TypedGraph graph =
        Frontend.typedGraph(
            "Ratings",
            """
            int WIDTH = 32;
            @Input(type = INDEX)                              Layer user();
            @Embedding(vocabulary = 943, size = WIDTH)        Layer userVector();
            @Input(19)                                        Layer genres();
            @Dense(WIDTH) @Tanh                               Layer genreVector();
            @From({"userVector", "genreVector"}) @Add         Layer joined();
            @Dense(1) @Output                                 Layer rating();
            @From("joined") @Dense(2) @Output                 Layer liked();
            """);
    assertThat(print(graph))
        .isEqualTo(
            """
            0 user Input <- [] INDEX []
            1 userVector Embedding <- [0] FLOAT [32]
            2 genres Input <- [] FLOAT [19]
            3 genreVector Dense <- [2] FLOAT [32]
            4 genreVector Tanh <- [3] FLOAT [32]
            5 joined Add <- [1, 4] FLOAT [32]
            6 rating Dense <- [5] FLOAT [1]
            7 liked Dense <- [5] FLOAT [2]
            user: Input
            userVector: Embedding 943 x 32
            genres: Input
            genreVector: Dense 32, Tanh
            joined: Add
            rating: Dense 1
            liked: Dense 2
            outputs [6, 7]
            """);
  }

  private static String print(TypedGraph graph) {
    String nodes =
        graph.nodes().stream()
            .map(
                node ->
                    "%d %s %s <- %s %s %s%n"
                        .formatted(
                            node.id(),
                            node.layer(),
                            node.operation().getClass().getSimpleName(),
                            node.inputs(),
                            node.type().element(),
                            node.type().shape()))
            .collect(Collectors.joining());
    String layers =
        graph.layers().stream()
            .map(layer -> layer.name() + ": " + layer.description() + "\n")
            .collect(Collectors.joining());
    return nodes + layers + "outputs " + graph.outputs() + "\n";
  }
}
