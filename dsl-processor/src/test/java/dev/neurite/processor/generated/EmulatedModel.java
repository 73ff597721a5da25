package dev.neurite.processor.generated;

import dev.neurite.TrainableModel;
import dev.neurite.spi.GpuMemory;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuPlace.Area;
import dev.neurite.spi.GpuProgram;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import dev.neurite.spi.TrainingProgram;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;

/** A network whose passes run on an emulated device, its parameters beside it in Java. */
final class EmulatedModel extends TrainableModel {

  private final GpuProgram program;
  private final EmulatedKernels kernels;
  private final String network;

  EmulatedModel(
      ModelDescription description,
      long seed,
      GpuProgram program,
      EmulatedKernels kernels,
      String network) {
    super(description, seed);
    this.program = program;
    this.kernels = kernels;
    this.network = network;
  }

  @Override
  protected TrainingProgram newProgram(float[] gradients, int maxRows) {
    return new Program(gradients, maxRows);
  }

  @Override
  protected void infer(Object[] inputs, int rows, float[][] outputs, int threads) {
    GpuMemory memory = program.inferenceMemory();
    EmulatedDevice device = device(rows, memory);
    load(device, inputs, rows);
    program.infer(device, rows);
    for (int i = 0; i < outputs.length; i++) {
      int size = rows * description().outputs().get(i).size();
      System.arraycopy(device.read(memory.outputs().get(i), size), 0, outputs[i], 0, size);
    }
  }

