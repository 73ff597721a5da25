package dev.neurite.processor.generated;

import com.palantir.javapoet.JavaFile;
import dev.neurite.TrainableModel;
import dev.neurite.dsl.Model;
import dev.neurite.processor.NeuriteProcessor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Source and classes of the networks, in a folder under {@code target} that belongs to exactly this
 * compiler, runtime and these declarations. The JVMs that run test classes side by side fill it
 * together: each takes a part that no other has taken, and waits for the others' at the end.
 */
final class NetworkFolder {

  /** More than there are JVMs, so that they end at about the same time. */
  private static final int PARTS = 6;

  private NetworkFolder() {}

  /** Compiles sources into a folder. */
  interface Compiler {
    void compile(Map<String, String> sources, Path folder);
  }

  /** A folder with everything that these sources give. */
  static Path of(Map<String, String> declarations, Compiler compiler) {
    // In one order in all JVMs: it decides the name of the folder, and which part holds what.
    SortedMap<String, String> sources = new TreeMap<>(declarations);
    try {
      Path all = Files.createDirectories(location(NetworkFolder.class).resolveSibling("networks"));
      Path folder = all.resolve(key(sources));
      if (create(folder)) {
        deleteOthers(all, folder);
      }
      List<Map<String, String>> parts = parts(sources);
      for (boolean wait : new boolean[] {false, true}) {
        for (int i = 0; i < PARTS; i++) {
          fill(folder, i, wait, parts.get(i), compiler);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this JVM is the one that has made it. */
  private static boolean create(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static List<Map<String, String>> parts(Map<String, String> sources) {
    List<Map<String, String>> parts = new ArrayList<>();
    for (int i = 0; i < PARTS; i++) {
      parts.add(new LinkedHashMap<>());
    }
    int next = 0;
    for (Map.Entry<String, String> source : sources.entrySet()) {
      parts.get(next++ % PARTS).put(source.getKey(), source.getValue());
    }
    return parts;
  }

  /** Compiles a part that is not there, unless another JVM does and this one need not wait. */
  private static void fill(
      Path folder, int part, boolean wait, Map<String, String> sources, Compiler compiler)
      throws IOException {
    Path done = folder.resolve("part" + part + ".done");
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("part" + part + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = lock(channel, wait)) {
      if (lock != null && !Files.exists(done)) {
        compiler.compile(sources, folder);
        Files.createFile(done);
      }
    }
  }

  private static @Nullable FileLock lock(FileChannel channel, boolean wait) throws IOException {
    return wait ? channel.lock() : channel.tryLock();
  }

  /** A sum of all that decides what is compiled, options of javac included. */
  private static String key(Map<String, String> sources) throws IOException {
    try {
      MessageDigest sum = MessageDigest.getInstance("SHA-256");
      for (Class<?> type :
          List.of(NeuriteProcessor.class, JavaFile.class, Model.class, TrainableModel.class)) {
        add(sum, location(type));
      }
      String caller = CompiledNetworks.class.getName().replace('.', '/') + ".class";
      add(sum, location(CompiledNetworks.class).resolve(caller));
      sum.update(sources.toString().getBytes(StandardCharsets.UTF_8));
      sum.update(Runtime.version().toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum.digest(), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(MessageDigest sum, Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        sum.update(path.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        sum.update(Files.readAllBytes(file));
      }
    }
  }

  /** The folder or archive that a class is from. */
  private static Path location(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  /** Removes what earlier builds have left. */
  private static void deleteOthers(Path all, Path folder) throws IOException {
    List<Path> others;
    try (Stream<Path> paths = Files.walk(all)) {
      others =
          paths
              .filter(path -> !path.equals(all) && !path.startsWith(folder))
              .sorted(Comparator.reverseOrder())
              .toList();
    }
    for (Path other : others) {
      Files.delete(other);
    }
  }
}
