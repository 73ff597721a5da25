package dev.neurite.processor.frontend;

import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;

/**
 * What a declaration is read in.
 *
 * @param elements of the Java compiler
 * @param sourceTypes qualified names of the top-level types that are being compiled and were not
 *     generated here
 * @param taken qualified names that generated classes cannot have
 */
public record Compilation(Elements elements, Set<String> sourceTypes, Set<String> taken) {

  /** A compilation with unmodifiable sets. */
  public Compilation {
    sourceTypes = Set.copyOf(sourceTypes);
    taken = Set.copyOf(taken);
  }

  /** Whether a class can be named in the module of a type. */
  public boolean sees(TypeElement from, String qualifiedName) {
    return elements.getTypeElement(elements.getModuleOf(from), qualifiedName) != null;
  }

  /** Whether a type is being compiled; else it comes from a class file. */
  boolean isSource(TypeElement type) {
    TypeElement outermost = type;
    for (Element e = type; e instanceof TypeElement outer; e = e.getEnclosingElement()) {
      outermost = outer;
    }
    return sourceTypes.contains(outermost.getQualifiedName().toString());
  }
}
