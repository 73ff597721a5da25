package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HotSpot's first compiler takes every kernel, with a profile too. One that it gives up ("out of
 * virtual registers") never reaches the second compiler if it was compiled without a profile
 * before, as methods are while the second one is busy, and keeps its vectors on the heap for ever.
 */
final class FirstCompilerTest {

  /** Networks that have every form of tile between them. */
  private static final List<String> NETWORKS =
      List.of("Digits", "OddWinograd", "OddLarge", "Lenet5");

  /** Tiles for 16 and, where the machine has them, for 32 registers. */
  @ParameterizedTest
  @ValueSource(ints = {16, 64})
  void everyKernelIsCompiledWithAProfile(int vectorBytes) throws Exception {
    ChildJvm java =
        ChildJvm.command(
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:MaxVectorSize=" + vectorBytes,
                "-XX:TieredStopAtLevel=3",
                "-XX:-BackgroundCompilation",
                "-XX:Tier3InvocationThreshold=5",
                "-XX:Tier3MinInvocationThreshold=5",
                "-XX:Tier3CompileThreshold=5",
                "-XX:+PrintCompilation")
            .onThisClassPath();
    List<String> words = new ArrayList<>();
    words.add(CompiledNetworks.compiled().folder().toString());
    words.addAll(NETWORKS);
    List<String> lines =
        ChildJvm.run(java.program(ExerciseProcess.class.getName(), words.toArray(String[]::new)));
    assertThat(ofKernels(lines).filter(line -> line.contains("COMPILE SKIPPED"))).isEmpty();
    // A tile of each network shows that the flags did what they are for.
    for (String name : NETWORKS) {
      assertThat(ofKernels(lines).filter(line -> line.contains("." + name + "Backward$Simd::")))
          .hasSizeGreaterThan(5);
    }
  }

  private static Stream<String> ofKernels(List<String> lines) {
    return lines.stream().filter(line -> line.contains("$Simd::"));
  }
}
