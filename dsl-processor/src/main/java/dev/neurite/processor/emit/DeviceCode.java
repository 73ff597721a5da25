package dev.neurite.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.cuda.Buffer;
import dev.neurite.processor.cuda.DeviceMethod;
import dev.neurite.processor.cuda.DeviceStep;
import dev.neurite.processor.cuda.DeviceStep.Accumulation;
import dev.neurite.processor.cuda.DeviceStep.Extent;
import dev.neurite.processor.cuda.Grid;
import dev.neurite.processor.cuda.Operand;
import dev.neurite.processor.cuda.Operand.Address;
import dev.neurite.processor.cuda.Parts;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** Calls of a device as Java statements. */
final class DeviceCode {

  private static final String SPI = "dev.neurite.spi";
  static final ClassName PROGRAM = ClassName.get(SPI, "GpuProgram");
  static final ClassName CALLS = ClassName.get(SPI, "GpuCalls");
  static final ClassName PLACE = ClassName.get(SPI, "GpuPlace");
  static final ClassName MEMORY = ClassName.get(SPI, "GpuMemory");
  static final ClassName STEP = ClassName.get(SPI, "GpuStep");
  private static final ClassName GRID = ClassName.get(SPI, "GpuGrid");
  private static final ClassName PRODUCT = ClassName.get(SPI, "GpuProduct");

  /** Blocks that keep every multiprocessor of a large device busy several times over. */
  private static final int MOST_BLOCKS = 2048;

  private DeviceCode() {}

  /** The choices of a pass that a method's statements read. */
  static List<String> flags(DeviceMethod method) {
    boolean training = reads(method.steps(), operand -> operand instanceof Operand.Training);
    boolean inputs =
        reads(method.steps(), operand -> operand instanceof Address address && address.onRequest());
    return Stream.of(training ? "training" : "", inputs ? "inputGradients" : "")
        .filter(flag -> !flag.isEmpty())
        .toList();
  }

  private static boolean reads(List<DeviceStep> steps, Predicate<Operand> what) {
    return steps.stream()
        .anyMatch(
            step ->
                switch (step) {
                  case DeviceStep.Launch launch -> launch.arguments().stream().anyMatch(what);
                  case DeviceStep.Product ignored -> false;
                  case DeviceStep.Chunks chunks -> reads(chunks.steps(), what);
                });
  }

  static CodeBlock of(DeviceStep step) {
    return of(step, "rows", false);
  }

  private static CodeBlock of(DeviceStep step, String rows, boolean chunked) {
    return switch (step) {
      case DeviceStep.Launch launch -> launch(launch, rows, chunked);
      case DeviceStep.Product product -> product(product, rows, chunked);
      case DeviceStep.Chunks chunks -> chunks(chunks);
    };
  }

  private static CodeBlock chunks(DeviceStep.Chunks chunks) {
    CodeBlock.Builder code = CodeBlock.builder();
    code.beginControlFlow("")
        .addStatement("int chunks = $T.ceilDiv(rows, $L)", Math.class, chunks.mostRows())
        .beginControlFlow("for (int chunk = 0; chunk < chunks; chunk++)")
        .addStatement("int row = (int) ((long) rows * chunk / chunks)")
        .addStatement("int count = (int) ((long) rows * (chunk + 1) / chunks) - row");
    chunks.steps().forEach(step -> code.add(of(step, "count", true)));
    return code.endControlFlow().endControlFlow().build();
  }

  private static CodeBlock launch(DeviceStep.Launch launch, String rows, boolean chunked) {
    CodeBlock arguments =
        launch.arguments().stream()
            .map(operand -> operand(operand, rows, chunked))
            .collect(CodeBlock.joining(", "));
    return CodeBlock.builder()
        .addStatement(
            "calls.launch($S, $L, $L)",
            launch.kernel().name(),
            grid(launch.grid(), rows),
            arguments)
        .build();
  }

  private static CodeBlock grid(Grid grid, String rows) {
    return switch (grid) {
      case Grid.Covering covering ->
          CodeBlock.of(
              "$T.covering(elements($L, $LL) / $L, 256)",
              GRID,
              rows,
              covering.perRow(),
              covering.lanes());
      case Grid.Striding striding ->
          CodeBlock.of(
              "$T.of((int) $T.min($L, $T.ceilDiv(elements($L, $LL) / $L, 256)), 256)",
              GRID,
              Math.class,
              MOST_BLOCKS,
              Math.class,
              rows,
              striding.perRow(),
              striding.lanes());
      case Grid.Fixed fixed ->
          CodeBlock.of(
              "new $T($L, 1, 1, $L, $L, 0)",
              GRID,
              fixed.blocks(),
              fixed.threadsX(),
              fixed.threadsY());
      case Grid.Warps warps ->
          CodeBlock.of(
              "new $T((int) $T.ceilDiv(elements($L, $LL), 4), 1, 1, 32, 4, 0)",
              GRID,
              Math.class,
              rows,
              warps.perRow());
      case Grid.PerRow perRow ->
          CodeBlock.of(
              "new $T((int) elements($L, $LL), 1, 1, $L, $L, 0)",
              GRID,
              rows,
              perRow.blocks(),
              perRow.threadsX(),
              perRow.threadsY());
      case Grid.Summing summing ->
          CodeBlock.of(
              "new $T($L, $L, 1, $L, $L, 0)",
              GRID,
              summing.blocks(),
              parts(summing.parts(), rows),
              summing.threadsX(),
              summing.threadsY());
    };
  }

