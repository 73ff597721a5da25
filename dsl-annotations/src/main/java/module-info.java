/** The declaration language of Neurite. */
module dev.neurite.dsl {
  requires static org.jspecify;

  exports dev.neurite.dsl;
}
