package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Draws blocks and the layers that apply them. */
final class BlockDrawing {

  /** Blocks within blocks within a model. */
  private static final int DEEPEST = 3;

  private static final int MOST_TIMES = 3;

  private BlockDrawing() {}

  /**
   * Makes a method apply a block, one drawn before or a new one.
   *
   * @param depth of the interface that the method is in: 0 for a model
   * @return false if the block that was chosen does not fit
   */
  static boolean draw(Draft draft, Method method, int depth, SplittableRandom random) {
    List<Draft> blocks = draft.root.blocks;
    if (depth == DEEPEST - 1) {
      return false;
    }
    boolean again = !blocks.isEmpty() && random.nextInt(5) < 2;
    Draft block = again ? LayerDrawing.any(random, blocks) : null;
    int inputs = block == null ? (random.nextInt(4) == 0 ? 2 : 1) : block.inputs().size();
    for (int i = 0; i < inputs; i++) {
      boolean above = i == 0 && random.nextInt(3) != 0;
      method.sources.add(above ? draft.methods.getLast() : LayerDrawing.any(random, draft.methods));
    }
    if (inputs > 1
        || method.sources.getFirst() != draft.methods.getLast()
        || random.nextInt(10) == 0) {
      method.from = new ArrayList<>(method.sources.stream().map(source -> source.name).toList());
    }
    if (block == null) {
      block = block(draft, method.sources, depth + 1, random);
    }
    int times = inputs > 1 || random.nextBoolean() ? 1 : 1 + random.nextInt(MOST_TIMES);
    boolean applied =
        block != null
            && (LayerDrawing.applying(random, method, block, times)
                || LayerDrawing.applying(random, method, block, 1));
    if (!applied) {
      method.sources.clear();
      method.from = null;
      return false;
    }
    if (!blocks.contains(block)) {
      blocks.add(block);
    }
    return true;
  }

  private static @Nullable Draft block(
      Draft outer, List<Method> sources, int depth, SplittableRandom random) {
    Draft root = outer.root;
    Draft block = Draft.block(root, root.name + "Block" + random.nextInt(1000));
    if (root.blocks.stream().anyMatch(other -> other.name.equals(block.name))
        || outer.name.equals(block.name)) {
      return null;
    }
    Names names = new Names(random);
    block.stated =
        random.nextInt(4) == 0 && sources.stream().noneMatch(source -> source.gives.isEmpty());
    for (Method source : sources) {
      Method input = new Method(names.next());
      Piece piece = new Piece("Input", List.of());
      input.gives = source.gives;
      input.index = source.index;
      if (block.stated) {
        piece.with("value", Generator.sizes(source.gives));
        if (source.index) {
          piece.with("type", "InputType.INDEX");
        }
      }
      input.pieces.add(piece);
      block.methods.add(input);
    }
    int layers = 1 + random.nextInt(4);
    for (int i = 0; i < layers; i++) {
      block.methods.add(Generator.layer(block, names.next(), depth, random));
    }
    if (random.nextInt(5) == 0) {
      LayerDrawing.any(random, block.layers()).output = true;
    }
    return block;
  }
}
