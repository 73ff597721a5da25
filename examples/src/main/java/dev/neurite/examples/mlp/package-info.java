/** Three dense layers read digits or clothes. */
@NullMarked
package dev.neurite.examples.mlp;

import org.jspecify.annotations.NullMarked;
