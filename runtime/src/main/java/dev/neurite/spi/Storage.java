package dev.neurite.spi;

/**
 * Where the values of one tensor lie in a flat array.
 *
 * <p>Seen from outside a tensor is row-major in PyTorch's layout; {@link #index} maps a position
 * there to a position in the flat array. Positions that no value maps to are padding and hold
 * exactly 0.
 */
public sealed interface Storage permits Storage.Panels, Storage.Rows, Storage.ChannelsLast {

  /** Outputs side by side in one panel, the same at every vector width. */
  int PANEL = 16;

  /** The first position in the flat array. */
  int offset();

  /** Positions taken in the flat array, padding included. */
  int length();

  /** Number of values, padding not counted. */
  int size();

  /** The position in the flat array of value {@code i} in row-major order of PyTorch's layout. */
  int index(int i);

  /**
   * Values in row-major order that lie evenly in the flat array: those from a multiple of this on,
   * {@link #step} apart. Divides {@link #size}.
   */
  int run();

  /** Positions in the flat array from one value of a {@link #run} to the next. */
  int step();

  /**
   * Weights and vectors of a layer with {@code groups} x {@code outputs} outputs: for each group
   * panels of 16 outputs, {@code [groups][ceil(outputs / 16)][height][width][channels][16]}.
   * Outside the shape is {@code [groups * outputs, channels, height, width]}: a convolution's
   * kernel as it is, a dense layer that reads a flattened image with that image's channels, height
   * and width, any other dense layer with height and width 1, a bias or another vector with all
   * three 1.
   */
  record Panels(int offset, int groups, int outputs, int channels, int height, int width)
      implements Storage {

    /** Panels of one group. */
    public int panels() {
      return (outputs + PANEL - 1) / PANEL;
    }

    /** Inputs of one output: the length of the sum that one output is. */
    public int inputs() {
      return channels * height * width;
    }

    @Override
    public int length() {
      return groups * panels() * inputs() * PANEL;
    }

    @Override
    public int size() {
      return groups * outputs * inputs();
    }

    @Override
    public int index(int i) {
      int inputs = inputs();
      int output = i / inputs;
      int column = i % inputs;
      int area = height * width;
      int k = (column % area) * channels + column / area;
      int group = output / outputs;
      int within = output % outputs;
      return offset + ((group * panels() + within / PANEL) * inputs + k) * PANEL + within % PANEL;
    }

    @Override
    public int run() {
      int area = height * width;
      return inputs() == 1 ? outputs : area == 1 ? channels : area;
    }

    @Override
    public int step() {
      return inputs() == 1 ? 1 : height * width == 1 ? PANEL : channels * PANEL;
    }
  }

  /**
   * A table of {@code rows} x {@code columns}, each row padded to {@code stride}: the vectors of an
   * embedding.
   */
  record Rows(int offset, int rows, int columns, int stride) implements Storage {

    @Override
    public int length() {
      return rows * stride;
    }

    @Override
    public int size() {
      return rows * columns;
    }

    @Override
    public int index(int i) {
      return offset + i / columns * stride + i % columns;
    }

    @Override
    public int run() {
      return columns;
    }

    @Override
    public int step() {
      return 1;
    }
  }

  /**
   * The weights and vectors of a layer as a GPU reads them, without padding: {@code
   * [outputs][height][width][channels]}. Outside the shape is {@code [outputs, channels, height,
   * width]}; where height and width are 1 the two are the same.
   */
  record ChannelsLast(int offset, int outputs, int channels, int height, int width)
      implements Storage {

    @Override
    public int length() {
      return size();
    }

    @Override
    public int size() {
      return outputs * channels * height * width;
    }

    @Override
    public int index(int i) {
      int area = height * width;
      int inputs = channels * area;
      int column = i % inputs;
      return offset + i - column + column % area * channels + column / area;
    }

    @Override
    public int run() {
      return height * width == 1 ? size() : height * width;
    }

    @Override
    public int step() {
      return height * width == 1 ? 1 : channels;
    }
  }
}
