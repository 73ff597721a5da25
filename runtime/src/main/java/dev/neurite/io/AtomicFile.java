package dev.neurite.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file as a whole: to a neighbour, then moved into place. Whenever the process or the
 * machine stops, the path holds either what it held before or all of the new bytes.
 */
final class AtomicFile {

  /** Writes the new bytes. */
  @FunctionalInterface
  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  private AtomicFile() {}

  static void write(Path path, Content content) throws IOException {
    // A symbolic link stays one: what it points to is replaced.
    Path target = Files.isSymbolicLink(path) ? path.toRealPath() : path.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw new IOException(path + ": is a folder; name a file to write to");
    }
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path neighbour = folder.resolve("." + target.getFileName() + "." + random + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(neighbour, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        content.writeTo(channel);
        // The bytes must be on the disk before the name points to them.
        channel.force(true);
      }
      Files.move(neighbour, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException | Error failure) {
      try {
        Files.deleteIfExists(neighbour);
      } catch (IOException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
    forceFolder(folder);
  }

  /** Puts the move itself on the disk, where the system lets a folder be opened. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException notOnThisSystem) {
      // The file is whole all the same; only a power cut may still bring the old one back.
    }
  }
}
