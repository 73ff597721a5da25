package dev.neurite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdxTest {

  @TempDir Path folder;

  /** An MNIST file of images, byte i of which is i. */
  static byte[] images(int count, int height, int width) {
    ByteBuffer file = ByteBuffer.allocate(16 + count * height * width);
    file.putInt(0x803).putInt(count).putInt(height).putInt(width);
    for (int i = 0; file.hasRemaining(); i++) {
      file.put((byte) i);
    }
    return file.array();
  }

  /** An MNIST file of labels 0 to 9, over and over. */
  static byte[] labels(int count) {
    ByteBuffer file = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    for (int i = 0; i < count; i++) {
      file.put((byte) (i % 10));
    }
    return file.array();
  }

  static byte[] zipped(byte[] file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(file);
    }
    return out.toByteArray();
  }

  @Test
  void readsImagesAndLabels() throws Exception {
    Path images = Files.write(folder.resolve("images"), images(10, 7, 5));
    Path labels = Files.write(folder.resolve("labels.gz"), zipped(labels(10)));
    Dataset data = Idx.dataset(images, labels, "image", "logits");
    assertThat(data.rows()).isEqualTo(10);
    assertThat(data.floats("image").shape()).containsExactly(1, 7, 5);
    float[] values = data.floats("image").values();
    assertThat(values[255]).isEqualTo(1f);
    assertThat(values[51]).isEqualTo(0.2f);
    assertThat(values[256]).isZero();
    assertThat(data.indices("logits").values()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void recognisesGzipByItsFirstBytes() throws Exception {
    Path plain = Files.write(folder.resolve("plain.gz"), images(3, 2, 2));
    Path zipped = Files.write(folder.resolve("zipped"), zipped(images(3, 2, 2)));
    assertThat(Idx.images(plain, "x").values()).isEqualTo(Idx.images(zipped, "x").values());
  }

  @Test
  void refusesAsManyLabelsAsThereAreNot() throws Exception {
    Path images = Files.write(folder.resolve("images"), images(10, 2, 2));
    Path labels = Files.write(folder.resolve("labels"), labels(9));
    assertThatThrownBy(() -> Idx.dataset(images, labels, "x", "y"))
        .isInstanceOf(DataFileException.class)
        .hasMessage(
            labels + ": expected a label for each of the 10 images of " + images + ", got 9");
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    refused(labels(3), "expected images [images, height, width], an array of 3 axes, got one of 1");
    refused(changed(0, 1), "begins with two bytes 0, got 1 and 0");
    refused(changed(2, 13), "expected values of type 8 (unsigned byte), got type 13");
    refused(changed(7, 9), "the header says [9, 2, 2], which are 36 values, but the file has 12");
    refused(changed(7, 2), "the header says [2, 2, 2], which are 8 values, but the file has more");
    refused(changed(4, 255), "axis 0 has the length 4278190083 after []");
    refused(changed(8, 127), "axis 1 has the length 2130706434 after [3]");
    refused(
        ByteBuffer.allocate(16).putInt(0x803).putInt(0).putInt(1 << 20).putInt(1 << 20).array(),
        "axis 2 has the length 1048576 after [0, 1048576]");
    refused(images(3, 0, 2), "the images are empty: [3, 0, 2]");
    refused(Arrays.copyOf(images(3, 2, 2), 15), "ends inside its header");
    refused(new byte[0], "ends inside its header");
    byte[] zipped = zipped(images(3, 2, 2));
    refused(Arrays.copyOf(zipped, zipped.length - 9), "gzip file is damaged or cut short");
    zipped[zipped.length - 7] ^= 1;
    refused(zipped, "gzip file is damaged or cut short");
    assertThatThrownBy(() -> Idx.images(folder.resolve("none"), "x"))
        .isInstanceOf(NoSuchFileException.class);
  }

  private static byte[] changed(int position, int value) {
    byte[] file = images(3, 2, 2);
    file[position] = (byte) value;
    return file;
  }

  private static void refused(byte[] file, String complaint) {
    assertThatThrownBy(() -> Idx.images(new ByteArrayInputStream(file), "x.idx", "x"))
        .isInstanceOf(DataFileException.class)
        .hasMessageStartingWith("x.idx: ")
        .hasMessageContaining(complaint);
  }
}
