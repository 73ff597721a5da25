package dev.neurite.processor.cuda;

/**
 * Into how many parts a sum over a matrix's rows is split: one for each {@code least} rows, at most
 * {@code most}. It depends on the batch's rows alone, so that sums are the same bits each time.
 *
 * @param perRow rows of the matrix for each row of the batch
 * @param least rows that are worth a part
 * @param most parts
 */
public record Parts(long perRow, int least, int most) {}
