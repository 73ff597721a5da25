package dev.neurite.processor.generated;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The interfaces that these tests compile: one for each network of the reference cases, and more.
 */
final class NetworkSources {

  static final String PACKAGE = "networks";

  /** The source of each interface, by simple name. */
  private final Map<String, String> sources = new LinkedHashMap<>();

  /** The simple name that each case's network has; equal networks share one. */
  private final Map<String, String> ofCase = new LinkedHashMap<>();

  NetworkSources(List<OracleCase> cases) {
    Map<String, String> byNetwork = new LinkedHashMap<>();
    for (OracleCase oracle : cases) {
      String name =
          byNetwork.computeIfAbsent(
              oracle.metadata("network"), network -> camelCase(oracle.name()));
      ofCase.put(oracle.name(), name);
      sources.putIfAbsent(name, source(name, OracleNetwork.body(oracle.network())));
    }
    OddNetworks.BODIES.forEach((name, body) -> sources.put(name, source(name, body)));
    BlockNetworks.OF_CASES
        .values()
        .forEach(
            declared -> sources.put(declared.name(), source(declared.name(), declared.body())));
    sources.put("Digits", source("Digits", OddNetworks.DIGITS));
    sources.put("Wide", source("Wide", OddNetworks.WIDE));
  }

  Map<String, String> sources() {
    return sources;
  }

  /** The simple names of the networks of the cases. */
  List<String> ofCases() {
    return new ArrayList<>(new java.util.LinkedHashSet<>(ofCase.values()));
  }

  String ofCase(OracleCase oracle) {
    return ofCase.getOrDefault(oracle.name(), "");
  }

  private static String source(String name, String body) {
    return """
    package %s;

    import dev.neurite.dsl.*;

    @Model
    public interface %s {
    %s}
    """
        .formatted(PACKAGE, name, body);
  }

  private static String camelCase(String name) {
    StringBuilder camel = new StringBuilder();
    for (String word : name.split("_", -1)) {
      camel.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
    }
    return camel.toString();
  }
}
