package dev.neurite.processor.memory;

import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers that a convolution's loops are made of.
 *
 * @param conv the declared operation
 * @param channels of the input
 * @param height of the input
 * @param width of the input
 * @param outHeight of the output
 * @param outWidth of the output
 */
public record ConvGeometry(
    Operation.Conv2D conv, int channels, int height, int width, int outHeight, int outWidth) {

  public static ConvGeometry of(Operation.Conv2D conv, TensorType input, TensorType output) {
    return new ConvGeometry(
        conv,
        input.shape().get(0),
        input.shape().get(1),
        input.shape().get(2),
        output.shape().get(1),
        output.shape().get(2));
  }

  public int groups() {
    return conv.groups();
  }

  /** Input channels of one group. */
  public int groupChannels() {
    return channels / groups();
  }

  public int filters() {
    return conv.filters();
  }

  /** Filters of one group. */
  public int groupFilters() {
    return filters() / groups();
  }

  public boolean isPadded() {
    return !conv.padding().isZero();
  }

  /** Height of the input with its border. */
  public int paddedHeight() {
    return height + conv.padding().top() + conv.padding().bottom();
  }

  /** Width of the input with its border. */
  public int paddedWidth() {
    return width + conv.padding().left() + conv.padding().right();
  }

  public int paddedSize() {
    return Math.multiplyExact(Math.multiplyExact(paddedHeight(), paddedWidth()), channels);
  }

  /** Rows of the kernel. */
  public int kernelHeight() {
    return conv.kernel().height();
  }

  /** Positions of the kernel. */
  public int taps() {
    return conv.kernel().height() * conv.kernel().width();
  }

  /** Inputs of one output. */
  public int inputs() {
    return taps() * groupChannels();
  }

  /** Whether a kernel row reads neighbouring values, so that it is one run. */
  public boolean hasWholeRows() {
    return groups() == 1 && conv.dilation().width() == 1;
  }

  /** Runs of neighbouring inputs in one kernel row. */
  public int runs() {
    return hasWholeRows() ? 1 : conv.kernel().width();
  }

  /** Neighbouring inputs in one run. */
  public int depth() {
    return hasWholeRows() ? conv.kernel().width() * channels : groupChannels();
  }

  /** Whether each output pixel reads one input pixel and all pixels follow each other. */
  public boolean isPointwise() {
    return taps() == 1
        && groups() == 1
        && conv.stride().height() == 1
        && conv.stride().width() == 1
        && !isPadded();
  }

  /** Floats of the turned weights of one group: inputs become panels, filters inputs. */
  public int turnedGroupLength() {
    return (groupChannels() + 15) / 16 * 16 * taps() * groupFilters();
  }

  private int reachHeight() {
    return (conv.kernel().height() - 1) * conv.dilation().height();
  }

  private int reachWidth() {
    return (conv.kernel().width() - 1) * conv.dilation().width();
  }

  /** Rows of zeros above the spread output gradient. */
  public int spreadTop() {
    return Math.max(0, reachHeight() - conv.padding().top());
  }

  /** Columns of zeros left of the spread output gradient. */
  public int spreadLeft() {
    return Math.max(0, reachWidth() - conv.padding().left());
  }

  /** The first row of the spread output gradient that the input gradient reads. */
  public int spreadSkipRows() {
    return Math.max(0, conv.padding().top() - reachHeight());
  }

  /** The first column of the spread output gradient that the input gradient reads. */
  public int spreadSkipColumns() {
    return Math.max(0, conv.padding().left() - reachWidth());
  }

  public int spreadHeight() {
    return Math.max(
        spreadTop() + (outHeight - 1) * conv.stride().height() + 1,
        spreadSkipRows() + height + reachHeight());
  }

  public int spreadWidth() {
    return Math.max(
        spreadLeft() + (outWidth - 1) * conv.stride().width() + 1,
        spreadSkipColumns() + width + reachWidth());
  }

  public int spreadSize() {
    return Math.multiplyExact(Math.multiplyExact(spreadHeight(), spreadWidth()), filters());
  }

  /**
   * The kernel rows from which on the input gradient of row y reads an output gradient, minus y:
   * before them it reads rows of zeros.
   */
  public int firstSpreadRow() {
    return spreadTop() - spreadSkipRows();
  }

  /** The kernel row from which on the input gradient of row y reads zeros again, minus y. */
  public int endSpreadRow() {
    return firstSpreadRow() + outHeight;
  }

  /** Whether rows of zeros can be left out: each row of the input gradient reads some others. */
  public boolean skipsZeroRows() {
    int kernel = conv.kernel().height();
    boolean neighbours = conv.stride().height() == 1 && conv.dilation().height() == 1;
    boolean some = firstSpreadRow() > 0 || endSpreadRow() - (height - 1) < kernel;
    return neighbours && some && firstSpreadRow() < kernel && endSpreadRow() > height - 1;
  }

  /**
   * Neighbouring columns of the input gradient, and the columns of the kernel with which some of
   * them read an output gradient: with the others all read zeros.
   *
   * @param from the first column
   * @param to the one after the last
   * @param first the first column of the kernel
   * @param end the one after the last
   */
  public record SpreadColumns(int from, int to, int first, int end) {}

  /**
   * The columns of the input gradient in groups of {@code together} or several times as many; all
   * of them with the whole kernel where that is as good.
   */
  public List<SpreadColumns> spreadColumns(int together) {
    int kernel = conv.kernel().width();
    boolean neighbours = conv.stride().width() == 1 && conv.dilation().width() == 1;
    int left = spreadLeft() - spreadSkipColumns();
    List<SpreadColumns> groups = new ArrayList<>();
    for (int from = 0; neighbours && width % together == 0 && from < width; from += together) {
      int to = from + together;
      int first = Math.max(0, left - (to - 1));
      int end = Math.min(kernel, left + outWidth - from);
      if (first >= end) {
        return List.of(new SpreadColumns(0, width, 0, kernel));
      }
      SpreadColumns last = groups.isEmpty() ? null : groups.getLast();
      if (last != null && last.first() == first && last.end() == end) {
        groups.set(groups.size() - 1, new SpreadColumns(last.from(), to, first, end));
      } else {
        groups.add(new SpreadColumns(from, to, first, end));
      }
    }
    // More parts than a beginning, a middle and an end are of kernels with many columns.
    return groups.isEmpty() || groups.size() > 3
        ? List.of(new SpreadColumns(0, width, 0, kernel))
        : groups;
  }

  /** Whether the output gradient is its own spread form. */
  public boolean spreadsToItself() {
    return spreadTop() == 0
        && spreadLeft() == 0
        && spreadHeight() == outHeight
        && spreadWidth() == outWidth
        && conv.stride().height() == 1
        && conv.stride().width() == 1;
  }
}
