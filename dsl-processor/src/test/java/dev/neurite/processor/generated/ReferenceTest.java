package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.neurite.processor.generated.OracleProcess.Row;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every reference case against PyTorch's numbers, and every network's vector code against its
 * scalar twin bit by bit, at every vector width and without the Vector API.
 */
final class ReferenceTest {

  /** Rows of this process, whose width is the machine's. */
  private static List<Row> here() {
    return Here.ROWS;
  }

  private static final class Here {
    static final List<Row> ROWS =
        OracleProcess.run(CompiledNetworks.compiled(), List.of(Variant.values()));
  }

  @Test
  void numbersArePyTorchs() {
    Map<String, Map<String, Row>> table = new TreeMap<>();
    for (Row row : here()) {
      table.computeIfAbsent(row.name(), ignored -> new TreeMap<>()).put(row.variant(), row);
    }
    StringBuilder text =
        new StringBuilder("largest error as a fraction of the tolerance, at ")
            .append(OracleProcess.vectorBits())
            .append(" bits\n");
    table.forEach(
        (name, row) -> {
          if (!OddNetworks.BODIES.containsKey(name)) {
            text.append("%-28s".formatted(name));
            row.forEach(
                (variant, one) -> text.append("  %s %.4f".formatted(variant, one.fraction())));
            text.append("  ").append(row.values().iterator().next().what()).append('\n');
          }
        });
    System.out.println(text);
    assertThat(here()).allSatisfy(row -> assertThat(row.fraction()).isLessThanOrEqualTo(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void widthsAreTheSameBits(int width) throws Exception {
    if (width == OracleProcess.vectorBits()) {
      assertSameBits(here(), here());
      return;
    }
    List<String> lines =
        lines("--add-modules", "jdk.incubator.vector", "-XX:MaxVectorSize=" + width / 8);
    int found = Integer.parseInt(lines.getFirst().substring("bits ".length()));
    assumeTrue(
        found == width,
        () -> "this machine gives vectors of " + found + " bits where " + width + " are asked for");
    assertSameBits(rows(lines), here());
  }

  @Test
  void theSameBitsWithoutTheVectorModule() throws Exception {
    List<String> lines = lines();
    assertThat(lines.getFirst()).isEqualTo("bits 0");
    assertSameBits(rows(lines), here());
  }

  private static void assertSameBits(List<Row> rows, List<Row> expected) {
    Map<String, String> scalar =
        expected.stream()
            .filter(row -> row.variant().equals("scalar"))
            .collect(Collectors.toMap(Row::name, Row::sha256));
    assertThat(rows.stream().map(Row::name)).containsAll(scalar.keySet());
    assertThat(rows)
        .allSatisfy(row -> assertThat(row.sha256()).isEqualTo(scalar.get(row.name())))
        .allSatisfy(row -> assertThat(row.fraction()).isLessThanOrEqualTo(1));
  }

  private static List<Row> rows(List<String> lines) {
    return lines.stream().filter(line -> line.startsWith("row ")).map(Row::parse).toList();
  }

  private static List<String> lines(String... flags) throws IOException, InterruptedException {
    String folder = CompiledNetworks.compiled().folder().toString();
    // Room for the vectors of code that is not compiled yet.
    return ChildJvm.run(
            ChildJvm.command(
                    Stream.concat(Stream.of("-Xmn1g"), Arrays.stream(flags)).toArray(String[]::new))
                .onThisClassPath()
                .program(OracleProcess.class.getName(), folder))
        .stream()
        .filter(line -> line.startsWith("row ") || line.startsWith("bits "))
        .toList();
  }
}
