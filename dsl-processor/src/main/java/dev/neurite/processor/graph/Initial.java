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
  ORTHOGONAL
}
