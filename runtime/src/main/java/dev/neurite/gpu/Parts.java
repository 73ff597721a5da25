package dev.neurite.gpu;

import java.util.ArrayList;
import java.util.List;

/** Parts that are released together, the last first. */
final class Parts implements Part {

  private final List<Part> parts = new ArrayList<>();

  <T extends Part> T add(T part) {
    parts.add(part);
    return part;
  }

  /** Forgets a part that was released by itself. */
  void remove(Part part) {
    parts.remove(part);
  }

  /** Releases all; the first failure is thrown when all have been tried. */
  @Override
  public void close() {
    RuntimeException failure = null;
    List<Part> now = new ArrayList<>(parts);
    parts.clear();
    for (int i = now.size() - 1; i >= 0; i--) {
      try {
        now.get(i).close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
