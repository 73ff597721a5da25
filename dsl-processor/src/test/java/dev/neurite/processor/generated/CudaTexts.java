package dev.neurite.processor.generated;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The CUDA C of several networks together: each function once, and kernels that are the same but
 * for their names once too.
 *
 * @param declaration what stands at the top of every source
 * @param functions that kernels call, with their comments
 * @param kernels under names of their own
 * @param symbols the name that a kernel has here, by network and the kernel's own name, with a
 *     space between
 */
record CudaTexts(
    String declaration, List<String> functions, List<Kernel> kernels, Map<String, String> symbols) {

  private static final Pattern KERNEL =
      Pattern.compile(
          "(?m)^(?://[^\\n]*\\n)+extern \"C\" __global__ void __launch_bounds__\\(\\d+\\) (\\w+)"
              + "(\\(([^{]*)\\) \\{\\n.*?^\\}\\n)",
          Pattern.DOTALL);

  private static final Pattern FUNCTION =
      Pattern.compile(
          "(?m)^(?://[^\\n]*\\n)*(?:template <int N> )?__device__ .*?^\\}\\n", Pattern.DOTALL);

  /**
   * A kernel.
   *
   * @param symbol its name here
   * @param parameters between the brackets
   * @param text all of it, with its comment
   */
  record Kernel(String symbol, String parameters, String text) {}

  /**
   * Joins sources.
   *
   * @param sources by the names of their networks
   */
  static CudaTexts of(Map<String, String> sources) {
    String first = sources.values().iterator().next();
    String declaration = first.substring(0, first.indexOf("};") + 3);
    Set<String> functions = new LinkedHashSet<>();
    List<Kernel> kernels = new ArrayList<>();
    Map<String, String> known = new HashMap<>();
    Map<String, String> symbols = new HashMap<>();
    Set<String> names = new HashSet<>();
    sources.forEach(
        (network, source) -> {
          Matcher function = FUNCTION.matcher(source);
          while (function.find()) {
            functions.add(function.group());
          }
          Matcher kernel = KERNEL.matcher(source);
          while (kernel.find()) {
            String name = kernel.group(1);
            String symbol = known.get(kernel.group(2));
            if (symbol == null) {
              symbol = name;
              for (int i = 2; !names.add(symbol); i++) {
                symbol = name + "_of_" + i;
              }
              known.put(kernel.group(2), symbol);
              kernels.add(
                  new Kernel(
                      symbol,
                      kernel.group(3),
                      kernel.group().replace(" " + name + "(", " " + symbol + "(")));
            }
            symbols.put(network + " " + name, symbol);
          }
        });
    return new CudaTexts(declaration, List.copyOf(functions), kernels, symbols);
  }
}
