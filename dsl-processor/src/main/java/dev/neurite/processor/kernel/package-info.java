/**
 * Kernel programs: loops over lanes, sums in a fixed order, and register-tiled contractions, with
 * no word of how many lanes there are. Each is written out twice by {@code emit}, with vectors and
 * as scalar code, and gives the same bits.
 */
@NullMarked
package dev.neurite.processor.kernel;

import org.jspecify.annotations.NullMarked;
