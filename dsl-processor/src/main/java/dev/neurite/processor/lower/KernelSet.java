package dev.neurite.processor.lower;

import dev.neurite.processor.kernel.Kernel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernels that a class calls, each once. */
public final class KernelSet {

  private final Map<String, Kernel> kernels = new LinkedHashMap<>();

  /** A call of a kernel, which becomes part of the set. */
  Line.Call call(Kernel kernel, String... arguments) {
    if (arguments.length != kernel.open().size()) {
      throw new IllegalStateException(
          "kernel %s takes %d arguments, got %d"
              .formatted(kernel.name(), kernel.open().size(), arguments.length));
    }
    add(kernel);
    return new Line.Call(kernel.name(), List.of(arguments));
  }

  /**
   * The same with a form of the kernel in whose tiles some sizes are numbers: the strides between
   * rows, above all, which are then part of the machine's addresses and take up no registers.
   */
  Line.Call call(Kernel kernel, List<String> numbers, String... arguments) {
    Map<String, Integer> values = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      String parameter = kernel.parameters().get(i).name();
      if (numbers.contains(parameter)) {
        values.put(parameter, Integer.valueOf(arguments[i]));
      } else {
        others.add(arguments[i]);
      }
    }
    return call(kernel.with(values), others.toArray(String[]::new));
  }

  /** A kernel that is called outside the methods of layers. */
  void add(Kernel kernel) {
    kernels.merge(kernel.name(), kernel, Kernel::and);
  }

  public Collection<Kernel> all() {
    return kernels.values();
  }
}
