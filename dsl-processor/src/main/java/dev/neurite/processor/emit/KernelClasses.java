package dev.neurite.processor.emit;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Kernel.Parameter;
import dev.neurite.processor.kernel.Stmt;
import dev.neurite.processor.lower.KernelSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** The nested types that hold a class's kernels: an interface, scalar code and vector code. */
final class KernelClasses {

  static final String KERNELS = "Kernels";
  static final String SCALAR = "Scalar";
  static final String SIMD = "Simd";
  private static final String MIXED = "Mixed";

  private static final String VECTOR = "jdk.incubator.vector";
  private static final ClassName FLOAT_VECTOR = ClassName.get(VECTOR, "FloatVector");
  private static final ClassName SPECIES = ClassName.get(VECTOR, "VectorSpecies");
  private static final ClassName MASK = ClassName.get(VECTOR, "VectorMask");
  private static final ClassName SHUFFLE = ClassName.get(VECTOR, "VectorShuffle");

  private final KernelSet kernels;
  private final String real;
  private final Bodies bodies;

  KernelClasses(KernelSet kernels, String real, Bodies bodies) {
    this.kernels = kernels;
    this.real = real;
    this.bodies = bodies;
  }

  TypeSpec contract() {
    TypeSpec.Builder type =
        TypeSpec.interfaceBuilder(KERNELS)
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc("The loops that all layers are made of.\n");
    MethodsText methods = MethodsText.ofNestedClass();
    for (Kernel kernel : kernels.all()) {
      methods.declare(kernel.documentation(), "void " + kernel.name(), parameters(kernel.open()));
    }
    return type.addMethod(bodies.methods(methods, true)).build();
  }

  TypeSpec scalar() {
    TileMethods tiles = new TileMethods(real);
    TypeSpec.Builder type =
        TypeSpec.classBuilder(SCALAR)
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addSuperinterface(ClassName.bestGuess(KERNELS))
            .addJavadoc("Plain Java: the first calls, and where there is no Vector API.\n");
    MethodsText methods = MethodsText.ofNestedClass();
    for (Kernel kernel : kernels.all()) {
      override(kernel, KernelPrinter.body(kernel, new ScalarPrinter(real, tiles, kernel)), methods);
    }
    addTiles(tiles, methods);
    type.addMethod(bodies.methods(methods, false));
    if (real.equals("double") && usesErf()) {
      type.addMethod(ErrorFunction.method());
    }
    return type.build();
  }

  private boolean usesErf() {
    return kernels.all().stream().anyMatch(kernel -> kernel.name().startsWith("gelu"));
  }

