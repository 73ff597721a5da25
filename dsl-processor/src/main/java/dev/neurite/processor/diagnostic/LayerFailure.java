package dev.neurite.processor.diagnostic;

/** A failure of the compiler itself while it worked on one layer of a correct declaration. */
public final class LayerFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String layer;

  /** A failure on a layer, with what caused it. */
  public LayerFailure(String layer, RuntimeException cause) {
    super(cause);
    this.layer = layer;
  }

  /** Does a part of the compiler's work, so that a failure in it names the layer. */
  public static void naming(String layer, Runnable work) {
    try {
      work.run();
    } catch (LayerFailure e) {
      throw e;
    } catch (RuntimeException e) {
      throw new LayerFailure(layer, e);
    }
  }

  /** The layer's name. */
  public String layer() {
    return layer;
  }
}
