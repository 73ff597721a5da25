package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Stmt;
import dev.neurite.processor.kernel.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Writes kernels out as the bodies of Java methods; what differs between vectors and scalars is in
 * the subclasses.
 */
abstract sealed class KernelPrinter permits ScalarPrinter, SimdPrinter {

  /** {@code float} or {@code double}. */
  final String real;

  final JavaText text = new JavaText();
  private final java.util.Set<String> names = new HashSet<>();

  KernelPrinter(String real) {
    this.real = real;
  }

  static String body(Kernel kernel, KernelPrinter printer) {
    kernel.parameters().forEach(parameter -> printer.names.add(parameter.name()));
    printer.reserve(kernel.body());
    kernel.constants().forEach(printer.text::constant);
    printer.statements(kernel.body());
    return printer.text.toString();
  }

  private void reserve(List<Stmt> body) {
    for (Stmt statement : body) {
      switch (statement) {
        case Stmt.For loop -> {
          names.add(loop.variable());
          reserve(loop.body());
        }
        case Stmt.Int declared -> names.add(declared.name());
        case Stmt.If choice -> reserve(choice.body());
        case Stmt.Let let -> names.add(let.name());
        case Stmt.Lanes lanes -> reserve(lanes.body());
        case Stmt.Reduce reduce -> names.add(reduce.name());
        case Stmt.Set ignored -> {}
        case Stmt.Put ignored -> {}
        case Stmt.Plain ignored -> {}
        case Stmt.Transpose16 ignored -> {}
        case Stmt.MaxPairs ignored -> {}
        case Stmt.Contract ignored -> {}
      }
    }
  }

  final void statements(List<Stmt> body) {
    body.forEach(this::statement);
  }

