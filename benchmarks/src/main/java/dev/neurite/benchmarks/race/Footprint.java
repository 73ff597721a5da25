package dev.neurite.benchmarks.race;

import dev.neurite.benchmarks.nets.CnnForward;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** What is not speed: starting, memory, size, allocation, and what first steps lose. */
final class Footprint {

  /** Of predictions before memory is read. */
  private static final double LONG_SECONDS = 10;

  private final Options options;
  private final Contenders contenders;

  Footprint(Options options, Contenders contenders) {
    this.options = options;
    this.contenders = contenders;
  }

  /** Fresh processes that predict one row of the MLP and end. */
  List<Row> starts(List<Contender> peers) throws IOException {
    List<Contender> all = new ArrayList<>(List.of(contenders.neurite()));
    for (Contender peer : peers) {
      if (peer.java()) {
        all.add(peer);
        if (peer.name().equals("ONNX Runtime")) {
          all.add(contenders.onnxRuntimeUnpacked());
        }
      }
    }
    int runs = options.quick() ? 2 : 10;
    List<Starts> starts = new ArrayList<>();
    for (Contender contender : all) {
      starts.add(new Starts(contender));
    }
    // The first of all, which brings files into memory, does not count.
    options.around("begin");
    try {
      for (int i = 0; i <= runs; i++) {
        for (Starts one : starts) {
          one.run(i > 0);
        }
      }
    } finally {
      options.around("end");
    }
    List<Row> rows = new ArrayList<>();
    Starts own = starts.getFirst();
    for (Starts other : starts.subList(1, starts.size())) {
      rows.add(other.row("first-prediction", "ms", own.first, other.first));
      rows.add(other.row("process", "ms", own.process, other.process));
      rows.add(other.row("process-memory", "MB", own.memory, other.memory));
    }
    return rows;
  }

  /** The starts of one contender. */
  private final class Starts {

    private final Contender contender;
    private final Samples first = Samples.of();
    private final Samples process = Samples.of();
    private final Samples memory = Samples.of();
    private String note = "";

    Starts(Contender contender) {
      this.contender = contender;
    }

    void run(boolean counts) throws IOException {
      if (!note.isEmpty()) {
        return;
      }
      Cpu cpu = new Cpu();
      long start = System.nanoTime();
      try (Child child = contender.start(options.log(), 1, "first", options.folder().toString())) {
        String[] words = child.answer();
        child.await();
        double milliseconds = (System.nanoTime() - start) / 1e6;
        if (counts) {
          // The child is one of the others here, and at most about one core.
          double other = Math.max(0, cpu.other() - 1);
          first.add(Double.parseDouble(words[0]) / 1e6, other);
          process.add(milliseconds, other);
          memory.add(Double.parseDouble(words[1]) / 1000, other);
        }
      } catch (IOException failure) {
        note = "missing: " + failure.getMessage();
      }
    }

    Row row(String work, String unit, Samples own, Samples other) {
      return Row.against(work, 1, unit, false, own, contender.name(), other, note);
    }
  }

  /** Ten seconds of single predictions of the MLP in a fresh process. */
  List<Row> longRuns(List<Contender> peers) throws IOException {
    Samples ownTail = Samples.of();
    Samples ownMemory = Samples.of();
    String note = longRun(contenders.neurite(), ownTail, ownMemory);
    List<Row> rows = new ArrayList<>();
    List<Contender> others = new ArrayList<>(List.of(contenders.scalar()));
    others.addAll(peers);
    for (Contender peer : others) {
      Samples tail = Samples.of();
      Samples memory = Samples.of();
      String missing = longRun(peer, tail, memory);
      String text = note.isEmpty() ? missing : note;
      rows.add(Row.against("first-5s-p99.9", 1, "us", false, ownTail, peer.name(), tail, text));
      rows.add(
          Row.against("memory-after-10s", 1, "MB", false, ownMemory, peer.name(), memory, text));
    }
    return rows;
  }

  private String longRun(Contender contender, Samples tail, Samples memory) throws IOException {
    int runs = options.quick() ? 1 : 3;
    for (int i = 0; i < runs; i++) {
      try (Child child = open(contender, Work.MLP_ROW, 1, "random")) {
        String[] words = quietly(child, "long " + (options.quick() ? 6 : LONG_SECONDS));
        double other = Double.parseDouble(words[3]);
        tail.add(Double.parseDouble(words[0]), other);
        memory.add(Double.parseDouble(words[1]) / 1000, other);
      } catch (IOException failure) {
        return "missing: " + failure.getMessage();
      }
    }
    return "";
  }

