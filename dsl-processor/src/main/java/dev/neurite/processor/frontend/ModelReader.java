package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;

/** Reads one type that carries {@code @Model}. */
public final class ModelReader {

  private final Compilation compilation;
  private final Diagnostics diagnostics;
  private final AnnotationReader annotations;
  private final InterfaceChecks checks;

  private ModelReader(Compilation compilation, Diagnostics diagnostics) {
    this.compilation = compilation;
    this.diagnostics = diagnostics;
    this.annotations = new AnnotationReader(compilation.elements());
    this.checks = new InterfaceChecks("@Model", "a network", compilation.elements(), diagnostics);
  }

  /**
   * What was read.
   *
   * @param declaration with what is wrong marked as such
   * @param blocks that it applies
   * @param resolved whether all names in it mean something; if not, the Java compiler reports that
   *     itself and nothing else is to be said
   */
  public record Reading(ModelDeclaration declaration, Blocks blocks, boolean resolved) {}

  /** Reads a type. */
  public static Reading read(TypeElement type, Compilation compilation, Diagnostics diagnostics) {
    return new ModelReader(compilation, diagnostics).read(type);
  }

  private Reading read(TypeElement type) {
    Position ofType = Position.of(type, -1);
    List<TypeElement> around = InterfaceChecks.enclosing(type);
    String interfaceName = InterfaceChecks.writtenName(type);
    PackageElement pack = compilation.elements().getPackageOf(type);
    List<AnnotationUse> uses = annotations.ofElement(type, ofType);
    AnnotationUse model =
        find(uses, "Model").orElseGet(() -> new AnnotationUse("Model", ofType, Map.of()));
    Position position = model.position();
    boolean isInterface = checks.isInterface(type, position);
    boolean implementable = isInterface && checkInterface(type, around, position);
    find(uses, "Block")
        .ifPresent(
            block ->
                diagnostics.report(
                    Message.MODEL_AND_BLOCK, block.position(), type.getSimpleName()));
    LayerReader reader = new LayerReader(annotations, diagnostics, true);
    List<LayerDeclaration> layers = isInterface ? reader.layers(type) : List.of();
    ModelDeclaration declaration =
        new ModelDeclaration(
            pack.getQualifiedName().toString(),
            interfaceName,
            interfaceName.replace('.', '_'),
            around.stream().allMatch(t -> isPublic(t)),
            implementable && layers.stream().allMatch(LayerDeclaration::valid),
            position,
            model,
            layers);
    checkGeneratedNames(declaration);
    BlockReader.Applied applied = BlockReader.appliedBy(declaration, compilation);
    boolean resolved = reader.resolved() && annotations.resolved() && applied.resolved();
    return new Reading(declaration, applied.blocks(), resolved);
  }

  private static Optional<AnnotationUse> find(List<AnnotationUse> uses, String name) {
    return uses.stream().filter(use -> use.name().equals(name)).findFirst();
  }

  /** A member of an interface is public without saying so. */
  private static boolean isPublic(TypeElement type) {
    return type.getModifiers().contains(Modifier.PUBLIC)
        || (type.getEnclosingElement() instanceof TypeElement outer
            && outer.getKind().isInterface());
  }

  private boolean checkInterface(TypeElement type, List<TypeElement> around, Position position) {
    boolean fine = true;
    String name = type.getSimpleName().toString();
    checks.checkParameters(type, position);
    for (TypeElement outer : around) {
      if (outer.getModifiers().contains(Modifier.PRIVATE)) {
        diagnostics.report(Message.PRIVATE_MODEL, position, name, outer.getSimpleName());
        fine = false;
        break;
      }
    }
    if (type.getModifiers().contains(Modifier.SEALED)) {
      diagnostics.report(Message.SEALED_MODEL, position, name);
      fine = false;
    }
    return checks.declaresAll(type, position) && fine;
  }

  private void checkGeneratedNames(ModelDeclaration declaration) {
    declaration.generatedNames().stream()
        .filter(compilation.taken()::contains)
        .findFirst()
        .ifPresent(
            name ->
                diagnostics.report(
                    Message.GENERATED_NAME_TAKEN,
                    declaration.position(),
                    declaration.interfaceName(),
                    name.substring(name.lastIndexOf('.') + 1)));
  }
}
