package dev.neurite.processor;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A system property that has a value during each test, and the one it had before after it. */
final class SystemProperty implements BeforeEachCallback, AfterEachCallback {

  private final String name;
  private final String value;
  private @Nullable String before;

  SystemProperty(String name, String value) {
    this.name = name;
    this.value = value;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    before = System.getProperty(name);
    System.setProperty(name, value);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (before == null) {
      System.clearProperty(name);
    } else {
      System.setProperty(name, before);
    }
  }
}
