package dev.neurite.gpu;

/** Something on a GPU that has to be released. */
interface Part extends AutoCloseable {

  @Override
  void close();
}
