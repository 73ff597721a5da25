package dev.neurite.processor.graph;

import dev.neurite.processor.graph.Operation.Padding;
import dev.neurite.processor.graph.Operation.Size;
import java.util.List;

/** Operations as a reader of a layer table would write them. */
final class LayerDescription {

  private LayerDescription() {}

  static String of(Operation operation, List<Integer> stated) {
    return switch (operation) {
      case Operation.Input ignored -> "Input";
      case Operation.Pass ignored -> "Input";
      case Operation.Dense dense -> "Dense " + dense.units() + withoutBias(dense.bias());
      case Operation.Conv2D convolution -> convolution(convolution);
      case Operation.BatchNorm norm -> "BatchNorm" + (norm.affine() ? "" : ", not affine");
      case Operation.LayerNorm norm -> "LayerNorm" + (norm.affine() ? "" : ", not affine");
      case Operation.Embedding table -> "Embedding " + table.vocabulary() + " x " + table.size();
      case Operation.MaxPool2D pool ->
          "MaxPool2D " + window(pool.kernel(), pool.stride(), pool.padding());
      case Operation.AvgPool2D pool ->
          "AvgPool2D "
              + window(pool.kernel(), pool.stride(), pool.padding())
              + (pool.countPadding() ? "" : ", padding not counted");
      case Operation.GlobalAvgPool ignored -> "GlobalAvgPool";
      case Operation.Flatten ignored -> "Flatten";
      case Operation.Reshape ignored -> "Reshape " + stated;
      case Operation.Dropout dropout -> "Dropout " + Attributes.plain(dropout.share());
      case Operation.SpatialDropout dropout ->
          "SpatialDropout " + Attributes.plain(dropout.share());
      case Operation.Add ignored -> "Add";
      case Operation.Multiply ignored -> "Multiply";
      case Operation.Concat concat -> "Concat on axis " + concat.axis();
      case Operation.ReLU ignored -> "ReLU";
      case Operation.LeakyReLU relu -> "LeakyReLU " + Attributes.plain(relu.slope());
      case Operation.ELU elu -> "ELU " + Attributes.plain(elu.alpha());
      case Operation.GELU gelu -> gelu.tanh() ? "GELU by tanh" : "GELU";
      case Operation.SiLU ignored -> "SiLU";
      case Operation.Sigmoid ignored -> "Sigmoid";
      case Operation.Tanh ignored -> "Tanh";
      case Operation.Softplus softplus ->
          "Softplus" + (softplus.beta() == 1 ? "" : ", beta " + Attributes.plain(softplus.beta()));
      case Operation.Mish ignored -> "Mish";
      case Operation.Softmax softmax -> "Softmax" + onAxis(softmax.axis());
      case Operation.LogSoftmax softmax -> "LogSoftmax" + onAxis(softmax.axis());
    };
  }

  /** A block applied once or several times. */
  static String ofStack(String block, int times) {
    return times == 1 ? block : times + " x " + block;
  }

  private static String onAxis(int axis) {
    return axis == -1 ? "" : " on axis " + axis;
  }

  private static String convolution(Operation.Conv2D convolution) {
    StringBuilder text = new StringBuilder("Conv2D ").append(convolution.filters()).append(' ');
    text.append(by(convolution.kernel()));
    if (!isOne(convolution.stride())) {
      text.append(", stride ").append(brief(convolution.stride()));
    }
    Padding padding = convolution.padding();
    if (!padding.isZero()) {
      boolean even = padding.top() == padding.bottom() && padding.left() == padding.right();
      text.append(", padding ")
          .append(even ? brief(new Size(padding.top(), padding.left())) : "same");
    }
    if (!isOne(convolution.dilation())) {
      text.append(", dilation ").append(brief(convolution.dilation()));
    }
    if (convolution.groups() != 1) {
      text.append(", groups ").append(convolution.groups());
    }
    return text.append(withoutBias(convolution.bias())).toString();
  }

  private static String window(Size kernel, Size stride, Size padding) {
    return by(kernel)
        + (stride.equals(kernel) ? "" : ", stride " + brief(stride))
        + (padding.height() == 0 && padding.width() == 0 ? "" : ", padding " + brief(padding));
  }

  private static String withoutBias(boolean bias) {
    return bias ? "" : ", no bias";
  }

  private static boolean isOne(Size size) {
    return size.height() == 1 && size.width() == 1;
  }

  private static String by(Size size) {
    return size.height() + "x" + size.width();
  }

  private static String brief(Size size) {
    return size.height() == size.width() ? Integer.toString(size.height()) : by(size);
  }
}
