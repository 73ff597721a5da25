package dev.neurite.benchmarks.peers;

import dev.neurite.benchmarks.race.Engine;
import dev.neurite.benchmarks.race.Worker;

/** Calls by the thousand, for work that is timed so. */
final class Repeated {

  private Repeated() {}

  static Engine.Action of(Engine.Action once) {
    return () -> {
      for (int i = 0; i < Worker.SHORT_CALLS; i++) {
        once.run();
      }
    };
  }
}