  private void statement(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> {
        String step =
            loop.step() == 1 ? loop.variable() + "++" : loop.variable() + " += " + loop.step();
        text.open(
            "for (int %s = %s; %s < %s; %s)"
                .formatted(loop.variable(), loop.from(), loop.variable(), loop.to(), step));
        statements(loop.body());
        text.close();
      }
      case Stmt.Int declared ->
          text.line("int " + declared.name() + " = " + declared.expression() + ";");
      case Stmt.If choice -> {
        text.open("if (" + choice.condition() + ")");
        statements(choice.body());
        text.close();
      }
      case Stmt.Let let -> {
        ScalarValues values = scalars("");
        text.line(real + " " + let.name() + " = " + values.print(let.value()) + ";");
      }
      case Stmt.Set set -> text.line(set.name() + " = " + scalars("").print(set.value()) + ";");
      case Stmt.Put put ->
          text.line(
              put.array() + "[" + put.index() + "] = " + scalars("").print(put.value()) + ";");
      case Stmt.Lanes lanes -> lanes(lanes);
      case Stmt.Reduce reduce -> reduce(reduce);
      case Stmt.Plain plain -> text.line(plain.java());
      case Stmt.Transpose16 block ->
          text.line(
              "%s(%s, %s, %s, %s, %s, %s);"
                  .formatted(
                      transposition(),
                      block.x(),
                      block.xAt(),
                      block.xStep(),
                      block.y(),
                      block.yAt(),
                      block.yStep()));
      case Stmt.MaxPairs pairs -> maxPairs(pairs);
      case Stmt.Contract contract -> contract(contract);
    }
  }

  /** The name of the method that transposes a block of 16 x 16. */
  abstract String transposition();

  abstract void lanes(Stmt.Lanes lanes);

  abstract void reduce(Stmt.Reduce reduce);

  abstract void maxPairs(Stmt.MaxPairs pairs);

  abstract void contract(Stmt.Contract contract);

  /** A reduction with sixteen variables for the partial results. */
  final void reduceInVariables(Stmt.Reduce reduce) {
    boolean sum = reduce.kind() == Stmt.Reduce.Kind.SUM;
    String lane = fresh("i");
    String end = fresh("end");
    List<String> partial = new ArrayList<>();
    String start = sum ? "0" : literal(Double.NEGATIVE_INFINITY, real);
    for (int j = 0; j < 16; j++) {
      partial.add(fresh("partial" + j));
    }
    for (int j = 0; j < 16; j += 4) {
      text.line(
          "%s %s = %s, %s = %s, %s = %s, %s = %s;"
              .formatted(
                  real,
                  partial.get(j),
                  start,
                  partial.get(j + 1),
                  start,
                  partial.get(j + 2),
                  start,
                  partial.get(j + 3),
                  start));
    }
    text.line("int " + lane + " = 0;");
    text.open(
        "for (int %s = %s - 15; %s < %s; %s += 16)"
            .formatted(end, reduce.count(), lane, end, lane));
    for (int j = 0; j < 16; j++) {
      Value value = reduce.value();
      String printed = scalars(j == 0 ? lane : lane + " + " + j).print(value);
      text.line(
          sum
              ? partial.get(j) + " += " + printed + ";"
              : "%s = Math.max(%s, %s);".formatted(partial.get(j), partial.get(j), printed));
    }
    text.close();
    List<String> joined = new ArrayList<>();
    for (int j = 0; j < 4; j++) {
      joined.add(
          join(
              sum,
              join(sum, partial.get(j), partial.get(j + 4)),
              join(sum, partial.get(j + 8), partial.get(j + 12))));
    }
    text.line(
        "%s %s = %s;"
            .formatted(
                real,
                reduce.name(),
                join(
                    sum,
                    join(sum, joined.get(0), joined.get(1)),
                    join(sum, joined.get(2), joined.get(3)))));
    rest(reduce, lane);
  }

  /** What is left of whole sixteens, from {@code lane} on, one after another. */
  final void rest(Stmt.Reduce reduce, String lane) {
    boolean sum = reduce.kind() == Stmt.Reduce.Kind.SUM;
    text.open("for (; %s < %s; %s++)".formatted(lane, reduce.count(), lane));
    String printed = scalars(lane).print(reduce.value());
    text.line(
        sum
            ? reduce.name() + " += " + printed + ";"
            : "%s = Math.max(%s, %s);".formatted(reduce.name(), reduce.name(), printed));
    text.close();
  }

  private static String join(boolean sum, String left, String right) {
    return sum ? "(" + left + " + " + right + ")" : "Math.max(" + left + ", " + right + ")";
  }

  /** Scalar values whose lane is {@code lane}; empty outside loops over lanes. */
  final ScalarValues scalars(String lane) {
    return new ScalarValues(real, text, lane, this::fresh);
  }

  /** The body of a loop over lanes as scalar code. */
  final void scalarLanes(List<Stmt> body, String lane) {
    scalarLanes(body, scalars(lane));
  }

  private void scalarLanes(List<Stmt> body, ScalarValues values) {
    for (Stmt statement : body) {
      switch (statement) {
        case Stmt.Let let ->
            text.line(real + " " + let.name() + " = " + values.print(let.value()) + ";");
        case Stmt.Set set -> text.line(set.name() + " = " + values.print(set.value()) + ";");
        case Stmt.Put put ->
            text.line(
                put.array()
                    + "["
                    + IndexText.sum(put.index(), values.lane())
                    + "] = "
                    + values.print(put.value())
                    + ";");
        case Stmt.For loop -> {
          text.open(
              "for (int %s = %s; %s < %s; %s += %d)"
                  .formatted(
                      loop.variable(),
                      loop.from(),
                      loop.variable(),
                      loop.to(),
                      loop.variable(),
                      loop.step()));
          scalarLanes(loop.body(), values);
          text.close();
        }
        case Stmt.Int declared ->
            text.line("int " + declared.name() + " = " + declared.expression() + ";");
        case Stmt.If choice -> throw misplaced(choice);
        case Stmt.Lanes lanes -> throw misplaced(lanes);
        case Stmt.Reduce reduce -> throw misplaced(reduce);
        case Stmt.Plain plain -> throw misplaced(plain);
        case Stmt.Transpose16 block -> throw misplaced(block);
        case Stmt.MaxPairs pairs -> throw misplaced(pairs);
        case Stmt.Contract contract -> throw misplaced(contract);
      }
    }
  }

  static IllegalStateException misplaced(Stmt statement) {
    return new IllegalStateException("not in a loop over lanes: " + statement);
  }

  /** A name that no other variable of this method has. */
  final String fresh(String wish) {
    String name = wish;
    for (int i = 2; !names.add(name); i++) {
      name = wish + i;
    }
    return name;
  }

  static String literal(double value, String real) {
    if (real.equals("double")) {
      return value == Double.NEGATIVE_INFINITY
          ? "Double.NEGATIVE_INFINITY"
          : Double.toString(value);
    }
    return value == Double.NEGATIVE_INFINITY
        ? "Float.NEGATIVE_INFINITY"
        : Float.toString((float) value) + "f";
  }

  static boolean isZero(Value value) {
    return value instanceof Value.Constant constant && constant.value() == 0;
  }
}
