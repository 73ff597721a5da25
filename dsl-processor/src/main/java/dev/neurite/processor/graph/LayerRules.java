package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.LayerDeclaration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which annotations may stand together on one method. */
final class LayerRules {

  /** Annotations that say something about the operations beside them. */
  private static final Set<String> MODIFIERS = Set.of("From", "Output", "Init", "SharedWith");

  static final Set<String> COMBINING = Set.of("Add", "Multiply", "Concat");
  private static final Set<String> INITIALIZED = Set.of("Dense", "Conv2D", "Embedding");
  private static final Set<String> NORMALIZATIONS = Set.of("BatchNorm", "LayerNorm");

  private final Diagnostics diagnostics;

  LayerRules(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  static boolean isInput(LayerDeclaration layer) {
    return layer.annotation("Input").isPresent();
  }

  /** Whether an annotation brings parameters: its operation's own, or those of a block's layers. */
  static boolean hasParameters(AnnotationUse use) {
    return OperationKinds.PARAMETRIC.contains(use.name()) || use.name().equals("Stack");
  }

  /** The annotations that become nodes: of an input only itself, whatever stands beside it. */
  static List<AnnotationUse> operations(LayerDeclaration layer) {
    return layer
        .annotation("Input")
        .map(List::of)
        .orElseGet(
            () ->
                layer.annotations().stream()
                    .filter(use -> !MODIFIERS.contains(use.name()))
                    .toList());
  }

  /** Whether the annotations of a method may stand together. */
  boolean wellFormed(LayerDeclaration layer, List<AnnotationUse> operations) {
    String name = layer.name();
    if (isInput(layer)) {
      layer.annotations().stream()
          .filter(use -> !use.name().equals("Input"))
          .forEach(
              use ->
                  diagnostics.report(Message.INPUT_NOT_ALONE, use.position(), use.written(), name));
      return true;
    }
    if (operations.isEmpty()) {
      diagnostics.report(Message.EMPTY_LAYER, layer.position(), name);
      return false;
    }
    boolean wellFormed = true;
    AnnotationUse parametric = null;
    AnnotationUse activation = null;
    for (AnnotationUse use : operations) {
      if (hasParameters(use)) {
        if (parametric != null) {
          twice(Message.TWO_PARAMETRIC_OPERATIONS, use, name, parametric);
          wellFormed = false;
        }
        parametric = parametric == null ? use : parametric;
      }
      if (OperationKinds.ACTIVATIONS.contains(use.name())) {
        if (activation != null) {
          twice(Message.TWO_ACTIVATIONS, use, name, activation);
        }
        activation = activation == null ? use : activation;
      }
      if (COMBINING.contains(use.name()) && !use.equals(operations.getFirst())) {
        twice(Message.COMBINE_NOT_FIRST, use, name, operations.getFirst());
        wellFormed = false;
      }
    }
    checkInitial(layer, parametric);
    return wellFormed;
  }

  private void twice(Message message, AnnotationUse use, String layer, AnnotationUse first) {
    diagnostics.report(message, use.position(), use.written(), layer, first.written());
  }

  private void checkInitial(LayerDeclaration layer, @Nullable AnnotationUse parametric) {
    AnnotationUse initial = layer.annotation("Init").orElse(null);
    if (initial == null) {
      return;
    }
    String name = layer.name();
    if (parametric == null || parametric.name().equals("Stack")) {
      diagnostics.report(Message.INIT_WITHOUT_PARAMETERS, initial.position(), name);
      return;
    }
    AnnotationUse shared = layer.annotation("SharedWith").orElse(null);
    if (shared != null) {
      diagnostics.report(Message.INIT_OF_SHARED, initial.position(), name, shared.word("value"));
      return;
    }
    if (NORMALIZATIONS.contains(parametric.name())) {
      diagnostics.report(
          Message.INIT_OF_NORMALIZATION, initial.position(), parametric.written(), name);
      return;
    }
    Initial bias = Initial.valueOf(initial.word("bias"));
    boolean hasBias = parametric.name().equals("Embedding") ? false : parametric.flag("bias");
    if (!initial.isWritten("bias") || !INITIALIZED.contains(parametric.name())) {
      return;
    }
    if (!hasBias) {
      diagnostics.report(
          Message.INIT_WITHOUT_BIAS,
          initial.at("bias"),
          parametric.written(),
          name,
          parametric.name().equals("Embedding")
              ? ""
              : ", or bias = false from " + parametric.written());
    } else if (!bias.fitsVectors()) {
      diagnostics.report(Message.INIT_OF_BIAS, initial.at("bias"), name, bias);
    }
  }
}
