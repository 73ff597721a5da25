package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.LayerDeclaration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whose parameters one layer uses. */
final class Owners {

  private final Scope scope;
  private final LayerDeclaration layer;
  private final Optional<AnnotationUse> own;
  private final Optional<AnnotationUse> shared;
  private final Map<String, Integer> parametric;
  private final Map<String, Stacks.Application> applications;
  private boolean known = true;

  /**
   * The owners of one layer.
   *
   * @param parametric by a layer's whole name its node that has parameters
   * @param applications by a layer's whole name the block that it applies
   */
  Owners(
      Scope scope,
      LayerDeclaration layer,
      List<AnnotationUse> operations,
      Map<String, Integer> parametric,
      Map<String, Stacks.Application> applications) {
    this.scope = scope;
    this.layer = layer;
    this.own = operations.stream().filter(LayerRules::hasParameters).findFirst();
    this.shared = layer.annotation("SharedWith");
    this.parametric = parametric;
    this.applications = applications;
  }

  /** False if the owner is unknown because of a mistake. */
  boolean known() {
    return known;
  }

  /** Reports what is wrong about {@code @SharedWith}. */
  void check() {
    if (shared.isEmpty()) {
      return;
    }
    AnnotationUse use = shared.get();
    String name = use.word("value");
    if (own.isEmpty()) {
      reject(Message.SHARED_WITHOUT_PARAMETERS, use, layer.name(), name, layer.name());
      return;
    }
    if (!scope.values().containsKey(name)) {
      new Sources(scope)
          .unknown("@SharedWith", layer, use.at("value"), name, scope.values().keySet());
      known = false;
      return;
    }
    if (several(layer.name()) || several(name)) {
      // Which of them is meant is open, and that has been reported.
      known = false;
      return;
    }
    boolean stack = own.get().name().equals("Stack");
    boolean has = (stack ? applications : parametric).containsKey(scope.prefix + name);
    boolean hasOther = (stack ? parametric : applications).containsKey(scope.prefix + name);
    if (!has && hasOther) {
      reject(
          Message.SHARED_OPERATIONS,
          use,
          own.get().written(),
          layer.name(),
          name,
          stack ? "another operation" : "@Stack");
    } else if (!has && declares(name)) {
      // Its own mistake has been reported.
      known = false;
    } else if (!has) {
      reject(Message.SHARED_WITHOUT_PARAMETERS, use, layer.name(), name, name);
    }
  }

  private boolean declares(String name) {
    return named(name).anyMatch(other -> !other.valid() || parametric(other) > 0);
  }

  private boolean several(String name) {
    return named(name).anyMatch(other -> parametric(other) > 1);
  }

  private Stream<LayerDeclaration> named(String name) {
    return scope.declared.stream().filter(other -> other.name().equals(name));
  }

  private static long parametric(LayerDeclaration layer) {
    return layer.annotations().stream().filter(LayerRules::hasParameters).count();
  }

  private void reject(Message message, AnnotationUse use, Object... values) {
    scope.diagnostics.report(message, use.at("value"), values);
    known = false;
  }

  /** The node whose parameters the layer's own operation uses. */
  int owner(Operation operation) {
    // Where whole blocks are shared, some of their layers may have nothing.
    boolean hasNone = operation instanceof Operation.LayerNorm norm && !norm.affine();
    String name = hasNone && scope.ownerPrefix != null ? null : ownerName();
    Integer node = name == null || !known ? null : parametric.get(name);
    return node == null ? Graph.NONE : node;
  }

  /**
   * Where a whole block is shared, each of its layers uses what the same one has there: a layer
   * that names another in the block may have a bias of its own.
   */
  private @Nullable String ownerName() {
    return scope.ownerPrefix != null
        ? scope.ownerPrefix + layer.name()
        : shared.map(use -> scope.prefix + use.word("value")).orElse(null);
  }

  /** What the names of the layers begin with whose parameters a stack uses, or null. */
  @Nullable String prefix() {
    String name = ownerName();
    return name == null ? null : name + ".";
  }

  /** Whether the owner of a stack's parameters is a stack of the same blocks. */
  boolean fits(Stacks.Application application) {
    if (shared.isEmpty()) {
      return true;
    }
    if (!known) {
      return false;
    }
    Stacks.Application other =
        Objects.requireNonNull(applications.get(scope.prefix + shared.get().word("value")));
    boolean same =
        other.block().qualifiedName().equals(application.block().qualifiedName())
            && other.times() == application.times();
    if (!same) {
      reject(
          Message.SHARED_BLOCKS,
          shared.get(),
          layer.name(),
          shared.get().word("value"),
          LayerDescription.ofStack(application.block().simpleName(), application.times()),
          LayerDescription.ofStack(other.block().simpleName(), other.times()));
    }
    return same;
  }

  /** For the table of layers. */
  String description() {
    return shared.map(use -> "shared with " + use.word("value")).orElse("");
  }
}
