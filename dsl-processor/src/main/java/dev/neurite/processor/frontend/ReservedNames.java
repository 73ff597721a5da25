package dev.neurite.processor.frontend;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Names that a method without parameters cannot have in a model. */
final class ReservedNames {

  private static final Set<String> OF_OBJECT =
      Set.of(
          "hashCode", "toString", "getClass", "notify", "notifyAll", "wait", "clone", "finalize");

  /** Methods without parameters of {@code TrainableModel} and of the generated model. */
  private static final Set<String> OF_MODELS =
      Set.of(
          "description",
          "flatParameters",
          "flatState",
          "version",
          "summary",
          "sha256",
          "warmUp",
          "device",
          "isOnGpu",
          "gpuProgram",
          "forward",
          "describe");

  /** Words that Java reads differently where a method of that name is called. */
  private static final Map<String, String> OF_JAVA = Map.of("yield", "a Java keyword");

  private ReservedNames() {}

  static Set<String> all() {
    Set<String> all = new HashSet<>(OF_OBJECT);
    all.addAll(OF_MODELS);
    all.addAll(OF_JAVA.keySet());
    return all;
  }

  static boolean contains(String name) {
    return OF_OBJECT.contains(name) || OF_MODELS.contains(name) || OF_JAVA.containsKey(name);
  }

  /** Whose name it is, in words. */
  static String owner(String name) {
    if (OF_OBJECT.contains(name)) {
      return "a method of java.lang.Object";
    }
    return OF_MODELS.contains(name)
        ? "a method of the generated model"
        : OF_JAVA.getOrDefault(name, "");
  }
}
