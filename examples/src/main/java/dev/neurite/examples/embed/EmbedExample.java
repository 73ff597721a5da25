package dev.neurite.examples.embed;

import dev.neurite.Trainer;
import dev.neurite.data.Dataset;
import dev.neurite.examples.SeedOption;
import dev.neurite.examples.digits.DigitsForward;
import dev.neurite.examples.digits.DigitsModel;
import dev.neurite.examples.images.Drawing;
import dev.neurite.examples.images.ImageData;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizers;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts {@link ReadDigit} in a JVM of its own with nothing but two classes on its class path. */
@Command(
    name = "embed",
    description = "An application reads a digit with generated code and the JDK, nothing else.",
    mixinStandardHelpOptions = true)
public final class EmbedExample implements Callable<Integer> {

  private static final int PIXELS = 28 * 28;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "What digits --save wrote; without it, a network is trained for a moment.")
  private @Nullable Path weights;

  @Option(names = "--images", paramLabel = "N", description = "To train on for a moment: 1280.")
  private int images = 1280;

  @Option(names = "--row", paramLabel = "N", description = "Which test image is read: 0.")
  private int row;

  @Mixin private final SeedOption seed = new SeedOption();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public EmbedExample() {}

  @Override
  public Integer call() throws IOException, InterruptedException, URISyntaxException {
    ImageData data = ImageData.load(null, "image", "scores");
    float[] pixels =
        Arrays.copyOfRange(data.test().floats("image").values(), row * PIXELS, (row + 1) * PIXELS);
    Path folder = Files.createTempDirectory("embed");
    try {
      Path file = weights == null ? train(data.train(), folder) : weights;
      Path image = folder.resolve("image");
      Files.write(image, bytes(pixels));
      Path classPath = classPath(folder.resolve("application"));
      out.printf("%s%n", Drawing.of(pixels, 0));

      List<String> vectors =
          ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
              ? List.of("--add-modules", "jdk.incubator.vector")
              : List.of();
      String fast = start(vectors, classPath, file, image);
      String least = start(List.of("--limit-modules", "java.base"), classPath, file, image);
      out.printf(
          "both say the same: %s; the label is %d%n",
          fast.equals(least) ? "yes" : "no", data.test().indices("scores").values()[row]);
      return fast.equals(least) ? 0 : 1;
    } finally {
      delete(folder);
    }
  }

  private Path train(Dataset all, Path folder) throws IOException {
    Dataset some = all.splitAt(Math.min(images, all.rows())).first();
    out.printf(Locale.ROOT, "Training on %,d digits for a moment ...%n", some.rows());
    DigitsModel model = DigitsModel.create(seed.value());
    Trainer.of(model)
        .loss(Losses.nll())
        .optimizer(Optimizers.adam(0.001))
        .batchSize(64)
        .seed(seed.value())
        .threads(Runtime.getRuntime().availableProcessors())
        .fit(some);
    Path file = folder.resolve("digits.safetensors");
    model.save(file);
    return file;
  }

  /** A folder with the classes that the application needs. */
  private Path classPath(Path target) throws IOException, URISyntaxException {
    Path origin =
        Path.of(DigitsForward.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    out.println("The class path of the application:");
    if (Files.isDirectory(origin)) {
      copy(origin, target);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(origin)) {
        copy(jar.getPath("/"), target);
      }
    }
    out.println();
    return target;
  }

  private void copy(Path origin, Path target) throws IOException {
    for (Class<?> type : List.of(DigitsForward.class, ReadDigit.class)) {
      Path folder = origin.resolve(type.getPackageName().replace('.', '/'));
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          String name = file.getFileName().toString();
          if (name.startsWith(type.getSimpleName()) && name.endsWith(".class")) {
            Path copy = target.resolve(origin.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
            out.printf(
                Locale.ROOT, "  %-62s %,7d bytes%n", target.relativize(copy), Files.size(copy));
          }
        }
      }
    }
  }

  /** Runs the application and gives its only line. */
  private String start(List<String> flags, Path classPath, Path weights, Path image)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath.toString(), ReadDigit.class.getName()));
    command.addAll(List.of(weights.toAbsolutePath().toString(), image.toString()));
    out.printf(
        "java %s -cp application %s weights image%n",
        String.join(" ", flags), ReadDigit.class.getName());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line;
    try (InputStream in = process.getInputStream()) {
      line = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
    if (process.waitFor() != 0) {
      throw new IOException("the application ended with exit code " + process.exitValue());
    }
    out.printf("%s%n%n", line);
    return line;
  }

  private static byte[] bytes(float[] pixels) {
    byte[] bytes = new byte[pixels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(pixels[i] * 255);
    }
    return bytes;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
