package dev.neurite.metric;

/** Keeps the package exportable until its first class takes this one's place. */
final class Placeholder {

  private Placeholder() {}
}
