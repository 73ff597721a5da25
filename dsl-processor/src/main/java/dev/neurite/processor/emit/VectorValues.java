package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.Value;
import java.util.Set;

/**
 * Writes values out as Vector API expressions; variables that a function needs become lines of
 * their own.
 */
final class VectorValues {

  private final SimdPrinter kernel;
  private final String species;
  private final String lane;
  private final Set<String> carried;

  /**
   * Values as vectors.
   *
   * @param kernel that they are computed in
   * @param species of the vectors
   * @param lane the variable that counts lanes
   * @param carried the variables of which a loop makes new values from old ones
   */
  VectorValues(SimdPrinter kernel, String species, String lane, Set<String> carried) {
    this.kernel = kernel;
    this.species = species;
    this.lane = lane;
    this.carried = carried;
  }

  String lane() {
    return lane;
  }

  /**
   * A value that a method is called on. C2 looks for the class of a receiver before it knows what a
   * loop carries, and takes it from what the Vector API has been called with in the whole process.
   */
  String receiver(Value value) {
    String printed = print(value);
    return value instanceof Value.Local local && carried.contains(local.name())
        ? SimdPrinter.VECTOR + ".cast(" + printed + ")"
        : printed;
  }

  /**
   * A value that is stored. Where the Vector API has been called with vectors of two widths, C2
   * compiles the store for both before it knows which class the value has, and may then make it an
   * object.
   */
  String stored(Value value) {
    return SimdPrinter.VECTOR + ".cast(" + print(value) + ")";
  }

  String print(Value value) {
    return switch (value) {
      case Value.Load load ->
          "FloatVector.fromArray(%s, %s, %s)"
              .formatted(species, load.array(), IndexText.sum(load.index(), lane));
      case Value.Element element -> broadcast(element.array() + "[" + element.index() + "]");
      case Value.Constant constant ->
          constant.value() == 0 ? "FloatVector.zero(" + species + ")" : broadcast(number(constant));
      case Value.Count number -> broadcast("(float) (" + number.expression() + ")");
      case Value.Uniform uniform -> broadcast(uniform.name());
      case Value.Local local -> local.name();
      case Value.Unary unary -> unary(unary);
      case Value.Binary binary -> binary(binary);
      case Value.Fma fma ->
          receiver(fma.factor()) + ".fma(" + print(fma.other()) + ", " + print(fma.addend()) + ")";
      case Value.Select select ->
          "%s.blend(%s, %s.compare(VectorOperators.%s, %s))"
              .formatted(
                  receiver(select.otherwise()),
                  print(select.then()),
                  receiver(select.left()),
                  comparison(select.comparison()),
                  operand(select.right()));
      case Value.Call call ->
          print(Functions.inFloat(call.function(), call.argument(), this::name));
      case Value.Scale scale ->
          "%s.reinterpretAsInts().add(%s.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats()"
              .formatted(receiver(scale.value()), receiver(scale.magic()));
      case Value.Exponent exponent ->
          "((FloatVector) %s.reinterpretAsInts().lanewise(VectorOperators.ASHR, 23).sub(126).convert(VectorOperators.I2F, 0))"
              .formatted(receiver(exponent.operand()));
      case Value.Mantissa mantissa ->
          "%s.reinterpretAsInts().and(0x7fffff).or(0x3f000000).reinterpretAsFloats()"
              .formatted(receiver(mantissa.operand()));
    };
  }

  private String unary(Value.Unary unary) {
    String operand = receiver(unary.operand());
    return switch (unary.operator()) {
      case NEGATE -> operand + ".neg()";
      case ABSOLUTE -> operand + ".abs()";
      case SQRT -> operand + ".sqrt()";
    };
  }

  private String binary(Value.Binary binary) {
    String left = receiver(binary.left());
    String right = operand(binary.right());
    return switch (binary.operator()) {
      case ADD -> left + ".add(" + right + ")";
      case SUBTRACT -> left + ".sub(" + right + ")";
      case MULTIPLY -> left + ".mul(" + right + ")";
      case DIVIDE -> left + ".div(" + right + ")";
      case MAX -> left + ".max(" + right + ")";
      case MIN -> left + ".min(" + right + ")";
    };
  }

  /** A right-hand operand: numbers as they are, for the Vector API takes them. */
  private String operand(Value value) {
    return switch (value) {
      case Value.Constant constant -> number(constant);
      case Value.Uniform uniform -> uniform.name();
      case Value.Element element -> element.array() + "[" + element.index() + "]";
      case Value.Count number -> "(float) (" + number.expression() + ")";
      case Value.Load load -> print(load);
      case Value.Local local -> print(local);
      case Value.Unary unary -> print(unary);
      case Value.Binary binary -> print(binary);
      case Value.Fma fma -> print(fma);
      case Value.Select select -> print(select);
      case Value.Call call -> print(call);
      case Value.Scale scale -> print(scale);
      case Value.Exponent exponent -> print(exponent);
      case Value.Mantissa mantissa -> print(mantissa);
    };
  }

  private static String number(Value.Constant constant) {
    return KernelPrinter.literal(constant.value(), "float");
  }

  private String broadcast(String number) {
    return "FloatVector.broadcast(" + species + ", " + number + ")";
  }

  private Value name(String wish, Value value) {
    String printed = print(value);
    String variable = kernel.fresh(wish);
    kernel.text.line("FloatVector " + variable + " = " + printed + ";");
    return Value.local(variable);
  }

  private static String comparison(Value.Comparison comparison) {
    return switch (comparison) {
      case LESS -> "LT";
      case LESS_OR_EQUAL -> "LE";
      case GREATER -> "GT";
      case EQUAL -> "EQ";
    };
  }
}
