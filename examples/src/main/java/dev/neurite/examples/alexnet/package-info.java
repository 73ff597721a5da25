/** AlexNet at full size: what it costs. */
@NullMarked
package dev.neurite.examples.alexnet;

import org.jspecify.annotations.NullMarked;
