package dev.neurite.processor.random;

import dev.neurite.processor.random.Calculus.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What right layers give and cost, those of blocks at each place of use. */
final class Evaluation {

  private final Map<Method, Value> values = new HashMap<>();
  private final Map<Method, Value> reads = new HashMap<>();
  private long parameters;
  private long multiplyAdds;

  /**
   * A draft as a whole.
   *
   * @param gives the value of its last layer, or of the one marked as output
   * @param largest the number of values of its largest layer, those in blocks too
   */
  record Totals(Value gives, long parameters, long multiplyAdds, long largest) {

    /** These, and those of what comes after. */
    Totals and(Totals next) {
      return new Totals(
          next.gives,
          parameters + next.parameters,
          multiplyAdds + next.multiplyAdds,
          Math.max(largest, next.largest));
    }
  }

  private long largest;

  private Evaluation() {}

  /** The totals of a right model; notes in its blocks what they are given. */
  static Totals of(Draft draft) {
    draft.blocks.forEach(block -> block.given.clear());
    return Objects.requireNonNull(of(draft, List.of()), "a right declaration");
  }

  /** The totals of a block that is given these values; null if one of its layers cannot be. */
  static @Nullable Totals of(Draft draft, List<Value> arguments) {
    Evaluation evaluation = new Evaluation();
    draft.given.add(arguments);
    int argument = 0;
    for (Method method : draft.methods) {
      Value value;
      if (method.isInput()) {
        value = draft.isBlock ? arguments.get(argument++) : method.value();
        if (draft.isBlock && draft.stated && !value.equals(method.value())) {
          return null;
        }
      } else {
        value = evaluation.layer(method);
      }
      if (value == null) {
        return null;
      }
      evaluation.values.put(method, value);
    }
    Value gives = evaluation.values.get(draft.result());
    return new Totals(
        Objects.requireNonNull(gives),
        evaluation.parameters,
        evaluation.multiplyAdds,
        evaluation.largest);
  }

  private @Nullable Value layer(Method method) {
    List<Value> operands = new ArrayList<>();
    method.sources.forEach(source -> operands.add(Objects.requireNonNull(values.get(source))));
    List<Value> read = operands;
    for (Piece piece : method.pieces) {
      Value value = piece.is("Stack") ? stack(method, read) : operation(method, piece, read);
      if (value == null) {
        return null;
      }
      largest = Math.max(largest, Calculus.values(value.shape()));
      read = List.of(value);
    }
    return read.getFirst();
  }

  private @Nullable Value operation(Method method, Piece piece, List<Value> read) {
    Outcome outcome = Calculus.of(piece, read);
    if (outcome == null) {
      return null;
    }
    multiplyAdds += outcome.multiplyAdds();
    boolean own = outcome.parameters() > 0 || piece.is(Method.PARAMETRIC);
    if (own) {
      reads.put(method, read.getFirst());
      if (method.owner != null && !Sharing.fits(piece, read.getFirst(), method.owner, reads)) {
        return null;
      }
    }
    parameters +=
        own && method.owner != null
            ? Sharing.parameters(piece, read.getFirst(), method.owner, reads)
            : outcome.parameters();
    return new Value(outcome.shape(), false);
  }

  private @Nullable Value stack(Method method, List<Value> read) {
    Totals totals = applied(Objects.requireNonNull(method.block), method.times, read);
    if (totals == null) {
      return null;
    }
    // What a stack shares is all that it has; its layers fit because they read the same shapes.
    parameters += method.owner == null ? totals.parameters() : 0;
    multiplyAdds += totals.multiplyAdds();
    largest = Math.max(largest, totals.largest());
    return totals.gives();
  }

  /** The totals of a block that is applied several times; null where that cannot be. */
  static @Nullable Totals applied(Draft block, int times, List<Value> read) {
    Totals sum = null;
    List<Value> arguments = read;
    for (int i = 0; i < times; i++) {
      if (arguments.size() != block.inputs().size()) {
        return null;
      }
      Totals one = of(block, arguments);
      if (one == null) {
        return null;
      }
      sum = sum == null ? one : sum.and(one);
      arguments = List.of(one.gives());
    }
    return sum;
  }
}
