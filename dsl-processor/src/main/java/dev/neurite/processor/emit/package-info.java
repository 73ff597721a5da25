/**
 * Kernel programs and calls go in; Java source comes out. The only package that may use JavaPoet.
 */
@NullMarked
package dev.neurite.processor.emit;

import org.jspecify.annotations.NullMarked;
