package dev.neurite.processor.emit;

/**
 * What the user asks of the generated source.
 *
 * @param doublePrecision whether kernels compute in double, for tests ({@code
 *     -Aneurite.precision=double})
 * @param vectors whether the model's module can name the Vector API; if not, there are scalar
 *     kernels only
 * @param generated whether it can name {@code javax.annotation.processing.Generated}
 * @param cuda whether a class for a GPU is wanted too ({@code @Model(cuda = true)}, {@code
 *     -Aneurite.cuda=true})
 * @param winograd whether convolutions may be computed by Winograd's minimal filtering; not with
 *     {@code -Aneurite.winograd=false}
 */
public record WriterOptions(
    boolean doublePrecision, boolean vectors, boolean generated, boolean cuda, boolean winograd) {}
