package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.frontend.LayerDeclaration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One interface while its layers are added: the declaration's own, or a block's at one place of
 * use.
 */
final class Scope {

  /** What the names of its layers begin with: empty, or {@code stage1.0.}. */
  final String prefix;

  /** The block's name; empty for the declaration's own layers. */
  final String block;

  final List<LayerDeclaration> declared;

  /** What a block has wrong by itself is reported in the block, so at its places of use nothing. */
  final Diagnostics diagnostics;

  /**
   * The layers with this prefix own the parameters of those here; null where they have their own.
   */
  final @Nullable String ownerPrefix;

  /** By the name of a layer the node that holds its value. */
  private final Map<String, Integer> values = new LinkedHashMap<>();

  private @Nullable Integer above;

  Scope(
      String prefix,
      String block,
      List<LayerDeclaration> declared,
      Diagnostics diagnostics,
      @Nullable String ownerPrefix) {
    this.prefix = prefix;
    this.block = block;
    this.declared = List.copyOf(declared);
    this.diagnostics = diagnostics;
    this.ownerPrefix = ownerPrefix;
  }

  boolean isBlock() {
    return !block.isEmpty();
  }

  /** Whether it has no input, which is a mistake of the interface and not of its layers. */
  boolean lacksInput() {
    return declared.stream().allMatch(layer -> layer.valid() && !LayerRules.isInput(layer));
  }

  /** The value of the layer added last, or null if there is none. */
  @Nullable Integer above() {
    return above;
  }

  Map<String, Integer> values() {
    return values;
  }

  void add(String layer, int value) {
    values.put(layer, value);
    above = value;
  }
}
