package dev.neurite.processor.kernel;

import java.util.List;

/**
 * A real number, or one for each lane where it stands in a loop over lanes. Index expressions are
 * Java text: integer arithmetic is the same in every form a kernel is written out in.
 */
public sealed interface Value {

  /** {@code array[index + lane]}: neighbouring elements in neighbouring lanes. */
  record Load(String array, String index) implements Value {}

  /** {@code array[index]}: the same element in all lanes. */
  record Element(String array, String index) implements Value {}

  record Constant(double value) implements Value {}

  /** An integer expression as a number, the same in all lanes. */
  record Count(String expression) implements Value {}

  /** A parameter or variable that holds one number for all lanes. */
  record Uniform(String name) implements Value {}

  /** A variable of the loop over lanes. */
  record Local(String name) implements Value {}

  record Unary(UnaryOperator operator, Value operand) implements Value {}

  record Binary(BinaryOperator operator, Value left, Value right) implements Value {}

  /** {@code factor * other + addend}, rounded once. */
  record Fma(Value factor, Value other, Value addend) implements Value {}

  /** {@code left comparison right ? then : otherwise}. */
  record Select(Comparison comparison, Value left, Value right, Value then, Value otherwise)
      implements Value {}

  /** A function with a polynomial of its own. */
  record Call(Function function, Value argument) implements Value {}

  /**
   * {@code value} times two to the power that stands, as an integer, in the low bits of {@code
   * magic}: what is left of a number after 12582912 (1.5 * 2^23) was added to it.
   */
  record Scale(Value value, Value magic) implements Value {}

  /** The exponent of a positive normal number, as a number. */
  record Exponent(Value operand) implements Value {}

  /** A positive normal number with its exponent replaced, in [0.5, 1). */
  record Mantissa(Value operand) implements Value {}

  enum UnaryOperator {
    NEGATE,
    ABSOLUTE,
    SQRT
  }

  enum BinaryOperator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MAX,
    MIN
  }

  enum Comparison {
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    EQUAL
  }

  /**
   * Functions that kernels compute by their own polynomials, so that every form gives the same
   * bits.
   */
  enum Function {
    EXP,
    LOG,
    TANH,
    ERF
  }

  static Value load(String array, String index) {
    return new Load(array, index);
  }

  static Value element(String array, String index) {
    return new Element(array, index);
  }

  static Value constant(double value) {
    return new Constant(value);
  }

  static Value number(String expression) {
    return new Count(expression);
  }

  static Value uniform(String name) {
    return new Uniform(name);
  }

  static Value local(String name) {
    return new Local(name);
  }

  static Value fma(Value factor, Value other, Value addend) {
    return new Fma(factor, other, addend);
  }

  static Value exp(Value x) {
    return new Call(Function.EXP, x);
  }

  static Value log(Value x) {
    return new Call(Function.LOG, x);
  }

  static Value tanh(Value x) {
    return new Call(Function.TANH, x);
  }

  static Value erf(Value x) {
    return new Call(Function.ERF, x);
  }

  static Value select(Comparison comparison, Value left, Value right, Value then, Value otherwise) {
    return new Select(comparison, left, right, then, otherwise);
  }

  /**
   * The polynomial with these coefficients, highest power first, by Horner's rule with fused
   * multiply-add.
   */
  static Value polynomial(Value x, List<Double> coefficients) {
    Value sum = constant(coefficients.getFirst());
    for (double coefficient : coefficients.subList(1, coefficients.size())) {
      sum = fma(sum, x, constant(coefficient));
    }
    return sum;
  }

  default Value plus(Value other) {
    return new Binary(BinaryOperator.ADD, this, other);
  }

  default Value plus(double other) {
    return plus(constant(other));
  }

  default Value minus(Value other) {
    return new Binary(BinaryOperator.SUBTRACT, this, other);
  }

  default Value times(Value other) {
    return new Binary(BinaryOperator.MULTIPLY, this, other);
  }

  default Value times(double other) {
    return times(constant(other));
  }

  default Value dividedBy(Value other) {
    return new Binary(BinaryOperator.DIVIDE, this, other);
  }

  default Value max(Value other) {
    return new Binary(BinaryOperator.MAX, this, other);
  }

  default Value min(Value other) {
    return new Binary(BinaryOperator.MIN, this, other);
  }

  default Value negated() {
    return new Unary(UnaryOperator.NEGATE, this);
  }

  default Value absolute() {
    return new Unary(UnaryOperator.ABSOLUTE, this);
  }

  default Value sqrt() {
    return new Unary(UnaryOperator.SQRT, this);
  }
}
