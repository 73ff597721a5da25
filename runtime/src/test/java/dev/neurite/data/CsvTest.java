package dev.neurite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CsvTest {

  private static final Csv READER = Csv.reader().floats("x", "b", "a").indices("y", "n");

  @TempDir Path folder;

  @Test
  void readsTypedColumnsInAnyOrder() throws Exception {
    Dataset data =
        read(
            Csv.reader()
                .floats("x", "b", "a")
                .indices("y", "n")
                .categories("z", "c", List.of("red", "light blue")),
            "a,n,unused,c,b\n1,2,,red,3.5\n-4e-1,0,?,light blue, +.5 \n");
    assertThat(data.floats("x").shape()).containsExactly(2);
    assertThat(data.floats("x").values()).containsExactly(3.5f, 1, 0.5f, -0.4f);
    assertThat(data.indices("y").values()).containsExactly(2, 0);
    assertThat(data.indices("z").values()).containsExactly(0, 1);
  }

  @Test
  void readsQuotesLineEndsAndSeparators() throws Exception {
    Csv reader = Csv.reader().separator(';').categories("y", "a \"b\"\r\nc", List.of("x;\ny", "z"));
    Dataset data = read(reader, "\uFEFF\"a \"\"b\"\"\r\nc\";d\r\n\"x;\ny\";1\rz;2\r\n\r\n\n");
    assertThat(data.indices("y").values()).containsExactly(0, 1);
    assertThat(read(READER, "a,b,n").rows()).isZero();
  }

  @Test
  void findsTheWordsOfAColumn() throws Exception {
    Path path = Files.writeString(folder.resolve("words.csv"), "a,b\nx,1\n z ,2\ny,3\nx,4");
    assertThat(Csv.reader().words(path, "a")).containsExactly("x", "y", "z");
    assertThat(Csv.reader().floats("n", "b").read(path).floats("n").values())
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void saysWhereAndWhatIsWrong() {
    refused(
        "a,b,n\n1,2,3\n1,x,3",
        "line 3, column 2 (b): expected a decimal number in the range of a float, got x");
    refused(
        "a,b,n\n1,,3",
        "line 2, column 2 (b): the value is missing; fill it in or leave the line out");
    refused(
        "a,b,n\n1,NaN,3",
        "line 2, column 2 (b): expected a decimal number in the range of a float, got NaN");
    refused(
        "a,b,n\n1,1e39,3",
        "line 2, column 2 (b): expected a decimal number in the range of a float, got 1e39");
    refused("a,b,n\n1,0x1p3,3", "expected a decimal number");
    refused(
        "a,b,n\n1,2,1.5",
        "line 2, column 3 (n): expected a whole number from 0 to 2147483647, got 1.5");
    refused("a,b,n\n1,2,-1", "expected a whole number from 0 to 2147483647, got -1");
    refused(
        "a,b,n\n1,2,2147483648", "expected a whole number from 0 to 2147483647, got 2147483648");
    refused("a,b,n\n1,2", "line 2: expected 3 fields as in the first line, got 2");
    refused("a,\"b\n\",n\n\n1,2,3", "line 1: no column is named b; there are [a, b\n, n]");
    refused("a,b,n\n\"1\n\",2,3\n1,2", "line 4: expected 3 fields as in the first line, got 2");
    refused("a,b,n\n\n1,2,3", "line 2: the line is empty; take it out");
    refused("a,b,n,b\n", "line 1: columns 2 and 4 are both named b");
    refused("a,b,n\n1,2\"3,4", "line 2: column 2 has a quote inside");
    refused("a,b,n\n1,\"2\"3,4", "line 2: column 2 goes on behind its closing quote");
    refused("a,b,n\n1,\"2,4\n", "line 2: column 2 has a quote that is not closed");
    refused("", "line 1: the file is empty; the first line should name the columns");
    byte[] latin = "a,b,n\n1,2,\u00e4".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> READER.read(new ByteArrayInputStream(latin), "x.csv"))
        .isInstanceOf(DataFileException.class)
        .hasMessage("x.csv: the file is not UTF-8 text; convert it");
    assertThatThrownBy(() -> read(Csv.reader().categories("y", "a", List.of("v")), "a\nu"))
        .hasMessage("x.csv: line 2, column 1 (a): expected one of [v], got u");
  }

  @Test
  void refusesReadersThatMakeNoSense() {
    assertThatThrownBy(() -> read(Csv.reader(), "a")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Csv.reader().floats("x")).hasMessageContaining("at least one field");
    assertThatThrownBy(() -> Csv.reader().separator('"')).hasMessageContaining("cannot separate");
    assertThatThrownBy(() -> Csv.reader().categories("y", "a", List.of("v", "v")))
        .hasMessageContaining("stands twice");
    assertThatThrownBy(() -> Csv.reader().categories("y", "a", List.of()))
        .hasMessageContaining("at least one word");
  }

  private static Dataset read(Csv reader, String text) throws IOException {
    return reader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "x.csv");
  }

  private static void refused(String text, String complaint) {
    assertThatThrownBy(() -> read(READER, text))
        .isInstanceOf(DataFileException.class)
        .hasMessageStartingWith("x.csv: ")
        .hasMessageContaining(complaint);
  }
}
