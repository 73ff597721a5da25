package dev.neurite.gpu;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Recorded passes. A pass runs call by call the first time, which also loads what the libraries
 * load when first used; the second time it is recorded as a CUDA graph, and from then on replayed.
 */
final class Graphs implements Part {

  /** Passes known at a time: those of more row counts than any training loop has. */
  private static final int MAX_PASSES = 64;

  private final Gpu gpu;

  /** Launchable graphs, the one used last at the end; null for what ran once. */
  private final Map<Object, @Nullable Long> graphs = new LinkedHashMap<>(16, 0.75f, true);

  Graphs(Gpu gpu) {
    this.gpu = gpu;
  }

  /**
   * Runs a pass on the GPU's stream.
   *
   * @param key equal for passes of the same calls with the same arguments
   * @param pass makes the calls
   */
  void run(Object key, Runnable pass) {
    if (!graphs.containsKey(key)) {
      pass.run();
      graphs.put(key, null);
      dropOldest();
      return;
    }
    Long recorded = graphs.get(key);
    if (recorded == null) {
      recorded = record(pass);
      graphs.put(key, recorded);
    }
    gpu.driver().launch(recorded, gpu.stream());
  }

  private long record(Runnable pass) {
    Driver driver = gpu.driver();
    driver.beginCapture(gpu.stream());
    try {
      pass.run();
    } catch (RuntimeException | Error e) {
      driver.abandonCapture(gpu.stream());
      throw e;
    }
    long graph = driver.endCapture(gpu.stream());
    try {
      return driver.instantiate(graph);
    } finally {
      driver.destroyGraph(graph);
    }
  }

  private void dropOldest() {
    if (graphs.size() > MAX_PASSES) {
      Object oldest = graphs.keySet().iterator().next();
      destroy(graphs.remove(oldest));
    }
  }

  private void destroy(@Nullable Long graph) {
    if (graph != null) {
      gpu.driver().destroyExecutable(graph);
    }
  }

  @Override
  public void close() {
    graphs.values().forEach(this::destroy);
    graphs.clear();
  }
}
