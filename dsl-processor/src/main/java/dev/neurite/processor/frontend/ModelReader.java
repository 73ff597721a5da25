package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import org.jspecify.annotations.Nullable;

/** Reads one type that carries {@code @Model}. */
public final class ModelReader {

  private static final String LAYER = "dev.neurite.dsl.Layer";

  private final Elements elements;
  private final Set<String> sourceTypes;
  private final Diagnostics diagnostics;
  private final AnnotationReader annotations;
  private boolean unresolved;

  private ModelReader(Elements elements, Set<String> sourceTypes, Diagnostics diagnostics) {
    this.elements = elements;
    this.sourceTypes = sourceTypes;
    this.diagnostics = diagnostics;
    this.annotations = new AnnotationReader(elements);
  }

  /**
   * What was read.
   *
   * @param declaration with what is wrong marked as such
   * @param resolved whether all names in it mean something; if not, the Java compiler reports that
   *     itself and nothing else is to be said
   */
  public record Reading(ModelDeclaration declaration, boolean resolved) {}

  /**
   * Reads a type.
   *
   * @param sourceTypes qualified names of the top-level types that are being compiled and were not
   *     generated here
   */
  public static Reading read(
      TypeElement type, Elements elements, Set<String> sourceTypes, Diagnostics diagnostics) {
    return new ModelReader(elements, sourceTypes, diagnostics).read(type);
  }

  private Reading read(TypeElement type) {
    Position ofType = Position.of(type, -1);
    List<TypeElement> around = enclosing(type);
    String interfaceName =
        around.stream().map(t -> t.getSimpleName().toString()).collect(Collectors.joining("."));
    String prefix = interfaceName.replace('.', '_');
    PackageElement pack = elements.getPackageOf(type);
    AnnotationUse model =
        annotations.ofElement(type, ofType).stream()
            .filter(use -> use.name().equals("Model"))
            .findFirst()
            .orElseGet(() -> new AnnotationUse("Model", ofType, Map.of()));
    Position position = model.position();
    boolean isInterface = type.getKind() == ElementKind.INTERFACE;
    boolean implementable = isInterface;
    if (isInterface) {
      implementable = checkInterface(type, around, position);
    } else {
      diagnostics.report(
          Message.NOT_AN_INTERFACE, model.position(), kind(type), type.getSimpleName());
    }
    String packageName = pack.getQualifiedName().toString();
    List<LayerDeclaration> layers = new ArrayList<>();
    if (isInterface) {
      int place = 0;
      for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
        LayerDeclaration layer = layer(method, Position.of(method, place++));
        if (layer != null) {
          layers.add(layer);
          implementable &= layer.valid();
        }
      }
    }
    ModelDeclaration declaration =
        new ModelDeclaration(
            packageName,
            interfaceName,
            prefix,
            around.stream().allMatch(t -> isPublic(t)),
            implementable,
            position,
            model,
            layers);
    checkGeneratedNames(declaration);
    return new Reading(declaration, !unresolved && annotations.resolved());
  }

  /** The type and those around it, the outermost first. */
  private static List<TypeElement> enclosing(TypeElement type) {
    List<TypeElement> types = new ArrayList<>();
    for (Element e = type; e instanceof TypeElement t; e = e.getEnclosingElement()) {
      types.addFirst(t);
    }
    return types;
  }

  /** A member of an interface is public without saying so. */
  private static boolean isPublic(TypeElement type) {
    return type.getModifiers().contains(Modifier.PUBLIC)
        || (type.getEnclosingElement() instanceof TypeElement outer
            && outer.getKind().isInterface());
  }

  private static String kind(TypeElement type) {
    return switch (type.getKind()) {
      case ENUM -> "enum";
      case RECORD -> "record";
      case ANNOTATION_TYPE -> "annotation interface";
      default -> "class";
    };
  }

  private boolean checkInterface(TypeElement type, List<TypeElement> around, Position position) {
    boolean fine = true;
    String name = type.getSimpleName().toString();
    if (!type.getTypeParameters().isEmpty()) {
      diagnostics.report(Message.GENERIC_MODEL, position, name);
    }
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
    Optional<ExecutableElement> inherited =
        ElementFilter.methodsIn(elements.getAllMembers(type)).stream()
            .filter(method -> method.getModifiers().contains(Modifier.ABSTRACT))
            .filter(method -> !type.equals(method.getEnclosingElement()))
            .findFirst();
    if (inherited.isPresent()) {
      ExecutableElement method = inherited.get();
      diagnostics.report(
          Message.INHERITED_LAYERS,
          position,
          name,
          method.getSimpleName(),
          method.getEnclosingElement() instanceof TypeElement owner ? owner.getSimpleName() : "");
      fine = false;
    }
    return fine;
  }

  private void checkGeneratedNames(ModelDeclaration declaration) {
    declaration.generatedNames().stream()
        .filter(sourceTypes::contains)
        .findFirst()
        .ifPresent(
            name ->
                diagnostics.report(
                    Message.GENERATED_NAME_TAKEN,
                    declaration.position(),
                    declaration.interfaceName(),
                    name.substring(name.lastIndexOf('.') + 1)));
  }

  /** The layer that a method declares, or null if the method is the user's own. */
  private @Nullable LayerDeclaration layer(ExecutableElement method, Position position) {
    Set<Modifier> modifiers = method.getModifiers();
    String name = method.getSimpleName().toString();
    boolean layer = modifiers.contains(Modifier.ABSTRACT);
    boolean inherited =
        !modifiers.contains(Modifier.STATIC) && !modifiers.contains(Modifier.PRIVATE);
    if (inherited && method.getParameters().isEmpty() && ReservedNames.contains(name)) {
      diagnostics.report(Message.RESERVED_NAME, position, name, ReservedNames.owner(name));
      return new LayerDeclaration(name, position, List.of(), false);
    }
    if (!layer) {
      return null;
    }
    boolean valid = checkMethod(method, name, position);
    return new LayerDeclaration(
        name, position, valid ? annotations.ofElement(method, position) : List.of(), valid);
  }

  private boolean checkMethod(ExecutableElement method, String name, Position position) {
    boolean valid = true;
    if (!method.getParameters().isEmpty()) {
      String parameters =
          method.getParameters().stream()
              .map(parameter -> parameter.asType() + " " + parameter.getSimpleName())
              .collect(Collectors.joining(", ", "(", ")"));
      diagnostics.report(Message.LAYER_WITH_PARAMETERS, position, name, parameters);
      valid = false;
    } else if (!method.getTypeParameters().isEmpty()) {
      diagnostics.report(Message.GENERIC_LAYER, position, name);
      valid = false;
    }
    TypeMirror returned = method.getReturnType();
    if (returned.getKind() == TypeKind.ERROR) {
      unresolved = true;
      return false;
    }
    boolean isLayer =
        returned instanceof DeclaredType declared
            && declared.asElement() instanceof TypeElement element
            && element.getQualifiedName().contentEquals(LAYER);
    if (valid && !isLayer) {
      diagnostics.report(Message.LAYER_RETURN_TYPE, position, name, returned);
      valid = false;
    }
    return valid;
  }
}
