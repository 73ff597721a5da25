/** Training: the trainer, its reports, and what generated models implement. */
@NullMarked
package dev.neurite;

import org.jspecify.annotations.NullMarked;
