package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.cuda.DeviceStep.Launch;
import dev.neurite.processor.cuda.Operand.Address;
import dev.neurite.processor.cuda.Operand.Rows;
import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.List;

/** The statistics of normalisations, and the gradients that are sums over a batch. */
final class NormCalls {

  private final DeviceFrame frame;
  private final KernelSet kernels;

  NormCalls(DeviceFrame frame) {
    this.frame = frame;
    this.kernels = frame.kernels();
  }

  private static int channels(ArrangedNode node) {
    return node.type().shape().getFirst();
  }

  private static int area(ArrangedNode node) {
    return node.size() / channels(node);
  }

  private Address mean(ArrangedNode node) {
    return frame.fixed(node, "Mean", channels(node));
  }

  private Address deviation(ArrangedNode node) {
    return frame.fixed(node, "Deviation", channels(node));
  }

  private Address parts(ArrangedNode node, int columns) {
    return frame.fixed(node, "Parts", ColumnSums.partFloats(columns, 2));
  }

  /** The statistics of the batch itself. */
  List<DeviceStep> batch(ArrangedNode node, Operation.BatchNorm norm) {
    int channels = channels(node);
    Address parts = parts(node, channels);
    return List.of(
        new Launch(
            NormKernels.moments(kernels, channels, area(node)),
            ColumnSums.summing(channels, area(node)),
            List.of(frame.input(node, 0), parts, new Rows())),
        new Launch(
            NormKernels.statistics(kernels, norm, channels, area(node)),
            ColumnSums.finishing(channels),
            List.of(
                parts,
                new Operand.PartCount(ColumnSums.parts(area(node))),
                mean(node),
                deviation(node),
                frame.parameter(node, "running_mean"),
                frame.parameter(node, "running_var"),
                frame.parameter(node, "num_batches_tracked"),
                new Rows())));
  }

  List<DeviceStep> running(ArrangedNode node, Operation.BatchNorm norm) {
    return List.of(
        new Launch(
            NormKernels.running(kernels, norm, channels(node)),
            new Grid.Fixed(Math.ceilDiv(channels(node), 256), 256, 1),
            List.of(
                frame.parameter(node, "running_mean"),
                frame.parameter(node, "running_var"),
                mean(node),
                deviation(node))));
  }

  /** What the kernels of a chain that begins with a batch normalisation take of it. */
  List<Operand> chainArguments(Chain chain, boolean values) {
    List<Operand> arguments = new ArrayList<>();
    if (chain.operation(0) instanceof Operation.BatchNorm norm && values) {
      arguments.add(mean(chain.head()));
      arguments.add(deviation(chain.head()));
      if (norm.affine()) {
        arguments.add(frame.parameter(chain.head(), "weight"));
        arguments.add(frame.parameter(chain.head(), "bias"));
      }
    }
    return arguments;
  }

  /** The batch's shares of the gradient. */
  Address share(ArrangedNode node) {
    return frame.fixed(node, "Share", 2L * channels(node));
  }

  /** The sums over the batch that the gradients of a batch normalisation are made of. */
  List<DeviceStep> gradientSums(Chain chain, boolean addWeight, boolean addBias) {
    ArrangedNode node = chain.head();
    int channels = channels(node);
    Address parts = parts(node, channels);
    List<Operand> first = new ArrayList<>();
    first.add(frame.input(node, 0));
    first.add(frame.gradient(chain.last().id()));
    first.addAll(chainArguments(chain, true));
    if (chain.drops()) {
      first.add(Address.of(new Buffer.Step()));
      first.add(new Operand.Training());
    }
    first.add(parts);
    first.add(new Rows());
    boolean affine = chain.operation(0) instanceof Operation.BatchNorm norm && norm.affine();
    List<Operand> second = new ArrayList<>();
    second.add(parts);
    second.add(new Operand.PartCount(ColumnSums.parts(area(node))));
    if (affine) {
      second.add(frame.parameterGradient(node, "weight"));
      second.add(frame.parameterGradient(node, "bias"));
    }
    second.add(share(node));
    second.add(new Operand.Training());
    second.add(new Rows());
    return List.of(
        new Launch(
            ChainKernels.gradientSums(kernels, chain),
            ColumnSums.summing(channels, area(node)),
            first),
        new Launch(
            NormKernels.gradientSums(kernels, channels, area(node), affine, addWeight, addBias),
            ColumnSums.finishing(channels),
            second));
  }

  private static int features(ArrangedNode node) {
    return node.type().shape().getLast();
  }

  private static int vectors(ArrangedNode node) {
    return node.size() / features(node);
  }

  private Address statistics(ArrangedNode node) {
    return frame.perRow(node, "Statistics", 2L * vectors(node));
  }

  /** The values of a layer normalisation. */
  List<DeviceStep> layer(ArrangedNode node, Operation.LayerNorm norm, boolean keep) {
    List<Operand> arguments = new ArrayList<>();
    arguments.add(frame.input(node, 0));
    if (norm.affine()) {
      arguments.add(frame.parameter(node, "weight"));
      arguments.add(frame.parameter(node, "bias"));
    }
    if (keep) {
      arguments.add(statistics(node));
    }
    arguments.add(frame.value(node.id()));
    arguments.add(new Rows());
    return List.of(
        new Launch(
            NormKernels.layer(kernels, norm, vectors(node), features(node), keep),
            new Grid.Warps(vectors(node)),
            arguments));
  }

  List<DeviceStep> layerInput(ArrangedNode node, Operation.LayerNorm norm, boolean accumulate) {
    List<Operand> arguments = new ArrayList<>();
    arguments.add(frame.input(node, 0));
    arguments.add(statistics(node));
    if (norm.affine()) {
      arguments.add(frame.parameter(node, "weight"));
    }
    arguments.add(frame.gradient(node.id()));
    arguments.add(frame.gradient(node.inputs().getFirst()));
    arguments.add(new Rows());
    return List.of(
        new Launch(
            NormKernels.layerGradient(
                kernels, norm.affine(), vectors(node), features(node), accumulate),
            new Grid.Warps(vectors(node)),
            arguments));
  }

  List<DeviceStep> layerParameters(ArrangedNode node, boolean addWeight, boolean addBias) {
    Address parts = parts(node, features(node));
    return List.of(
        new Launch(
            NormKernels.layerParts(kernels, vectors(node), features(node)),
            ColumnSums.summing(features(node), vectors(node)),
            List.of(
                frame.input(node, 0),
                statistics(node),
                frame.gradient(node.id()),
                parts,
                new Rows())),
        new Launch(
            NormKernels.layerSums(kernels, features(node), addWeight, addBias),
            ColumnSums.finishing(features(node)),
            List.of(
                parts,
                new Operand.PartCount(ColumnSums.parts(vectors(node))),
                frame.parameterGradient(node, "weight"),
                frame.parameterGradient(node, "bias"))));
  }
}
