package dev.neurite.processor.emit;

/**
 * What the user asks of the generated source by {@code -Aneurite...}.
 *
 * @param doublePrecision whether kernels compute in double, for tests ({@code
 *     -Aneurite.precision=double})
 * @param summary whether the layer table of each model is printed while compiling ({@code
 *     -Aneurite.summary=true})
 */
public record WriterOptions(boolean doublePrecision, boolean summary) {}
