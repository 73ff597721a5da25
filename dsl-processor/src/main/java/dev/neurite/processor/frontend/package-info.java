/**
 * Reads an annotated interface: elements of {@code javax.lang.model} enter, an immutable {@link
 * dev.neurite.processor.frontend.ModelDeclaration} with source positions leaves.
 *
 * <p>Checks what a Java interface must be to declare a network at all; what the annotations say is
 * judged by {@code graph} and {@code shape}.
 */
@NullMarked
package dev.neurite.processor.frontend;

import org.jspecify.annotations.NullMarked;
