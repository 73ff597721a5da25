package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Position;
import dev.neurite.processor.frontend.AnnotationUse.Argument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.SimpleAnnotationValueVisitor14;
import org.jspecify.annotations.Nullable;

/** Reads the annotations of the declaration language on one element, leaving others alone. */
final class AnnotationReader {

  private static final String LANGUAGE = "dev.neurite.dsl";

  private final Elements elements;
  private boolean resolved = true;

  AnnotationReader(Elements elements) {
    this.elements = elements;
  }

  /** A reader of its own, for elements that are no part of the declaration. */
  AnnotationReader apart() {
    return new AnnotationReader(elements);
  }

  /** Whether every annotation and value read so far means something to the Java compiler. */
  boolean resolved() {
    return resolved;
  }

  /** The annotations of the language in the order written. */
  List<AnnotationUse> ofElement(Element element, Position position) {
    List<AnnotationUse> uses = new ArrayList<>();
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      if (mirror.getAnnotationType().getKind() == TypeKind.ERROR) {
        resolved = false;
        continue;
      }
      TypeElement type = (TypeElement) mirror.getAnnotationType().asElement();
      if (elements.getPackageOf(type).getQualifiedName().contentEquals(LANGUAGE)) {
        read(mirror, type, position.annotation(mirror, uses.size()), uses);
      }
    }
    return uses;
  }

  private void read(
      AnnotationMirror mirror, TypeElement type, Position position, List<AnnotationUse> uses) {
    Map<? extends ExecutableElement, ? extends AnnotationValue> written = mirror.getElementValues();
    List<? extends ExecutableElement> order = List.copyOf(written.keySet());
    Map<String, Argument> arguments = new HashMap<>();
    for (ExecutableElement attribute : ElementFilter.methodsIn(type.getEnclosedElements())) {
      AnnotationValue value = written.get(attribute);
      boolean isWritten = value != null;
      if (value == null) {
        value = attribute.getDefaultValue();
      }
      Object read = value == null ? null : read(value, attribute.getReturnType());
      if (value == null || read == null) {
        resolved = false;
        return;
      }
      Position place = isWritten ? position.value(value, order.indexOf(attribute)) : position;
      arguments.put(
          attribute.getSimpleName().toString(),
          new Argument(read, isWritten, place, isWritten ? items(value, place) : List.of()));
    }
    uses.add(new AnnotationUse(type.getSimpleName().toString(), position, arguments));
  }

  private static List<Position> items(AnnotationValue value, Position position) {
    List<Position> items = new ArrayList<>();
    if (value.getValue() instanceof List<?> list && list.size() > 1) {
      for (Object item : list) {
        items.add(position.value((AnnotationValue) item, items.size()));
      }
    }
    return items;
  }

  /**
   * The value as a number, flag, string, name of a constant or class, or list of those.
   *
   * @return null if the Java compiler could not make a value of what is written; it says so itself
   */
  private static @Nullable Object read(AnnotationValue value, TypeMirror expected) {
    Object read = value.accept(new Reader(), null);
    if (read == null || (read instanceof List<?> list && list.contains(Reader.UNREADABLE))) {
      return null;
    }
    boolean fits =
        switch (expected.getKind()) {
          case INT -> read instanceof Integer;
          case LONG -> read instanceof Long;
          case DOUBLE -> read instanceof Double;
          case BOOLEAN -> read instanceof Boolean;
          case ARRAY -> read instanceof List<?>;
          default -> read instanceof String;
        };
    return fits ? read : null;
  }

  /** Takes a value apart. */
  private static final class Reader
      extends SimpleAnnotationValueVisitor14<@Nullable Object, @Nullable Void> {

    /** Stands in a list for an item that could not be read. */
    private static final Object UNREADABLE = new Object();

    @Override
    protected Object defaultAction(Object value, @Nullable Void unused) {
      return value;
    }

    /** Both compilers put this text in the place of a constant they cannot find. */
    @Override
    public @Nullable Object visitString(String value, @Nullable Void unused) {
      return value.equals("<error>") ? null : value;
    }

    @Override
    public Object visitEnumConstant(VariableElement constant, @Nullable Void unused) {
      return constant.getSimpleName().toString();
    }

    /** The qualified name; null for a class that the Java compiler does not know. */
    @Override
    public @Nullable Object visitType(TypeMirror type, @Nullable Void unused) {
      return switch (type.getKind()) {
        case DECLARED ->
            type instanceof DeclaredType declared
                    && declared.asElement() instanceof TypeElement element
                ? element.getQualifiedName().toString()
                : null;
        case ERROR -> null;
        default -> type.toString();
      };
    }

    @Override
    public Object visitArray(List<? extends AnnotationValue> values, @Nullable Void unused) {
      List<Object> items = new ArrayList<>();
      for (AnnotationValue value : values) {
        Object item = value.accept(this, null);
        items.add(item == null ? UNREADABLE : item);
      }
      return List.copyOf(items);
    }
  }
}
