package dev.neurite.processor.frontend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The blocks that a declaration applies, and those that these apply.
 *
 * @param byName by qualified name
 */
public record Blocks(Map<String, BlockDeclaration> byName) {

  /** None. */
  public static final Blocks NONE = new Blocks(Map.of());

  /** Blocks in an unmodifiable map. */
  public Blocks {
    byName = Map.copyOf(byName);
  }

  /** The block of a qualified name; empty if that type is no block. */
  public Optional<BlockDeclaration> find(String qualifiedName) {
    return Optional.ofNullable(byName.get(qualifiedName));
  }

  /** Qualified names of the types that a declaration's methods apply, in the order written. */
  public static List<String> appliedBy(Declaration declaration) {
    return declaration.layers().stream()
        .flatMap(layer -> layer.annotation("Stack").stream())
        .map(stack -> stack.word("value"))
        .toList();
  }

  /**
   * The way from a block back to itself by what each block applies, its beginning at both ends.
   *
   * @return empty if there is none
   */
  public List<BlockDeclaration> circle(String qualifiedName) {
    List<BlockDeclaration> way = new ArrayList<>();
    return leads(qualifiedName, qualifiedName, way, new HashSet<>()) ? way : List.of();
  }

  private boolean leads(String from, String to, List<BlockDeclaration> way, Set<String> seen) {
    BlockDeclaration block = byName.get(from);
    if (block == null) {
      return false;
    }
    way.add(block);
    boolean arrived = from.equals(to) && way.size() > 1;
    if (arrived
        || (seen.add(from)
            && appliedBy(block).stream().anyMatch(next -> leads(next, to, way, seen)))) {
      return true;
    }
    way.removeLast();
    return false;
  }

  /** Whether one block applies another, by way of any others; itself too where it does. */
  public boolean reaches(String from, String to) {
    Set<String> reached = new HashSet<>();
    find(from).ifPresent(block -> appliedBy(block).forEach(next -> reach(next, reached)));
    return reached.contains(to);
  }

  /** Whether expanding a block would never end. */
  public boolean isEndless(String qualifiedName) {
    Set<String> reached = new HashSet<>();
    reach(qualifiedName, reached);
    return reached.stream().anyMatch(block -> reaches(block, block));
  }

  /** The blocks that reach a block and are reached by it: none unless it is a part of itself. */
  public List<BlockDeclaration> circleMembers(String qualifiedName) {
    return byName.values().stream()
        .filter(block -> reaches(qualifiedName, block.qualifiedName()))
        .filter(block -> reaches(block.qualifiedName(), qualifiedName))
        .toList();
  }

  private void reach(String name, Set<String> reached) {
    BlockDeclaration block = byName.get(name);
    if (block != null && reached.add(name)) {
      appliedBy(block).forEach(next -> reach(next, reached));
    }
  }
}