  /** Of each kernel the best code that there is so far. */
  TypeSpec mixed() {
    ClassName mixed = ClassName.bestGuess(MIXED);
    ClassName kernelsType = ClassName.bestGuess(KERNELS);
    ClassName compiled = ClassName.bestGuess("Compiled");
    TypeName sizes = ArrayTypeName.of(TypeName.LONG);
    List<Kernel> order = inOrderOfWeight();
    TypeSpec.Builder type =
        TypeSpec.classBuilder(MIXED)
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addSuperinterface(kernelsType)
            .addJavadoc(
                "Of each kernel the vector code for the sizes that it is compiled for, else plain Java; both give the same bits.\n");
    type.addType(
        TypeSpec.recordBuilder("Compiled")
            .addModifiers(Modifier.PRIVATE)
            .recordConstructor(
                MethodSpec.constructorBuilder()
                    .addParameter(kernelsType, "simd")
                    .addParameter(sizes, "sizes")
                    .build())
            .build());
    type.addField(
        constant(ArrayTypeName.of(compiled), "COMPILED")
            .addJavadoc(
                "Read without a lock: who sees a change late loses a little time, nothing else.\n")
            .initializer("new Compiled[$L]", order.size())
            .build());
    type.addField(
        FieldSpec.builder(mixed, "ALL", Modifier.STATIC, Modifier.FINAL)
            .initializer("new Mixed(new Scalar())")
            .build());
    type.addField(
        FieldSpec.builder(mixed, "ASKING", Modifier.STATIC, Modifier.FINAL)
            .addJavadoc("Runs nothing, and asks for what is not compiled.\n")
            .initializer("new Mixed(null)")
            .build());
    type.addField(
        FieldSpec.builder(kernelsType, "plain", Modifier.PRIVATE, Modifier.FINAL).build());
    type.addMethod(
        MethodSpec.constructorBuilder()
            .addModifiers(Modifier.PRIVATE)
            .addParameter(kernelsType, "plain")
            .addStatement("this.plain = plain")
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("use")
            .addModifiers(Modifier.STATIC, Modifier.SYNCHRONIZED)
            .addJavadoc("Uses the vector code of a kernel for these sizes from now on.\n")
            .addParameter(TypeName.INT, "kernel")
            .addParameter(kernelsType, "simd")
            .addParameter(sizes, "sizes")
            .beginControlFlow("if (sizes.length > sizes(kernel))")
            .addStatement("COMPILED[kernel] = new Compiled(simd, sizes)")
            .endControlFlow()
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("sizes")
            .addModifiers(Modifier.STATIC)
            .addJavadoc("In how many sizes a kernel is compiled.\n")
            .returns(TypeName.INT)
            .addParameter(TypeName.INT, "kernel")
            .addStatement("return COMPILED[kernel] == null ? 0 : COMPILED[kernel].sizes.length")
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("choose")
            .addModifiers(Modifier.PRIVATE)
            .returns(kernelsType)
            .addParameter(TypeName.INT, "kernel")
            .addParameter(TypeName.LONG, "size")
            .addCode(
                bodies.plain(
                    """
                    Compiled known = COMPILED[kernel];
                    if (known != null) {
                      for (long one : known.sizes) {
                        if (one == size) {
                          return this == ALL ? known.simd : null;
                        }
                      }
                    }
                    Exercise.want(kernel, size, this == ALL);
                    return plain;
                    """))
            .build());
    MethodsText methods = MethodsText.ofNestedClass();
    for (int i = 0; i < order.size(); i++) {
      Kernel kernel = order.get(i);
      KernelExercise exercise = new KernelExercise(kernel);
      String size =
          exercise.isSized()
              ? "Exercise.size(m, n, %d, %d)"
                  .formatted(exercise.everyRows(), exercise.everyColumns())
              : "0";
      String arguments =
          kernel.open().stream().map(Parameter::name).collect(Collectors.joining(", "));
      override(
          kernel,
          ("Kernels kernel = choose(" + i + ", " + size + ");\n")
              + "if (kernel != null) {\n"
              + ("  kernel." + kernel.name() + "(" + arguments + ");\n")
              + "}\n",
          methods);
    }
    return type.addMethod(bodies.methods(methods, false)).build();
  }

  /** The heaviest first: products in tiles of their own, other products, all else. */
  List<Kernel> inOrderOfWeight() {
    return kernels.all().stream().sorted(Comparator.comparingInt(KernelClasses::turn)).toList();
  }

  private static int turn(Kernel kernel) {
    if (kernel.body().getFirst() instanceof Stmt.Contract) {
      return kernel.constants().isEmpty() ? 1 : 0;
    }
    return 2;
  }

  TypeSpec simd() {
    TileMethods tiles = new TileMethods("float");
    TypeSpec.Builder type =
        TypeSpec.classBuilder(SIMD)
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addSuperinterface(ClassName.bestGuess(KERNELS))
            .addJavadoc(
                "The Vector API, at the width of the machine; the same bits as {@link Scalar}.\n");
    type.addField(
        constant(speciesOfFloat(), "SPECIES")
            .initializer("$T.SPECIES_PREFERRED", FLOAT_VECTOR)
            .build());
    type.addField(constant(TypeName.INT, "LANES").initializer("SPECIES.length()").build());
    type.addField(
        constant(TypeName.BOOLEAN, "WIDE")
            .addJavadoc("Whether there are 32 vector registers and not 16.\n")
            .initializer(
                "LANES == 16 || $T.getProperty(\"os.arch\").equals(\"aarch64\")", System.class)
            .build());
    MethodsText methods = MethodsText.ofNestedClass();
    for (Kernel kernel : kernels.all()) {
      override(kernel, KernelPrinter.body(kernel, new SimdPrinter(tiles, kernel)), methods);
    }
    addTiles(tiles, methods);
    type.addMethod(bodies.methods(methods, false));
    if (tiles.transposes()) {
      type.addField(
          constant(speciesOfFloat(), "QUAD")
              .addJavadoc(
                  "Four lanes, for moves alone: C2 compiles arithmetic that it has seen with vectors of two widths for both.\n")
              .initializer("$T.SPECIES_128", FLOAT_VECTOR)
              .build());
      swaps(type, "PAIRS", 1, "ODD", "EVEN");
      swaps(type, "HALVES", 2, "HIGH", "LOW");
    }
    String text = methods.toString();
    if (text.contains("ZEROS")) {
      type.addField(
          constant(ArrayTypeName.of(TypeName.FLOAT), "ZEROS")
              .addJavadoc("A vector of zeros: what sums without a bias begin with.\n")
              .initializer("new float[LANES]")
              .build());
    }
    if (text.contains(SimdPrinter.FOUR_ON)) {
      type.addField(onwards(SimdPrinter.FOUR_ON, 4));
      type.addField(onwards(SimdPrinter.EIGHT_ON, 8));
    }
    if (text.contains(SimdPrinter.EVEN_LANES)) {
      type.addField(everyOther(SimdPrinter.EVEN_LANES, 0));
      type.addField(everyOther(SimdPrinter.ODD_LANES, 1));
    }
    vectorClass(type, text, SimdPrinter.VECTOR, "SPECIES");
    vectorClass(type, text, SimdPrinter.QUAD_VECTOR, "QUAD");
    return type.build();
  }

