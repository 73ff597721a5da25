package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.BlockDeclaration;
import dev.neurite.processor.frontend.Blocks;
import dev.neurite.processor.frontend.Declaration;
import dev.neurite.processor.frontend.LayerDeclaration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges where blocks are applied. */
final class Stacks {

  /**
   * Applications of one method beyond which source files and compile times become unreasonable; the
   * deepest published residual network repeats a block about a hundred times.
   */
  private static final int MOST_TIMES = 256;

  private final Declaration declaration;
  private final Blocks blocks;
  private final OwnMistakes mistakes;

  Stacks(Declaration declaration, Blocks blocks, OwnMistakes mistakes) {
    this.declaration = declaration;
    this.blocks = blocks;
    this.mistakes = mistakes;
  }

  /** A block that is sound, and how often it is applied. */
  record Application(BlockDeclaration block, int times) {}

  /**
   * What a method applies.
   *
   * @param operands how many values it is given; -1 where that is unknown because of a mistake
   * @return null if that is wrong, which has been reported here or in the block
   */
  @Nullable Application application(
      Scope scope, LayerDeclaration layer, AnnotationUse use, int operands) {
    Diagnostics diagnostics = scope.diagnostics;
    String name = use.word("value");
    int times = use.integer("times");
    boolean valid = true;
    if (times < 1 || times > MOST_TIMES) {
      diagnostics.report(Message.STACK_TIMES, use.at("times"), layer.name(), times, MOST_TIMES);
      valid = false;
    }
    BlockDeclaration block = blocks.find(name).orElse(null);
    if (block == null) {
      diagnostics.report(
          Message.STACK_OF_NO_BLOCK,
          use.position(),
          layer.name(),
          name.substring(name.lastIndexOf('.') + 1));
      return null;
    }
    if (!sound(diagnostics, layer, use, block)) {
      return null;
    }
    return valid && fits(diagnostics, layer, use, new Application(block, times), operands)
        ? new Application(block, times)
        : null;
  }

  private boolean sound(
      Diagnostics diagnostics, LayerDeclaration layer, AnnotationUse use, BlockDeclaration block) {
    if (blocks.isEndless(block.qualifiedName())) {
      if (declaration instanceof BlockDeclaration self && closesCircle(self, block)) {
        diagnostics.report(
            Message.BLOCK_RECURSION,
            use.position(),
            layer.name(),
            self.simpleName(),
            blocks.circle(self.qualifiedName()).stream()
                .map(BlockDeclaration::simpleName)
                .collect(Collectors.joining(" -> ")));
      } else if (!block.inSource()) {
        report(diagnostics, layer, use, block, "it is a part of itself");
      }
      return false;
    }
    Optional<String> mistake = mistakes.of(block);
    if (mistake.isPresent() && !block.inSource()) {
      report(diagnostics, layer, use, block, mistake.get().lines().findFirst().orElse(""));
    }
    return mistake.isEmpty();
  }

  /** A circle of blocks is reported once: in the first by name of those being compiled. */
  private boolean closesCircle(BlockDeclaration self, BlockDeclaration applied) {
    boolean closes =
        applied.qualifiedName().equals(self.qualifiedName())
            || blocks.reaches(applied.qualifiedName(), self.qualifiedName());
    return closes
        && blocks.circleMembers(self.qualifiedName()).stream()
            .filter(BlockDeclaration::inSource)
            .map(BlockDeclaration::qualifiedName)
            .min(String::compareTo)
            .filter(self.qualifiedName()::equals)
            .isPresent();
  }

  private static void report(
      Diagnostics diagnostics,
      LayerDeclaration layer,
      AnnotationUse use,
      BlockDeclaration block,
      String mistake) {
    diagnostics.report(
        Message.BLOCK_WITH_MISTAKES,
        use.position(),
        layer.name(),
        block.simpleName(),
        mistake.replaceFirst("^\\[neurite:[a-z-]+] ", ""));
  }

  private static boolean fits(
      Diagnostics diagnostics,
      LayerDeclaration layer,
      AnnotationUse use,
      Application application,
      int operands) {
    List<LayerDeclaration> inputs = application.block().inputs();
    String block = application.block().simpleName();
    if (operands >= 0 && operands != inputs.size()) {
      String names =
          inputs.stream().map(input -> input.name() + "()").collect(Collectors.joining(", "));
      AnnotationUse from = layer.annotation("From").orElse(null);
      diagnostics.report(
          Message.STACK_OPERANDS,
          from == null ? use.position() : from.at("value"),
          layer.name(),
          block,
          inputs.size() == 1 ? "1 input, " + names : inputs.size() + " inputs, " + names,
          operands == 1 ? "1 value" : operands + " values");
      return false;
    }
    if (inputs.size() > 1 && application.times() > 1) {
      diagnostics.report(
          Message.STACK_REPEATS_INPUTS,
          use.at("times"),
          layer.name(),
          block,
          application.times(),
          inputs.size());
      return false;
    }
    return true;
  }
}
