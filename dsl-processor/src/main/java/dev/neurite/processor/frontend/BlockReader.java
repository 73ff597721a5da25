package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Diagnostic;
import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.TypeElement;

/** Reads types that carry {@code @Block}. */
public final class BlockReader {

  private final Compilation compilation;
  private final Map<String, BlockDeclaration> blocks = new HashMap<>();
  private boolean resolved = true;

  private BlockReader(Compilation compilation) {
    this.compilation = compilation;
  }

  /**
   * The blocks that a declaration applies, and those that these apply.
   *
   * @param resolved whether all names in them mean something to the Java compiler
   */
  public record Applied(Blocks blocks, boolean resolved) {}

  /**
   * One block by itself.
   *
   * @param declaration with what is wrong marked as such
   * @param applied the blocks it applies, itself among them
   */
  public record Reading(BlockDeclaration declaration, Applied applied) {}

  /** Reads a block by itself, reporting what the interface has wrong. */
  public static Reading read(TypeElement type, Compilation compilation, Diagnostics diagnostics) {
    BlockReader reader = new BlockReader(compilation);
    BlockDeclaration declaration = reader.block(type, diagnostics);
    reader.blocks.put(declaration.qualifiedName(), declaration);
    reader.follow(declaration);
    return new Reading(declaration, reader.applied());
  }

  /** Reads all blocks that a declaration applies, reporting nothing. */
  static Applied appliedBy(Declaration declaration, Compilation compilation) {
    BlockReader reader = new BlockReader(compilation);
    reader.follow(declaration);
    return reader.applied();
  }

  private Applied applied() {
    return new Applied(new Blocks(blocks), resolved);
  }

  private void follow(Declaration declaration) {
    for (String name : Blocks.appliedBy(declaration)) {
      TypeElement type =
          blocks.containsKey(name) ? null : compilation.elements().getTypeElement(name);
      if (type != null && isBlock(type)) {
        BlockDeclaration block = block(type, new Diagnostics());
        blocks.put(name, block);
        follow(block);
      }
    }
  }

  private static boolean isBlock(TypeElement type) {
    return type.getAnnotationMirrors().stream()
        .anyMatch(
            mirror ->
                mirror.getAnnotationType().asElement() instanceof TypeElement annotation
                    && annotation.getQualifiedName().contentEquals("dev.neurite.dsl.Block"));
  }

  private BlockDeclaration block(TypeElement type, Diagnostics diagnostics) {
    AnnotationReader annotations = new AnnotationReader(compilation.elements());
    Position ofType = Position.of(type, -1);
    Position position =
        annotations.ofElement(type, ofType).stream()
            .filter(use -> use.name().equals("Block"))
            .findFirst()
            .map(AnnotationUse::position)
            .orElse(ofType);
    InterfaceChecks checks =
        new InterfaceChecks("@Block", "a block", compilation.elements(), diagnostics);
    LayerReader reader = new LayerReader(annotations, diagnostics, false);
    List<LayerDeclaration> layers = List.of();
    if (checks.isInterface(type, position)) {
      checks.checkParameters(type, position);
      checks.declaresAll(type, position);
      layers = reader.layers(type);
    }
    resolved &= reader.resolved() && annotations.resolved();
    Optional<String> mistake =
        diagnostics.inSourceOrder().stream()
            .filter(diagnostic -> diagnostic.message().isError())
            .findFirst()
            .map(Diagnostic::text);
    return new BlockDeclaration(
        type.getQualifiedName().toString(),
        InterfaceChecks.writtenName(type),
        position,
        compilation.isSource(type),
        mistake,
        layers);
  }
}
