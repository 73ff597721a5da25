package dev.neurite.processor.random;

import java.util.Map;

/** Loads classes from bytes; as forgettable as what it loaded. */
final class MemoryClasses extends ClassLoader {

  private final Map<String, byte[]> bytes;

  MemoryClasses(Map<String, byte[]> bytes) {
    super(MemoryClasses.class.getClassLoader());
    this.bytes = bytes;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] own = bytes.get(name);
    if (own == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, own, 0, own.length);
  }
}
