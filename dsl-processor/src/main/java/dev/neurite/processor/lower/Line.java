package dev.neurite.processor.lower;

import java.util.List;

/**
 * One line of a layer's method: loops over rows and calls of kernels. Expressions are Java text.
 */
public sealed interface Line {

  /** A kernel's call. */
  record Call(String kernel, List<String> arguments) implements Line {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /** {@code for (int variable = from; variable < to; variable += step)}. */
  record Loop(String variable, String from, String to, int step, List<Line> body) implements Line {
    public Loop {
      body = List.copyOf(body);
    }

    public Loop(String variable, String from, String to, List<Line> body) {
      this(variable, from, to, 1, body);
    }
  }

  /** {@code if (condition)}. */
  record When(String condition, List<Line> body) implements Line {
    public When {
      body = List.copyOf(body);
    }
  }

  /** {@code int name = expression}. */
  record Define(String name, String expression) implements Line {}

  /** Any other statement, such as a dropout's draw. */
  record Statement(String java) implements Line {}
}
