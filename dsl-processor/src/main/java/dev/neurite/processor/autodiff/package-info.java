/**
 * The arranged graph goes in; the steps of the forward and the backward pass come out, with what
 * must be kept between them.
 */
@NullMarked
package dev.neurite.processor.autodiff;

import org.jspecify.annotations.NullMarked;
