package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.cuda.DeviceStep.Accumulation;
import dev.neurite.processor.cuda.DeviceStep.Chunks;
import dev.neurite.processor.cuda.DeviceStep.Extent;
import dev.neurite.processor.cuda.DeviceStep.Launch;
import dev.neurite.processor.cuda.DeviceStep.Matrix;
import dev.neurite.processor.cuda.DeviceStep.Product;
import dev.neurite.processor.cuda.Operand.Address;
import dev.neurite.processor.cuda.Operand.Rows;
import dev.neurite.processor.memory.ConvGeometry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Convolutions with windows or groups: products with columns, or kernels of their own. */
final class ConvCalls {

  /**
   * Floats of the columns that one chunk of rows has at most, 64 MiB: about what the second-level
   * cache of a large device holds, so that the product reads them from there.
   */
  private static final long CHUNK = 16L << 20;

  /** Rows that are worth a part of a sum of the direct kernel, and parts at most. */
  private static final int LEAST = 64;

  private static final int MOST = 256;

  private final DeviceFrame frame;

  ConvCalls(DeviceFrame frame) {
    this.frame = frame;
  }

  private static boolean usesColumns(ArrangedNode node) {
    return Fusion.way(node) == Fusion.Way.COLUMNS;
  }

  private static int chunkRows(ConvGeometry g) {
    return Math.toIntExact(Math.max(1, CHUNK / ConvKernels.columnFloats(g)));
  }

  private static int positions(ConvGeometry g) {
    return g.outHeight() * g.outWidth();
  }

  private static long inputSize(ConvGeometry g) {
    return (long) g.channels() * g.height() * g.width();
  }

  private static long outputSize(ConvGeometry g) {
    return (long) g.filters() * positions(g);
  }

  private Address columns(ArrangedNode node, ConvGeometry g) {
    return frame.fixed(node, "Columns", chunkRows(g) * ConvKernels.columnFloats(g));
  }

  /** The matrix that a product reads or writes as columns, of one group. */
  private Matrix columnMatrix(ArrangedNode node, ConvGeometry g, Address image) {
    long width = (long) g.groups() * g.inputs();
    return usesColumns(node)
        ? Matrix.of(columns(node, g), width).every(g.inputs())
        : Matrix.of(image, width).every(g.inputs());
  }

  private Matrix outputMatrix(ConvGeometry g, Address output) {
    return Matrix.of(output.chunked(outputSize(g)), g.filters()).every(g.groupFilters());
  }

  private static Matrix transposed(Matrix matrix) {
    return new Matrix(matrix.place(), true, matrix.stride(), matrix.step());
  }

  private Launch gather(ArrangedNode node, ConvGeometry g) {
    return new Launch(
        ConvKernels.columns(frame.kernels(), g),
        new Grid.Covering(ConvKernels.columnFloats(g), ConvKernels.lanes(g)),
        List.of(frame.input(node, 0).chunked(inputSize(g)), columns(node, g), new Rows()));
  }

  private List<DeviceStep> chunks(ArrangedNode node, ConvGeometry g, List<DeviceStep> steps) {
    return usesColumns(node) ? List.of(new Chunks(chunkRows(g), steps)) : steps;
  }

  List<DeviceStep> forward(ArrangedNode node) {
    ConvGeometry g = Fusion.geometry(node);
    boolean relu = frame.fusion().absorbed(node) != null;
    boolean bias = g.conv().bias();
    Address y = frame.value(frame.fusion().written(node).id());
    List<DeviceStep> steps = new ArrayList<>();
    if (Fusion.way(node) == Fusion.Way.DIRECT) {
      List<Operand> arguments = new ArrayList<>();
      arguments.add(frame.input(node, 0));
      arguments.add(frame.parameter(node, "weight"));
      if (bias) {
        arguments.add(frame.parameter(node, "bias"));
      }
      arguments.add(y);
      arguments.add(new Rows());
      return List.of(
          new Launch(
              DirectConvKernels.forward(frame.kernels(), g, bias, relu),
              new Grid.Striding(outputSize(g), DirectConvKernels.filters(g)),
              arguments));
    }
    if (usesColumns(node)) {
      steps.add(gather(node, g));
    }
    Matrix weight =
        Matrix.transposed(frame.parameter(node, "weight"), g.inputs())
            .every((long) g.groupFilters() * g.inputs());
    Product product =
        Product.of(
            Extent.rows(positions(g)),
            Extent.of(g.groupFilters()),
            Extent.of(g.inputs()),
            columnMatrix(node, g, frame.input(node, 0)),
            weight,
            outputMatrix(g, y));
    if (g.groups() == 1 && bias) {
      steps.add(product.with(ProductCalls.epilogue(frame, node), frame.parameter(node, "bias")));
      return chunks(node, g, steps);
    }
    steps.add(product.times(g.groups()));
    List<DeviceStep> all = new ArrayList<>(chunks(node, g, steps));
    if (bias) {
      all.add(
          new Launch(
              ConvKernels.addBias(frame.kernels(), g.filters(), outputSize(g), relu),
              new Grid.Covering(outputSize(g), 1),
              List.of(y, frame.parameter(node, "bias"), new Rows())));
    }
    return all;
  }

