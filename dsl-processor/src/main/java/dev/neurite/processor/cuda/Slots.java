package dev.neurite.processor.cuda;

import dev.neurite.processor.cuda.Buffer.Slot;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Hands out parts of a workspace, each with a name that no other has. */
final class Slots {

  private final Set<String> names = new HashSet<>();
  private int next;

  /** A slot of so many floats for each row. */
  Slot perRow(String wish, long floats) {
    return new Slot(next++, name(wish), floats, 0);
  }

  /** A slot of so many floats. */
  Slot fixed(String wish, long floats) {
    return new Slot(next++, name(wish), 0, floats);
  }

  private String name(String wish) {
    String name = "at" + wish.substring(0, 1).toUpperCase(Locale.ROOT) + wish.substring(1);
    String free = name;
    for (int i = 2; !names.add(free); i++) {
      free = name + i;
    }
    return free;
  }
}
