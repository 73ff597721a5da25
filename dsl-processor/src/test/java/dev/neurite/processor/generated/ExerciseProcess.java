package dev.neurite.processor.generated;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;

/** Calls the vector kernels of networks as their warm-up does; started in processes of its own. */
final class ExerciseProcess {

  /** Calls of each kernel: more than it takes to have them compiled with the test's flags. */
  private static final int CALLS = 30;

  private ExerciseProcess() {}

  /** The folder of the networks, then their names. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    CompiledNetworks networks = CompiledNetworks.in(Path.of(arguments[0]));
    for (String name : Arrays.asList(arguments).subList(1, arguments.length)) {
      Class<?> model = networks.network(name).create(1).getClass();
      exercise(model.getName().replaceAll("Model$", "Forward"), model.getClassLoader());
      exercise(model.getName().replaceAll("Model$", "Backward"), model.getClassLoader());
    }
  }

  private static void exercise(String name, ClassLoader loader)
      throws ReflectiveOperationException {
    Object kernels =
        accessible(Class.forName(name + "$Simd", true, loader).getDeclaredConstructor())
            .newInstance();
    Class<?> exercise = Class.forName(name + "$Exercise", true, loader);
    Object caller = accessible(exercise.getDeclaredConstructor(long.class)).newInstance(0L);
    Field sizes = exercise.getDeclaredField("SIZES");
    sizes.setAccessible(true);
    Method call =
        Arrays.stream(exercise.getDeclaredMethods())
            .filter(method -> method.getName().equals("call"))
            .findFirst()
            .orElseThrow();
    call.setAccessible(true);
    float[] numbers = new float[1 << 22];
    int kernel = 0;
    for (int[] pairs : (int[][]) sizes.get(null)) {
      int[] each = pairs.length == 0 ? new int[2] : pairs;
      for (int i = 0; i < CALLS * each.length; i += 2) {
        int m = each[i % each.length];
        int n = each[i % each.length + 1];
        call.invoke(caller, kernels, kernel, m, n, numbers, 2, -(i >> 1 & 1), 1);
      }
      kernel++;
    }
  }

  private static Constructor<?> accessible(Constructor<?> constructor) {
    constructor.setAccessible(true);
    return constructor;
  }
}
