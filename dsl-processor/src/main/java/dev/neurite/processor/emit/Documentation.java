package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

/** Javadoc of generated methods: what goes in and comes out, with shapes. */
final class Documentation {

  private Documentation() {}

  private static String tensor(Signature.Tensor tensor) {
    String what = tensor.isIndex() ? "indices below " + tensor.vocabulary() : "values";
    return tensor.size() + " " + what + ", " + tensor.type().shape();
  }

  static String predict(Signature signature, boolean into) {
    StringBuilder text =
        new StringBuilder(
            into ? "Predicts one row; allocates nothing.\n\n" : "Predicts one row.\n\n");
    for (Signature.Tensor input : signature.inputs()) {
      text.append("@param ")
          .append(input.parameter())
          .append(' ')
          .append(tensor(input))
          .append('\n');
    }
    if (into) {
      for (Signature.Tensor output : signature.outputs()) {
        text.append("@param ")
            .append(signature.outputParameter(output))
            .append(" receives ")
            .append(tensor(output))
            .append('\n');
      }
    } else {
      text.append("@return ")
          .append(
              signature.outputs().stream()
                  .map(output -> output.name() + ": " + tensor(output))
                  .collect(joining("; ")))
          .append('\n');
    }
    return text.append("@throws IllegalArgumentException if a length is another\n").toString();
  }

  static String predictRows(Signature signature) {
    StringBuilder text =
        new StringBuilder(
            "Predicts many rows, which lie one after another; allocates nothing. The arrays may be longer.\n\n");
    for (Signature.Tensor input : signature.inputs()) {
      text.append("@param ")
          .append(input.parameter())
          .append(" rows of ")
          .append(tensor(input))
          .append('\n');
    }
    text.append("@param rows how many\n");
    for (Signature.Tensor output : signature.outputs()) {
      text.append("@param ")
          .append(signature.outputParameter(output))
          .append(" receives rows of ")
          .append(tensor(output))
          .append('\n');
    }
    return text.append("@throws IllegalArgumentException if an array is too short\n").toString();
  }
}
