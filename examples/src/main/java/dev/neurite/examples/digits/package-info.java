/** The main example: a convolutional network that reads handwritten digits. */
@NullMarked
package dev.neurite.examples.digits;

import org.jspecify.annotations.NullMarked;
