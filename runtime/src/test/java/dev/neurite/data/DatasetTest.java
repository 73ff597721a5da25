package dev.neurite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DatasetTest {

  /** Row r holds x = [r, 10 r] and class r % 3. */
  static Dataset rows(int rows) {
    float[] x = new float[2 * rows];
    for (int row = 0; row < rows; row++) {
      x[2 * row] = row;
      x[2 * row + 1] = 10 * row;
    }
    int[] classes = IntStream.range(0, rows).map(row -> row % 3).toArray();
    return Dataset.of(Column.floats("x", List.of(2), x), Column.indices("y", classes));
  }

  @Test
  void knowsItsColumns() {
    Dataset data = rows(5);
    assertThat(data.rows()).isEqualTo(5);
    assertThat(data.columns()).extracting(Column::name).containsExactly("x", "y");
    assertThat(data.floats("x").values()).hasSize(10);
    assertThat(data.indices("y").shape()).isEmpty();
    assertThat(data.has("z")).isFalse();
    assertThat(data).hasToString("x [2] of float values, 5 rows\ny [] of indices, 5 rows");
    assertThatThrownBy(() -> data.column("z")).hasMessage("no column is named z; there are [x, y]");
    assertThatThrownBy(() -> data.floats("y")).hasMessageContaining("holds indices");
    assertThatThrownBy(() -> data.indices("x")).hasMessageContaining("holds float values");
  }

  @Test
  void refusesColumnsThatDoNotFit() {
    assertThatThrownBy(() -> Dataset.of()).hasMessage("a dataset needs at least one column");
    assertThatThrownBy(() -> Dataset.of(Column.indices("a", 1, 2), Column.indices("b", 1)))
        .hasMessage("column a has 2 rows, but column b has 1");
    assertThatThrownBy(() -> Dataset.of(Column.indices("a", 1), Column.indices("a", 2)))
        .hasMessage("two columns are named a");
    assertThatThrownBy(() -> Column.floats("a", List.of(2), new float[3]))
        .hasMessage("column a has 2 values per row [2]; 3 are no whole number of rows");
    assertThatThrownBy(() -> Column.floats("a", List.of(2, 0), new float[3]))
        .hasMessageContaining("every length is at least 1");
    assertThatThrownBy(() -> Column.floats("a", List.of(1 << 16, 1 << 16), new float[3]))
        .hasMessageContaining("larger than an array");
    assertThatThrownBy(() -> Column.floats("a", new float[][] {{1, 2}, {3}}))
        .hasMessage("expected 2 values in row 1 of column a, got 1");
  }

  @Test
  void givesColumnsOtherNames() {
    Dataset data = rows(2).renamed("y", "logits");
    assertThat(data.columns()).extracting(Column::name).containsExactly("x", "logits");
    assertThatThrownBy(() -> data.renamed("x", "logits"))
        .hasMessage("two columns are named logits");
  }

  @Test
  void takesRowsInAnyOrder() {
    Dataset data = rows(5).take(4, 0, 4);
    assertThat(data.floats("x").values()).containsExactly(4, 40, 0, 0, 4, 40);
    assertThat(data.indices("y").values()).containsExactly(1, 0, 1);
    assertThatThrownBy(() -> rows(5).take(5)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shufflesRowsWhole() {
    Dataset data = rows(100).shuffled(7);
    float[] x = data.floats("x").values();
    for (int row = 0; row < 100; row++) {
      assertThat(x[2 * row + 1]).isEqualTo(10 * x[2 * row]);
      assertThat(data.indices("y").values()[row]).isEqualTo((int) x[2 * row] % 3);
    }
    assertThat(firsts(data)).doesNotHaveDuplicates().isNotEqualTo(firsts(rows(100)));
    assertThat(firsts(rows(100).shuffled(7))).isEqualTo(firsts(data));
    assertThat(firsts(rows(100).shuffled(8))).isNotEqualTo(firsts(data));
  }

  @Test
  void splitsWithoutARowInCommon() {
    Dataset.Split split = rows(10).split(0.75, 3);
    assertThat(split.first().rows()).isEqualTo(8);
    assertThat(split.second().rows()).isEqualTo(2);
    float[] all = Arrays.copyOf(firsts(split.first()), 10);
    System.arraycopy(firsts(split.second()), 0, all, 8, 2);
    assertThat(all).containsExactlyInAnyOrder(firsts(rows(10)));
    assertThat(firsts(rows(10).split(0.75, 3).first())).isEqualTo(firsts(split.first()));
    assertThat(rows(10).split(1, 3).second().rows()).isZero();
    assertThatThrownBy(() -> rows(10).split(1.5, 3))
        .hasMessage("expected a share of the rows in [0, 1], got 1.5");
    assertThat(firsts(rows(10).splitAt(9).second())).containsExactly(9);
    assertThatThrownBy(() -> rows(10).splitAt(11)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void normalisesEachChannelByTheTrainingRows() {
    Dataset train = rows(3);
    Normalization normalization = Normalization.perChannel(train.floats("x"));
    assertThat(normalization.mean()).containsExactly(1f, 10f);
    assertThat(normalization.deviation())
        .containsExactly((float) Math.sqrt(2 / 3.0), (float) Math.sqrt(200 / 3.0));
    float[] test = rows(5).normalised("x", normalization).floats("x").values();
    assertThat(test[8]).isCloseTo((float) (3 / Math.sqrt(2 / 3.0)), within(1e-6f));
    assertThat(train.floats("x").values()).containsExactly(0, 0, 1, 10, 2, 20);
  }

  @Test
  void normalisesImagesByChannel() {
    FloatColumn images = Column.floats("i", List.of(2, 1, 2), new float[] {1, 3, 5, 5, 1, 3, 5, 5});
    Normalization normalization = Normalization.perChannel(images);
    assertThat(normalization.mean()).containsExactly(2f, 5f);
    assertThat(normalization.deviation()).containsExactly(1f, 1f);
    assertThat(normalization.apply(images).values()).containsExactly(-1, 1, 0, 0, -1, 1, 0, 0);
    assertThat(Normalization.of(0.5f, 0.5f).apply(images).values()[1]).isEqualTo(5f);
    assertThat(Normalization.overall(images).mean()).containsExactly(3.5f);
    assertThatThrownBy(
            () -> new Normalization(List.of(1f, 2f, 3f), List.of(1f, 1f, 1f)).apply(images))
        .hasMessage("there are 3 means, but column i has rows of shape [2, 1, 2]");
    assertThatThrownBy(() -> Normalization.of(0, 0))
        .hasMessageContaining("a finite deviation above 0, got 0.0 and 0.0");
  }

  @Test
  void makesIndicesToOneHotRows() {
    Dataset data = rows(3).oneHot("y", 3);
    assertThat(data.floats("y").shape()).containsExactly(3);
    assertThat(data.floats("y").values()).containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1);
    assertThatThrownBy(() -> rows(3).oneHot("y", 2))
        .hasMessage("row 2 of column y holds 2, which is not one of 2 classes");
  }

  private static float[] firsts(Dataset data) {
    float[] firsts = new float[data.rows()];
    for (int row = 0; row < firsts.length; row++) {
      firsts[row] = data.floats("x").values()[2 * row];
    }
    return firsts;
  }
}
