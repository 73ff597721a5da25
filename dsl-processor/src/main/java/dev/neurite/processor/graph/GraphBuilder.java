package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.BlockDeclaration;
import dev.neurite.processor.frontend.Blocks;
import dev.neurite.processor.frontend.Declaration;
import dev.neurite.processor.frontend.LayerDeclaration;
import dev.neurite.processor.graph.Graph.Layer;
import dev.neurite.processor.graph.Graph.Node;
import dev.neurite.processor.graph.Graph.Stated;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the graph of one declaration, blocks expanded where they are applied. Where a mistake
 * leaves an operation unknown its node stays, without operation, so that what follows from the
 * mistake can be passed over in silence.
 */
public final class GraphBuilder {

  /**
   * More layers than any published network has, and few enough that the generated classes stay
   * below the limits of class files.
   */
  private static final int MOST_LAYERS = 1_000;

  private final Declaration declaration;
  private final Stacks stacks;
  private final Diagnostics diagnostics;
  private final List<@Nullable Layer> layers = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();

  /** By a layer's whole name its node that has parameters, and the block that it applies. */
  private final Map<String, Integer> parametric = new HashMap<>();

  private final Map<String, Stacks.Application> applications = new HashMap<>();

  private GraphBuilder(Declaration declaration, Stacks stacks, Diagnostics diagnostics) {
    this.declaration = declaration;
    this.stacks = stacks;
    this.diagnostics = diagnostics;
  }

  /**
   * The graph of a declaration, as far as it can be known.
   *
   * @param blocks that it applies
   * @param mistakes of these blocks
   */
  public static Graph build(
      Declaration declaration, Blocks blocks, OwnMistakes mistakes, Diagnostics diagnostics) {
    Stacks stacks = new Stacks(declaration, blocks, mistakes);
    return new GraphBuilder(declaration, stacks, diagnostics).build();
  }

  private Graph build() {
    List<LayerDeclaration> declared = declaration.layers();
    Scope scope = new Scope("", "", declared, diagnostics, null);
    Map<String, Integer> places = new HashMap<>();
    for (LayerDeclaration layer : declared) {
      places.put(layer.name(), add(scope, layer));
    }
    new Ends(declaration, diagnostics).check();
    return new Graph(
        declaration,
        layers,
        nodes,
        Ends.outputs(declared).stream().map(layer -> places.get(layer.name())).toList());
  }

  /** Adds a layer and gives its place. */
  private int add(Scope scope, LayerDeclaration declared) {
    int index = layers.size();
    layers.add(null);
    List<Integer> own = new ArrayList<>();
    List<String> descriptions = new ArrayList<>();
    List<AnnotationUse> operations = LayerRules.operations(declared);
    LayerRules rules = new LayerRules(scope.diagnostics);
    // A bare first method where there is no input is most likely the input.
    boolean input = operations.isEmpty() && scope.above() == null && scope.lacksInput();
    boolean wellFormed = declared.valid() && !input && rules.wellFormed(declared, operations);
    if (operations.isEmpty() || !declared.valid()) {
      AnnotationUse none = new AnnotationUse("", declared.position(), Map.of());
      own.add(append(index, none, null, List.of()));
    } else {
      @Nullable List<Integer> sources = new Sources(scope).of(declared, operations);
      Owners owners = new Owners(scope, declared, operations, parametric, applications);
      owners.check();
      for (AnnotationUse use : operations) {
        boolean known = wellFormed && sources != null && owners.known();
        List<Integer> read = sources == null ? List.of() : sources;
        if (use.name().equals("Stack")) {
          own.add(stack(index, scope, declared, use, known ? sources : null, owners, descriptions));
        } else {
          own.add(operation(index, scope, declared, use, read, known, owners, descriptions));
        }
        sources = List.of(own.getLast());
      }
    }
    layers.set(
        index,
        new Layer(
            scope.prefix + declared.name(),
            declared.position(),
            own,
            String.join(", ", descriptions),
            scope.block));
    scope.add(declared.name(), own.getLast());
    return index;
  }

