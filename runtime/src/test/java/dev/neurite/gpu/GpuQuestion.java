package dev.neurite.gpu;

/** Prints whether there is a GPU, and why not. */
final class GpuQuestion {

  private GpuQuestion() {}

  public static void main(String[] arguments) {
    System.out.println(Gpu.available() + "\n" + Gpu.whyNot());
  }
}
