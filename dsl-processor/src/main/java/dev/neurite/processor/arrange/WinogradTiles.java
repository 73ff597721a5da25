package dev.neurite.processor.arrange;

import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TensorType;

/**
 * How an image is cut into tiles where a convolution of 3 x 3 is computed by Winograd's minimal
 * filtering, F(4 x 4, 3 x 3): a tile of 4 x 4 outputs comes from 6 x 6 inputs and weights, each
 * transformed, with 36 multiplications for each pair of channels instead of 144 (A. Lavin and S.
 * Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016). Where the sides are no
 * multiple of four, the last tiles lie over their neighbours and compute some outputs again.
 *
 * @param height of the result
 * @param width of the result
 * @param channels of what is read
 * @param filters channels of the result
 */
public record WinogradTiles(int height, int width, int channels, int filters) {

  /** Outputs on a tile's side. */
  public static final int SIDE = 4;

  /** Rows of places in a transformed tile, and places in a row. */
  public static final int ROWS = 6;

  /** Places of a transformed tile, each with a product of its own. */
  public static final int PLACES = ROWS * ROWS;

  /** Channels and filters from which on the products pay for the transforms. */
  private static final int MANY_CHANNELS = 32;

  /** Tiles that share the weights read for them: fewer do not pay. */
  private static final int FEWEST_TILES = 9;

  /** Transformed weights that a second-level cache holds beside an image: 1 MiB. */
  private static final int MOST_WEIGHTS = 256 * 1024;

  /** Two tiles of six rows of a product. */
  private static final int TILES_AT_ONCE = 12;

  /** Steps that pay for the reading and writing of sums where weight gradients are summed. */
  private static final int TILES_OF_GRADIENTS = 36;

  /** Apart from a power of two, so that neighbours do not share the sets of a cache. */
  private static final int GAP = 16;

  /** The tiles of a convolution's outputs. */
  static WinogradTiles ofOutput(TensorType input, TensorType output) {
    return new WinogradTiles(
        output.shape().get(1), output.shape().get(2), input.shape().get(0), output.shape().get(0));
  }

  /** The tiles of its input gradient: the same with the outputs' gradients read. */
  static WinogradTiles ofInputGradient(TensorType input, TensorType output) {
    return new WinogradTiles(
        input.shape().get(1), input.shape().get(2), output.shape().get(0), input.shape().get(0));
  }

  /** Whether a convolution is one of those that gain by it: many channels, but no large weights. */
  static boolean suits(Operation.Conv2D conv, TensorType input, TensorType output) {
    return conv.kernel().height() == 3
        && conv.kernel().width() == 3
        && conv.stride().height() == 1
        && conv.stride().width() == 1
        && conv.dilation().height() == 1
        && conv.dilation().width() == 1
        && conv.groups() == 1
        && ofOutput(input, output).pays()
        && ofInputGradient(input, output).pays();
  }

  private boolean pays() {
    return channels % 16 == 0
        && filters % 16 == 0
        && channels >= MANY_CHANNELS
        && filters >= MANY_CHANNELS
        && (long) PLACES * channels * filters <= MOST_WEIGHTS
        && Math.min(height, width) >= SIDE
        && down() * across() >= FEWEST_TILES;
  }

  /** Rows of tiles. */
  public int down() {
    return (height + SIDE - 1) / SIDE;
  }

  /** Tiles of a row. */
  public int across() {
    return (width + SIDE - 1) / SIDE;
  }

  /** Rows of tiles that are transformed together. */
  public int rowsAtOnce() {
    return Math.min(down(), (TILES_AT_ONCE + across() - 1) / across());
  }

  /** Tiles that are transformed together. */
  public int tilesAtOnce() {
    return rowsAtOnce() * across();
  }

  /** Floats from one transformed tile of what is read to the next. */
  public int readStep() {
    return PLACES * channels + GAP;
  }

  /** Floats from one transformed tile of the result to the next. */
  public int resultStep() {
    return PLACES * filters + GAP;
  }

  /** Floats of the transformed tiles that are read together. */
  public int readLength() {
    return tilesAtOnce() * readStep();
  }

  /** Floats of all that is transformed together: what is read, then the results. */
  public int length() {
    return Math.addExact(readLength(), tilesAtOnce() * resultStep());
  }

  /**
   * Whether no tile lies over another, so that the gradients of the weights are sums over tiles
   * too.
   */
  boolean areApart() {
    return height % SIDE == 0 && width % SIDE == 0;
  }

  /** Rows of tiles that are transformed together for the gradients of the weights. */
  public int gradientRowsAtOnce() {
    return Math.min(down(), (TILES_OF_GRADIENTS + across() - 1) / across());
  }

  /** Floats of the transformed tiles that are read together for them. */
  public int gradientReadLength() {
    return gradientRowsAtOnce() * across() * readStep();
  }

  /** Floats of these and of the transformed tiles of gradients. */
  public int gradientLength() {
    return Math.addExact(gradientReadLength(), gradientRowsAtOnce() * across() * resultStep());
  }

  /** Floats from the transformed weights of one place to those of the next. */
  public int weightStep() {
    return channels * filters + GAP;
  }

  /** Floats of the transformed weights. */
  public int weightLength() {
    return PLACES * weightStep();
  }
}
