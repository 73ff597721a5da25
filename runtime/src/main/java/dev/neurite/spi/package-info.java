/**
 * The border between the runtime and generated code: descriptions, storage and the stages of a
 * training pass.
 */
@NullMarked
package dev.neurite.spi;

import org.jspecify.annotations.NullMarked;
