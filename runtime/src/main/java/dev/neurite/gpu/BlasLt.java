package dev.neurite.gpu;

import dev.neurite.gpu.NativeLibrary.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * The functions of cuBLASLt that are used, and the numbers of its enums and structs, as {@code
 * cublasLt.h} of CUDA 12 and 13 has them.
 */
final class BlasLt {

  /** {@code CUDA_R_32F} of {@code cudaDataType}. */
  static final int FLOAT32 = 0;

  /** {@code CUBLAS_COMPUTE_32F}. */
  static final int COMPUTE_FLOAT32 = 68;

  /** {@code CUBLAS_COMPUTE_32F_FAST_TF32}. */
  static final int COMPUTE_TF32 = 77;

  /** {@code CUBLAS_OP_T}. */
  static final int TRANSPOSED = 1;

  /** {@code CUBLAS_STATUS_INVALID_VALUE}. */
  static final int INVALID_VALUE = 7;

  /** {@code CUBLAS_STATUS_ARCH_MISMATCH}. */
  static final int ARCH_MISMATCH = 8;

  /** {@code CUBLAS_STATUS_NOT_SUPPORTED}. */
  static final int NOT_SUPPORTED = 15;

  /** {@code CUBLASLT_MATMUL_DESC_TRANSA}, int32. */
  static final int DESC_TRANSPOSE_A = 3;

  /** {@code CUBLASLT_MATMUL_DESC_TRANSB}, int32. */
  static final int DESC_TRANSPOSE_B = 4;

  /** {@code CUBLASLT_MATMUL_DESC_EPILOGUE}, uint32. */
  static final int DESC_EPILOGUE = 7;

  /** {@code CUBLASLT_MATMUL_DESC_BIAS_POINTER}. */
  static final int DESC_BIAS_POINTER = 8;

  /** {@code CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER}. */
  static final int DESC_AUX_POINTER = 11;

  /** {@code CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD}, int64. */
  static final int DESC_AUX_STRIDE = 12;

  /** {@code CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT}, int32. */
  static final int LAYOUT_COUNT = 5;

  /** {@code CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET}, int64. */
  static final int LAYOUT_STEP = 6;

  /** {@code CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES}, uint64. */
  static final int PREFERENCE_WORKSPACE = 1;

  /** {@code CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK}, uint32. */
  static final int PREFERENCE_REDUCTIONS = 3;

  /** {@code CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES}, uint32; those of B, C and D follow. */
  static final int PREFERENCE_ALIGNMENT_A = 5;

  /**
   * {@code CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE | CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE}: parts
   * of a sum are added in one order, not as they come.
   */
  static final int REDUCTIONS_IN_ORDER = 6;

