/**
 * What the user is told: facts from {@code frontend}, {@code graph} and {@code shape} enter,
 * messages at annotation values leave.
 *
 * <p>Together with {@code frontend} the only station that knows {@code javax.lang.model}; a {@link
 * dev.neurite.processor.diagnostic.Position} hides it from the others.
 */
@NullMarked
package dev.neurite.processor.diagnostic;

import org.jspecify.annotations.NullMarked;
