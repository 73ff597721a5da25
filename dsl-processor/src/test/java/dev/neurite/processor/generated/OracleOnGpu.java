package dev.neurite.processor.generated;

import dev.neurite.Device;
import dev.neurite.TrainableModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The reference cases through the runtime on a GPU: for a test, and as a program of {@code
 * benchmarks/gpu} on networks that another machine has compiled.
 */
final class OracleOnGpu {

  private OracleOnGpu() {}

  /**
   * Runs all cases.
   *
   * @param each takes one line for each: its name, and its largest error as a part of what is
   *     tolerated
   * @return the lines of cases that are off by more
   */
  static List<String> run(CompiledNetworks networks, Consumer<String> each) {
    List<String> wrong = new ArrayList<>();
    for (OracleCase oracle : OracleCase.all()) {
      GeneratedNetwork network = networks.network(networks.sources().ofCase(oracle));
      List<TrainableModel> models = new ArrayList<>();
      OracleRun.Result result =
          OracleRun.elsewhere(
              oracle,
              network.description(),
              seed -> {
                models.add(network.create(seed).to(Device.gpu()));
                return models.getLast();
              },
              network::predict);
      models.forEach(model -> model.to(Device.cpu()));
      String line =
          String.format(
              Locale.ROOT, "%-28s %.4f %s", oracle.name(), result.fraction(), result.worst());
      each.accept(line);
      if (!(result.fraction() <= OracleRun.allowed(oracle))) {
        wrong.add(line);
      }
    }
    return wrong;
  }

  /**
   * Compiles the networks, or runs the cases on them.
   *
   * @param args {@code compile FOLDER}, or {@code run FOLDER}
   */
  public static void main(String[] args) throws java.io.IOException {
    Path folder = Path.of(args[1]);
    if (args[0].equals("compile")) {
      Files.createDirectories(folder);
      CompiledNetworks.compile(folder);
      return;
    }
    List<String> wrong = run(CompiledNetworks.in(folder), line -> {});
    wrong.forEach(line -> System.out.println("off: " + line));
    System.out.printf("oracle %d %d%n", OracleCase.all().size(), wrong.size());
  }
}
