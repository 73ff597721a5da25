package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.BlockDeclaration;
import dev.neurite.processor.frontend.Declaration;
import dev.neurite.processor.frontend.LayerDeclaration;
import dev.neurite.processor.frontend.ModelDeclaration;
import java.util.List;

/** What goes into a declaration and what comes out of it. */
record Ends(Declaration declaration, Diagnostics diagnostics) {

  /** The layers whose values it gives: those marked, or the last. */
  static List<LayerDeclaration> outputs(List<LayerDeclaration> declared) {
    List<LayerDeclaration> marked =
        declared.stream()
            .filter(layer -> !LayerRules.isInput(layer))
            .filter(layer -> layer.annotation("Output").isPresent())
            .toList();
    if (!marked.isEmpty() || declared.isEmpty() || LayerRules.isInput(declared.getLast())) {
      return marked;
    }
    return List.of(declared.getLast());
  }

  void check() {
    List<LayerDeclaration> declared = declaration.layers();
    if (declared.stream().anyMatch(layer -> !layer.valid())) {
      return;
    }
    if (declared.stream().noneMatch(LayerRules::isInput)) {
      String example =
          switch (declaration) {
            case ModelDeclaration ignored -> "@Input(784) Layer " + inputName("pixels") + "();";
            case BlockDeclaration ignored -> "@Input Layer " + inputName("x") + "();";
          };
      diagnostics.report(
          Message.NO_INPUT, declaration.position(), declaration.interfaceName(), example);
    } else if (declared.stream().allMatch(LayerRules::isInput)) {
      diagnostics.report(Message.NO_LAYER, declaration.position(), declaration.interfaceName());
    }
    if (declaration instanceof BlockDeclaration block) {
      checkSingle(block, outputs(declared));
    }
  }

  /** The name of a bare first method, which is most likely the input, or another one. */
  private String inputName(String other) {
    return declaration.layers().stream()
        .limit(1)
        .filter(layer -> LayerRules.operations(layer).isEmpty())
        .map(LayerDeclaration::name)
        .findFirst()
        .orElse(other);
  }

  private void checkSingle(BlockDeclaration block, List<LayerDeclaration> outputs) {
    if (outputs.size() > 1) {
      LayerDeclaration second = outputs.get(1);
      diagnostics.report(
          Message.BLOCK_OUTPUTS,
          second.annotation("Output").map(AnnotationUse::position).orElse(second.position()),
          second.name(),
          block.simpleName(),
          outputs.getFirst().name());
    }
  }
}
