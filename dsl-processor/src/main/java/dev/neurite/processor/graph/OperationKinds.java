package dev.neurite.processor.graph;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Simple names of annotations by what their operations are; both have the same name. */
final class OperationKinds {

  static final Set<String> PARAMETRIC = namesOf(Operation.Parametric.class);
  static final Set<String> ACTIVATIONS = namesOf(Operation.Activation.class);

  private OperationKinds() {}

  private static Set<String> namesOf(Class<? extends Operation> kind) {
    return Arrays.stream(kind.getPermittedSubclasses())
        .map(Class::getSimpleName)
        .collect(Collectors.toUnmodifiableSet());
  }
}
