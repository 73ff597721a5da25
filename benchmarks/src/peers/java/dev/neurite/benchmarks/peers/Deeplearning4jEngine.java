package dev.neurite.benchmarks.peers;

import dev.neurite.benchmarks.race.Engine;
import dev.neurite.benchmarks.race.Rows;
import dev.neurite.benchmarks.race.Work;
import java.nio.file.Path;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Deeplearning4j in its oneDNN build. Its momentum is Nesterov's, the CNN has no dropout, and
 * outputs are softmaxes.
 */
public final class Deeplearning4jEngine implements Engine {

  /** Creates the engine; workers do so by its name. */
  public Deeplearning4jEngine() {}

  @Override
  public void prepare(Path folder) throws Exception {
    network(Work.Net.MLP, new NoOp()).save(folder.resolve("dl4j-mlp.zip").toFile());
  }

  @Override
  public boolean does(Work work) {
    return work.net() != Work.Net.DENSE64;
  }

  @Override
  public float[] first(Path folder) throws Exception {
    MultiLayerNetwork network =
        MultiLayerNetwork.load(folder.resolve("dl4j-mlp.zip").toFile(), false);
    return network.output(Nd4j.create(new float[784], new long[] {1, 784}, 'c')).data().asFloat();
  }

  @Override
  public Action open(Work work, int threads, Rows data, Path folder) {
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
    Nd4j.getEnvironment().setMaxThreads(threads);
    return work.kind() == Work.Kind.TRAIN ? training(work, data) : prediction(work, data);
  }

  /** From a float[] to a float[] through an array made once: its fastest way. */
  private static Action prediction(Work work, Rows data) {
    MultiLayerNetwork network = network(work.net(), new NoOp());
    float[][] inputs = data.inputs();
    int length = work.rows() * work.net().inputs();
    INDArray x = Nd4j.create(inputs[0], work.net().shape(work.rows()), 'c');
    FloatPointer pointer = (FloatPointer) x.data().pointer();
    float[] y = new float[work.rows() * work.net().outputs()];
    int[] next = {0};
    return () -> {
      pointer.position(0).put(inputs[next[0]++ % inputs.length], 0, length);
      try (INDArray output = network.output(x)) {
        ((FloatPointer) output.data().pointer()).position(0).get(y, 0, y.length);
      }
    };
  }

  private static Action training(Work work, Rows data) {
    IUpdater updater = work.net() == Work.Net.MLP ? new Nesterovs(0.1, 0.5) : new Adam(0.001);
    MultiLayerNetwork network = network(work.net(), updater);
    int calls = data.calls();
    INDArray[] inputs = new INDArray[calls];
    INDArray[] targets = new INDArray[calls];
    for (int i = 0; i < calls; i++) {
      inputs[i] = Nd4j.create(data.inputs()[i], work.net().shape(work.rows()), 'c');
      float[] oneHot = new float[work.rows() * 10];
      for (int row = 0; row < work.rows(); row++) {
        oneHot[10 * row + data.classes()[i][row]] = 1;
      }
      targets[i] = Nd4j.create(oneHot, new long[] {work.rows(), 10}, 'c');
    }
    int[] next = {0};
    return () -> {
      int i = next[0]++ % calls;
      network.fit(inputs[i], targets[i]);
    };
  }

  private static MultiLayerNetwork network(Work.Net net, IUpdater updater) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .dataType(DataType.FLOAT)
            .weightInit(WeightInit.XAVIER)
            .updater(updater)
            .list();
    switch (net) {
      case MLP -> list.layer(dense(128)).layer(dense(64)).layer(output());
      case LENET ->
          list.layer(conv(6, 5))
              .layer(pool())
              .layer(conv(16, 5))
              .layer(pool())
              .layer(dense(120))
              .layer(dense(84))
              .layer(output());
      case CNN ->
          list.layer(conv(32, 3))
              .layer(conv(64, 3))
              .layer(pool())
              .layer(dense(128))
              .layer(output());
      case DENSE64 -> throw new IllegalArgumentException("not measured");
    }
    list.setInputType(
        net == Work.Net.MLP ? InputType.feedForward(784) : InputType.convolutional(28, 28, 1));
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  private static Layer dense(int units) {
    return new DenseLayer.Builder().nOut(units).activation(Activation.RELU).build();
  }

  private static Layer output() {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static Layer conv(int filters, int kernel) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(filters)
        .activation(Activation.RELU)
        .build();
  }

  private static Layer pool() {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .build();
  }
}
