package dev.neurite.processor.emit;

import dev.neurite.processor.shape.TypedGraph;
import javax.annotation.processing.Filer;
import javax.lang.model.element.Element;

/** Writes the classes of one model. */
public final class ModelWriter {

  /** A writer to this compiler. */
  public ModelWriter(Filer filer, WriterOptions options) {}

  /** Writes the classes of a model that {@code origin} declares. */
  public void write(TypedGraph graph, Element origin) {}
}
