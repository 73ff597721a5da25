/**
 * Weight files: safetensors, both ways.
 *
 * <p>Bytes enter and named tensors leave ({@link dev.neurite.io.SafeTensors}), and the other way
 * round; named tensors enter and a network's flat arrays leave ({@link
 * dev.neurite.io.WeightFiles}). Nothing a file says is believed before it is checked against the
 * file's length, and files are replaced as a whole or not at all. Knows descriptions and storage of
 * {@code dev.neurite.spi}, no model, no training.
 */
@NullMarked
package dev.neurite.io;

import org.jspecify.annotations.NullMarked;
