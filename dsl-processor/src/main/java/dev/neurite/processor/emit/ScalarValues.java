package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.Value;
import java.util.function.UnaryOperator;

/**
 * Writes values out as scalar Java expressions; variables that a function needs become lines of
 * their own.
 */
final class ScalarValues {

  private final String real;
  private final JavaText text;
  private final String lane;
  private final UnaryOperator<String> fresh;

  ScalarValues(String real, JavaText text, String lane, UnaryOperator<String> fresh) {
    this.real = real;
    this.text = text;
    this.lane = lane;
    this.fresh = fresh;
  }

  String lane() {
    return lane;
  }

  String print(Value value) {
    return switch (value) {
      case Value.Load load ->
          load.array()
              + "["
              + (lane.isEmpty() ? load.index() : IndexText.sum(load.index(), lane))
              + "]";
      case Value.Element element -> element.array() + "[" + element.index() + "]";
      case Value.Constant constant -> KernelPrinter.literal(constant.value(), real);
      case Value.Count number -> "(" + real + ") (" + number.expression() + ")";
      case Value.Uniform uniform -> uniform.name();
      case Value.Local local -> local.name();
      case Value.Unary unary -> unary(unary);
      case Value.Binary binary -> binary(binary);
      case Value.Fma fma ->
          "Math.fma("
              + print(fma.factor())
              + ", "
              + print(fma.other())
              + ", "
              + print(fma.addend())
              + ")";
      case Value.Select select ->
          "(%s %s %s ? %s : %s)"
              .formatted(
                  print(select.left()),
                  comparison(select.comparison()),
                  print(select.right()),
                  print(select.then()),
                  print(select.otherwise()));
      case Value.Call call -> call(call);
      case Value.Scale scale ->
          "Float.intBitsToFloat(Float.floatToRawIntBits(%s) + (Float.floatToRawIntBits(%s) << 23))"
              .formatted(print(scale.value()), print(scale.magic()));
      case Value.Exponent exponent ->
          "(float) ((Float.floatToRawIntBits(" + print(exponent.operand()) + ") >> 23) - 126)";
      case Value.Mantissa mantissa ->
          "Float.intBitsToFloat((Float.floatToRawIntBits("
              + print(mantissa.operand())
              + ") & 0x7fffff) | 0x3f000000)";
    };
  }

  private String unary(Value.Unary unary) {
    String operand = print(unary.operand());
    return switch (unary.operator()) {
      case NEGATE -> "-" + (operand.startsWith("-") ? "(" + operand + ")" : operand);
      case ABSOLUTE -> "Math.abs(" + operand + ")";
      case SQRT ->
          real.equals("float")
              ? "(float) Math.sqrt(" + operand + ")"
              : "Math.sqrt(" + operand + ")";
    };
  }

  private String binary(Value.Binary binary) {
    String left = print(binary.left());
    String right = print(binary.right());
    return switch (binary.operator()) {
      case ADD -> "(" + left + " + " + right + ")";
      case SUBTRACT -> "(" + left + " - " + right + ")";
      case MULTIPLY -> "(" + left + " * " + right + ")";
      case DIVIDE -> "(" + left + " / " + right + ")";
      case MAX -> "Math.max(" + left + ", " + right + ")";
      case MIN -> "Math.min(" + left + ", " + right + ")";
    };
  }

  private String call(Value.Call call) {
    if (real.equals("double")) {
      String argument = print(call.argument());
      return switch (call.function()) {
        case EXP -> "Math.exp(" + argument + ")";
        case LOG -> "Math.log(" + argument + ")";
        case TANH -> "Math.tanh(" + argument + ")";
        case ERF -> "erf(" + argument + ")";
      };
    }
    return print(Functions.inFloat(call.function(), call.argument(), this::name));
  }

  private Value name(String wish, Value value) {
    String printed = print(value);
    String variable = fresh.apply(wish);
    text.line(real + " " + variable + " = " + printed + ";");
    return Value.local(variable);
  }

  static String comparison(Value.Comparison comparison) {
    return switch (comparison) {
      case LESS -> "<";
      case LESS_OR_EQUAL -> "<=";
      case GREATER -> ">";
      case EQUAL -> "==";
    };
  }
}
