package dev.neurite.gpu;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where NVIDIA's libraries may lie, in the order they are tried: the folders of a system property,
 * {@code CUDA_HOME} and {@code CUDA_PATH}, {@code LD_LIBRARY_PATH}, what the loader finds by name,
 * {@code /usr/local/cuda*} (newest first), the folders of distributions, and those in which pip
 * puts NVIDIA's packages.
 */
final class LibrarySearch {

  /** Folders to look in before all others, separated as in a class path. */
  static final String PROPERTY = "neurite.cuda.path";

  private static final List<String> TOOLKIT_FOLDERS =
      List.of("lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib");

  private static final List<String> DISTRIBUTION_FOLDERS =
      List.of(
          "usr/lib/x86_64-linux-gnu",
          "usr/lib/aarch64-linux-gnu",
          "usr/lib64",
          "usr/lib",
          "usr/lib/x86_64-linux-gnu/nvidia/current",
          "usr/lib/wsl/lib",
          "usr/local/nvidia/lib64",
          "opt/cuda/lib64",
          "run/opengl-driver/lib");

  /** Where pip's packages put their libraries: those of CUDA 13, then those of CUDA 12. */
  private static final List<String> PACKAGE_FOLDERS =
      List.of("nvidia/cu13/lib", "nvidia/cublas/lib", "nvidia/cuda_nvrtc/lib");

  private final @Nullable String property;
  private final Map<String, String> environment;
  private final Path root;

  /**
   * A search on some machine.
   *
   * @param property value of {@link #PROPERTY}
   * @param environment variables
   * @param root of the file system; another in tests
   */
  LibrarySearch(@Nullable String property, Map<String, String> environment, Path root) {
    this.property = property;
    this.environment = environment;
    this.root = root;
  }

  /** A search on this machine. */
  static LibrarySearch here() {
    return new LibrarySearch(System.getProperty(PROPERTY), System.getenv(), Path.of("/"));
  }

  /**
   * What to give to the loader, in order: files that exist, and plain names.
   *
   * @param names of the library, the best first, such as {@code libnvrtc.so.13}
   */
  List<String> candidates(List<String> names) {
    Set<String> found = new LinkedHashSet<>();
    folders(environmentFolders(), names, found);
    found.addAll(names);
    folders(wellKnownFolders(), names, found);
    return List.copyOf(found);
  }

  /** One line about each place, for messages. */
  List<String> places() {
    List<String> places = new ArrayList<>();
    places.add("-D" + PROPERTY + (property == null ? " is not set" : "=" + property));
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH", "LD_LIBRARY_PATH")) {
      String value = environment.get(variable);
      places.add(variable + (value == null ? " is not set" : "=" + value));
    }
    places.add("the loader's own folders");
    places.add("folders that exist: " + existing(wellKnownFolders()));
    return places;
  }

  private static String existing(List<Path> folders) {
    List<String> names = folders.stream().filter(Files::isDirectory).map(Path::toString).toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private static void folders(List<Path> folders, List<String> names, Set<String> found) {
    for (Path folder : folders) {
      for (String name : names) {
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
          found.add(file.toString());
        }
      }
    }
  }

  private List<Path> environmentFolders() {
    List<Path> folders = new ArrayList<>();
    for (Path folder : paths(property)) {
      folders.add(folder);
      toolkit(folder, folders);
    }
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      for (Path home : paths(environment.get(variable))) {
        toolkit(home, folders);
      }
    }
    folders.addAll(paths(environment.get("LD_LIBRARY_PATH")));
    return folders;
  }

  private List<Path> wellKnownFolders() {
    List<Path> folders = new ArrayList<>();
    Path local = root.resolve("usr/local");
    toolkit(local.resolve("cuda"), folders);
    for (Path toolkit : newestFirst(list(local, "cuda-*"))) {
      toolkit(toolkit, folders);
    }
    for (String folder : DISTRIBUTION_FOLDERS) {
      folders.add(root.resolve(folder));
    }
    for (Path site : sitePackages()) {
      for (String folder : PACKAGE_FOLDERS) {
        folders.add(site.resolve(folder));
      }
    }
    return folders;
  }

  /** Folders of Python's packages: of environments, of the user, of interpreters on the path. */
  private List<Path> sitePackages() {
    Set<Path> prefixes = new LinkedHashSet<>();
    prefixes.addAll(paths(environment.get("VIRTUAL_ENV")));
    prefixes.addAll(paths(environment.get("CONDA_PREFIX")));
    for (Path home : paths(environment.get("HOME"))) {
      prefixes.add(home.resolve(".local"));
    }
    for (Path folder : paths(environment.get("PATH"))) {
      Path parent = folder.getParent();
      if (parent != null && Files.exists(folder.resolve("python3"))) {
        prefixes.add(parent);
      }
    }
    prefixes.add(root.resolve("usr/local"));
    prefixes.add(root.resolve("usr"));
    prefixes.add(root.resolve("opt/conda"));
    List<Path> sites = new ArrayList<>();
    for (Path prefix : prefixes) {
      for (Path python : newestFirst(list(prefix.resolve("lib"), "python3*"))) {
        sites.add(python.resolve("site-packages"));
        sites.add(python.resolve("dist-packages"));
      }
    }
    return sites;
  }

  private static void toolkit(Path home, List<Path> folders) {
    for (String folder : TOOLKIT_FOLDERS) {
      folders.add(home.resolve(folder));
    }
  }

  private static List<Path> paths(@Nullable String list) {
    List<Path> paths = new ArrayList<>();
    if (list != null) {
      for (String one : list.split(File.pathSeparator, -1)) {
        try {
          if (!one.isBlank()) {
            paths.add(Path.of(one));
          }
        } catch (InvalidPathException ignored) {
          // A variable may hold anything; what is no path holds no library.
        }
      }
    }
    return paths;
  }

  private static List<Path> list(Path folder, String pattern) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
        entries.forEach(found::add);
      } catch (IOException ignored) {
        // A folder that cannot be read holds nothing that could be loaded.
      }
    }
    return found;
  }

  /** By the numbers at the end of the names: {@code cuda-12.10} before {@code cuda-12.9}. */
  private static List<Path> newestFirst(List<Path> paths) {
    return paths.stream()
        .sorted(Comparator.comparingLong(LibrarySearch::version).reversed())
        .toList();
  }

  /** Three parts of a version as one number; missing ones count as 0. */
  private static long version(Path path) {
    String[] parts = path.getFileName().toString().replaceAll("^[^0-9]*", "").split("[^0-9]+", -1);
    long version = 0;
    for (int i = 0; i < 3; i++) {
      boolean number = i < parts.length && !parts[i].isEmpty() && parts[i].length() <= 6;
      version = version * 1_000_000 + (number ? Long.parseLong(parts[i]) : 0);
    }
    return version;
  }
}
