package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the mistakes of a declaration must be reported. What a block has wrong whatever it is given
 * is reported there, once; what is wrong with what it is given at each place of use.
 */
final class Expected {

  /** A message: the method whose line it is on, and its code. */
  record Report(Method at, String code) {}

  /** What stands beside the operations of a layer, which gives what it would without it. */
  private static final Set<String> BESIDE =
      Set.of("two-activations", "init-without-parameters", "input-not-alone");

  /** Numbers of operations that stand behind a stack on its method: its layers are judged. */
  private static final Set<String> BEHIND =
      Set.of(
          "size-not-positive",
          "padding-negative",
          "padding-too-large",
          "wrong-number-of-sizes",
          "too-many-sizes",
          "share-out-of-range",
          "value-out-of-range");

  private final List<Report> reports = new ArrayList<>();

  /** The stacks within which a layer stands. */
  private final List<Method> within = new ArrayList<>();

  /** Layers of blocks that are reported, behind the stacks that they stand in. */
  private final Set<List<Method>> reported = new HashSet<>();

  private Expected() {}

  static List<Report> of(Draft declaration) {
    List<Report> all = own(declaration);
    declaration.blocks.forEach(block -> all.addAll(own(block)));
    return all;
  }

  /** What is reported in the interface itself. */
  private static List<Report> own(Draft draft) {
    Expected expected = new Expected();
    expected.walk(draft, List.of(), null);
    return expected.reports;
  }

  private static boolean hasOwn(Draft block) {
    return !own(block).isEmpty()
        || block.methods.stream()
            .anyMatch(
                method -> method.mistake.isEmpty() && method.block != null && hasOwn(method.block));
  }

  /**
   * Notes the mistakes that are seen in one interface.
   *
   * @param arguments whether the shapes that a block is given are known
   * @param place where that is; null for the interface itself
   * @return whether the shape that a block gives is known
   */
  private boolean walk(Draft draft, List<Boolean> arguments, @Nullable Method place) {
    Map<Method, Boolean> known = new HashMap<>();
    int argument = 0;
    for (Method method : draft.methods) {
      if (method.isInput() && place != null) {
        known.put(method, arguments.get(argument++));
      } else {
        known.put(method, isKnown(draft, method, known, place));
      }
    }
    return known.getOrDefault(draft.result(), false);
  }

  private boolean isKnown(
      Draft draft, Method method, Map<Method, Boolean> known, @Nullable Method place) {
    boolean reads =
        method.sources.stream().allMatch(source -> known.getOrDefault(source, false))
            && (method.owner == null || known.getOrDefault(method.owner, false))
            && (!method.isInput() || !draft.isBlock || draft.stated);
    Draft block = method.block;
    boolean ownerUnknown = method.owner != null && !known.getOrDefault(method.owner, false);
    // A block of several inputs is judged by those that are known.
    List<Boolean> arguments =
        method.sources.stream().map(source -> known.getOrDefault(source, false)).toList();
    if (!method.mistake.isEmpty() && (block == null || !method.mistakeOfShape)) {
      return mistaken(method, reads, ownerUnknown ? null : block, arguments, place);
    }
    if (block == null || ownerUnknown || (!reads && !method.mistake.isEmpty())) {
      return reads;
    }
    if (hasOwn(block)) {
      return false;
    }
    // Of what stands on the method of a block only this precedes the block's layers.
    boolean first = method.mistake.equals("block-input-shape");
    boolean gives = first || applied(method, block, arguments, place);
    if (!method.mistake.isEmpty() && gives) {
      report(reports.size(), method, place);
    }
    return gives && method.mistake.isEmpty();
  }

  /** Notes a mistake that needs no shape, and those of the block that its method applies. */
  private boolean mistaken(
      Method method,
      boolean reads,
      @Nullable Draft block,
      List<Boolean> arguments,
      @Nullable Method place) {
    boolean beside = BESIDE.contains(method.mistake);
    boolean judged = beside || BEHIND.contains(method.mistake);
    int before = reports.size();
    boolean gives = reads;
    if (block != null) {
      gives = judged && !hasOwn(block) && applied(method, block, arguments, place);
    }
    if (reads || !method.mistakeOfShape) {
      boolean first = method.mistake.startsWith("init-") && !method.modifiersLast;
      report(first ? before : reports.size(), method, place);
    }
    return beside && gives;
  }

  private boolean applied(
      Method method, Draft block, List<Boolean> arguments, @Nullable Method place) {
    boolean gives = true;
    within.add(method);
    for (int i = 0; i < method.times && gives; i++) {
      gives = walk(block, i == 0 ? arguments : List.of(true), place == null ? method : place);
    }
    within.removeLast();
    return gives;
  }

  /** Notes a mistake, of a block that is applied several times once. */
  private void report(int index, Method method, @Nullable Method place) {
    List<Method> where = new ArrayList<>(within);
    where.add(method);
    if (reported.add(where)) {
      reports.add(index, new Report(place == null ? method : place, method.mistake));
    }
  }
}
