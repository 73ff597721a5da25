/** Networks of parts that are declared once and applied several times. */
@NullMarked
package dev.neurite.examples.blocks;

import org.jspecify.annotations.NullMarked;
