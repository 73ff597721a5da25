package dev.neurite.processor.graph;

/** The declared first values of a parameter; {@code DEFAULT} is PyTorch's for the layer. */
public enum Initial {
  DEFAULT,
  XAVIER_UNIFORM,
  XAVIER_NORMAL,
  HE_UNIFORM,
  HE_NORMAL,
  LECUN_UNIFORM,
  LECUN_NORMAL,
  NORMAL,
  UNIFORM,
  ZEROS,
  ONES,
  ORTHOGONAL;

  /** Whether it can start a vector too; the others need the two fans of a matrix. */
  public boolean fitsVectors() {
    return switch (this) {
      case DEFAULT, NORMAL, UNIFORM, ZEROS, ONES -> true;
      case XAVIER_UNIFORM,
          XAVIER_NORMAL,
          HE_UNIFORM,
          HE_NORMAL,
          LECUN_UNIFORM,
          LECUN_NORMAL,
          ORTHOGONAL ->
          false;
    };
  }
}
