/** The compiler: turns a declared network into Java source. */
@NullMarked
package dev.neurite.processor;

import org.jspecify.annotations.NullMarked;