  /** The class of a species' vectors, if some method casts to it. */
  private static void vectorClass(
      TypeSpec.Builder type, String methods, String name, String species) {
    if (!casts(methods, name)) {
      return;
    }
    type.addField(
        constant(ParameterizedTypeName.get(ClassName.get(Class.class), FLOAT_VECTOR), name)
            .addJavadoc(
                "What all vectors of {@link #$L} are. A cast to it of what a loop carries or stores tells the JVM's compiler which class that"
                    + " is, where others in this process have vectors of other widths.\n",
                species)
            .addAnnotation(
                AnnotationSpec.builder(SuppressWarnings.class)
                    .addMember("value", "$S", "unchecked")
                    .build())
            .initializer("(Class<FloatVector>) $L.vectorType()", species)
            .build());
  }

  /** Whether something is cast to the class of this name, not to one whose name ends with it. */
  private static boolean casts(String methods, String name) {
    String cast = name + ".cast(";
    int at = methods.indexOf(cast);
    while (at > 0 && Character.isJavaIdentifierPart(methods.charAt(at - 1))) {
      at = methods.indexOf(cast, at + 1);
    }
    return at >= 0;
  }

  /**
   * How lanes change places with those {@code distance} away, and which lanes are the upper ones.
   */
  private static void swaps(
      TypeSpec.Builder type, String shuffle, int distance, String upper, String lower) {
    TypeName lane = ClassName.get(Float.class);
    type.addField(
        constant(ParameterizedTypeName.get(SHUFFLE, lane), shuffle)
            .initializer("$T.fromOp(QUAD, lane -> lane ^ $L)", SHUFFLE, distance)
            .build());
    type.addField(
        constant(ParameterizedTypeName.get(MASK, lane), upper)
            .initializer("$T.fromLong(QUAD, $L)", MASK, distance == 1 ? "0b1010" : "0b1100")
            .build());
    type.addField(
        constant(ParameterizedTypeName.get(MASK, lane), lower)
            .initializer("$L.not()", upper)
            .build());
  }

  private static FieldSpec onwards(String name, int lanes) {
    return shuffle(name)
        .addJavadoc("Brings each lane what the one $L behind it has.\n", lanes)
        .initializer("$T.iota(SPECIES, $L, 1, true)", SHUFFLE, lanes)
        .build();
  }

  private static FieldSpec everyOther(String name, int first) {
    return shuffle(name)
        .addJavadoc("Brings every other lane to the front, from lane $L on.\n", first)
        .initializer("$T.iota(SPECIES, $L, 2, true)", SHUFFLE, first)
        .build();
  }

  private static FieldSpec.Builder shuffle(String name) {
    return constant(ParameterizedTypeName.get(SHUFFLE, ClassName.get(Float.class)), name);
  }

  private static TypeName speciesOfFloat() {
    return ParameterizedTypeName.get(SPECIES, ClassName.get(Float.class));
  }

  private static FieldSpec.Builder constant(TypeName type, String name) {
    return FieldSpec.builder(type, name, Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL);
  }

  private void addTiles(TileMethods tiles, MethodsText methods) {
    for (TileMethods.Tile tile : tiles.all()) {
      methods.add(
          tile.documentation(),
          "private static void " + tile.name(),
          parameters(tile.parameters()),
          tile.body());
    }
  }

  private void override(Kernel kernel, String body, MethodsText methods) {
    methods.override("public void " + kernel.name(), parameters(kernel.open()), body);
  }

  private List<String> parameters(List<Parameter> parameters) {
    return parameters.stream()
        .map(parameter -> type(parameter.type()) + " " + parameter.name())
        .toList();
  }

  private String type(Kernel.Type type) {
    return switch (type) {
      case INT -> "int";
      case REAL -> real;
      case REALS -> real + "[]";
      case INTS -> "int[]";
      case BOOLEAN -> "boolean";
    };
  }
}
