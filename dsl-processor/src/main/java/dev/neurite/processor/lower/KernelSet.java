package dev.neurite.processor.lower;

import dev.neurite.processor.kernel.Kernel;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernels that a class calls, each once. */
public final class KernelSet {

  private final Map<String, Kernel> kernels = new LinkedHashMap<>();

  /** A call of a kernel, which becomes part of the set. */
  Line.Call call(Kernel kernel, String... arguments) {
    if (arguments.length != kernel.parameters().size()) {
      throw new IllegalStateException(
          "kernel %s takes %d arguments, got %d"
              .formatted(kernel.name(), kernel.parameters().size(), arguments.length));
    }
    kernels.merge(kernel.name(), kernel, Kernel::and);
    return new Line.Call(kernel.name(), List.of(arguments));
  }

  public Collection<Kernel> all() {
    return kernels.values();
  }
}
