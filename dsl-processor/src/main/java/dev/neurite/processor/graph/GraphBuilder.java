package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Spelling;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.LayerDeclaration;
import dev.neurite.processor.frontend.ModelDeclaration;
import dev.neurite.processor.graph.Graph.Layer;
import dev.neurite.processor.graph.Graph.Node;
import dev.neurite.processor.graph.Graph.Stated;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Builds the graph of one declaration. Where a mistake leaves an operation unknown its node stays,
 * without operation, so that what follows from the mistake can be passed over in silence.
 */
public final class GraphBuilder {

  /** Annotations that say something about the operations beside them. */
  private static final Set<String> MODIFIERS = Set.of("From", "Output", "Init");

  private static final Set<String> COMBINING = Set.of("Add", "Multiply", "Concat");
  private static final Set<String> INITIALIZED = Set.of("Dense", "Conv2D", "Embedding");
  private static final Set<String> NORMALIZATIONS = Set.of("BatchNorm", "LayerNorm");

  private final ModelDeclaration declaration;
  private final Diagnostics diagnostics;
  private final OperationReader reader;
  private final List<Layer> layers = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Integer> layerByName = new LinkedHashMap<>();

  private GraphBuilder(ModelDeclaration declaration, Diagnostics diagnostics) {
    this.declaration = declaration;
    this.diagnostics = diagnostics;
    this.reader = new OperationReader(diagnostics);
  }

  /** The graph of a declaration, as far as it can be known. */
  public static Graph build(ModelDeclaration declaration, Diagnostics diagnostics) {
    return new GraphBuilder(declaration, diagnostics).build();
  }

  private Graph build() {
    for (LayerDeclaration layer : declaration.layers()) {
      add(layer);
    }
    checkEnds();
    return new Graph(declaration, layers, nodes, outputs());
  }

  private void checkEnds() {
    List<LayerDeclaration> declared = declaration.layers();
    boolean input = declared.stream().anyMatch(GraphBuilder::isInput);
    if (declared.stream().anyMatch(layer -> !layer.valid())) {
      return;
    }
    if (!input) {
      diagnostics.report(Message.NO_INPUT, declaration.position(), declaration.interfaceName());
    } else if (declared.stream().allMatch(GraphBuilder::isInput)) {
      diagnostics.report(Message.NO_LAYER, declaration.position(), declaration.interfaceName());
    }
  }

  private static boolean isInput(LayerDeclaration layer) {
    return layer.annotation("Input").isPresent();
  }

  private List<Integer> outputs() {
    List<LayerDeclaration> declared = declaration.layers();
    List<Integer> marked =
        IntStream.range(0, declared.size())
            .filter(i -> !isInput(declared.get(i)))
            .filter(i -> declared.get(i).annotation("Output").isPresent())
            .boxed()
            .toList();
    if (!marked.isEmpty() || declared.isEmpty() || isInput(declared.getLast())) {
      return marked;
    }
    return List.of(declared.size() - 1);
  }

  private void add(LayerDeclaration declared) {
    int index = layers.size();
    List<Integer> own = new ArrayList<>();
    List<String> descriptions = new ArrayList<>();
    List<AnnotationUse> operations = operations(declared);
    boolean wellFormed = declared.valid() && wellFormed(declared, operations);
    if (operations.isEmpty() || !declared.valid()) {
      AnnotationUse none = new AnnotationUse("", declared.position(), Map.of());
      own.add(append(index, none, null, List.of()));
    } else {
      Optional<AnnotationUse> initial = declared.annotation("Init");
      @Nullable List<Integer> sources = sources(declared, operations);
      for (AnnotationUse use : operations) {
        Operation operation = reader.read(use, declared.name(), initial);
        if (operation != null) {
          descriptions.add(LayerDescription.of(operation, stated(use).shape()));
        }
        boolean known = wellFormed && sources != null;
        own.add(
            append(index, use, known ? operation : null, sources == null ? List.of() : sources));
        sources = List.of(own.getLast());
      }
    }
    layers.add(
        new Layer(declared.name(), declared.position(), own, String.join(", ", descriptions)));
    layerByName.put(declared.name(), index);
  }