  /**
   * Gradients of weight and bias.
   *
   * @param addWeight whether the weight's is added to what another layer wrote
   * @param addBias the same of the bias; null if there is none
   */
  List<DeviceStep> parameters(ArrangedNode node, boolean addWeight, @Nullable Boolean addBias) {
    ConvGeometry g = Fusion.geometry(node);
    if (Fusion.way(node) == Fusion.Way.DIRECT) {
      return directParameters(node, g, addWeight, addBias);
    }
    List<DeviceStep> steps = new ArrayList<>();
    if (usesColumns(node)) {
      steps.add(gather(node, g));
    }
    Matrix weight =
        Matrix.of(frame.parameterGradient(node, "weight"), g.inputs())
            .every((long) g.groupFilters() * g.inputs());
    steps.add(
        Product.of(
                Extent.of(g.groupFilters()),
                Extent.of(g.inputs()),
                Extent.rows(positions(g)),
                transposed(outputMatrix(g, frame.gradient(node.id()))),
                columnMatrix(node, g, frame.input(node, 0)),
                weight)
            .accumulating(accumulation(node, addWeight))
            .times(g.groups()));
    List<DeviceStep> all = new ArrayList<>(chunks(node, g, steps));
    if (addBias != null) {
      all.addAll(ProductCalls.bias(frame, node, addBias));
    }
    return all;
  }

  private static Accumulation accumulation(ArrangedNode node, boolean add) {
    if (add) {
      return Accumulation.ALWAYS;
    }
    return usesColumns(node) ? Accumulation.AFTER_FIRST : Accumulation.NEVER;
  }

  private List<DeviceStep> directParameters(
      ArrangedNode node, ConvGeometry g, boolean addWeight, @Nullable Boolean addBias) {
    Parts parts = new Parts(positions(g), LEAST, MOST);
    int width = ColumnSums.width(g.filters());
    Address partial = frame.fixed(node, "Parts", (long) MOST * (g.inputs() + 1) * g.filters());
    List<Operand> arguments = new ArrayList<>();
    arguments.add(partial);
    arguments.add(new Operand.PartCount(parts));
    arguments.add(frame.parameterGradient(node, "weight"));
    if (addBias != null) {
      arguments.add(frame.parameterGradient(node, "bias"));
    }
    int sums = (g.inputs() + (addBias == null ? 0 : 1)) * g.filters();
    return List.of(
        new Launch(
            DirectConvKernels.weightParts(frame.kernels(), g),
            new Grid.Summing(Math.ceilDiv(g.filters(), width), parts, width, 256 / width),
            List.of(frame.input(node, 0), frame.gradient(node.id()), partial, new Rows())),
        new Launch(
            DirectConvKernels.weightSum(
                frame.kernels(), g, addBias != null, addWeight, Boolean.TRUE.equals(addBias)),
            new Grid.Fixed(Math.ceilDiv(sums, 256), 256, 1),
            arguments));
  }

  /**
   * The gradient of the input.
   *
   * @param source what computed the ReLU that is the input, if its derivative is done too, or null
   */
  List<DeviceStep> input(ArrangedNode node, boolean accumulate, @Nullable ArrangedNode source) {
    ConvGeometry g = Fusion.geometry(node);
    Address dx = frame.gradient(source == null ? node.inputs().getFirst() : source.id());
    Address dy = frame.gradient(node.id());
    Address weight = frame.parameter(node, "weight");
    if (Fusion.way(node) == Fusion.Way.DIRECT) {
      return List.of(
          new Launch(
              DirectConvKernels.inputGradient(frame.kernels(), g, accumulate),
              new Grid.Covering(inputSize(g), 1),
              List.of(dy, weight, dx, new Rows())));
    }
    List<DeviceStep> steps = new ArrayList<>();
    Product product =
        Product.of(
                Extent.rows(positions(g)),
                Extent.of(g.inputs()),
                Extent.of(g.groupFilters()),
                outputMatrix(g, dy),
                Matrix.of(weight, g.inputs()).every((long) g.groupFilters() * g.inputs()),
                columnMatrix(node, g, dx))
            .times(g.groups());
    if (!usesColumns(node)) {
      return List.of(product.accumulating(accumulate ? Accumulation.ALWAYS : Accumulation.NEVER));
    }
    List<Operand> arguments = new ArrayList<>();
    arguments.add(columns(node, g));
    if (source != null) {
      arguments.add(frame.input(node, 0).chunked(inputSize(g)));
    }
    arguments.add(dx.chunked(inputSize(g)));
    arguments.add(new Rows());
    steps.add(product);
    steps.add(
        new Launch(
            ConvKernels.image(frame.kernels(), g, accumulate, source != null),
            new Grid.Covering(inputSize(g), ConvKernels.lanes(g)),
            arguments));
    return chunks(node, g, steps);
  }
}
