/**
 * Generated classes against their references: PyTorch's numbers, the scalar twin, the double twin,
 * and what the class files may hold.
 */
@NullMarked
package dev.neurite.processor.generated;

import org.jspecify.annotations.NullMarked;
