/** Reading and writing of weight files. */
@NullMarked
package dev.neurite.io;

import org.jspecify.annotations.NullMarked;
