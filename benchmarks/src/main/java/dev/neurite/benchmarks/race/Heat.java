package dev.neurite.benchmarks.race;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One piece of work at one number of threads. All contenders start and warm up, then give samples
 * in turn: what slows the machine down for a while slows all of them down.
 */
final class Heat {

  /** Cores of other processes from which on a sample does not count. */
  private static final double DISTURBED = 0.1;

  /** Times that a disturbed sample is taken again. */
  private static final int REPEATS = 6;

  /** Lets threads of the last contender, which may spin for a while, come to rest. */
  private static final long PAUSE_MILLIS = 150;

  private final Options options;
  private final Work work;
  private final int threads;
  private final Map<String, Samples> values = new LinkedHashMap<>();
  private final Map<String, Samples> tails = new LinkedHashMap<>();
  private final Map<String, String> missing = new LinkedHashMap<>();

  Heat(Options options, Work work, int threads) {
    this.options = options;
    this.work = work;
    this.threads = threads;
  }

  /** Runs all forks; one row for each peer, two for latencies. */
  List<Row> run(Contender neurite, List<Contender> peers) throws IOException {
    List<Contender> all = new ArrayList<>(List.of(neurite));
    all.addAll(peers);
    for (int fork = 0; fork < options.forks(); fork++) {
      fork(all);
    }
    List<Row> rows = new ArrayList<>();
    Samples own = values.get(neurite.name());
    if (own == null) {
      throw new IOException(work.label() + ": Neurite failed: " + missing.get(neurite.name()));
    }
    for (Contender peer : peers) {
      String note = missing.getOrDefault(peer.name(), "");
      Samples other = values.getOrDefault(peer.name(), new Samples());
      if (other.isEmpty() && note.equals(NOTHING)) {
        continue;
      }
      rows.add(row(work.label(), own, peer, other, note));
      Samples ownTail = tails.get(neurite.name());
      Samples otherTail = tails.get(peer.name());
      if (ownTail != null && otherTail != null) {
        rows.add(row(work.label() + "-p99", ownTail, peer, otherTail, note));
      }
    }
    if (rows.isEmpty()) {
      rows.add(Row.alone(work.label(), threads, work.kind().unit(), own, ""));
    }
    return rows;
  }

  /** What contenders that do not do such work answer. */
  private static final String NOTHING = "does not do this";

  private Row row(String label, Samples own, Contender peer, Samples other, String note) {
    String disturbed = Math.max(own.otherCpu(), other.otherCpu()) > DISTURBED ? "disturbed" : "";
    return Row.against(
        label,
        threads,
        work.kind().unit(),
        work.kind().moreIsBetter(),
        own,
        peer.name(),
        other,
        note.isEmpty() ? disturbed : note);
  }

  private void fork(List<Contender> all) throws IOException {
    Map<Contender, Child> children = new LinkedHashMap<>();
    try {
      for (Contender contender : all) {
        open(contender, children);
      }
      options.around("begin");
      try {
        for (Contender contender : List.copyOf(children.keySet())) {
          ask(contender, children, "warm 0");
        }
        for (int round = 0; round < options.rounds(); round++) {
          for (Contender contender : List.copyOf(children.keySet())) {
            sample(contender, children);
          }
        }
      } finally {
        options.around("end");
      }
    } finally {
      children.values().forEach(Child::close);
    }
  }

  private void open(Contender contender, Map<Contender, Child> children) throws IOException {
    if (missing.containsKey(contender.name())) {
      return;
    }
    Child child =
        contender.start(
            options.log(),
            threads,
            work.name(),
            options.folder().toString(),
            Integer.toString(threads),
            options.digits().toString());
    try {
      if (child.answer()[0].equals("no")) {
        missing.put(contender.name(), NOTHING);
        child.close();
        return;
      }
      child.ask("warm " + options.warm());
      values.computeIfAbsent(contender.name(), name -> new Samples()).nextFork();
      if (work.kind() == Work.Kind.LATENCY) {
        tails.computeIfAbsent(contender.name(), name -> new Samples()).nextFork();
      }
      children.put(contender, child);
    } catch (IOException failure) {
      missing.put(contender.name(), "missing: " + failure.getMessage());
      child.close();
    }
  }

  /** One sample; the least disturbed of several where others take the processor. */
  private void sample(Contender contender, Map<Contender, Child> children) {
    double[] best = {};
    for (int i = 0; i <= REPEATS; i++) {
      pause();
      String[] words = ask(contender, children, "sample " + options.seconds());
      if (words.length == 0) {
        return;
      }
      double[] now = new double[words.length];
      for (int k = 0; k < now.length; k++) {
        now[k] = Double.parseDouble(words[k]);
      }
      if (best.length == 0 || now[3] < best[3]) {
        best = now;
      }
      if (!(best[3] > DISTURBED)) {
        break;
      }
    }
    samplesOf(values, contender).add(best[0], best[3]);
    if (work.kind() == Work.Kind.LATENCY) {
      samplesOf(tails, contender).add(best[1], best[3]);
    }
  }

  /** A contender's answer; empty, and the contender is out, if it fails. */
  private String[] ask(Contender contender, Map<Contender, Child> children, String line) {
    Child child = children.get(contender);
    if (child == null) {
      return new String[0];
    }
    try {
      return child.ask(line);
    } catch (IOException failure) {
      missing.put(contender.name(), "failed: " + failure.getMessage());
      children.remove(contender);
      child.close();
      return new String[0];
    }
  }

  private static Samples samplesOf(Map<String, Samples> map, Contender contender) {
    return map.computeIfAbsent(contender.name(), name -> new Samples());
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
