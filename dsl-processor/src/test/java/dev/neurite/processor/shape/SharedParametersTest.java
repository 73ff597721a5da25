package dev.neurite.processor.shape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Frontend;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which layers store what others use. */
final class SharedParametersTest {

  /** What a layer shares is that of the layer it names, wherever that one has it from. */
  @Test
  void aBiasMayHaveAnotherOwnerThanTheWeight() {
    assertThat(
            shared(
                """
                @Input(60)                               Layer x();
                @Dense(17) @Tanh                         Layer encoder();
                @SharedWith("encoder") @Dense(60) @Tanh  Layer decoder();
                @Dense(17) @Tanh                         Layer middle();
                @SharedWith("decoder") @Dense(60) @Tanh  Layer again();
                @SharedWith("again") @Dense(17) @Tanh    Layer back();
                @Dense(60)                               Layer wide();
                @SharedWith("back") @Dense(17)           Layer last();
                """))
        .containsExactly(
            "decoder {weight=encoder} turned, stores 60",
            "again {bias=decoder, weight=encoder} turned, stores 0",
            "back {weight=encoder}, stores 17",
            "last {bias=back, weight=encoder}, stores 0");
  }

  @Test
  void aLayerWithoutBiasPassesNoneOn() {
    assertThat(
            shared(
                """
                @Input(17)                                             Layer x();
                @Dense(17)                                             Layer a();
                @SharedWith("a") @Dense(value = 17, bias = false)      Layer b();
                @SharedWith("b") @Dense(17)                            Layer c();
                @SharedWith("c") @Dense(17)                            Layer d();
                """))
        .containsExactly(
            "b {weight=a}, stores 0", "c {weight=a}, stores 17", "d {bias=c, weight=a}, stores 0");
  }

  @Test
  void normalisationsKeepTheirAffineParametersWhereTheOtherHasNone() {
    assertThat(
            shared(
                """
                @Input(5)                                              Layer x();
                @BatchNorm(affine = false)                             Layer a();
                @SharedWith("a") @BatchNorm                            Layer b();
                @SharedWith("b") @BatchNorm                            Layer c();
                """))
        .containsExactly(
            "b {num_batches_tracked=a, running_mean=a, running_var=a}, stores 10",
            "c {bias=b, num_batches_tracked=a, running_mean=a, running_var=a, weight=b}, stores 0");
  }

  /** All that a block has is shared, also what a layer in it has beside what it shares itself. */
  @Test
  void aSharedStackStoresNothing() {
    assertThat(
            shared(
                """
                @Input(60)                                       Layer x();
                @Stack(value = Outer.class, times = 2)           Layer first();
                @SharedWith("first")
                @Stack(value = Outer.class, times = 2)           Layer second();

                @Block
                interface Outer {
                  @Input                                         Layer x();
                  @Stack(Tied.class)                             Layer one();
                  @SharedWith("one") @Stack(Tied.class)          Layer two();
                }

                @Block
                interface Tied {
                  @Input                                         Layer x();
                  @Dense(17) @Tanh                               Layer encoder();
                  @SharedWith("encoder") @Dense(60) @Tanh        Layer decoder();
                  @LayerNorm(affine = false)                     Layer norm();
                }
                """))
        .containsExactly(
            "first.0.one.0.decoder {weight=first.0.one.0.encoder} turned, stores 60",
            "first.0.two.0.encoder {bias=first.0.one.0.encoder, weight=first.0.one.0.encoder},"
                + " stores 0",
            "first.0.two.0.decoder {bias=first.0.one.0.decoder, weight=first.0.one.0.encoder}"
                + " turned, stores 0",
            "first.1.one.0.decoder {weight=first.1.one.0.encoder} turned, stores 60",
            "first.1.two.0.encoder {bias=first.1.one.0.encoder, weight=first.1.one.0.encoder},"
                + " stores 0",
            "first.1.two.0.decoder {bias=first.1.one.0.decoder, weight=first.1.one.0.encoder}"
                + " turned, stores 0",
            "second.0.one.0.encoder {bias=first.0.one.0.encoder, weight=first.0.one.0.encoder},"
                + " stores 0",
            "second.0.one.0.decoder {bias=first.0.one.0.decoder, weight=first.0.one.0.encoder}"
                + " turned, stores 0",
            "second.0.two.0.encoder {bias=first.0.one.0.encoder, weight=first.0.one.0.encoder},"
                + " stores 0",
            "second.0.two.0.decoder {bias=first.0.one.0.decoder, weight=first.0.one.0.encoder}"
                + " turned, stores 0",
            "second.1.one.0.encoder {bias=first.1.one.0.encoder, weight=first.1.one.0.encoder},"
                + " stores 0",
            "second.1.one.0.decoder {bias=first.1.one.0.decoder, weight=first.1.one.0.encoder}"
                + " turned, stores 0",
            "second.1.two.0.encoder {bias=first.1.one.0.encoder, weight=first.1.one.0.encoder},"
                + " stores 0",
            "second.1.two.0.decoder {bias=first.1.one.0.decoder, weight=first.1.one.0.encoder}"
                + " turned, stores 0");
  }

  /** Each node that shares: the layers that store what it uses, and what it stores itself. */
  private static List<String> shared(String body) {
    TypedGraph graph = Frontend.typedGraph("Net", body);
    return graph.nodes().stream()
        .filter(node -> node.share() != null)
        .map(
            node -> {
              Map<String, String> owners = new TreeMap<>();
              node.share()
                  .owners()
                  .forEach((leaf, owner) -> owners.put(leaf, graph.node(owner).layer()));
              return "%s %s%s, stores %d"
                  .formatted(
                      node.layer(),
                      owners,
                      node.isTransposed() ? " turned" : "",
                      graph.costs(node).parameters());
            })
        .toList();
  }
}
