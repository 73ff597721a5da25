package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.cuda.Buffer.Slot;
import dev.neurite.processor.cuda.DeviceMethod.Condition;
import dev.neurite.processor.cuda.Operand.Address;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterLayout.Role;
import dev.neurite.processor.memory.ParameterLayout.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the passes of one workspace find values, gradients and parameters, and their methods. */
final class DeviceFrame {

  private final ArrangedGraph graph;
  private final ParameterLayout layout;
  private final CudaLayout device;
  private final KernelSet kernels;
  private final Fusion fusion;
  private final String suffix;
  private final Slots slots = new Slots();
  private final Map<Integer, Address> values = new HashMap<>();
  private final Map<Integer, Address> gradients = new HashMap<>();
  private final Map<String, Slot> extras = new HashMap<>();

  /**
   * @param suffix of the names of slots, to tell workspaces apart
   */
  DeviceFrame(
      ArrangedGraph graph,
      ParameterLayout layout,
      CudaLayout device,
      KernelSet kernels,
      boolean inference,
      String suffix) {
    this.graph = graph;
    this.layout = layout;
    this.device = device;
    this.kernels = kernels;
    this.fusion = new Fusion(graph, inference);
    this.suffix = suffix;
    long before = 0;
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().isEmpty()) {
        values.put(node.id(), Address.of(new Buffer.Input(before)));
        before += node.size();
      }
    }
  }

  ArrangedGraph graph() {
    return graph;
  }

  KernelSet kernels() {
    return kernels;
  }

  Fusion fusion() {
    return fusion;
  }

  Address value(int node) {
    return values.computeIfAbsent(node, id -> slot(graph.node(id), ""));
  }

  /** Lets a node's value be another's. */
  void alias(int node, int same) {
    values.put(node, value(same));
  }

  /** The value of a node's input. */
  Address input(ArrangedNode node, int position) {
    return value(node.inputs().get(position));
  }

  Address gradient(int node) {
    return gradients.computeIfAbsent(node, id -> slot(graph.node(id), "Gradient"));
  }

  private Address slot(ArrangedNode node, String what) {
    return Address.of(slots.perRow(name(node) + what + suffix, node.size()));
  }

  /** The layer's name, with the operation where the node's value is not the layer's. */
  private String name(ArrangedNode node) {
    boolean last =
        graph.source().layers().stream().anyMatch(layer -> layer.last() == node.origin());
    String detail =
        switch (node.work()) {
          case Work.Compute compute -> last ? "" : compute.operation().getClass().getSimpleName();
          case Work.Rearrange ignored -> "Rearranged";
        };
    return node.javaName() + detail;
  }

  /** A further slot of a node, for each row; the same at every call. */
  Address perRow(ArrangedNode node, String what, long floats) {
    return Address.of(
        extras.computeIfAbsent(
            node.id() + what, ignored -> slots.perRow(name(node) + what + suffix, floats)));
  }

  /** A further slot of a node; the same at every call. */
  Address fixed(ArrangedNode node, String what, long floats) {
    return Address.of(
        extras.computeIfAbsent(
            node.id() + what, ignored -> slots.fixed(name(node) + what + suffix, floats)));
  }

  private Tensor tensor(ArrangedNode node, String leaf) {
    return layout.tensor(node.origin(), leaf);
  }

  /** A parameter or a tensor of the state. */
  Address parameter(ArrangedNode node, String leaf) {
    Tensor tensor = tensor(node, leaf);
    int offset = device.offset(tensor);
    return Address.of(
        tensor.role() == Role.PARAMETER ? new Buffer.Parameter(offset) : new Buffer.State(offset));
  }

  Address parameterGradient(ArrangedNode node, String leaf) {
    return Address.of(new Buffer.Gradient(device.offset(tensor(node, leaf))));
  }

  /** The slots of the outputs' values. */
  List<Slot> outputs() {
    return graph.outputs().stream().map(output -> slotOf(value(output))).toList();
  }

  List<Slot> outputGradients() {
    return graph.outputs().stream().map(output -> slotOf(gradient(output))).toList();
  }

  /** Slots of the inputs' gradients, none for indices. */
  List<Optional<Slot>> inputGradients() {
    List<Optional<Slot>> slotsOfInputs = new ArrayList<>();
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().isEmpty()) {
        boolean index =
            node.type().element() == dev.neurite.processor.shape.TensorType.Element.INDEX;
        slotsOfInputs.add(index ? Optional.empty() : Optional.of(slotOf(gradient(node.id()))));
      }
    }
    return slotsOfInputs;
  }

  private static Slot slotOf(Address address) {
    if (address.buffer() instanceof Slot slot) {
      return slot;
    }
    throw new IllegalStateException("not in the workspace: " + address);
  }

  /** A method of a node's layer. */
  DeviceMethod method(
      ArrangedNode node, String suffixOfName, Condition condition, List<DeviceStep> steps) {
    return new DeviceMethod(
        node.javaName() + suffixOfName,
        graph.source().layers().stream()
            .filter(layer -> layer.name().equals(node.layer()))
            .map(layer -> layer.name() + ": " + layer.description())
            .findFirst()
            .orElse(node.layer()),
        condition,
        steps);
  }
}