  private int operation(
      int layer,
      Scope scope,
      LayerDeclaration declared,
      AnnotationUse use,
      List<Integer> inputs,
      boolean known,
      Owners owners,
      List<String> descriptions) {
    boolean inBlock = scope.isBlock() || declaration instanceof BlockDeclaration;
    OperationReader reader = new OperationReader(scope.diagnostics, inBlock);
    Operation operation = reader.read(use, declared.name(), declared.annotation("Init"));
    if (operation != null) {
      descriptions.add(LayerDescription.of(operation, stated(use).shape()));
    }
    int id = nodes.size();
    if (!(operation instanceof Operation.Parametric)) {
      return append(layer, use, known ? operation : null, inputs);
    }
    parametric.put(scope.prefix + declared.name(), id);
    nodes.add(
        new Node(
            id,
            layer,
            use,
            known ? operation : null,
            inputs,
            Stated.NOTHING,
            owners.owner(operation)));
    if (!owners.description().isEmpty()) {
      descriptions.add(owners.description());
    }
    return id;
  }

  /** Adds the layers of a block where it is applied, and a node that has their value. */
  private int stack(
      int layer,
      Scope scope,
      LayerDeclaration declared,
      AnnotationUse use,
      @Nullable List<Integer> sources,
      Owners owners,
      List<String> descriptions) {
    Stacks.Application application =
        stacks.application(scope, declared, use, sources == null ? -1 : sources.size());
    if (application == null) {
      return append(layer, use, null, List.of());
    }
    BlockDeclaration block = application.block();
    String name = scope.prefix + declared.name();
    descriptions.add(LayerDescription.ofStack(block.simpleName(), application.times()));
    applications.put(name, application);
    if (sources == null || !owners.fits(application)) {
      return append(layer, use, null, List.of());
    }
    boolean reported = layers.size() > MOST_LAYERS;
    List<Integer> arguments = sources;
    for (int i = 0; i < application.times() && layers.size() <= MOST_LAYERS; i++) {
      String ownerPrefix = owners.prefix();
      Scope inner =
          new Scope(
              name + "." + i + ".",
              block.simpleName(),
              block.layers().stream().map(one -> one.placedAt(use.position())).toList(),
              new Diagnostics(),
              ownerPrefix == null ? null : ownerPrefix + i + ".");
      arguments = List.of(expand(inner, arguments));
    }
    if (layers.size() > MOST_LAYERS) {
      if (!reported) {
        scope.diagnostics.report(
            Message.STACK_TOO_LARGE, use.position(), declared.name(), MOST_LAYERS);
      }
      return append(layer, use, null, List.of());
    }
    int id = nodes.size();
    nodes.add(
        new Node(id, layer, use, new Operation.Pass(), arguments, Stated.NOTHING, Graph.NONE));
    return id;
  }

  /** Adds the layers of a block; gives the node of its value. */
  private int expand(Scope scope, List<Integer> arguments) {
    int input = 0;
    for (LayerDeclaration layer : scope.declared) {
      if (LayerRules.isInput(layer)) {
        int argument = arguments.get(input++);
        Stated stated = layer.annotation("Input").map(GraphBuilder::stated).orElse(Stated.NOTHING);
        scope.add(layer.name(), stated.shape().isEmpty() ? argument : pass(scope, layer, argument));
      } else {
        add(scope, layer);
      }
    }
    LayerDeclaration output = Ends.outputs(scope.declared).getFirst();
    return java.util.Objects.requireNonNull(scope.values().get(output.name()), "was just added");
  }

  /** An input that states its shape, which must be that of the value given. */
  private int pass(Scope scope, LayerDeclaration declared, int argument) {
    int index = layers.size();
    AnnotationUse use = declared.annotation("Input").orElseThrow();
    int id = append(index, use, new Operation.Pass(), List.of(argument));
    layers.add(
        new Layer(
            scope.prefix + declared.name(),
            declared.position(),
            List.of(id),
            LayerDescription.of(new Operation.Pass(), List.of()),
            scope.block));
    return id;
  }

  private int append(
      int layer, AnnotationUse use, @Nullable Operation operation, List<Integer> inputs) {
    int id = nodes.size();
    nodes.add(new Node(id, layer, use, operation, inputs, stated(use), Graph.NONE));
    return id;
  }

  private static Stated stated(AnnotationUse use) {
    return switch (use.name()) {
      case "Input" -> new Stated(use.word("type").equals("INDEX"), use.integers("value"));
      case "Reshape" -> new Stated(false, use.integers("value"));
      default -> Stated.NOTHING;
    };
  }
}
