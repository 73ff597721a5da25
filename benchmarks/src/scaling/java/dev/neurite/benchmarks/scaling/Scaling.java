package dev.neurite.benchmarks.scaling;

import dev.neurite.benchmarks.nets.LeNetForward;
import dev.neurite.benchmarks.nets.LeNetModel;
import dev.neurite.benchmarks.nets.MlpForward;
import dev.neurite.benchmarks.nets.MlpModel;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/**
 * What a row costs against the rows of a call, the width and the depth of a network, and the
 * threads. Writes {@code scaling.csv} and a picture for each curve.
 */
public final class Scaling {

  private static final List<Integer> BATCHES =
      List.of(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096);

  /** Pixels of a picture. */
  private static final int WIDTH = 900;

  private static final int HEIGHT = 560;

  private static final int[] THREADS = {1, 2};

  /** Rows of a call where width or depth changes. */
  private static final int[] ROWS = {1, 64};

  private final Path folder;
  private final boolean quick;
  private final List<String> lines = new ArrayList<>();

  private Scaling(Path folder, boolean quick) {
    this.folder = folder;
    this.quick = quick;
    lines.add("curve,series,size,rows,threads,microseconds_per_row,gflops");
  }

  /**
   * Measures all curves.
   *
   * @param args {@code scaling}; then {@code --quick} for few points, and a folder for the files,
   *     {@code ../docs} without
   * @throws IOException if a file cannot be written
   */
  public static void main(String[] args) throws IOException {
    List<String> words = List.of(args).subList(1, args.length);
    List<String> folders = words.stream().filter(word -> !word.startsWith("--")).toList();
    Path folder = Path.of(folders.isEmpty() ? "../docs" : folders.getFirst());
    System.setProperty("java.awt.headless", "true");
    System.setProperty("neurite.warmup", "now");
    new Scaling(folder, words.contains("--quick")).run();
  }

  private void run() throws IOException {
    Network mlp =
        Network.of(
            784,
            MlpModel.create(1),
            (file, threads) -> MlpForward.load(file).parallel(threads)::predictInto);
    Network lenet =
        Network.of(
            784,
            LeNetModel.create(1),
            (file, threads) -> LeNetForward.load(file).parallel(threads)::predictInto);
    batches("batch-mlp", "MLP 784-128-64-10", mlp);
    batches("batch-lenet", "LeNet-5", lenet);
    sizes("width", "One dense layer, n to n", widths());
    sizes("depth", "n dense layers, 128 to 128", depths());
    Files.write(folder.resolve("scaling.csv"), lines);
  }

  private static List<Network> widths() {
    return List.of(
        Network.of(
            16,
            Widths_Width16Model.create(1),
            (file, threads) -> Widths_Width16Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            32,
            Widths_Width32Model.create(1),
            (file, threads) -> Widths_Width32Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            64,
            Widths_Width64Model.create(1),
            (file, threads) -> Widths_Width64Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            128,
            Widths_Width128Model.create(1),
            (file, threads) -> Widths_Width128Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            256,
            Widths_Width256Model.create(1),
            (file, threads) -> Widths_Width256Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            512,
            Widths_Width512Model.create(1),
            (file, threads) -> Widths_Width512Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            1024,
            Widths_Width1024Model.create(1),
            (file, threads) -> Widths_Width1024Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            2048,
            Widths_Width2048Model.create(1),
            (file, threads) -> Widths_Width2048Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            4096,
            Widths_Width4096Model.create(1),
            (file, threads) -> Widths_Width4096Forward.load(file).parallel(threads)::predictInto));
  }

  private static List<Network> depths() {
    return List.of(
        Network.of(
            1,
            Depths_Depth1Model.create(1),
            (file, threads) -> Depths_Depth1Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            2,
            Depths_Depth2Model.create(1),
            (file, threads) -> Depths_Depth2Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            4,
            Depths_Depth4Model.create(1),
            (file, threads) -> Depths_Depth4Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            8,
            Depths_Depth8Model.create(1),
            (file, threads) -> Depths_Depth8Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            16,
            Depths_Depth16Model.create(1),
            (file, threads) -> Depths_Depth16Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            32,
            Depths_Depth32Model.create(1),
            (file, threads) -> Depths_Depth32Forward.load(file).parallel(threads)::predictInto),
        Network.of(
            64,
            Depths_Depth64Model.create(1),
            (file, threads) -> Depths_Depth64Forward.load(file).parallel(threads)::predictInto));
  }

  private void batches(String curve, String title, Network network) throws IOException {
    Map<String, Map<Integer, Double>> series = new TreeMap<>();
    for (int rows : points(BATCHES)) {
      for (int threads : THREADS) {
        measure(curve, network, rows, rows, threads, series, "");
      }
    }
    draw(curve, title, "rows of a call", series);
  }

  private void sizes(String curve, String title, List<Network> networks) throws IOException {
    Map<String, Map<Integer, Double>> series = new TreeMap<>();
    for (Network network : points(networks)) {
      for (int rows : ROWS) {
        for (int threads : THREADS) {
          if (rows > 1 || threads == 1) {
            measure(
                curve, network, network.size(), rows, threads, series, ", rows a call: " + rows);
          }
        }
      }
    }
    draw(curve, title, "n", series);
  }

  private void measure(
      String curve,
      Network network,
      int size,
      int rows,
      int threads,
      Map<String, Map<Integer, Double>> series,
      String suffix)
      throws IOException {
    String kind = threads == 1 ? suffix : suffix + ", 2 threads";
    add(
        curve,
        "predict" + kind,
        network,
        size,
        rows,
        threads,
        2,
        network.predicting(rows, threads),
        series);
    // Forward, and twice as much backward.
    add(
        curve,
        "train" + kind,
        network,
        size,
        rows,
        threads,
        6,
        network.training(rows, threads),
        series);
  }

  private void add(
      String curve,
      String name,
      Network network,
      int size,
      int rows,
      int threads,
      int operations,
      double microseconds,
      Map<String, Map<Integer, Double>> series) {
    series.computeIfAbsent(name, key -> new TreeMap<>()).put(size, microseconds);
    String line =
        String.format(
            Locale.ROOT,
            "%s,\"%s\",%d,%d,%d,%.4f,%.2f",
            curve,
            name,
            size,
            rows,
            threads,
            microseconds,
            operations * network.operations() / microseconds / 1e3);
    lines.add(line);
    System.out.println(line);
  }

  private void draw(
      String curve, String title, String axis, Map<String, Map<Integer, Double>> series)
      throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(axis)
            .yAxisTitle("microseconds a row")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    series.forEach(
        (name, values) ->
            chart.addSeries(name, List.copyOf(values.keySet()), List.copyOf(values.values())));
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    chart.paint(graphics, WIDTH, HEIGHT);
    graphics.dispose();
    ImageIO.write(image, "png", folder.resolve("scaling-" + curve + ".png").toFile());
  }

  private <T> List<T> points(List<T> all) {
    return quick ? List.of(all.getFirst(), all.get(all.size() / 2)) : all;
  }
}
