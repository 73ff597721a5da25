package dev.neurite.processor.emit;

/**
 * What the user asks of the generated source.
 *
 * @param doublePrecision whether kernels compute in double, for tests ({@code
 *     -Aneurite.precision=double})
 */
public record WriterOptions(boolean doublePrecision) {}
