package dev.neurite.processor.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random declarations: what is right is accepted, runs and has the right gradients; what is wrong
 * is rejected at the lines that are wrong. {@code -Dneurite.declarations=20000} draws more of them.
 */
final class RandomDeclarationsTest {

  private static final long SEED = Long.getLong("neurite.declarations.seed", 1);
  private static final int COUNT = Integer.getInteger("neurite.declarations", 300);
  private static final long FIRST = Long.getLong("neurite.declarations.first", 0);

  /** Of 20,000 declarations, how often each operation is to occur. */
  private static final int EACH = 200;

  @Test
  void everyDeclarationIsWhatItIsKnownToBe() {
    Tally tally = RandomRun.of(SEED, FIRST, COUNT);
    System.out.println(tally.text());
    assertThat(tally.failures()).isEmpty();
    assertThat(tally.right()).isGreaterThan(COUNT * 2 / 5);
    assertThat(declared())
        .allSatisfy(
            name ->
                assertThat(tally.operations().getOrDefault(name, 0))
                    .as(name)
                    .isGreaterThanOrEqualTo(COUNT * EACH / 20_000));
  }

  /** Gradients of 1e-10, of which the rounding of a loss of 4 leaves one digit. */
  @Test
  void roundingOfTheLossIsNoWrongGradient() {
    assertThat(RandomRun.of(1, 9041, 1).failures()).isEmpty();
  }

  private static List<String> declared() {
    List<String> names = operations(Operation.class);
    names.addAll(List.of("Stack", "Stack in a block", "SharedWith"));
    return names;
  }

  /** The names of all operations that are declared, which are those of their annotations. */
  private static List<String> operations(Class<?> of) {
    if (!of.isSealed()) {
      return new ArrayList<>(
          isAnnotation(of.getSimpleName()) ? List.of(of.getSimpleName()) : List.of());
    }
    List<String> names = new ArrayList<>();
    for (Class<?> one : of.getPermittedSubclasses()) {
      names.addAll(operations(one));
    }
    return names;
  }

  private static boolean isAnnotation(String name) {
    try {
      return Class.forName("dev.neurite.dsl." + name).isAnnotation();
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
