package dev.neurite.examples;

/** Starts the example named by the first word of the command line. */
public final class Main {

  private Main() {}

  /**
   * Runs an example.
   *
   * @param args the example's name, then its own arguments
   */
  public static void main(String[] args) {
    System.out.println(String.join(" ", args));
  }
}
