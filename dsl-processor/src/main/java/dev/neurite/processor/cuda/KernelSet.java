package dev.neurite.processor.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernels of a program: equal texts are one kernel. */
final class KernelSet {

  private static final Pattern HOLE = Pattern.compile("\\$([A-Za-z]+)");
  private static final Pattern BLANKS = Pattern.compile(" +$", Pattern.MULTILINE);
  private static final Pattern OTHER = Pattern.compile("[^A-Za-z0-9_]");

  private final Map<String, CudaKernel> byText = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final List<CudaKernel> kernels = new ArrayList<>();

  /**
   * A kernel.
   *
   * @param wish its name, other characters than letters and digits replaced, and followed by a
   *     number if another kernel has it
   * @param template its text with holes: {@code $name} for the name, others for {@code values}
   * @param values names of holes and what fills them
   */
  CudaKernel kernel(String wish, String template, Object... values) {
    // Holes may be left empty at the end of a line.
    String filled = BLANKS.matcher(fill(template, values)).replaceAll("");
    CudaKernel known = byText.get(filled);
    if (known != null) {
      return known;
    }
    String start = OTHER.matcher(wish).replaceAll("_");
    String name = start;
    for (int i = 2; !names.add(name); i++) {
      name = start + "_" + i;
    }
    CudaKernel kernel = new CudaKernel(name, fill(filled, "name", name));
    if (kernel.text().indexOf('$') >= 0) {
      throw new IllegalStateException("a hole is left in the kernel " + kernel.text());
    }
    byText.put(filled, kernel);
    kernels.add(kernel);
    return kernel;
  }

  List<CudaKernel> kernels() {
    return kernels;
  }

  /**
   * Fills those holes that have a value. A hole's name ends where the longest name with a value
   * does, so that letters may follow it.
   */
  static String fill(String template, Object... values) {
    Map<String, String> fillings = new HashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      fillings.put(values[i].toString(), values[i + 1].toString());
    }
    StringBuilder text = new StringBuilder();
    Matcher matcher = HOLE.matcher(template);
    while (matcher.find()) {
      String letters = matcher.group(1);
      String filled = matcher.group();
      for (int end = letters.length(); end > 0; end--) {
        String filling = fillings.get(letters.substring(0, end));
        if (filling != null) {
          filled = filling + letters.substring(end);
          break;
        }
      }
      matcher.appendReplacement(text, Matcher.quoteReplacement(filled));
    }
    return matcher.appendTail(text).toString();
  }
}
