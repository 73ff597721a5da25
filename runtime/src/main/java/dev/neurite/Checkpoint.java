package dev.neurite;

import dev.neurite.io.SafeTensors;
import dev.neurite.io.Tensor;
import dev.neurite.io.TensorFile;
import dev.neurite.io.WeightFileException;
import dev.neurite.io.WeightFiles;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a training needs to go on as if it had not stopped, in one safetensors file: the model's
 * tensors under their names, copies of the best epoch's and the optimizer's memory with a prefix,
 * and numbers among the metadata.
 *
 * @param settings that must be the same in the training that goes on
 * @param parameters flat
 * @param state flat
 * @param optimizerSteps steps the optimizer has made
 * @param memories of the optimizer, flat
 * @param bestParameters of the best epoch, flat; empty if they are not kept
 * @param bestState of the best epoch, flat; empty if it is not kept
 * @param steps of this training
 * @param passes forward passes of this training, which number its random numbers
 * @param best value of the watched number; NaN before the first epoch
 * @param bestEpoch counted from 1
 * @param plateau memory of the schedule; empty without one
 * @param reports of the epochs so far
 */
@SuppressWarnings("ArrayRecordComponent") // handed from one training to the next, never compared
record Checkpoint(
    Map<String, String> settings,
    float[] parameters,
    float[] state,
    long optimizerSteps,
    List<float[]> memories,
    float[] bestParameters,
    float[] bestState,
    long steps,
    long passes,
    double best,
    int bestEpoch,
    double[] plateau,
    List<EpochReport> reports) {

  private static final String VERSION = "neurite.checkpoint";
  private static final String SETTING = "neurite.setting.";
  private static final String EPOCH = "neurite.epoch.";
  private static final String PLATEAU = "neurite.plateau.";
  private static final String OPTIMIZER_STEPS = "neurite.optimizerSteps";
  private static final String MEMORIES = "neurite.memories";
  private static final String STEPS = "neurite.steps";
  private static final String PASSES = "neurite.passes";
  private static final String BEST = "neurite.best";
  private static final String BEST_EPOCH = "neurite.bestEpoch";

  /** No layer's name begins so: it is no Java identifier. */
  private static final String BEST_TENSOR = "@best.";

  private static final String MEMORY_TENSOR = "@optimizer.";

  /** Writes the file, which is replaced at once or not at all. */
  void write(Path file, ModelDescription description) throws IOException {
    TensorFile weights = WeightFiles.contents(description, parameters, state);
    Map<String, Tensor> tensors = new LinkedHashMap<>(weights.tensors());
    for (int i = 0; i < memories.size(); i++) {
      for (StoredTensor stored : description.tensors()) {
        if (stored.role() == StoredTensor.Role.PARAMETER) {
          tensors.put(
              memoryName(i, stored),
              Tensor.of(stored.shape(), WeightFiles.gather(stored, memories.get(i))));
        }
      }
    }
    if (bestParameters.length > 0) {
      WeightFiles.contents(description, bestParameters, bestState)
          .tensors()
          .forEach((name, tensor) -> tensors.put(BEST_TENSOR + name, tensor));
    }
    Map<String, String> metadata = new LinkedHashMap<>(weights.metadata());
    metadata.put(VERSION, "1");
    settings.forEach((name, value) -> metadata.put(SETTING + name, value));
    metadata.put(OPTIMIZER_STEPS, Long.toString(optimizerSteps));
    metadata.put(MEMORIES, Integer.toString(memories.size()));
    metadata.put(STEPS, Long.toString(steps));
    metadata.put(PASSES, Long.toString(passes));
    metadata.put(BEST, Double.toString(best));
    metadata.put(BEST_EPOCH, Integer.toString(bestEpoch));
    for (int i = 0; i < plateau.length; i++) {
      metadata.put(PLATEAU + i, Double.toString(plateau[i]));
    }
    for (EpochReport report : reports) {
      metadata.put(EPOCH + report.epoch(), EpochLine.write(report));
    }
    SafeTensors.write(file, new TensorFile(tensors, metadata));
  }

  /**
   * Reads the file of a training with the same settings.
   *
   * @throws WeightFileException if the file is damaged, no checkpoint, of another network, or of a
   *     training with other settings
   */
  static Checkpoint read(Path file, ModelDescription description, Map<String, String> settings)
      throws IOException {
    TensorFile contents = SafeTensors.read(file);
    Metadata metadata = new Metadata(file, contents.metadata());
    String version = metadata.text(VERSION);
    if (!version.equals("1")) {
      throw new WeightFileException(
          file, "is a checkpoint of version " + version + "; this library reads version 1");
    }
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String found = metadata.text(SETTING + setting.getKey());
      if (!found.equals(setting.getValue())) {
        throw new WeightFileException(
            file,
            "was written by a training with "
                + setting.getKey()
                + " "
                + found
                + ", but this one has "
                + setting.getValue());
      }
    }
    Map<String, Tensor> model = new LinkedHashMap<>();
    Map<String, Tensor> best = new LinkedHashMap<>();
    contents
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(BEST_TENSOR)) {
                best.put(name.substring(BEST_TENSOR.length()), tensor);
              } else if (!name.startsWith(MEMORY_TENSOR)) {
                model.put(name, tensor);
              }
            });
    WeightFiles.Weights weights = weights(file, model, description);
    WeightFiles.Weights bestWeights =
        best.isEmpty()
            ? new WeightFiles.Weights(new float[0], new float[0])
            : weights(file, best, description);
    if (best.isEmpty() && Boolean.parseBoolean(settings.get("keepBest"))) {
      throw new WeightFileException(file, "lacks the tensors of the best epoch");
    }
    List<float[]> memories = new ArrayList<>();
    for (int i = 0; i < metadata.number(MEMORIES); i++) {
      memories.add(memory(file, contents.tensors(), description, i));
    }
    return new Checkpoint(
        settings,
        weights.parameters(),
        weights.state(),
        metadata.number(OPTIMIZER_STEPS),
        memories,
        bestWeights.parameters(),
        bestWeights.state(),
        metadata.number(STEPS),
        metadata.number(PASSES),
        metadata.decimal(BEST),
        (int) metadata.number(BEST_EPOCH),
        metadata.decimals(PLATEAU),
        metadata.reports(EPOCH));
  }

  private static WeightFiles.Weights weights(
      Path file, Map<String, Tensor> tensors, ModelDescription description)
      throws WeightFileException {
    return WeightFiles.fit(
        file.toString(), new TensorFile(tensors, Map.of()), description, Map.of());
  }

  private static float[] memory(
      Path file, Map<String, Tensor> tensors, ModelDescription description, int index)
      throws WeightFileException {
    float[] flat = new float[description.parameterLength()];
    for (StoredTensor stored : description.tensors()) {
      if (stored.role() == StoredTensor.Role.PARAMETER) {
        Tensor tensor = tensors.get(memoryName(index, stored));
        if (tensor == null || !tensor.type().isFloat() || !tensor.shape().equals(stored.shape())) {
          throw new WeightFileException(
              file,
              "expected "
                  + memoryName(index, stored)
                  + " as F32 "
                  + stored.shape()
                  + ", found "
                  + (tensor == null ? "no such tensor" : tensor));
        }
        WeightFiles.scatter(stored, tensor.floats(), flat);
      }
    }
    return flat;
  }

  private static String memoryName(int index, StoredTensor stored) {
    return MEMORY_TENSOR + index + "." + stored.name();
  }

  /** The numbers of a file, each of which may be missing or damaged. */
  private record Metadata(Path file, Map<String, String> values) {

    String text(String key) throws WeightFileException {
      String value = values.get(key);
      if (value == null) {
        throw new WeightFileException(file, "is no checkpoint: its metadata have no " + key);
      }
      return value;
    }

    long number(String key) throws WeightFileException {
      String text = text(key);
      try {
        long value = Long.parseLong(text);
        if (value >= 0) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw new WeightFileException(file, "expected a number as " + key + ", found " + text);
      }
      throw new WeightFileException(
          file, "expected a number of at least 0 as " + key + ", found " + text);
    }

    double decimal(String key) throws WeightFileException {
      String text = text(key);
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        throw new WeightFileException(file, "expected a number as " + key + ", found " + text);
      }
    }

    double[] decimals(String prefix) throws WeightFileException {
      List<Double> found = new ArrayList<>();
      while (values.containsKey(prefix + found.size())) {
        found.add(decimal(prefix + found.size()));
      }
      return found.stream().mapToDouble(Double::doubleValue).toArray();
    }

    List<EpochReport> reports(String prefix) throws WeightFileException {
      List<EpochReport> reports = new ArrayList<>();
      while (values.containsKey(prefix + (reports.size() + 1))) {
        String line = text(prefix + (reports.size() + 1));
        try {
          reports.add(EpochLine.read(reports.size() + 1, line));
        } catch (IllegalArgumentException e) {
          throw new WeightFileException(file, "expected the numbers of an epoch, found " + line);
        }
      }
      return reports;
    }
  }
}
