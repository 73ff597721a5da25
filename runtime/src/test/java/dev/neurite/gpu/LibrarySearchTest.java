package dev.neurite.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LibrarySearchTest {

  private static final List<String> NAMES = List.of("libnvrtc.so.13", "libnvrtc.so.12");

  @TempDir Path root;

  private String file(String path) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    return file.toString();
  }

  @Test
  void looksWhereTheUserSaysThenInTheEnvironmentThenInWellKnownFolders() throws IOException {
    String property = file("mine/libnvrtc.so.12");
    String home = file("home/lib64/libnvrtc.so.12");
    String path = file("libraries/libnvrtc.so.13");
    String toolkit13 = file("usr/local/cuda-13.0/lib64/libnvrtc.so.13");
    String toolkit1210 = file("usr/local/cuda-12.10/lib64/libnvrtc.so.12");
    String toolkit129 = file("usr/local/cuda-12.9.1/lib64/libnvrtc.so.12");
    String debian = file("usr/lib/x86_64-linux-gnu/libnvrtc.so.12");
    String pip13 = file("env/lib/python3.12/site-packages/nvidia/cu13/lib/libnvrtc.so.13");
    String pip12 = file("env/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
    String dist = file("usr/lib/python3.9/dist-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
    LibrarySearch search =
        new LibrarySearch(
            root.resolve("mine").toString(),
            Map.of(
                "CUDA_HOME",
                root.resolve("home").toString(),
                "LD_LIBRARY_PATH",
                root.resolve("libraries") + "::" + root.resolve("missing"),
                "VIRTUAL_ENV",
                root.resolve("env").toString()),
            root);
    assertThat(search.candidates(NAMES))
        .containsExactly(
            property,
            home,
            path,
            "libnvrtc.so.13",
            "libnvrtc.so.12",
            toolkit13,
            toolkit1210,
            toolkit129,
            debian,
            pip13,
            pip12,
            dist);
  }

  @Test
  void takesTheNewestNameOfOneFolderFirst() throws IOException {
    String older = file("usr/lib64/libnvrtc.so.12");
    String newer = file("usr/lib64/libnvrtc.so.13");
    assertThat(new LibrarySearch(null, Map.of(), root).candidates(NAMES))
        .containsExactly("libnvrtc.so.13", "libnvrtc.so.12", newer, older);
  }

  @Test
  void findsThePythonOfThePath() throws IOException {
    file("tools/bin/python3");
    String found = file("tools/lib/python3.11/site-packages/nvidia/cublas/lib/libcublasLt.so.12");
    LibrarySearch search =
        new LibrarySearch(null, Map.of("PATH", root.resolve("tools/bin").toString()), root);
    assertThat(search.candidates(List.of("libcublasLt.so.12")))
        .containsExactly("libcublasLt.so.12", found);
  }

  @Test
  void tellsWhereItLooks() throws IOException {
    file("usr/lib64/other.so");
    LibrarySearch search = new LibrarySearch(null, Map.of("CUDA_HOME", "/opt/one"), root);
    assertThat(search.places())
        .containsExactly(
            "-Dneurite.cuda.path is not set",
            "CUDA_HOME=/opt/one",
            "CUDA_PATH is not set",
            "LD_LIBRARY_PATH is not set",
            "the loader's own folders",
            "folders that exist: " + root.resolve("usr/lib64"));
  }

  @Test
  void passesOverWhatIsNoPath() {
    LibrarySearch search =
        new LibrarySearch("\0", Map.of("LD_LIBRARY_PATH", "\0:"), root.resolve("none"));
    assertThat(search.candidates(List.of("libcuda.so.1"))).containsExactly("libcuda.so.1");
  }
}