  private static CodeBlock parts(Parts parts, String rows) {
    return CodeBlock.of(
        "parts($L, $LL, $L, $L)", rows, parts.perRow(), parts.least(), parts.most());
  }

  private static CodeBlock operand(Operand operand, String rows, boolean chunked) {
    return switch (operand) {
      case Address address -> address(address, chunked);
      case Operand.Rows ignored -> CodeBlock.of("$L", rows);
      case Operand.Training ignored -> CodeBlock.of("training ? 1 : 0");
      case Operand.PartCount count -> parts(count.parts(), rows);
    };
  }

  private static CodeBlock address(Address address, boolean chunked) {
    CodeBlock start =
        switch (address.buffer()) {
          case Buffer.Slot slot -> CodeBlock.of("$L", slot.name());
          case Buffer.Parameter parameter ->
              CodeBlock.of("$T.parameter($L)", PLACE, parameter.offset());
          case Buffer.Gradient gradient ->
              CodeBlock.of("$T.gradient($L)", PLACE, gradient.offset());
          case Buffer.State state -> CodeBlock.of("$T.state($L)", PLACE, state.offset());
          case Buffer.Input input -> CodeBlock.of("$T.input($L)", PLACE, input.sizesBefore());
          case Buffer.Step ignored -> CodeBlock.of("$T.STEP", PLACE);
        };
    if (address.onRequest()) {
      return CodeBlock.of("inputGradients ? $L : 0L", start);
    }
    return chunked && address.rowFloats() > 0
        ? CodeBlock.of("$L.plus($LL * row)", start, address.rowFloats())
        : start;
  }

  private static CodeBlock product(DeviceStep.Product product, String rows, boolean chunked) {
    return CodeBlock.builder()
        .add("calls.product(\n")
        .indent()
        .indent()
        .add(
            "new $T($L, $L, $L,\n",
            PRODUCT,
            extent(product.m(), rows),
            extent(product.n(), rows),
            extent(product.k(), rows))
        .indent()
        .indent()
        .add("$L,\n", matrix(product.a(), product.count(), chunked))
        .add("$L,\n", matrix(product.b(), product.count(), chunked))
        .add("$L,\n", matrix(product.c(), product.count(), chunked))
        .add(
            "$L, $T.Epilogue.$L, $L, $L, $L));\n",
            accumulate(product.accumulation()),
            PRODUCT,
            product.epilogue(),
            orNull(product.vector(), chunked),
            orNull(product.aux(), chunked),
            product.count())
        .unindent()
        .unindent()
        .unindent()
        .unindent()
        .build();
  }

  private static String accumulate(Accumulation accumulation) {
    return switch (accumulation) {
      case NEVER -> "false";
      case ALWAYS -> "true";
      case AFTER_FIRST -> "row > 0";
    };
  }

  private static CodeBlock orNull(@Nullable Address address, boolean chunked) {
    return address == null ? CodeBlock.of("null") : address(address, chunked);
  }

  private static CodeBlock extent(Extent extent, String rows) {
    if (extent.perRow() == 0) {
      return CodeBlock.of("$L", extent.fixed());
    }
    return extent.perRow() == 1
        ? CodeBlock.of("$L", rows)
        : CodeBlock.of("$T.multiplyExact($L, $L)", Math.class, rows, extent.perRow());
  }

  private static CodeBlock matrix(DeviceStep.Matrix matrix, int count, boolean chunked) {
    CodeBlock place = address(matrix.place(), chunked);
    if (count > 1) {
      return CodeBlock.of(
          "new $T.Matrix($L, $L, $L, $L)",
          PRODUCT,
          place,
          matrix.transposed(),
          matrix.stride(),
          matrix.step());
    }
    return CodeBlock.of(
        "$T.Matrix.$L($L, $L)",
        PRODUCT,
        matrix.transposed() ? "transposed" : "of",
        place,
        matrix.stride());
  }

  /** What the statements call. */
  static void addHelpers(TypeSpec.Builder type) {
    type.addMethod(
        MethodSpec.methodBuilder("elements")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addJavadoc(
                "So many elements for each row.\n\n@throws IllegalArgumentException if they are more"
                    + " than a kernel counts\n")
            .returns(TypeName.LONG)
            .addParameter(TypeName.INT, "rows")
            .addParameter(TypeName.LONG, "perRow")
            .addCode(
                """
                long most = (1L << 31) - (1L << 22);
                if (rows * perRow > most) {
                  throw new IllegalArgumentException(
                      "expected at most " + most / perRow + " rows at once, got " + rows);
                }
                return rows * perRow;
                """)
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("parts")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addJavadoc(
                "Parts of a sum over {@code rows * perRow} values: one for each {@code least} of them,"
                    + " at most {@code most}.\n")
            .returns(TypeName.INT)
            .addParameter(TypeName.INT, "rows")
            .addParameter(TypeName.LONG, "perRow")
            .addParameter(TypeName.INT, "least")
            .addParameter(TypeName.INT, "most")
            .addStatement("return $T.clamp(elements(rows, perRow) / least, 1, most)", Math.class)
            .build());
  }
}