  private int append(
      int layer, AnnotationUse use, @Nullable Operation operation, List<Integer> inputs) {
    int id = nodes.size();
    nodes.add(new Node(id, layer, use, operation, inputs, stated(use)));
    return id;
  }

  private static Stated stated(AnnotationUse use) {
    return switch (use.name()) {
      case "Input" -> new Stated(use.word("type").equals("INDEX"), use.integers("value"));
      case "Reshape" -> new Stated(false, use.integers("value"));
      default -> Stated.NOTHING;
    };
  }

  /** The annotations that become nodes: of an input only itself, whatever stands beside it. */
  private static List<AnnotationUse> operations(LayerDeclaration layer) {
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
  private boolean wellFormed(LayerDeclaration layer, List<AnnotationUse> operations) {
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
      if (OperationKinds.PARAMETRIC.contains(use.name())) {
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
    if (parametric == null) {
      diagnostics.report(Message.INIT_WITHOUT_PARAMETERS, initial.position(), name);
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

  /**
   * The nodes that the first operation of a layer reads.
   *
   * @return null if they are unknown because of a mistake
   */
  private @Nullable List<Integer> sources(LayerDeclaration layer, List<AnnotationUse> operations) {
    AnnotationUse first = operations.getFirst();
    if (first.name().equals("Input")) {
      return List.of();
    }
    AnnotationUse from = layer.annotation("From").orElse(null);
    // One that stands too late has been reported; its names are meant for it nevertheless.
    boolean combining = operations.stream().anyMatch(use -> COMBINING.contains(use.name()));
    if (from == null) {
      if (COMBINING.contains(first.name())) {
        diagnostics.report(
            Message.COMBINE_NEEDS_TWO,
            first.position(),
            first.written(),
            layer.name(),
            layers.isEmpty() ? "none" : "only the one above");
        return null;
      }
      if (layers.isEmpty()) {
        if (declaration.layers().stream().anyMatch(GraphBuilder::isInput)) {
          diagnostics.report(Message.NOTHING_ABOVE, layer.position(), layer.name());
        }
        return null;
      }
      return List.of(layers.getLast().last());
    }
    return named(layer, first, from, combining);
  }

  private @Nullable List<Integer> named(
      LayerDeclaration layer, AnnotationUse first, AnnotationUse from, boolean combining) {
    List<String> names = from.words("value");
    if (names.isEmpty()) {
      diagnostics.report(Message.FROM_EMPTY, from.at("value"), layer.name());
      return null;
    }
    List<Integer> sources = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Integer source = layerByName.get(names.get(i));
      if (source == null) {
        unknown(layer, from, i, names.get(i));
      } else {
        sources.add(layers.get(source).last());
      }
    }
    if (sources.size() < names.size()) {
      return null;
    }
    if (combining && names.size() < 2) {
      diagnostics.report(
          Message.COMBINE_NEEDS_TWO,
          from.at("value"),
          first.written(),
          layer.name(),
          "only " + names.getFirst() + "()");
      return null;
    }
    if (!combining && names.size() > 1) {
      diagnostics.report(
          Message.FROM_SEVERAL, from.at("value"), first.written(), layer.name(), names.size());
      return null;
    }
    return sources;
  }

  private void unknown(LayerDeclaration layer, AnnotationUse from, int item, String name) {
    if (name.equals(layer.name())) {
      diagnostics.report(Message.FROM_SELF, from.at("value", item), name);
      return;
    }
    if (declaration.layers().stream().anyMatch(other -> other.name().equals(name))) {
      diagnostics.report(Message.FROM_LATER, from.at("value", item), layer.name(), name);
      return;
    }
    String remedy =
        Spelling.closest(name, layerByName.keySet())
            .map(near -> "Did you mean \"" + near + "\"?")
            .orElseGet(() -> "Layers above it: " + String.join(", ", layerByName.keySet()) + ".");
    diagnostics.report(Message.FROM_UNKNOWN, from.at("value", item), layer.name(), name, remedy);
  }
}
