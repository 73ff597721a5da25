/** Metrics of a model's predictions. */
@NullMarked
package dev.neurite.metric;

import org.jspecify.annotations.NullMarked;
