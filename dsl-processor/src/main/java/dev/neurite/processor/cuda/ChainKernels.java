package dev.neurite.processor.cuda;

import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernels of chains: four neighbouring elements a thread where rows are multiples of four. */
final class ChainKernels {

  private ChainKernels() {}

  /** Elements that a thread takes, of rows of so many. */
  static int lanes(long size) {
    return size % 4 == 0 ? 4 : 1;
  }

  private static final String ELEMENTS =
      """
      // $Comment
      extern "C" __global__ void __launch_bounds__(256) $name(
          $parametersint rows) {
        const int start = (blockIdx.x * 256 + threadIdx.x) * $lanes;
        if (start >= rows * $size) {
          return;
        }
      $loads  for (int j = 0; j < $lanes; j++) {
      $lines  }
      $stores}
      """;

  /**
   * The values of a chain.
   *
   * @param done operations that have been done before
   * @param dropping whether dropouts count
   */
  static CudaKernel forward(KernelSet kernels, Chain chain, int done, boolean dropping) {
    ChainText text = new ChainText(chain, done);
    int size = chain.last().size();
    int lanes = lanes(size);
    StringBuilder parameters = new StringBuilder();
    StringBuilder loads = new StringBuilder();
    for (int k = 0; k < text.inputs().size(); k++) {
      parameters.append("const float* __restrict__ x%d, ".formatted(k));
      load(loads, "a" + k, "x" + k, lanes);
    }
    parameters.append("float* __restrict__ y, ").append(text.parameters(true, dropping));
    loads.append("  float out[%d];\n".formatted(lanes));
    List<String> lines = new ArrayList<>();
    List<String> place = text.place(dropping);
    if (!place.isEmpty()) {
      lines.add("const int i = start + j;");
      lines.addAll(place);
    }
    int last = chain.nodes().size() - 1;
    lines.addAll(text.values("a#[j]", last, dropping));
    lines.add("out[j] = v%d;".formatted(last));
    return elements(
        kernels,
        ChainNames.of(chain) + (dropping ? "_forward" : "_infer"),
        "Values of " + ChainNames.words(chain, done) + ".",
        parameters.toString(),
        size,
        loads.toString(),
        lines,
        "  store<%d>(y + start, out);\n".formatted(lanes));
  }

  /** A gradient that a backward kernel writes: whether it adds, and whether it may be null. */
  record Target(int input, boolean accumulate, boolean onRequest) {}

  /**
   * The gradients of a chain's inputs.
   *
   * @param fromLast whether it reads the last value and not the inputs
   * @param targets for some of the head's distinct inputs
   */
  static CudaKernel backward(
      KernelSet kernels, Chain chain, int done, boolean fromLast, List<Target> targets) {
    ChainText text = new ChainText(chain, done);
    int size = chain.last().size();
    int lanes = lanes(size);
    boolean reads = readsValues(chain);
    StringBuilder parameters = new StringBuilder();
    StringBuilder loads = new StringBuilder();
    if (reads) {
      for (int k = 0; k < (fromLast ? 1 : text.inputs().size()); k++) {
        parameters.append("const float* __restrict__ x%d, ".formatted(k));
        load(loads, "a" + k, "x" + k, lanes);
      }
    }
    parameters.append("const float* __restrict__ dy, ");
    load(loads, "d", "dy", lanes);
    for (Target target : targets) {
      int k = text.inputs().indexOf(target.input());
      parameters.append("float* __restrict__ dx%d, ".formatted(k));
      loads.append("  float out%d[%d];\n".formatted(k, lanes));
    }
    parameters.append(text.parameters(reads && !fromLast, true));
    if (chain.operation(0) instanceof Operation.BatchNorm) {
      parameters.append("const float* __restrict__ share, ");
    }
    List<String> lines = new ArrayList<>();
    List<String> place = text.place(true);
    if (!place.isEmpty()) {
      lines.add("const int i = start + j;");
      lines.addAll(place);
    }
    lines.add("float g = d[j];");
    lines.addAll(gradient(text, chain, "a#[j]", fromLast));
    StringBuilder stores = new StringBuilder();
    for (Target target : targets) {
      int k = text.inputs().indexOf(target.input());
      lines.add("out%d[j] = %s;".formatted(k, text.inputGradient(k, "a#[j]")));
      String indent = target.onRequest() ? "    " : "  ";
      if (target.onRequest()) {
        stores.append("  if (dx%d != nullptr) {\n".formatted(k));
      }
      if (target.accumulate()) {
        stores.append(
            indent
                + "for (int j = 0; j < %d; j++) {\n".formatted(lanes)
                + indent
                + "  out%d[j] += dx%d[start + j];\n".formatted(k, k)
                + indent
                + "}\n");
      }
      stores.append(indent + "store<%d>(dx%d + start, out%d);\n".formatted(lanes, k, k));
      if (target.onRequest()) {
        stores.append("  }\n");
      }
    }
    return elements(
        kernels,
        ChainNames.of(chain) + "_backward",
        "Gradients of " + ChainNames.words(chain, done) + ".",
        parameters.toString(),
        size,
        loads.toString(),
        lines,
        stores.toString());
  }

