package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What C2 needs to see in vector code so that it keeps vectors in registers whatever else the
 * process does with the Vector API. Its profiles belong to the methods of that API and not to their
 * callers: a process that uses vectors of two widths has two receivers in each of them.
 */
final class SimdSourceTest {

  private static final Pattern METHOD =
      Pattern.compile("\n    p[^\n]*\\([^{]*\\{\n(.*?)\n    }\n", Pattern.DOTALL);
  private static final Pattern ARITHMETIC =
      Pattern.compile("\\.(add|sub|mul|div|fma|max|min|neg|abs|sqrt|lanewise|compare)\\(");
  private static final Pattern DECLARED = Pattern.compile("FloatVector (\\w+) = ([^\n]*);");

  /** A masked store checks each lane once the process has made one at the end of an array. */
  @Test
  void inferenceStoresWholeVectorsButForGroups() throws IOException {
    List<String> masked = new ArrayList<>();
    for (Path file : files("Forward.java")) {
      String source = Files.readString(file);
      if (source.contains("VectorMask<Float> mask")) {
        masked.add(file.getFileName().toString());
      }
    }

    // Convolutions in groups of filters that are no multiple of 16: the next group's lie behind.
    assertThat(masked)
        .containsExactlyInAnyOrder(
            "ConvDepthwiseSeparableForward.java",
            "ConvGroups2Forward.java",
            "OddGroupsForward.java");
  }

  @Test
  void noMethodIsCalledOnWhatALoopOrAChoiceCarries() throws IOException {
    int carried = 0;
    for (Path file : files("ward.java")) {
      for (String body : vectorMethods(file)) {
        Matcher declared = DECLARED.matcher(body);
        while (declared.find()) {
          String name = declared.group(1);
          boolean setAgain = Pattern.compile("\n +" + name + " = ").matcher(body).find();
          if (setAgain || declared.group(2).matches("[^(]* \\? .*")) {
            carried++;
            assertThat(body)
                .as("%s, a method that carries %s", file.getFileName(), name)
                .doesNotContainPattern("\\b" + name + "\\.");
          }
        }
      }
    }
    assertThat(carried).isGreaterThan(1_000);
  }

  /** A store is compiled for both classes unless its receiver has one. */
  @Test
  void everyVectorThatIsStoredIsCast() throws IOException {
    int stores = 0;
    for (Path file : files("ward.java")) {
      for (String line : Files.readAllLines(file)) {
        if (line.contains(".intoArray(")) {
          stores++;
          assertThat(line.strip())
              .as(file.getFileName().toString())
              .matches(
                  "(QUAD_)?VECTOR\\.cast\\(.*\\)\\.intoArray\\([^()]*(\\([^()]*\\))*[^()]*\\);");
        }
      }
    }
    assertThat(stores).isGreaterThan(10_000);
  }

  /** Arithmetic sees vectors of one width alone; those of four lanes are moved. */
  @Test
  void onlyTranspositionsHaveVectorsOfFourLanes() throws IOException {
    int transpositions = 0;
    for (Path file : files("ward.java")) {
      for (String body : vectorMethods(file)) {
        if (body.contains("QUAD")) {
          transpositions++;
          assertThat(body)
              .as(file.getFileName().toString())
              .contains(".rearrange(PAIRS)")
              .doesNotContainPattern(ARITHMETIC);
        }
      }
    }
    assertThat(transpositions).isPositive();
  }

  /** The bodies of the methods with vector code. */
  private static List<String> vectorMethods(Path file) throws IOException {
    String source = Files.readString(file);
    return METHOD
        .matcher(source.substring(source.indexOf(" class Simd ")))
        .results()
        .map(method -> method.group(1))
        .toList();
  }

  private static List<Path> files(String ending) throws IOException {
    Path folder = CompiledNetworks.compiled().folder().resolve("networks");
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }
}
