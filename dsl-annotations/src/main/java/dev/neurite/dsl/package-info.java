/** The declaration language: the annotations a network is declared with. */
@NullMarked
package dev.neurite.dsl;

import org.jspecify.annotations.NullMarked;
