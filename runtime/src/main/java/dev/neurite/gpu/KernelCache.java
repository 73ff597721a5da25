package dev.neurite.gpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Compiled kernels and choices of algorithms on disk, so that a program starts without compiling
 * and measuring. A file is the SHA-256 of what follows, then the code; its name is the SHA-256 of
 * all that the code depends on. Whatever cannot be read or was damaged counts as missing, and a
 * folder that cannot be written to as no cache.
 */
final class KernelCache {

  /** The folder; {@code off} for none. */
  static final String PROPERTY = "neurite.cuda.cache";

  private static final int HASH_BYTES = 32;

  private final @Nullable Path folder;

  /** A cache in a folder, which is made when first needed; null for none. */
  KernelCache(@Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * The user's cache: the folder that {@link #PROPERTY} names, else {@code neurite/cuda} in {@code
   * XDG_CACHE_HOME} or {@code ~/.cache}.
   */
  static KernelCache inHome() {
    String property = System.getProperty(PROPERTY);
    if (property != null) {
      return new KernelCache(property.equals("off") ? null : Path.of(property));
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    Path base =
        caches == null || caches.isEmpty()
            ? Path.of(System.getProperty("user.home", "."), ".cache")
            : Path.of(caches);
    return new KernelCache(base.resolve("neurite").resolve("cuda"));
  }

  /** The name, without an ending, of what depends on all these. */
  static String key(String... parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** What was stored under a name; null if nothing was, or it is damaged. */
  byte @Nullable [] read(String name) {
    if (folder == null) {
      return null;
    }
    try {
      byte[] file = Files.readAllBytes(folder.resolve(name));
      if (file.length <= HASH_BYTES) {
        return null;
      }
      byte[] code = Arrays.copyOfRange(file, HASH_BYTES, file.length);
      byte[] hash = Arrays.copyOf(file, HASH_BYTES);
      return MessageDigest.isEqual(hash, sha256().digest(code)) ? code : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** Stores code under a name; a file appears whole or not at all. */
  void write(String name, byte[] code) {
    if (folder == null) {
      return;
    }
    Path temporary = null;
    try {
      Files.createDirectories(folder);
      temporary = Files.createTempFile(folder, name.substring(0, 8), ".tmp");
      byte[] file = Arrays.copyOf(sha256().digest(code), HASH_BYTES + code.length);
      System.arraycopy(code, 0, file, HASH_BYTES, code.length);
      Files.write(temporary, file);
      Files.move(
          temporary,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // Without a cache programs only start more slowly.
      delete(temporary);
    }
  }

  private static void delete(@Nullable Path temporary) {
    if (temporary != null) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException ignored) {
        // It stays behind, named as what it is.
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