  /** What the first steps of a training cost beyond what they cost later. */
  List<Row> firstSteps(List<Contender> peers) throws IOException {
    List<Row> rows = new ArrayList<>();
    List<Contender> all = new ArrayList<>(peers);
    all.add(0, contenders.neurite());
    for (int threads : options.threads()) {
      for (Work work : Work.values()) {
        if (work.kind() == Work.Kind.TRAIN && options.wants(work.label() + "-first-steps")) {
          rows.addAll(firstSteps(all, work, threads));
        }
      }
    }
    return rows;
  }

  private List<Row> firstSteps(List<Contender> all, Work work, int threads) throws IOException {
    List<Row> rows = new ArrayList<>();
    Samples own = Samples.of();
    for (Contender contender : all) {
      Samples lost = Samples.of();
      String note = "";
      double firstStep = 0;
      for (int i = 0; i < (options.quick() ? 1 : 3) && note.isEmpty(); i++) {
        try (Child child = open(contender, work, threads, options.digits().toString())) {
          String[] words = quietly(child, "steps " + (options.quick() ? 4 : 8));
          lost.add(Double.parseDouble(words[0]), Double.parseDouble(words[4]));
          firstStep = Math.max(firstStep, Double.parseDouble(words[1]));
        } catch (IOException failure) {
          note = "missing: " + failure.getMessage();
        }
      }
      if (contender.name().equals(Contenders.NEURITE)) {
        own = lost;
      }
      if (note.isEmpty()) {
        note = String.format(java.util.Locale.ROOT, "up to and with step 1: %.2f s", firstStep);
      }
      String label = work.label() + "-first-steps";
      rows.add(
          contender.name().equals(Contenders.NEURITE)
              ? Row.alone(label, threads, "s", own, note)
              : Row.against(label, threads, "s", false, own, contender.name(), lost, note));
    }
    rows.removeIf(row -> row.note().endsWith(NOTHING));
    return rows;
  }

  private String[] quietly(Child child, String line) throws IOException {
    options.around("begin");
    try {
      return child.ask(line);
    } finally {
      options.around("end");
    }
  }

  private static final String NOTHING = "does not do this";

  /** A process that has opened its work and not begun. */
  private Child open(Contender contender, Work work, int threads, String data) throws IOException {
    Child child =
        contender.start(
            options.log(),
            threads,
            work.name(),
            options.folder().toString(),
            Integer.toString(threads),
            data);
    try {
      if (child.answer()[0].equals("no")) {
        throw new IOException(NOTHING);
      }
      return child;
    } catch (IOException failure) {
      child.close();
      throw failure;
    }
  }

  /** Bytes that a step and a prediction allocate once all is warm. */
  List<Row> allocations() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int threads : options.threads()) {
      for (Work work : Work.values()) {
        if (options.wants(work.label() + "-allocated")) {
          try (Child child =
              open(contenders.neurite(), work, threads, options.digits().toString())) {
            child.ask("warm " + options.warm());
            String[] words = child.ask("allocated 100");
            rows.add(
                Row.alone(
                    work.label() + "-allocated",
                    threads,
                    "B/call",
                    Samples.of(Double.parseDouble(words[0])),
                    ""));
          }
        }
      }
    }
    return rows;
  }

  /** What an application ships to predict: a jar of the generated class of the largest network. */
  List<Row> sizes(List<Contender> peers) throws IOException {
    Samples own = Samples.of(jarOf(CnnForward.class) / 1000.0);
    List<Row> rows = new ArrayList<>();
    for (Contender peer : peers) {
      if (peer.java()) {
        Samples size =
            peer.jars().isEmpty()
                ? Samples.of()
                : Samples.of(Contenders.size(peer.jars()) / 1000.0);
        rows.add(Row.against("jars-to-predict", 1, "kB", false, own, peer.name(), size, ""));
      }
    }
    if (rows.isEmpty()) {
      rows.add(Row.alone("jars-to-predict", 1, "kB", own, ""));
    }
    return rows;
  }

  /** Bytes of a jar with a class and those nested in it. */
  private static int jarOf(Class<?> type) throws IOException {
    try {
      Path root = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path folder = root.resolve(type.getPackageName().replace('.', '/'));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (JarOutputStream jar = new JarOutputStream(bytes);
          Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          String name = file.getFileName().toString();
          if (name.equals(type.getSimpleName() + ".class")
              || name.startsWith(type.getSimpleName() + "$")) {
            jar.putNextEntry(new JarEntry(root.relativize(file).toString()));
            Files.copy(file, jar);
          }
        }
      }
      return bytes.size();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }
}
