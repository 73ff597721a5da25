package dev.neurite.processor.generated;

import dev.neurite.TrainableModel;
import dev.neurite.spi.DoubleTrainingProgram;
import dev.neurite.spi.GpuProgram;
import dev.neurite.spi.ModelDescription;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The generated classes of one network, as a test without their source sees them. */
public record GeneratedNetwork(
    String name,
    Class<?> model,
    Class<?> forward,
    Constructor<?> twin,
    ModelDescription description) {

  public static GeneratedNetwork of(String name, ClassLoader loader) {
    try {
      String prefix = NetworkSources.PACKAGE + "." + name;
      Class<?> model = loader.loadClass(prefix + "Model");
      Constructor<?> twin =
          loader
              .loadClass(prefix + "Double")
              .getDeclaredConstructor(double[].class, double[].class, double[].class, int.class);
      twin.setAccessible(true);
      ModelDescription description =
          ((TrainableModel) invoke(model.getMethod("create", long.class), null, 0L)).description();
      return new GeneratedNetwork(
          name, model, loader.loadClass(prefix + "Forward"), twin, description);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** The network for a GPU. */
  GpuProgram program() {
    try {
      Constructor<?> constructor =
          model
              .getClassLoader()
              .loadClass(model.getName().replaceAll("Model$", "Cuda"))
              .getDeclaredConstructor();
      constructor.setAccessible(true);
      return (GpuProgram) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name, e);
    }
  }

  public TrainableModel create(long seed) {
    try {
      return (TrainableModel) invoke(model.getMethod("create", long.class), null, seed);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** The inference class with the parameters of a model, by way of a file. */
  Object forward(TrainableModel of) {
    try {
      Path file = Files.createTempFile("neurite", ".safetensors");
      try {
        of.save(file);
        return invoke(forward.getMethod("load", Path.class), null, file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException | NoSuchMethodException e) {
      throw new IllegalStateException(name, e);
    }
  }

  public DoubleTrainingProgram twin(
      double[] parameters, double[] state, double[] gradients, int rows) {
    try {
      return (DoubleTrainingProgram) twin.newInstance(parameters, state, gradients, rows);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** {@code predictInto} for many rows, of a model or an inference object. */
  float[][] predict(Object network, List<Object> inputs, int rows) {
    int in = inputs.size();
    int out = description.outputs().size();
    Object[] arguments = new Object[in + 1 + out];
    float[][] outputs = new float[out][];
    for (int i = 0; i < in; i++) {
      arguments[i] = inputs.get(i);
    }
    arguments[in] = rows;
    for (int i = 0; i < out; i++) {
      outputs[i] = new float[rows * description.outputs().get(i).size()];
      arguments[in + 1 + i] = outputs[i];
    }
    invoke(predictInto(network.getClass(), in + 1 + out), network, arguments);
    return outputs;
  }

  /** {@code predict} for one row of a network with one output. */
  float[] predictRow(Object network, List<Object> inputs) {
    for (Method method : network.getClass().getMethods()) {
      if (method.getName().equals("predict")) {
        return (float[]) invoke(method, network, inputs.toArray());
      }
    }
    throw new IllegalStateException(name + " has no predict");
  }

  private static Method predictInto(Class<?> type, int parameters) {
    for (Method method : type.getMethods()) {
      if (method.getName().equals("predictInto") && method.getParameterCount() == parameters) {
        return method;
      }
    }
    throw new IllegalStateException(type + " has no predictInto of " + parameters);
  }

  static Object invoke(
      Method method, @org.jspecify.annotations.Nullable Object on, Object... with) {
    try {
      return method.invoke(on, with);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(method.toString(), e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(method.toString(), e);
    }
  }
}
