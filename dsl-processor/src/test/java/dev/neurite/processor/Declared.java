package dev.neurite.processor;

import dev.neurite.processor.diagnostic.Position;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.AnnotationUse.Argument;
import dev.neurite.processor.frontend.LayerDeclaration;
import dev.neurite.processor.frontend.ModelDeclaration;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes declarations without a compiler. */
public final class Declared {

  private Declared() {}

  /** A model named Net. */
  public static ModelDeclaration model(LayerDeclaration... layers) {
    AnnotationUse model = annotation("Model", Map.of(), Position.at(-1, 0));
    return new ModelDeclaration(
        "", "Net", "Net", true, true, Position.at(-1), model, List.of(layers));
  }

  /** A layer with these annotations. */
  public static LayerDeclaration layer(String name, AnnotationUse... annotations) {
    return new LayerDeclaration(name, Position.at(0), List.of(annotations), true);
  }

  /**
   * An annotation with these attributes, arrays as {@code int[]} or {@code String[]}; others have
   * their defaults.
   */
  public static AnnotationUse use(String name, Object... attributes) {
    Map<String, Object> written = new HashMap<>();
    for (int i = 0; i < attributes.length; i += 2) {
      written.put((String) attributes[i], attributes[i + 1]);
    }
    return annotation(name, written, Position.at(0, 0));
  }

  private static AnnotationUse annotation(
      String name, Map<String, Object> written, Position position) {
    try {
      Map<String, Argument> arguments = new HashMap<>();
      for (Method attribute : Class.forName("dev.neurite.dsl." + name).getDeclaredMethods()) {
        Object value = written.getOrDefault(attribute.getName(), attribute.getDefaultValue());
        arguments.put(
            attribute.getName(),
            new Argument(
                read(value), written.containsKey(attribute.getName()), position, List.of()));
      }
      return new AnnotationUse(name, position, arguments);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object read(Object value) {
    if (value.getClass().isArray()) {
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) {
        items.add(Array.get(value, i));
      }
      return List.copyOf(items);
    }
    return value instanceof Enum<?> constant ? constant.name() : value;
  }
}
