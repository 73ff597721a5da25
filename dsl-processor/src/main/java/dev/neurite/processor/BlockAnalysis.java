package dev.neurite.processor;

import dev.neurite.processor.diagnostic.Diagnostic;
import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.frontend.BlockDeclaration;
import dev.neurite.processor.frontend.BlockReader;
import dev.neurite.processor.frontend.Blocks;
import dev.neurite.processor.frontend.Compilation;
import dev.neurite.processor.graph.Advice;
import dev.neurite.processor.graph.Graph;
import dev.neurite.processor.graph.GraphBuilder;
import dev.neurite.processor.graph.OwnMistakes;
import dev.neurite.processor.shape.ShapeInference;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.TypeElement;

/** Blocks by themselves: what they have wrong whatever the place of use. */
final class BlockAnalysis implements OwnMistakes {

  private final Blocks blocks;
  private final Map<String, Optional<String>> known = new HashMap<>();

  BlockAnalysis(Blocks blocks) {
    this.blocks = blocks;
  }

  /**
   * What is to be said about one type that carries {@code @Block}; nothing if it names something
   * that does not exist, which the Java compiler reports.
   */
  static Diagnostics of(TypeElement type, Compilation compilation) {
    Diagnostics diagnostics = new Diagnostics();
    BlockReader.Reading reading = BlockReader.read(type, compilation, diagnostics);
    boolean readable = type.getKind().isInterface();
    if (reading.applied().resolved() && readable) {
      Graph graph =
          new BlockAnalysis(reading.applied().blocks()).analyse(reading.declaration(), diagnostics);
      if (!diagnostics.hasErrors()) {
        Advice.give(graph, diagnostics);
      }
    }
    return reading.applied().resolved() ? diagnostics : new Diagnostics();
  }

  private Graph analyse(BlockDeclaration block, Diagnostics diagnostics) {
    Graph graph = GraphBuilder.build(block, blocks, this, diagnostics);
    ShapeInference.infer(graph, diagnostics);
    return graph;
  }

  @Override
  public Optional<String> of(BlockDeclaration block) {
    Optional<String> mistake = known.get(block.qualifiedName());
    if (mistake == null) {
      mistake = block.mistake().or(() -> firstError(block));
      known.put(block.qualifiedName(), mistake);
    }
    return mistake;
  }

  private Optional<String> firstError(BlockDeclaration block) {
    Diagnostics own = new Diagnostics();
    Graph graph = analyse(block, own);
    Optional<String> error =
        own.inSourceOrder().stream()
            .filter(diagnostic -> diagnostic.message().isError())
            .findFirst()
            .map(Diagnostic::text);
    return error.or(() -> unknownPart(graph));
  }

  /**
   * What a block applies may have a mistake, which is reported there and makes this one unknown.
   */
  private Optional<String> unknownPart(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.use().name().equals("Stack") && node.operation() == null)
        .findFirst()
        .map(node -> "it applies a block that has a mistake");
  }
}
