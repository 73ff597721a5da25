package dev.neurite.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.neurite.benchmarks.race.Engine;
import dev.neurite.benchmarks.race.Rows;
import dev.neurite.benchmarks.race.Work;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** ONNX Runtime on the CPU: predictions only. */
public final class OnnxRuntimeEngine implements Engine {

  private static final String[] LIBRARIES = {"libonnxruntime.so", "libonnxruntime4j_jni.so"};

  /** Creates the engine; workers do so by its name. */
  public OnnxRuntimeEngine() {}

  @Override
  public void prepare(Path folder) throws IOException {
    for (Work.Net net : Work.Net.values()) {
      OnnxModel.write(folder, net);
    }
    Path unpacked = Files.createDirectories(folder.resolve("onnxruntime"));
    for (String library : LIBRARIES) {
      Path target = unpacked.resolve(library);
      try (InputStream in =
          OrtEnvironment.class.getResourceAsStream("/ai/onnxruntime/native/linux-x64/" + library)) {
        if (in != null && !Files.exists(target)) {
          Files.copy(in, target);
        }
      }
    }
  }

  @Override
  public boolean does(Work work) {
    return work.kind() != Work.Kind.TRAIN;
  }

  @Override
  public float[] first(Path folder) throws OrtException {
    OrtSession session = session(folder, Work.Net.MLP, 1);
    try (OnnxTensor x =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(),
                FloatBuffer.wrap(new float[784]),
                Work.Net.MLP.shape(1));
        OrtSession.Result result = session.run(Map.of("x", x))) {
      float[] y = new float[10];
      ((OnnxTensor) result.get(0)).getFloatBuffer().get(y);
      return y;
    }
  }

  /** From a float[] to a float[] through direct buffers that are bound once: its fastest way. */
  @Override
  public Action open(Work work, int threads, Rows data, Path folder) throws OrtException {
    OrtSession session = session(folder, work.net(), threads);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    float[][] inputs = data.inputs();
    FloatBuffer in = direct(work.rows() * work.net().inputs());
    FloatBuffer out = direct(work.rows() * work.net().outputs());
    OnnxTensor x = OnnxTensor.createTensor(environment, in, work.net().shape(work.rows()));
    OnnxTensor result =
        OnnxTensor.createTensor(environment, out, new long[] {work.rows(), work.net().outputs()});
    Map<String, OnnxTensor> given = Map.of("x", x);
    Map<String, OnnxValue> taken = Map.of("y", result);
    float[] y = new float[out.capacity()];
    int[] next = {0};
    Action once =
        () -> {
          in.put(0, inputs[next[0]++ % inputs.length]);
          session.run(given, Set.of(), taken).close();
          out.get(0, y);
        };
    return work.kind() == Work.Kind.NANOSECONDS ? Repeated.of(once) : once;
  }

  private static OrtSession session(Path folder, Work.Net net, int threads) throws OrtException {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "race");
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    return environment.createSession(folder.resolve(net.label() + ".onnx").toString(), options);
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(4 * floats).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
