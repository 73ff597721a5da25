/** Datasets, their loaders, and their preparation. */
@NullMarked
package dev.neurite.data;

import org.jspecify.annotations.NullMarked;
