package dev.neurite.examples.alexnet;

import dev.neurite.examples.SeedOption;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures forward passes of {@link AlexNet}: plain Java first, then the vector code. */
@Command(
    name = "alexnet",
    description = "Full AlexNet: its layers, and how long one image takes.",
    mixinStandardHelpOptions = true)
public final class AlexNetExample implements Callable<Integer> {

  private static final int PIXELS = 3 * 227 * 227;

  @Option(names = "--rounds", paramLabel = "N", description = "Passes, one after another: 60.")
  private int rounds = 60;

  @Mixin private final SeedOption seed = new SeedOption();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public AlexNetExample() {}

  @Override
  public Integer call() {
    AlexNetModel model = AlexNetModel.create(seed.value());
    out.println(model.summary());
    SplittableRandom random = new SplittableRandom(seed.value());
    float[] image = new float[PIXELS];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextDouble();
    }
    float[] scores = new float[1000];
    double[] milliseconds = new double[Math.max(1, rounds)];
    for (int i = 0; i < milliseconds.length; i++) {
      long start = System.nanoTime();
      model.predictInto(image, scores);
      milliseconds[i] = (System.nanoTime() - start) / 1e6;
    }
    out.printf(Locale.ROOT, "first pass  %8.1f ms%n", milliseconds[0]);
    Arrays.sort(milliseconds);
    out.printf(Locale.ROOT, "median      %8.1f ms%n", milliseconds[milliseconds.length / 2]);
    out.printf(Locale.ROOT, "fastest     %8.1f ms%n", milliseconds[0]);
    return 0;
  }
}
