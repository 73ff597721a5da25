package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.autodiff.TrainingSteps;
import dev.neurite.processor.cuda.Buffer.Slot;
import dev.neurite.processor.memory.ParameterLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Turns a network's training steps into its program for a GPU. */
public final class CudaLowering {

  private CudaLowering() {}

  /**
   * The program of a network.
   *
   * @param steps of the graph as inference takes it: each row by itself, images channels last
   * @param layout of the parameters on the processor
   */
  public static CudaProgram lower(TrainingSteps steps, ParameterLayout layout) {
    ArrangedGraph graph = steps.graph();
    CudaLayout device = CudaLayout.of(layout);
    KernelSet kernels = new KernelSet();

    DeviceFrame training = new DeviceFrame(graph, layout, device, kernels, false, "");
    List<DeviceMethod> forward = ForwardCalls.lower(training, false);
    List<DeviceMethod> backward = BackwardCalls.lower(steps, training);
    MemoryPlanner trainingPlan = new MemoryPlanner();
    trainingPlan.run(forward);
    List<Slot> outputs = training.outputs();
    List<Slot> outputGradients = training.outputGradients();
    outputs.forEach(trainingPlan::mention);
    outputGradients.forEach(trainingPlan::mention);
    trainingPlan.pause();
    trainingPlan.run(backward);
    outputs.forEach(trainingPlan::mention);
    training.inputGradients().forEach(slot -> slot.ifPresent(trainingPlan::mention));

    DeviceFrame inference = new DeviceFrame(graph, layout, device, kernels, true, "Inference");
    List<DeviceMethod> infer = ForwardCalls.lower(inference, true);
    MemoryPlanner inferencePlan = new MemoryPlanner();
    inferencePlan.run(infer);
    inference.outputs().forEach(inferencePlan::mention);

    Set<String> names = new HashSet<>();
    return new CudaProgram(
        CudaFunctions.calledBy(kernels.kernels()),
        kernels.kernels(),
        device,
        trainingPlan.plan(outputs, outputGradients, training.inputGradients()),
        inferencePlan.plan(inference.outputs(), List.of(), List.of()),
        joined(forward, names),
        joined(backward, names),
        joined(infer, names));
  }

  /** Neighbours of the same name and condition become one method; every name is given once. */
  private static List<DeviceMethod> joined(List<DeviceMethod> methods, Set<String> names) {
    List<DeviceMethod> joined = new ArrayList<>();
    String last = "";
    for (DeviceMethod method : methods) {
      DeviceMethod before = joined.isEmpty() ? null : joined.getLast();
      if (before != null
          && last.equals(method.name())
          && before.condition() == method.condition()) {
        List<DeviceStep> steps = new ArrayList<>(before.steps());
        steps.addAll(method.steps());
        joined.set(
            joined.size() - 1,
            new DeviceMethod(before.name(), before.comment(), before.condition(), steps));
      } else {
        String name = method.name();
        for (int i = 2; !names.add(name); i++) {
          name = method.name() + i;
        }
        joined.add(new DeviceMethod(name, method.comment(), method.condition(), method.steps()));
      }
      last = method.name();
    }
    return joined;
  }
}
