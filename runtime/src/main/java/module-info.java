/** What training and applications use at run time. */
module dev.neurite.runtime {
  requires static org.jspecify;
  requires transitive dev.neurite.dsl;
  requires transitive jdk.incubator.vector;

  exports dev.neurite;
  exports dev.neurite.data;
  exports dev.neurite.gpu;
  exports dev.neurite.io;
  exports dev.neurite.loss;
  exports dev.neurite.metric;
  exports dev.neurite.optim;
  exports dev.neurite.spi;
}
