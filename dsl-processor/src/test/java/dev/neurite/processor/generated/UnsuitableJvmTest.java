package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.TrainableModel;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Where a JVM would run vector code badly or not at all, one sentence says so. */
final class UnsuitableJvmTest {

  private static final String NETWORK = "OddDense1";

  /** Predicts one row with a network compiled elsewhere. */
  static final class Program {

    public static void main(String[] folder) {
      GeneratedNetwork network = CompiledNetworks.in(Path.of(folder[0])).network(NETWORK);
      TrainableModel model = network.create(1);
      List<Object> inputs = OddRun.inputs(network.description(), 1, new SplittableRandom(1));
      network.predict(model, inputs, 1);
      System.out.println("predicted");
    }
  }

  @Test
  void saysThatTheVectorModuleIsMissing() throws Exception {
    assertThat(said())
        .singleElement()
        .asString()
        .contains("Vector API not found", "--add-modules jdk.incubator.vector");
  }

  @Test
  void saysThatAnInterpreterCompilesNoVectors() throws Exception {
    assertThat(said("--add-modules", "jdk.incubator.vector", "-Xint"))
        .singleElement()
        .asString()
        .contains("does not compile vector code", "interpreted mode");
  }

  @Test
  void saysThatTheFirstCompilerCompilesNoVectors() throws Exception {
    assertThat(said("--add-modules", "jdk.incubator.vector", "-XX:TieredStopAtLevel=1"))
        .singleElement()
        .asString()
        .contains("does not compile vector code", "emulated-client");
  }

  @Test
  void saysNothingWhereVectorsAreCompiled() throws Exception {
    assertThat(said("--add-modules", "jdk.incubator.vector")).isEmpty();
  }

  /** Warnings of the generated classes in a JVM with these flags. */
  private static List<String> said(String... flags) throws Exception {
    List<String> lines =
        ChildJvm.run(
            ChildJvm.command(flags)
                .onThisClassPath()
                .program(Program.class.getName(), CompiledNetworks.compiled().folder().toString()));
    assertThat(lines).contains("predicted");
    return lines.stream()
        .filter(line -> line.startsWith("WARNING: "))
        .filter(line -> !line.contains("incubator modules"))
        .toList();
  }
}