  /** Whether a backward kernel needs values: gradients read them, or the head multiplies. */
  static boolean readsValues(Chain chain) {
    return chain.gradientReadsValues();
  }

  /** Lines that make the gradient of the head's value of {@code g}. */
  private static List<String> gradient(
      ChainText text, Chain chain, String input, boolean fromLast) {
    List<String> lines = new ArrayList<>();
    int last = chain.nodes().size() - 1;
    if (fromLast) {
      lines.add("const float v%d = %s;".formatted(last, input.replace("#", "0")));
    } else if (readsValues(chain)) {
      lines.addAll(text.values(input, last, true));
    }
    lines.addAll(text.gradient(input));
    return lines;
  }

  private static CudaKernel elements(
      KernelSet kernels,
      String name,
      String comment,
      String parameters,
      int size,
      String loads,
      List<String> lines,
      String stores) {
    return kernels.kernel(
        name,
        ELEMENTS,
        "Comment",
        comment,
        "parameters",
        parameters,
        "lanes",
        lanes(size),
        "size",
        size,
        "loads",
        loads,
        "lines",
        indented(pruned(lines), "    "),
        "stores",
        stores);
  }

  private static void load(StringBuilder loads, String name, String from, int lanes) {
    loads.append("  float %s[%d];\n".formatted(name, lanes));
    loads.append("  load<%d>(%s, %s + start);\n".formatted(lanes, name, from));
  }

  static String indented(List<String> lines, String indent) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(indent).append(line).append('\n'));
    return text.toString();
  }

  /** The first kernel of the sums of a batch normalisation's gradients, through what follows it. */
  static CudaKernel gradientSums(KernelSet kernels, Chain chain) {
    ChainText text = new ChainText(chain, 0);
    int channels = chain.head().type().shape().getFirst();
    List<String> lines = new ArrayList<>();
    // The column is the channel: rows of the matrix are positions.
    text.place(true).stream().filter(line -> !line.startsWith("const int c ")).forEach(lines::add);
    lines.add("float g = dy[i];");
    lines.addAll(gradient(text, chain, "x#[i]", false));
    lines.add("sum0 += g;");
    lines.add("sum1 += g * n;");
    return ColumnSums.partial(
        kernels,
        ChainNames.of(chain) + "_gradient_parts",
        "Sums of the gradient of "
            + ChainNames.words(chain, 0)
            + " over parts of the batch: alone, and times the normalised values.",
        channels,
        chain.head().size() / channels,
        2,
        "const float* __restrict__ x0, const float* __restrict__ dy, "
            + text.parameters(true, true).replaceAll(", $", ""),
        "    const int c = column;\n",
        indented(pruned(lines), "      "));
  }

  private static final Pattern DEFINITION = Pattern.compile("const (?:int|float) (\\w+) = .*");

  /** The lines without constants that nothing reads. */
  private static List<String> pruned(List<String> lines) {
    List<String> kept = new ArrayList<>();
    for (String line : lines.reversed()) {
      Matcher definition = DEFINITION.matcher(line);
      if (!definition.matches()
          || kept.stream().anyMatch(later -> Words.contains(later, definition.group(1)))) {
        kept.add(line);
      }
    }
    return kept.reversed();
  }
}
