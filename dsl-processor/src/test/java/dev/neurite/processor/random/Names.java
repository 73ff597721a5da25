package dev.neurite.processor.random;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Draws the names of one interface's layers, each once. */
final class Names {

  /**
   * Names of layers that generated code could use for its own ends, or from which it could derive
   * the same name twice.
   */
  private static final List<String> AWKWARD =
      List.of(
          "rows",
          "inputs",
          "outputs",
          "i",
          "j",
          "k",
          "x",
          "y",
          "dx",
          "dy",
          "model",
          "threads",
          "busy",
          "record",
          "var",
          "Math",
          "String",
          "Kernels",
          "Simd",
          "Scalar",
          "parameters",
          "state",
          "workspace",
          "values",
          "value",
          "name",
          "size",
          "length",
          "batch",
          "step",
          "seed",
          "gradients",
          "weight",
          "bias",
          "load",
          "predict",
          "create",
          "training",
          "layer",
          "parallel",
          "probabilities",
          "conv",
          "Conv",
          "CONV",
          "convForward",
          "convBackward",
          "conv_1",
          "conv1",
          "a",
          "A",
          "$a",
          "a$b",
          "_a",
          "sealed",
          "permits",
          "when",
          "with",
          "module",
          "open",
          "input",
          "output",
          "Layer",
          "Input",
          "größe",
          "stage",
          "part",
          "parts",
          "loss",
          "save",
          "Outputs",
          "Warmup",
          "e",
          "t",
          "n",
          "block",
          "blockRows",
          "MODEL");

  private final Set<String> used = new HashSet<>();
  private final SplittableRandom random;

  Names(SplittableRandom random) {
    this.random = random;
  }

  String next() {
    while (true) {
      String name =
          random.nextInt(3) == 0
              ? LayerDrawing.any(random, AWKWARD)
              : LayerDrawing.any(random, List.of("hidden", "conv", "pool", "dense", "norm", "sum"))
                  + (1 + random.nextInt(30));
      if (used.add(name)) {
        return name;
      }
    }
  }
}
