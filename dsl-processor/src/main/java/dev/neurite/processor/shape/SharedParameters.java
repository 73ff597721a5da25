package dev.neurite.processor.shape;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.graph.Graph;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TypedGraph.Share;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges whether an operation can use the parameters of another. */
final class SharedParameters {

  private final Trace trace;
  private final Diagnostics diagnostics;
  private final Graph graph;
  private final @Nullable TensorType[] types;

  SharedParameters(
      Trace trace, Diagnostics diagnostics, Graph graph, @Nullable TensorType[] types) {
    this.trace = trace;
    this.diagnostics = diagnostics;
    this.graph = graph;
    this.types = types;
  }

  /**
   * What a node shares.
   *
   * @return null if it cannot share, which has been reported
   */
  @Nullable Share share(
      Graph.Node node, Operation operation, List<TensorType> inputs, TypedGraph.Node owner) {
    TensorType read = types[owner.inputs().getFirst()];
    if (!operation.getClass().equals(owner.operation().getClass()) || read == null) {
      return otherOperation(node, owner);
    }
    TensorType own = inputs.getFirst();
    return switch (operation) {
      case Operation.Dense dense ->
          dense(node, dense, own, owner, (Operation.Dense) owner.operation(), read);
      case Operation.Conv2D conv ->
          convolution(node, conv, own, owner, (Operation.Conv2D) owner.operation(), read);
      case Operation.BatchNorm norm -> {
        Set<String> leaves =
            new HashSet<>(Set.of("running_mean", "running_var", "num_batches_tracked"));
        boolean affine = norm.affine() && ((Operation.BatchNorm) owner.operation()).affine();
        yield vectors(
            node,
            own.shape().getFirst(),
            owner,
            read.shape().getFirst(),
            with(leaves, affine, "weight", "bias"));
      }
      case Operation.LayerNorm norm -> {
        boolean affine = norm.affine() && ((Operation.LayerNorm) owner.operation()).affine();
        yield affine
            ? vectors(
                node,
                own.shape().getLast(),
                owner,
                read.shape().getLast(),
                Set.of("weight", "bias"))
            : nothing(node, owner, norm.affine());
      }
      case Operation.Embedding table -> {
        Operation.Embedding other = (Operation.Embedding) owner.operation();
        yield equal(
            node,
            List.of(table.vocabulary(), table.size()),
            owner,
            List.of(other.vocabulary(), other.size()),
            Set.of("weight"));
      }
      case Operation other -> throw new IllegalStateException(other + " has no parameters");
    };
  }

  private static Set<String> with(Set<String> leaves, boolean more, String... added) {
    if (more) {
      leaves.addAll(List.of(added));
    }
    return leaves;
  }

  private @Nullable Share dense(
      Graph.Node node,
      Operation.Dense dense,
      TensorType read,
      TypedGraph.Node owner,
      Operation.Dense other,
      TensorType otherRead) {
    List<Integer> own = List.of(dense.units(), read.shape().getLast());
    List<Integer> shared = List.of(other.units(), otherRead.shape().getLast());
    if (!own.equals(shared) && own.reversed().equals(shared)) {
      return share(owner, Set.of("weight"), true);
    }
    Set<String> leaves = new HashSet<>(Set.of("weight"));
    return equal(node, own, owner, shared, with(leaves, dense.bias() && other.bias(), "bias"));
  }

  private @Nullable Share convolution(
      Graph.Node node,
      Operation.Conv2D conv,
      TensorType read,
      TypedGraph.Node owner,
      Operation.Conv2D other,
      TensorType otherRead) {
    Set<String> leaves = new HashSet<>(Set.of("weight"));
    List<Integer> own = weight(conv, read);
    List<Integer> shared = weight(other, otherRead);
    if (own.equals(shared) && conv.groups() != other.groups()) {
      return reject(
          node,
          own,
          owner,
          shared,
          " in " + other.groups() + (other.groups() == 1 ? " group" : " groups"),
          "State groups = " + other.groups() + ".");
    }
    return equal(node, own, owner, shared, with(leaves, conv.bias() && other.bias(), "bias"));
  }

  private static List<Integer> weight(Operation.Conv2D conv, TensorType read) {
    return List.of(
        conv.filters(),
        read.shape().getFirst() / conv.groups(),
        conv.kernel().height(),
        conv.kernel().width());
  }

  private @Nullable Share vectors(
      Graph.Node node, int own, TypedGraph.Node owner, int shared, Set<String> leaves) {
    return equal(node, List.of(own), owner, List.of(shared), leaves);
  }

  private @Nullable Share equal(
      Graph.Node node,
      List<Integer> own,
      TypedGraph.Node owner,
      List<Integer> shared,
      Set<String> leaves) {
    return own.equals(shared)
        ? share(owner, leaves, false)
        : reject(node, own, owner, shared, "", remedy(own, shared));
  }

  /**
   * A use of parameters of a node, which itself may use some of them from others.
   *
   * @param turned whether it uses the weight the other way around than that node does
   */
  private static Share share(TypedGraph.Node owner, Set<String> leaves, boolean turned) {
    Share further = owner.share();
    Map<String, Integer> owners = new HashMap<>();
    for (String leaf : leaves) {
      owners.put(
          leaf, further == null ? owner.id() : further.owners().getOrDefault(leaf, owner.id()));
    }
    return new Share(owners, turned != owner.isTransposed());
  }

  /**
   * The first size is the layer's own where there are several, the others follow from its input.
   */
  private static String remedy(List<Integer> own, List<Integer> shared) {
    boolean sameInputs =
        own.size() == shared.size()
            && own.size() > 1
            && own.subList(1, own.size()).equals(shared.subList(1, shared.size()));
    if (sameInputs) {
      return "Give it " + shared.getFirst() + " in place of " + own.getFirst() + ".";
    }
    return own.size() == 2
        ? "Give it the shape of the other, or that turned around: " + shared.reversed() + "."
        : "Give both the same shape, or remove @SharedWith.";
  }

  private @Nullable Share reject(
      Graph.Node node,
      List<Integer> own,
      TypedGraph.Node owner,
      List<Integer> shared,
      String detail,
      String remedy) {
    List<String> ways = new ArrayList<>();
    ways.add(trace.line(owner.id()));
    ways.addAll(trace.to(node));
    AnnotationUse use = node.use();
    diagnostics.reportTraced(
        Message.SHARED_SHAPES,
        use.atValue(),
        ways,
        use.written(),
        graph.layerOf(node).name(),
        own,
        owner.layer(),
        shared,
        detail,
        remedy);
    return null;
  }

  private @Nullable Share otherOperation(Graph.Node node, TypedGraph.Node owner) {
    diagnostics.report(
        Message.SHARED_OPERATIONS,
        node.use().position(),
        node.use().written(),
        graph.layerOf(node).name(),
        owner.layer(),
        "@" + owner.operation().getClass().getSimpleName());
    return null;
  }

  private @Nullable Share nothing(Graph.Node node, TypedGraph.Node owner, boolean affine) {
    String own = graph.layerOf(node).name();
    diagnostics.report(
        Message.SHARED_WITHOUT_PARAMETERS,
        node.use().position(),
        own,
        owner.layer(),
        affine ? owner.layer() : own);
    return null;
  }
}
