package dev.neurite.examples;

import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** The option that says which random numbers an example draws. */
public final class SeedOption {

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Same seed, same weights: 42.",
      showDefaultValue = Help.Visibility.NEVER)
  private long seed = 42;

  /** Creates the option; picocli sets its value. */
  public SeedOption() {}

  /** The seed of the initial weights, of the order of rows, and of what is drawn beside. */
  public long value() {
    return seed;
  }
}
