package dev.neurite;

/** Keeps the package exportable until its first class takes this one's place. */
public final class Placeholder {

  private Placeholder() {}
}
