package dev.neurite.benchmarks.peers;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.neurite.benchmarks.race.Engine;
import dev.neurite.benchmarks.race.Rows;
import dev.neurite.benchmarks.race.Work;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** DJL with its PyTorch engine. The CNN has no dropout and ends with logits. */
public final class DjlEngine implements Engine {

  private final NDManager manager = NDManager.newBaseManager(Device.cpu());

  /** Creates the engine; workers do so by its name. */
  public DjlEngine() {}

  @Override
  public void prepare(Path folder) throws Exception {
    Block block = block(Work.Net.MLP);
    block.initialize(manager, DataType.FLOAT32, new Shape(Work.Net.MLP.shape(1)));
    try (Model model = Model.newInstance("mlp")) {
      model.setBlock(block);
      model.save(folder, "djl-mlp");
    }
  }

  @Override
  public boolean does(Work work) {
    return true;
  }

  @Override
  public float[] first(Path folder) throws Exception {
    Model model = Model.newInstance("djl-mlp");
    model.setBlock(block(Work.Net.MLP));
    model.load(folder, "djl-mlp");
    try (NDManager call = manager.newSubManager()) {
      NDArray x = call.create(new float[784], new Shape(1, 784));
      return model
          .getBlock()
          .forward(new ParameterStore(manager, false), new NDList(x), false)
          .singletonOrThrow()
          .toFloatArray();
    }
  }

  @Override
  public Action open(Work work, int threads, Rows data, Path folder) {
    if (work.kind() == Work.Kind.TRAIN) {
      return training(work, data);
    }
    Block block = block(work.net());
    Shape shape = new Shape(work.net().shape(work.rows()));
    block.initialize(manager, DataType.FLOAT32, shape);
    JniUtils.setGradMode(false);
    ParameterStore parameters = new ParameterStore(manager, false);
    float[][] inputs = data.inputs();
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(4 * work.rows() * work.net().inputs())
            .order(ByteOrder.nativeOrder());
    FloatBuffer floats = bytes.asFloatBuffer();
    int[] next = {0};
    Action once =
        () -> {
          floats.put(0, inputs[next[0]++ % inputs.length]);
          bytes.rewind();
          try (NDManager call = manager.newSubManager()) {
            NDArray x = call.create(bytes, shape, DataType.FLOAT32);
            float[] y =
                block.forward(parameters, new NDList(x), false).singletonOrThrow().toFloatArray();
            if (y.length == 0) {
              throw new IllegalStateException("no output");
            }
          }
        };
    return work.kind() == Work.Kind.NANOSECONDS ? Repeated.of(once) : once;
  }

  private static Action training(Work work, Rows data) {
    Optimizer optimizer =
        work.net() == Work.Net.MLP
            ? Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).optMomentum(0.5f).build()
            : Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.001f)).build();
    Model model = Model.newInstance("training");
    model.setBlock(block(work.net()));
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(optimizer)
                .optDevices(new Device[] {Device.cpu()})
                .optInitializer(new XavierInitializer(), Parameter.Type.WEIGHT));
    Shape shape = new Shape(work.net().shape(work.rows()));
    trainer.initialize(shape);
    NDManager all = trainer.getManager();
    int calls = data.calls();
    NDArray[] inputs = new NDArray[calls];
    NDArray[] classes = new NDArray[calls];
    for (int i = 0; i < calls; i++) {
      inputs[i] = all.create(data.inputs()[i], shape);
      long[] wide = new long[work.rows()];
      for (int row = 0; row < wide.length; row++) {
        wide[row] = data.classes()[i][row];
      }
      classes[i] = all.create(wide, new Shape(work.rows(), 1));
    }
    int[] next = {0};
    return () -> {
      int i = next[0]++ % calls;
      try (NDManager step = all.newSubManager()) {
        NDList x = new NDList(inputs[i]);
        NDList y = new NDList(classes[i]);
        x.tempAttach(step);
        y.tempAttach(step);
        try (GradientCollector gradients = trainer.newGradientCollector()) {
          NDList output = trainer.forward(x, y);
          gradients.backward(trainer.getLoss().evaluate(y, output));
        }
        trainer.step();
      }
    };
  }

  private static Block block(Work.Net net) {
    SequentialBlock block = new SequentialBlock();
    switch (net) {
      case MLP -> {
        dense(block, 128).add(Activation::relu);
        dense(block, 64).add(Activation::relu);
        dense(block, 10);
      }
      case LENET -> {
        pool(conv(block, 6, 5));
        pool(conv(block, 16, 5)).add(Blocks.batchFlattenBlock());
        dense(block, 120).add(Activation::relu);
        dense(block, 84).add(Activation::relu);
        dense(block, 10);
      }
      case CNN -> {
        pool(conv(conv(block, 32, 3), 64, 3)).add(Blocks.batchFlattenBlock());
        dense(block, 128).add(Activation::relu);
        dense(block, 10);
      }
      case DENSE64 -> dense(block, 64).add(Activation::tanh);
    }
    return block;
  }

  private static SequentialBlock dense(SequentialBlock block, int units) {
    return block.add(Linear.builder().setUnits(units).build());
  }

  private static SequentialBlock conv(SequentialBlock block, int filters, int kernel) {
    return block
        .add(Conv2d.builder().setFilters(filters).setKernelShape(new Shape(kernel, kernel)).build())
        .add(Activation::relu);
  }

  private static SequentialBlock pool(SequentialBlock block) {
    return block.add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)));
  }
}
