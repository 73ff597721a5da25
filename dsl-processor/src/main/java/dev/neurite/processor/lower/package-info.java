/** Steps and layout go in; kernel programs and the layers' calls of them come out. */
@NullMarked
package dev.neurite.processor.lower;

import org.jspecify.annotations.NullMarked;
