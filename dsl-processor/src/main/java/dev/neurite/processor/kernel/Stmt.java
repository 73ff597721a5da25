package dev.neurite.processor.kernel;

import java.util.List;

/** One statement of a kernel program. Integer expressions and conditions are Java text. */
public sealed interface Stmt {

  /** The statements within this one. */
  default List<Stmt> body() {
    return List.of();
  }

  /** {@code for (int variable = from; variable < to; variable += step)}. */
  record For(String variable, String from, String to, int step, List<Stmt> body) implements Stmt {
    public For {
      body = List.copyOf(body);
    }
  }

  /** {@code final int name = expression}. */
  record Int(String name, String expression) implements Stmt {}

  /** {@code if (condition) { ... }}. */
  record If(String condition, List<Stmt> body) implements Stmt {
    public If {
      body = List.copyOf(body);
    }
  }

  /** A new variable: one number, or one for each lane where it stands in {@link Lanes}. */
  record Let(String name, Value value) implements Stmt {}

  /** A new value for a variable. */
  record Set(String name, Value value) implements Stmt {}

  /** {@code array[index] = value}; in {@link Lanes} {@code array[index + lane]}. */
  record Put(String array, String index, Value value) implements Stmt {}

  /** The body for each lane {@code 0 <= lane < count}, in any order. */
  record Lanes(String count, Rest rest, List<Stmt> body) implements Stmt {
    public Lanes {
      body = List.copyOf(body);
    }

    /** Any count. */
    public Lanes(String count, List<Stmt> body) {
      this(count, Rest.ONE_BY_ONE, body);
    }

    /** What happens to lanes that are left over when vectors are full. */
    public enum Rest {
      ONE_BY_ONE,
      /** The count is a multiple of 16, so that a vector of any width leaves none over. */
      NONE,
      /**
       * One more vector is computed and stored whole: behind the last lane are numbers that may be
       * read, and what is written there is written anew later, or room.
       */
      WHOLE_VECTOR
    }
  }

  /**
   * A new variable: {@code value} over the lanes {@code 0 <= lane < count} summed up, or the
   * largest. 16 partial results, lane i to partial i % 16, joined by one fixed tree; then what is
   * left of count / 16, one after another.
   *
   * @param name of the variable
   * @param kind what it becomes
   * @param count of the lanes
   * @param value of a lane
   * @param partials what holds the partial results in vector code
   */
  record Reduce(String name, Kind kind, String count, Value value, Partials partials)
      implements Stmt {

    /** A reduction in vectors. */
    public Reduce(String name, Kind kind, String count, Value value) {
      this(name, kind, count, value, Partials.VECTORS);
    }

    public enum Kind {
      SUM,
      MAX
    }

    public enum Partials {
      VECTORS,
      /** Sixteen variables: for few lanes, as classes are. C2 compiles them in less time. */
      VARIABLES
    }
  }

  /** Java text of integers only, the same in every form. */
  record Plain(String java) implements Stmt {}

  /** {@code y[yAt + j * yStep + i] = x[xAt + i * xStep + j]} for i and j below 16. */
  record Transpose16(String x, String xAt, String xStep, String y, String yAt, String yStep)
      implements Stmt {}

  /**
   * {@code y[yAt + i]} is the largest of {@code x[upper + 2 * i]}, {@code x[lower + 2 * i]} and the
   * numbers behind them, for i below {@code count}. Whole vectors are read and stored: behind the
   * last of x and y there is room for 16 numbers, or what is written there is written anew later.
   */
  record MaxPairs(String count, String x, String upper, String lower, String y, String yAt)
      implements Stmt {}

  /** A register-tiled sum of products; the only statement of its kernel. */
  record Contract(Contraction contraction) implements Stmt {}
}