  /** {@code cublasLtMatmulAlgo_t}. */
  static final StructLayout ALGORITHM =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(8, ValueLayout.JAVA_LONG).withName("data"));

  /** {@code cublasLtMatmulHeuristicResult_t}. */
  static final StructLayout HEURISTIC =
      MemoryLayout.structLayout(
          ALGORITHM.withName("algo"),
          ValueLayout.JAVA_LONG.withName("workspaceSize"),
          ValueLayout.JAVA_INT.withName("state"),
          ValueLayout.JAVA_FLOAT.withName("wavesCount"),
          MemoryLayout.sequenceLayout(4, ValueLayout.JAVA_INT).withName("reserved"));

  private static final long WORKSPACE_SIZE = offset("workspaceSize");
  private static final long STATE = offset("state");

  private final Function statusName;
  private final Function version;
  private final Function create;
  private final Function destroy;
  private final Function descriptionCreate;
  private final Function descriptionDestroy;
  private final Function descriptionSet;
  private final Function layoutCreate;
  private final Function layoutDestroy;
  private final Function layoutSet;
  private final Function preferenceCreate;
  private final Function preferenceDestroy;
  private final Function preferenceSet;
  private final Function heuristic;
  private final Function matmul;

  BlasLt(NativeLibrary library) {
    statusName = library.pointerFunction("cublasLtGetStatusName", "i");
    version = library.pointerFunction("cublasLtGetVersion", "");
    create = library.function("cublasLtCreate", "p");
    destroy = library.function("cublasLtDestroy", "p");
    descriptionCreate = library.function("cublasLtMatmulDescCreate", "pii");
    descriptionDestroy = library.function("cublasLtMatmulDescDestroy", "p");
    descriptionSet = library.function("cublasLtMatmulDescSetAttribute", "pipl");
    layoutCreate = library.function("cublasLtMatrixLayoutCreate", "pilll");
    layoutDestroy = library.function("cublasLtMatrixLayoutDestroy", "p");
    layoutSet = library.function("cublasLtMatrixLayoutSetAttribute", "pipl");
    preferenceCreate = library.function("cublasLtMatmulPreferenceCreate", "p");
    preferenceDestroy = library.function("cublasLtMatmulPreferenceDestroy", "p");
    preferenceSet = library.function("cublasLtMatmulPreferenceSetAttribute", "pipl");
    heuristic = library.function("cublasLtMatmulAlgoGetHeuristic", "pppppppipp");
    matmul = library.function("cublasLtMatmul", "ppppppppppppp" + "plp");
  }

  /** Such as 130002 for 13.0.2. */
  long version() {
    return version.pointer();
  }

  long create() {
    return created(create, "");
  }

  void destroy(long handle) {
    check(destroy.call(handle), destroy, "");
  }

  /** A description of products of float matrices. */
  long createDescription(int computeType) {
    return created(descriptionCreate, "", computeType, FLOAT32);
  }

  void destroyDescription(long description) {
    check(descriptionDestroy.call(description), descriptionDestroy, "");
  }

  void setDescription(long description, int attribute, int value) {
    set(descriptionSet, description, attribute, value, Integer.BYTES);
  }

  void setDescription(long description, int attribute, long value) {
    set(descriptionSet, description, attribute, value, Long.BYTES);
  }

  /** A float matrix as the library sees it, column by column. */
  long createLayout(long rows, long columns, long stride) {
    return created(
        layoutCreate,
        rows + " x " + columns + ", stride " + stride,
        FLOAT32,
        rows,
        columns,
        stride);
  }

  void destroyLayout(long layout) {
    check(layoutDestroy.call(layout), layoutDestroy, "");
  }

  void setLayout(long layout, int count, long step) {
    set(layoutSet, layout, LAYOUT_COUNT, count, Integer.BYTES);
    set(layoutSet, layout, LAYOUT_STEP, step, Long.BYTES);
  }

  long createPreference() {
    return created(preferenceCreate, "");
  }

  void destroyPreference(long preference) {
    check(preferenceDestroy.call(preference), preferenceDestroy, "");
  }

  /** Sets the most workspace, what A, B, C and D are aligned to, and sums in one order. */
  void setPreference(long preference, long workspaceBytes, int a, int b, int c) {
    set(preferenceSet, preference, PREFERENCE_WORKSPACE, workspaceBytes, Long.BYTES);
    set(preferenceSet, preference, PREFERENCE_REDUCTIONS, REDUCTIONS_IN_ORDER, Integer.BYTES);
    int[] bytes = {a, b, c, c};
    for (int i = 0; i < bytes.length; i++) {
      set(preferenceSet, preference, PREFERENCE_ALIGNMENT_A + i, bytes[i], Integer.BYTES);
    }
  }

  /**
   * The algorithms that the library thinks fastest, the best first.
   *
   * @param operands description and layouts of A, B and C
   * @param results room for {@code most} of {@link #HEURISTIC}
   * @return how many there are, 0 for a product that it has none for
   */
  int choose(
      long handle, long[] operands, long preference, MemorySegment results, int most, String what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment returned = arena.allocate(ValueLayout.JAVA_INT);
      int status =
          heuristic.call(
              handle,
              operands[0],
              operands[1],
              operands[2],
              operands[3],
              operands[3],
              preference,
              most,
              results.address(),
              returned.address());
      if (isUnsupported(status)) {
        return 0;
      }
      check(status, heuristic, what);
      return returned.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** Whether an algorithm that {@link #choose} gave can be used. */
  static boolean isUsable(MemorySegment result) {
    return result.get(ValueLayout.JAVA_INT, STATE) == 0;
  }

  /**
   * Of these the manual says that the first means a combination the library has nothing for; it
   * also answers the others to epilogues that it does not know for a type or a GPU.
   */
  private static boolean isUnsupported(int status) {
    return status == NOT_SUPPORTED || status == INVALID_VALUE || status == ARCH_MISMATCH;
  }

  /** Bytes of workspace that a chosen algorithm takes. */
  static long workspace(MemorySegment result) {
    return result.get(ValueLayout.JAVA_LONG, WORKSPACE_SIZE);
  }

  /**
   * Multiplies: C = A B + beta C.
   *
   * @param operands description and layouts of A, B and C
   * @param a address of A
   * @param b address of B
   * @param c address of C
   * @param algorithm from {@link #choose}
   * @param workspace address of device memory
   * @return false if the library does not support it after all
   */
  boolean multiply(
      long handle,
      long[] operands,
      long a,
      long b,
      long c,
      float beta,
      MemorySegment algorithm,
      long workspace,
      long stream,
      String what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment factors = arena.allocate(ValueLayout.JAVA_FLOAT, 2);
      factors.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 1);
      factors.setAtIndex(ValueLayout.JAVA_FLOAT, 1, beta);
      int status =
          matmul.call(
              handle,
              operands[0],
              factors.address(),
              a,
              operands[1],
              b,
              operands[2],
              factors.address() + Float.BYTES,
              c,
              operands[3],
              c,
              operands[3],
              algorithm.address(),
              workspace,
              workspace(algorithm),
              stream);
      if (isUnsupported(status)) {
        return false;
      }
      check(status, matmul, what);
      return true;
    }
  }

  private void set(Function function, long object, int attribute, long value, int bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(ValueLayout.JAVA_LONG);
      if (bytes == Integer.BYTES) {
        buffer.set(ValueLayout.JAVA_INT, 0, (int) value);
      } else {
        buffer.set(ValueLayout.JAVA_LONG, 0, value);
      }
      check(
          function.call(object, attribute, buffer.address(), bytes),
          function,
          "attribute " + attribute + " = " + value);
    }
  }

  private long created(Function function, String what, long... arguments) {
    return function.result(this::check, what, arguments);
  }

  private void check(int status, Function function, String what) {
    if (status != 0) {
      throw new GpuException(
          function.name()
              + (what.isEmpty() ? "" : " (" + what + ")")
              + " failed with "
              + NativeLibrary.text(statusName.pointer(status))
              + " ("
              + status
              + ")");
    }
  }

  private static long offset(String field) {
    return HEURISTIC.byteOffset(MemoryLayout.PathElement.groupElement(field));
  }
}
