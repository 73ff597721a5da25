/** Inference in an application: generated code and the JDK, nothing else. */
@NullMarked
package dev.neurite.examples.embed;

import org.jspecify.annotations.NullMarked;
