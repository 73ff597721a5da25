package dev.neurite.processor.generated;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/**
 * Runs every reference case and every odd network; started in processes of several vector widths.
 * Without the Vector API what is chosen as vector code is scalar code.
 */
final class OracleProcess {

  /**
   * One network in one variant.
   *
   * @param fraction the largest error as a fraction of the tolerance, 0 where there is no reference
   * @param what the tensor that has it
   * @param sha256 of all numbers
   */
  record Row(String name, String variant, double fraction, String what, String sha256) {

    static Row parse(String line) {
      String[] words = line.split(" ", -1);
      return new Row(words[1], words[2], Double.parseDouble(words[3]), words[4], words[5]);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "row %s %s %.4f %s %s", name, variant, fraction, what, sha256);
    }
  }

  private OracleProcess() {}

  /** Prints the vector width in bits, then a row for each network and variant. */
  public static void main(String[] arguments) {
    System.out.println("bits " + vectorBits());
    run(CompiledNetworks.in(Path.of(arguments[0])), List.of(Variant.SIMD))
        .forEach(System.out::println);
  }

  /** 0 where there is no Vector API. */
  static int vectorBits() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? FloatVector.SPECIES_PREFERRED.vectorBitSize()
        : 0;
  }

  private static List<Row> run(
      String name, OracleCase oracle, GeneratedNetwork network, List<Variant> variants) {
    List<Row> rows = new ArrayList<>();
    for (Variant variant : variants) {
      OracleRun.Result result = OracleRun.of(oracle, network, variant);
      rows.add(
          new Row(name, variant.toString(), result.fraction(), result.worst(), result.sha256()));
    }
    return rows;
  }

  static List<Row> run(CompiledNetworks networks, List<Variant> variants) {
    List<Row> rows = new ArrayList<>();
    for (OracleCase oracle : OracleCase.all()) {
      GeneratedNetwork network = networks.network(networks.sources().ofCase(oracle));
      rows.addAll(run(oracle.name(), oracle, network, variants));
      BlockNetworks.Declared declared = BlockNetworks.OF_CASES.get(oracle.name());
      if (declared != null) {
        GeneratedNetwork ofBlocks = networks.network(declared.name());
        rows.addAll(run(declared.name(), declared.renamed(oracle), ofBlocks, variants));
      }
    }
    for (String name : OddNetworks.BODIES.keySet()) {
      for (Variant variant : variants) {
        String sha256 = OddRun.sha256(networks.network(name), variant);
        rows.add(new Row(name, variant.toString(), 0, "none", sha256));
      }
    }
    Variant.reset();
    return rows;
  }
}
