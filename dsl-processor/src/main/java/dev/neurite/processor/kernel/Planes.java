package dev.neurite.processor.kernel;

import dev.neurite.processor.kernel.Contraction.Loop;
import dev.neurite.processor.kernel.Contraction.Operands;
import dev.neurite.processor.kernel.Contraction.Tile;
import java.util.List;

/**
 * Kernels on one image whose channels lie one after another. One loop of a tile runs through all
 * positions of a convolution's kernel, and the channels of a position are written out: loops over
 * its rows and columns would each check the bounds of every channel and pixel when they begin.
 */
public final class Planes {

  /** The numbers of the network that stand in tiles of neighbouring pixels. */
  public static final List<String> NUMBERS = List.of("taps", "kernelWidth", "jump", "plane", "ldc");

  /** The same for tiles whose vectors hold filters. */
  public static final List<String> NUMBERS_OF_PANEL =
      List.of("m", "taps", "kernelWidth", "jump", "plane", "rowJump", "lda", "ldc");

  /** Pixels of a tile of one vector. */
  private static final int MOST_PIXELS = 16;

  /** Two vectors by up to six filters are 12 accumulators: as many as sixteen registers hold. */
  private static final int VECTORS = 2;

  private Planes() {}

  /**
   * Convolutions with neighbouring pixels of a row in the lanes, sixteen or more: rows are filters,
   * weights in one panel.
   */
  public static Kernel convolution(int filters, int channels) {
    int rows = Lanes.rows(filters);
    String name = "pixels" + (channels == 1 ? "" : "Of" + channels + "By");
    return new Kernel(
        name + rows,
        "Convolutions of {@code rows} rows of an image, pixels in the lanes: c[i][j] = b[i] + sum of a[k][i] w[j][k] over {@code taps} positions of the kernel"
            + (channels == 1 ? "" : " and " + channels + " channels")
            + ", in this order, for filters i and pixels j, 16 or more.",
        Kernel.parameters(
            "int m, int rows, int rowStep, int taps, int kernelWidth, int jump, "
                + (channels == 1 ? "" : "int plane, ")
                + "real[] a, int ao, real[] w, int wo, int n, real[] b, int bo, real[] c, int co, int ldc"),
        List.of(
            new Stmt.Contract(
                new Contraction(
                    name,
                    List.of(
                        new Loop(
                            "tap",
                            "taps",
                            "",
                            "",
                            IndexText.product("tap", Integer.toString(16 * channels)),
                            "tap + tap / kernelWidth * jump"),
                        new Loop("channel", Integer.toString(channels), "16", "plane")),
                    new Contraction.Rows("1"),
                    Operands.PIXELS,
                    new Tile(rows, VECTORS),
                    new Tile(rows, VECTORS),
                    false,
                    filters % rows != 0,
                    Contraction.Columns.EVEN,
                    false,
                    Contraction.Steps.OF_THE_NEST,
                    true))));
  }

  /** Whether a call of {@link #panelBy} can take all rows of an image. */
  public static boolean takesImages(int width, int height, int channels) {
    return isEven(width, rowsOfTile(width, height, channels), channels);
  }

  /** Rows of results in a tile: some where one has at most half as many pixels as it has sums. */
  private static int rowsOfTile(int width, int height, int channels) {
    int rows = Math.max(1, MOST_PIXELS / width);
    return height % rows == 0 && isEven(width, rows, channels) ? rows : 1;
  }

  /** Whether each tile of some rows ends with a row or lies within one. */
  private static boolean isEven(int width, int rows, int channels) {
    int pixels = rows * width;
    int part = part(pixels, channels);
    int single = Products.singlesInPanel(pixels, part, true);
    return (single == pixels || width % single == 0)
        && width % Products.pairsInPanel(pixels, part, true) == 0;
  }

  /** The most channels that a tile of so many pixels writes out, a divisor of all. */
  private static int part(int pixels, int channels) {
    for (int part = channels; part > 1; part--) {
      boolean whole = Products.singlesInPanel(pixels, part, true) >= Math.min(MOST_PIXELS, pixels);
      if (channels % part == 0 && whole) {
        return part;
      }
    }
    return 1;
  }

  /**
   * Convolutions of at most sixteen filters, which one vector holds where it has sixteen lanes;
   * results lie channels last. Whole vectors are stored.
   *
   * @param width of a row of results
   * @param rows of results that a call takes: one, or all that there are
   */
  public static Kernel panelBy(int width, int rows, int channels) {
    int together = width * rowsOfTile(width, rows, channels);
    int part = part(together, channels);
    int parts = channels / part;
    String name = "panelOf" + channels + (parts == 1 ? "" : "In" + parts);
    String pixels =
        parts == 1
            ? "tap + tap / kernelWidth * jump"
            : "tap / %d + tap / (%d * kernelWidth) * jump + tap %% %d * (%d * plane)"
                .formatted(parts, parts, parts, part);
    return new Kernel(
        rows == 1 ? name : name + "RowsOf" + width,
        "Convolutions: c[i][j] = b[j] + sum of a[i][k] w[k][j] over {@code taps} positions of the kernel and "
            + channels
            + " channels k, in this order; weights w in one panel of 16 columns."
            + (rows == 1 ? "" : " Pixels are those of rows of " + width + ".")
            + " Stores whole vectors: behind less than 16 columns c has room for 15 numbers.",
        Kernel.parameters(
            "int m, int taps, int kernelWidth, int jump, int plane, "
                + (rows == 1 ? "" : "int rowJump, ")
                + "real[] a, int ao, int lda, real[] w, int wo, int n, real[] b, int bo, real[] c, int co, int ldc"),
        List.of(
            new Stmt.Contract(
                Products.inPanel(
                    name,
                    List.of(
                        new Loop(
                            "tap",
                            IndexText.product("taps", Integer.toString(parts)),
                            "",
                            "",
                            pixels,
                            IndexText.product("tap", Integer.toString(16 * part))),
                        new Loop("channel", Integer.toString(part), "plane", "16")),
                    rows == 1
                        ? new Contraction.Rows("lda")
                        : new Contraction.Rows("lda", width, "rowJump"),
                    width * rows,
                    together,
                    part,
                    true))));
  }

  /** The largest values of windows of 2 x 2 that lie side by side. */
  public static Kernel maxPool2() {
    return new Kernel(
        "maxPool2Planes",
        "y = the largest value of each 2 x 2 window of each channel. Reads and stores whole vectors: x and y have room for 16 numbers behind"
            + " their last.",
        Kernel.parameters(
            "int channels, int height, int width, int outHeight, int outWidth, real[] x, int xo, real[] y, int yo"),
        List.of(
            new Stmt.For(
                "channel",
                "0",
                "channels",
                1,
                List.of(
                    new Stmt.For(
                        "row",
                        "0",
                        "outHeight",
                        1,
                        List.of(
                            new Stmt.Int("out", "(channel * outHeight + row) * outWidth"),
                            new Stmt.Int("upper", "(channel * height + row * 2) * width"),
                            new Stmt.MaxPairs(
                                "outWidth",
                                "x",
                                "xo + upper",
                                "xo + upper + width",
                                "y",
                                "yo + out")))))));
  }
}
