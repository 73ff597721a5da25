/** An autoencoder whose decoder uses the encoder's weights turned around. */
@NullMarked
package dev.neurite.examples.autoencoder;

import org.jspecify.annotations.NullMarked;