  /** Inference on the device. */
  float[][] predict(List<Object> inputs, int rows) {
    float[][] outputs = new float[description().outputs().size()][];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = new float[rows * description().outputs().get(i).size()];
    }
    infer(inputs.toArray(), rows, outputs, 1);
    return outputs;
  }

  private EmulatedDevice device(int rows, GpuMemory memory) {
    EmulatedDevice device = new EmulatedDevice(kernels, network, rows);
    GpuProgram.GpuLayout layout = program.layout();
    device.allocate(Area.PARAMETERS, layout.parameterFloats());
    device.allocate(Area.GRADIENTS, layout.parameterFloats());
    device.allocate(Area.STATE, layout.stateFloats());
    device.allocate(Area.WORKSPACE, memory.floats(device.capacity()));
    long inputs = 0;
    for (ModelDescription.Input input : description().inputs()) {
      inputs += input.size();
    }
    device.allocate(Area.BATCH, GpuPlace.ALIGNMENT + inputs * device.capacity());
    upload(device);
    return device;
  }

  private void upload(EmulatedDevice device) {
    forEach(
        (place, stored, inHost, onDevice) ->
            device
                .at(place, 1)
                .set(
                    ValueLayout.JAVA_FLOAT,
                    0,
                    stored.role() == StoredTensor.Role.PARAMETER
                        ? flatParameters()[inHost]
                        : flatState()[inHost]));
  }

  /** Takes over the state, and the gradients if they are asked for. */
  private void download(EmulatedDevice device, float[] gradients, boolean state) {
    forEach(
        (place, stored, inHost, onDevice) -> {
          if (stored.role() != StoredTensor.Role.PARAMETER) {
            if (state) {
              flatState()[inHost] = device.at(place, 1).get(ValueLayout.JAVA_FLOAT, 0);
            }
          } else if (!state) {
            gradients[inHost] =
                device.at(GpuPlace.gradient(onDevice), 1).get(ValueLayout.JAVA_FLOAT, 0);
          }
        });
  }

  private interface Each {
    void accept(GpuPlace place, StoredTensor stored, int inHost, int onDevice);
  }

  private void forEach(Each each) {
    List<StoredTensor> tensors = description().tensors();
    List<Storage> places = program.layout().tensors();
    for (int i = 0; i < tensors.size(); i++) {
      StoredTensor stored = tensors.get(i);
      if (stored.storage().size() != places.get(i).size()) {
        throw new IllegalStateException(stored.name() + " has another size on the device");
      }
      for (int j = 0; j < places.get(i).size(); j++) {
        int at = places.get(i).index(j);
        GpuPlace place =
            stored.role() == StoredTensor.Role.PARAMETER
                ? GpuPlace.parameter(at)
                : GpuPlace.state(at);
        each.accept(place, stored, stored.storage().index(j), at);
      }
    }
  }

  private void load(EmulatedDevice device, Object[] inputs, int rows) {
    long before = 0;
    for (int i = 0; i < inputs.length; i++) {
      int size = description().inputs().get(i).size();
      GpuPlace place = GpuPlace.input(before);
      if (inputs[i] instanceof float[] values) {
        device.write(place, values, rows * size);
      } else {
        device.write(place, (int[]) inputs[i], rows * size);
      }
      before += size;
    }
  }

  /** Training on a device that lives as long as the program. */
  private final class Program implements TrainingProgram {

    private final float[] gradients;
    private final int maxRows;
    private final GpuMemory memory = program.trainingMemory();
    private final EmulatedDevice device;
    private final float[][] outputs;
    private final float[][] outputGradients;
    private final float[][] inputGradients;
    private int rows;
    private boolean training = true;
    private boolean inputGradientsRequired;

    Program(float[] gradients, int maxRows) {
      this.gradients = gradients;
      this.maxRows = maxRows;
      device = device(maxRows, memory);
      device.clear(GpuPlace.gradient(0), program.layout().parameterFloats());
      outputs = new float[description().outputs().size()][];
      outputGradients = new float[outputs.length][];
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] = new float[maxRows * description().outputs().get(i).size()];
        outputGradients[i] = new float[outputs[i].length];
      }
      inputGradients = new float[description().inputs().size()][];
      for (int i = 0; i < inputGradients.length; i++) {
        inputGradients[i] = new float[maxRows * description().inputs().get(i).size()];
      }
    }

    @Override
    public int maxRows() {
      return maxRows;
    }

    @Override
    public void begin(Object[] inputs, int newRows, long seed, long step) {
      rows = newRows;
      upload(device);
      device.at(GpuPlace.STEP, 2).set(ValueLayout.JAVA_LONG, 0, seed);
      device.at(GpuPlace.STEP.plus(2), 2).set(ValueLayout.JAVA_LONG, 0, step);
      load(device, inputs, newRows);
    }

    @Override
    public void trainingMode(boolean on) {
      training = on;
    }

    @Override
    public int forwardStages() {
      return 1;
    }

    @Override
    public void forward(int stage, int part, int parts) {
      if (part > 0) {
        return;
      }
      program.forward(device, rows, training);
      for (int i = 0; i < outputs.length; i++) {
        int size = rows * description().outputs().get(i).size();
        System.arraycopy(device.read(memory.outputs().get(i), size), 0, outputs[i], 0, size);
      }
      download(device, gradients, true);
    }

    @Override
    public float[] output(int index) {
      return outputs[index];
    }

    @Override
    public float[] outputGradient(int index) {
      return outputGradients[index];
    }

    @Override
    public int backwardStages() {
      return 1;
    }

    @Override
    public void backward(int stage, int part, int parts) {
      if (part > 0) {
        return;
      }
      for (int i = 0; i < outputs.length; i++) {
        device.write(
            memory.outputGradients().get(i),
            outputGradients[i],
            rows * description().outputs().get(i).size());
      }
      program.backward(device, rows, training, inputGradientsRequired);
      download(device, gradients, false);
      for (int i = 0; inputGradientsRequired && i < inputGradients.length; i++) {
        if (!description().inputs().get(i).isIndex()) {
          int size = rows * description().inputs().get(i).size();
          GpuPlace place = Objects.requireNonNull(memory.inputGradients().get(i));
          System.arraycopy(device.read(place, size), 0, inputGradients[i], 0, size);
        }
      }
    }

    @Override
    public void requireInputGradients(boolean required) {
      inputGradientsRequired = required;
    }

    @Override
    public float[] inputGradient(int index) {
      return inputGradients[index];
    }
  }
}
