package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.cuda.DeviceStep.Accumulation;
import dev.neurite.processor.cuda.DeviceStep.Extent;
import dev.neurite.processor.cuda.DeviceStep.Matrix;
import dev.neurite.processor.cuda.DeviceStep.Product;
import dev.neurite.processor.cuda.Operand.Address;
import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Dense layers, and convolutions that read their input as it is: products. */
final class ProductCalls {

  /** Columns of a mask are padded to a multiple of so many bits, as the libraries ask. */
  private static final int MASK_BITS = 128;

  private final DeviceFrame frame;

  ProductCalls(DeviceFrame frame) {
    this.frame = frame;
  }

  private Extent rows(ArrangedNode node) {
    return Extent.rows(Fusion.rowsOf(node));
  }

  private static int inputs(ArrangedNode node) {
    return node.inputTypes().getFirst().size() / Fusion.rowsOf(node);
  }

  /** The weight for y = x B; as it lies a row holds the inputs of one output. */
  private Matrix weight(ArrangedNode node) {
    Address weight = frame.parameter(node, "weight");
    return frame.graph().isTransposed(node)
        ? Matrix.of(weight, Fusion.columnsOf(node))
        : Matrix.transposed(weight, inputs(node));
  }

  List<DeviceStep> forward(ArrangedNode node) {
    ArrangedNode written = frame.fusion().written(node);
    Product product =
        Product.of(
            rows(node),
            Extent.of(Fusion.columnsOf(node)),
            Extent.of(inputs(node)),
            Matrix.of(frame.input(node, 0), inputs(node)),
            weight(node),
            Matrix.of(frame.value(written.id()), Fusion.columnsOf(node)));
    if (!Fusion.hasBias(node)) {
      return List.of(product);
    }
    Product with = product.with(epilogue(frame, node), frame.parameter(node, "bias"));
    return List.of(frame.fusion().masking(node) == null ? with : with.masked(mask(node)));
  }

  /** What a product does to its sums where there is a bias. */
  static String epilogue(DeviceFrame frame, ArrangedNode node) {
    ArrangedNode absorbed = frame.fusion().absorbed(node);
    if (absorbed == null) {
      return "BIAS";
    }
    if (!(Chain.operationOf(absorbed) instanceof Operation.ReLU)) {
      return "BIAS_GELU";
    }
    return frame.fusion().masking(node) == null ? "BIAS_RELU" : "BIAS_RELU_AUX";
  }

  private Address mask(ArrangedNode node) {
    long words = Math.ceilDiv(Fusion.columnsOf(node), MASK_BITS) * (long) (MASK_BITS / Float.SIZE);
    return frame.perRow(node, "Mask", Fusion.rowsOf(node) * words);
  }

  /**
   * Gradients of weight and bias.
   *
   * @param addWeight whether the weight's is added to what another layer wrote
   * @param addBias the same of the bias; null if it has none, or it is written already
   */
  List<DeviceStep> parameters(ArrangedNode node, boolean addWeight, @Nullable Boolean addBias) {
    int columns = Fusion.columnsOf(node);
    int inputs = inputs(node);
    boolean turned = frame.graph().isTransposed(node);
    Address dy = frame.gradient(node.id());
    Matrix x = Matrix.of(frame.input(node, 0), inputs);
    Matrix gradient = Matrix.of(dy, columns);
    Matrix weight = Matrix.of(frame.parameterGradient(node, "weight"), turned ? columns : inputs);
    Product product =
        turned
            ? Product.of(
                Extent.of(inputs), Extent.of(columns), rows(node), transposed(x), gradient, weight)
            : Product.of(
                Extent.of(columns), Extent.of(inputs), rows(node), transposed(gradient), x, weight);
    List<DeviceStep> steps = new ArrayList<>();
    boolean together = Boolean.FALSE.equals(addBias) && !turned && !addWeight;
    if (together) {
      steps.add(product.with("SUM_A", frame.parameterGradient(node, "bias")));
    } else {
      steps.add(product.accumulating(addWeight ? Accumulation.ALWAYS : Accumulation.NEVER));
      if (addBias != null) {
        steps.addAll(bias(frame, node, addBias));
      }
    }
    return steps;
  }

  /** The gradient of a bias by itself: the sums of the output gradient's columns. */
  static List<DeviceStep> bias(DeviceFrame frame, ArrangedNode node, boolean accumulate) {
    int columns = Fusion.columnsOf(node);
    return ColumnSums.plain(
        frame.kernels(),
        columns,
        Fusion.rowsOf(node),
        frame.gradient(node.id()),
        frame.fixed(node, "Parts", ColumnSums.partFloats(columns, 1)),
        frame.parameterGradient(node, "bias"),
        accumulate);
  }

  private static Matrix transposed(Matrix matrix) {
    return Matrix.transposed(matrix.place(), matrix.stride());
  }

  /** The gradient of the input. */
  List<DeviceStep> input(ArrangedNode node, boolean accumulate) {
    return List.of(
        inputProduct(node, node.inputs().getFirst())
            .accumulating(accumulate ? Accumulation.ALWAYS : Accumulation.NEVER));
  }

  /**
   * The gradient of the sums before the ReLU that is the input.
   *
   * @param source what computed that ReLU
   * @param sumsBias whether the gradient of its bias comes with it
   */
  List<DeviceStep> maskedInput(ArrangedNode node, ArrangedNode source, boolean sumsBias) {
    Product product = inputProduct(node, source.id()).masked(mask(source));
    return List.of(
        sumsBias
            ? product.with("RELU_GRADIENT_SUM", frame.parameterGradient(source, "bias"))
            : product.with("RELU_GRADIENT", null));
  }

  private Product inputProduct(ArrangedNode node, int target) {
    int columns = Fusion.columnsOf(node);
    int inputs = inputs(node);
    Address weight = frame.parameter(node, "weight");
    return Product.of(
        rows(node),
        Extent.of(inputs),
        Extent.of(columns),
        Matrix.of(frame.gradient(node.id()), columns),
        frame.graph().isTransposed(node)
            ? Matrix.transposed(weight, columns)
            : Matrix.of(weight, inputs),
        Matrix.of(frame.gradient(target), inputs));
  }
}
