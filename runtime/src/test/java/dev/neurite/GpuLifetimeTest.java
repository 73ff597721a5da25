package dev.neurite;

import static dev.neurite.OnEmulatedGpu.CLASSES;
import static dev.neurite.OnEmulatedGpu.INPUTS;
import static dev.neurite.OnEmulatedGpu.classes;
import static dev.neurite.OnEmulatedGpu.data;
import static dev.neurite.OnEmulatedGpu.model;
import static dev.neurite.OnEmulatedGpu.onGpu;
import static dev.neurite.OnEmulatedGpu.trainer;
import static dev.neurite.OnEmulatedGpu.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.neurite.data.Dataset;
import dev.neurite.gpu.EmulatedGpu;
import dev.neurite.gpu.GpuException;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What lives on the emulated GPU and for how long, and who may use it. */
@ExtendWith(OnEmulatedGpu.class)
final class GpuLifetimeTest {

  @Test
  void leavesNothingOnTheGpu() {
    onGpu().to(Device.cpu());
    long live = EmulatedGpu.live();
    for (int i = 0; i < 10; i++) {
      TwoLayers model = onGpu();
      trainer(model).metric(Metrics.accuracy()).validation(data(10)).fit(data(20));
      Training open = model.training(8);
      model.to(Device.cpu());
      assertThat(EmulatedGpu.live()).isEqualTo(live);
      assertThatIllegalStateException()
          .isThrownBy(() -> open.forward(new float[INPUTS], 1))
          .withMessage("this training is closed: make another with training(...)");
      open.close();
    }
  }

  @Test
  void memoryDoesNotGrowWithTheSteps() {
    TwoLayers model = onGpu();
    try (Training training = model.training(4)) {
      Optimizer optimizer = Optimizers.adam(0.01);
      long used = 0;
      for (int step = 0; step < 1_000; step++) {
        training.forward(values(4 * INPUTS, step), 1 + step % 4);
        training.loss(Losses.crossEntropy(), classes(4));
        training.backward();
        optimizer.step(training);
        if (step == 10) {
          used = EmulatedGpu.used();
        }
      }
      assertThat(EmulatedGpu.used()).isEqualTo(used);
    }
    model.to(Device.cpu());
  }

  @Test
  void saysWhatDoesNotFit() {
    TwoLayers model = onGpu();
    EmulatedGpu.limit(EmulatedGpu.used() + (1 << 20));
    long live = EmulatedGpu.live();
    assertThatExceptionOfType(GpuException.class)
        .isThrownBy(() -> model.training(100_000))
        .withMessageMatching(
            "training of TwoLayers with 100000 rows a batch: needed [0-9.]+ MiB, free [0-9.]+ MiB"
                + " of [0-9.,]+ MiB on Emulated GPU: .*");
    assertThat(EmulatedGpu.live()).isEqualTo(live);
    model.to(Device.cpu());
  }

  @Test
  void belongsToOneThreadAtATime() throws InterruptedException {
    TwoLayers model = onGpu();
    try (Training training = model.training(8)) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch tried = new CountDownLatch(1);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread other =
          new Thread(
              () -> {
                try {
                  await(inside);
                  training.forward(new float[INPUTS], 1);
                } catch (RuntimeException e) {
                  failure.set(e);
                } finally {
                  tried.countDown();
                }
              },
              "other");
      other.start();
      training.forward(new float[INPUTS], 1);
      training.loss(Losses.crossEntropy(), classes(1));
      training.backward();
      new Halving() {
        private int asked;

        @Override
        protected String deviceCode() {
          // Asked for the second time when this thread is in the training: the other is refused.
          if (++asked == 2) {
            inside.countDown();
            await(tried);
          }
          return "p = p - 0.001f * g;";
        }
      }.step(training);
      other.join();
      assertThat(failure.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("one thread at a time");
    }
    model.to(Device.cpu());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void tellsWhatAModelWithoutCudaLacks() {
    TwoHeads model = new TwoHeads(3, 1);
    assertThatIllegalStateException()
        .isThrownBy(() -> model.to(Device.gpu()))
        .withMessageContaining("declare it with @Model(cuda = true)");
    assertThat(model.device()).isEqualTo(Device.cpu());
  }

  @Test
  void refusesAGpuThatIsNotThereAndStaysWhereItIs() {
    TwoLayers model = model();
    assertThatExceptionOfType(GpuException.class)
        .isThrownBy(() -> model.to(Device.gpu(3)))
        .withMessage("there is no GPU 3: the driver sees 1, counted from 0");
    assertThat(model.device()).isEqualTo(Device.cpu());
  }

  @Test
  void refusesTargetsThatDoNotFit() {
    TwoLayers model = onGpu();
    try (Training training = model.training(4)) {
      training.forward(new float[2 * INPUTS], 2);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> training.loss(Losses.crossEntropy(), new int[] {0, CLASSES}))
          .withMessageContaining("expected a class from 0 to 2, got 3 at position 1");
    }
    model.to(Device.cpu());
  }

  @Test
  void whatFailsOnTheWayLeavesNothing() {
    Dataset data = data(20);
    run(data);
    long live = EmulatedGpu.live();
    long failed = 0;
    // Every call of setting up, then every seventh.
    for (long call = 1; ; call += call < 100 ? 1 : 7) {
      EmulatedGpu.fail(call);
      try {
        run(data);
      } catch (GpuException e) {
        failed++;
        assertThat(e).hasMessageContaining(" failed with CU");
      }
      if (EmulatedGpu.failsStill()) {
        break;
      }
      EmulatedGpu.fail(0);
      assertThat(EmulatedGpu.live()).as("after the failure of call " + call).isEqualTo(live);
    }
    assertThat(failed).isGreaterThan(120);
  }

  /** A life on the GPU, with every kind of call. */
  private static void run(Dataset data) {
    TwoLayers model = model();
    model.to(Device.gpu());
    try {
      trainer(model).epochs(3).batchSize(10).clipping(Clipping.norm(1)).fit(data);
      model.inferOnGpu(new Object[] {new float[INPUTS]}, 1, new float[][] {new float[CLASSES]});
    } finally {
      EmulatedGpu.fail(EmulatedGpu.failsStill() ? 1_000_000 : 0);
      model.to(Device.cpu());
    }
  }
}
