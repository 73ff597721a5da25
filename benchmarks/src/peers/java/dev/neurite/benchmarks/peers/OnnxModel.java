package dev.neurite.benchmarks.peers;

import dev.neurite.TrainableModel;
import dev.neurite.benchmarks.nets.CnnModel;
import dev.neurite.benchmarks.nets.Dense64Model;
import dev.neurite.benchmarks.nets.LeNetModel;
import dev.neurite.benchmarks.nets.MlpModel;
import dev.neurite.benchmarks.race.Work;
import dev.neurite.dsl.Layer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a network with Neurite's weights as an ONNX file (opset 13; any number of rows). Field
 * numbers are those of onnx.proto.
 */
final class OnnxModel {

  private static final int FLOAT = 1;

  private final Message graph = new Message();
  private final TrainableModel model;
  private String last = "x";

  private OnnxModel(TrainableModel model) {
    this.model = model;
  }

  /** Writes {@code net.onnx} with the weights in {@code net.safetensors}. */
  static void write(Path folder, Work.Net net) throws IOException {
    TrainableModel model =
        switch (net) {
          case MLP -> MlpModel.create(1);
          case LENET -> LeNetModel.create(1);
          case CNN -> CnnModel.create(1);
          case DENSE64 -> Dense64Model.create(1);
        };
    model.load(folder.resolve(net.label() + ".safetensors"));
    OnnxModel onnx = new OnnxModel(model);
    switch (net) {
      case MLP -> {
        onnx.dense("hidden1").then("Relu").dense("hidden2").then("Relu").dense("logits");
      }
      case LENET -> {
        onnx.conv("conv1").then("Relu").pool().conv("conv2").then("Relu").pool().then("Flatten");
        onnx.dense("hidden1").then("Relu").dense("hidden2").then("Relu").dense("logits");
      }
      case CNN -> {
        onnx.conv("conv1").then("Relu").conv("conv2").then("Relu").pool().then("Flatten");
        onnx.dense("hidden").then("Relu").dense("scores").then("LogSoftmax");
      }
      case DENSE64 -> onnx.dense("y").then("Tanh");
    }
    onnx.save(folder.resolve(net.label() + ".onnx"), net);
  }

  private OnnxModel dense(String layer) {
    parameters(layer);
    return node("Gemm", List.of(last, layer + ".weight", layer + ".bias"), integer("transB", 1));
  }

  private OnnxModel conv(String layer) {
    parameters(layer);
    return node("Conv", List.of(last, layer + ".weight", layer + ".bias"));
  }

  private OnnxModel pool() {
    return node("MaxPool", List.of(last), integers("kernel_shape"), integers("strides"));
  }

  private OnnxModel then(String operation) {
    return node(operation, List.of(last));
  }

  private OnnxModel node(String operation, List<String> inputs, Message... attributes) {
    Message node = new Message();
    inputs.forEach(input -> node.text(1, input));
    last = "after-" + last;
    node.text(2, last).text(4, operation);
    for (Message attribute : attributes) {
      node.message(5, attribute);
    }
    graph.message(1, node);
    return this;
  }

  private void parameters(String name) {
    Layer layer = model.layer(name);
    for (String parameter : layer.parameterNames()) {
      float[] values = layer.parameter(parameter);
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      Message tensor = new Message();
      layer.parameterShape(parameter).forEach(size -> tensor.number(1, size));
      graph.message(
          5, tensor.number(2, FLOAT).text(8, name + "." + parameter).bytes(9, bytes.array()));
    }
  }

  private static Message integer(String name, int value) {
    return new Message().text(1, name).number(3, value).number(20, 2);
  }

  /** Two by two. */
  private static Message integers(String name) {
    return new Message().text(1, name).number(8, 2).number(8, 2).number(20, 7);
  }

  private static Message value(String name, long[] shape) {
    Message dimensions = new Message().message(1, new Message().text(2, "rows"));
    for (int i = 1; i < shape.length; i++) {
      dimensions.message(1, new Message().number(1, shape[i]));
    }
    Message tensor = new Message().number(1, FLOAT).message(2, dimensions);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  private void save(Path file, Work.Net net) throws IOException {
    graph.message(1, new Message().text(1, last).text(2, "y").text(4, "Identity"));
    graph
        .text(2, net.label())
        .message(11, value("x", net.shape(1)))
        .message(12, value("y", new long[] {1, net.outputs()}));
    Message opset = new Message().text(1, "").number(2, 13);
    Files.write(file, new Message().number(1, 8).message(7, graph).message(8, opset).content());
  }

  /** A message of protocol buffers. */
  private static final class Message {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    byte[] content() {
      return out.toByteArray();
    }

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message bytes(int field, byte[] value) {
      varint(((long) field << 3) | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.content());
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private void varint(long value) {
      long rest = value;
      while (rest >>> 7 != 0) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
