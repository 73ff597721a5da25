package dev.neurite.benchmarks.race;

import dev.neurite.TrainableModel;
import dev.neurite.Training;
import dev.neurite.benchmarks.nets.CnnForward;
import dev.neurite.benchmarks.nets.CnnModel;
import dev.neurite.benchmarks.nets.Dense64Forward;
import dev.neurite.benchmarks.nets.Dense64Model;
import dev.neurite.benchmarks.nets.LeNetForward;
import dev.neurite.benchmarks.nets.LeNetModel;
import dev.neurite.benchmarks.nets.MlpForward;
import dev.neurite.benchmarks.nets.MlpModel;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import java.io.IOException;
import java.nio.file.Path;

/** Neurite as its users write it: generated classes, and training by hand on prepared batches. */
public final class NeuriteEngine implements Engine {

  private Runnable settle = () -> {};

  /** Creates the engine; workers do so by its name. */
  public NeuriteEngine() {}

  /**
   * A model with initial values, the same in every process.
   *
   * @param net which network
   */
  static TrainableModel model(Work.Net net) {
    return switch (net) {
      case MLP -> MlpModel.create(1);
      case LENET -> LeNetModel.create(1);
      case CNN -> CnnModel.create(1);
      case DENSE64 -> Dense64Model.create(1);
    };
  }

  /** Where the weights of a network lie. */
  static Path weights(Path folder, Work.Net net) {
    return folder.resolve(net.label() + ".safetensors");
  }

  @Override
  public void prepare(Path folder) throws IOException {
    for (Work.Net net : Work.Net.values()) {
      model(net).save(weights(folder, net));
    }
  }

  @Override
  public boolean does(Work work) {
    return true;
  }

  @Override
  public float[] first(Path folder) throws IOException {
    return MlpForward.load(folder.resolve("mlp.safetensors")).predict(new float[784]);
  }

  @Override
  public Action open(Work work, int threads, Rows data, Path folder) throws IOException {
    if (work.kind() == Work.Kind.TRAIN) {
      return training(work, threads, data);
    }
    float[][] x = data.inputs();
    float[] y = new float[work.rows() * work.net().outputs()];
    int[] next = {0};
    Path file = weights(folder, work.net());
    int rows = work.rows();
    // Each network has a loop of its own, so that no call in it is of several kinds.
    return switch (work.net()) {
      case MLP -> {
        MlpForward mlp = MlpForward.load(file).parallel(threads);
        settle = mlp::warmUp;
        yield rows == 1
            ? () -> mlp.predictInto(x[next[0]++ % x.length], y)
            : () -> mlp.predictInto(x[next[0]++ % x.length], rows, y);
      }
      case LENET -> {
        LeNetForward lenet = LeNetForward.load(file).parallel(threads);
        settle = lenet::warmUp;
        yield rows == 1
            ? () -> lenet.predictInto(x[next[0]++ % x.length], y)
            : () -> lenet.predictInto(x[next[0]++ % x.length], rows, y);
      }
      case CNN -> {
        CnnForward cnn = CnnForward.load(file).parallel(threads);
        settle = cnn::warmUp;
        yield rows == 1
            ? () -> cnn.predictInto(x[next[0]++ % x.length], y)
            : () -> cnn.predictInto(x[next[0]++ % x.length], rows, y);
      }
      case DENSE64 -> {
        Dense64Forward dense = Dense64Forward.load(file);
        settle = dense::warmUp;
        yield () -> {
          for (int i = 0; i < Worker.SHORT_CALLS; i++) {
            dense.predictInto(x[i % x.length], y);
          }
        };
      }
    };
  }

  @Override
  public void settle() {
    settle.run();
  }

  private static Action training(Work work, int threads, Rows data) {
    // The CNN ends with a log-softmax.
    Loss loss = work.net() == Work.Net.CNN ? Losses.nll() : Losses.crossEntropy();
    Optimizer optimizer =
        work.net() == Work.Net.MLP ? Optimizers.sgd(0.1).momentum(0.5) : Optimizers.adam(0.001);
    Training step = model(work.net()).training(work.rows(), threads);
    float[][] x = data.inputs();
    int[][] classes = data.classes();
    int[] next = {0};
    return () -> {
      int i = next[0]++ % x.length;
      step.forward(x[i], work.rows());
      step.loss(loss, classes[i]);
      step.backward();
      optimizer.step(step);
    };
  }
}
