package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.memory.InferenceMemory;
import javax.lang.model.element.Modifier;

/**
 * The nested classes of inference that have to do with threads: which kernels a call uses, and rows
 * shared by a team.
 */
final class ForwardThreads {

  private final String name;
  private final Signature signature;
  private final InferenceMemory memory;
  private final boolean vectors;

  ForwardThreads(String name, Signature signature, InferenceMemory memory, boolean vectors) {
    this.name = name;
    this.signature = signature;
    this.memory = memory;
    this.vectors = vectors;
  }

  private static FieldSpec.Builder field(TypeName type, String field, Modifier... modifiers) {
    return FieldSpec.builder(type, field, modifiers).addModifiers(Modifier.PRIVATE);
  }

  private String scratch(boolean one) {
    StringBuilder text = new StringBuilder();
    for (Signature.Tensor input : signature.inputs()) {
      text.append(
          "%s %sScratch = new %s[%s];%n"
              .formatted(
                  input.javaType(),
                  input.parameter(),
                  input.javaType().replace("[]", ""),
                  one ? input.size() : input.size() + " * BLOCK_ROWS"));
    }
    for (Signature.Tensor output : signature.outputs()) {
      text.append(
          "float[] %sScratch = new float[%s];%n"
              .formatted(
                  signature.outputParameter(output),
                  one ? output.size() : output.size() + " * BLOCK_ROWS"));
    }
    return text.toString();
  }

  private String call(String kernels, String rows) {
    String inputs =
        signature.inputs().stream()
            .map(input -> input.parameter() + "Scratch, 0")
            .collect(joining(", "));
    String outputs =
        signature.outputs().stream()
            .map(output -> signature.outputParameter(output) + "Scratch, 0")
            .collect(joining(", "));
    return "model.block(" + kernels + ", a, " + inputs + ", " + rows + ", " + outputs + ");";
  }

  TypeSpec choice() {
    return vectors ? choiceOfTwo() : scalarOnly();
  }

  private TypeSpec scalarOnly() {
    ClassName model = ClassName.bestGuess(name);
    return TypeSpec.classBuilder("Choice")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .addJavadoc(
            "Scalar kernels: the module of this class could not see the Vector API when it was generated.\n")
        .addField(
            field(ClassName.bestGuess(KernelClasses.KERNELS), "kernels", Modifier.FINAL)
                .initializer("new Scalar()")
                .build())
        .addMethod(MethodSpec.methodBuilder("begin").addParameter(model, "model").build())
        .addMethod(MethodSpec.methodBuilder("warmUp").addParameter(model, "model").build())
        .build();
  }

  private TypeSpec choiceOfTwo() {
    TypeSpec.Builder type =
        TypeSpec.classBuilder("Choice")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addSuperinterface(Runnable.class)
            .addJavadoc(
                "Which kernels calls use: of each the scalar one until its vector code has been compiled, which takes the compiler of"
                    + " the JVM some thousand calls. {@code -Dneurite.warmup=background|now|off}.\n");
    type.addField(
        field(ClassName.bestGuess(KernelClasses.KERNELS), "kernels", Modifier.VOLATILE)
            .initializer("new Scalar()")
            .build());
    type.addField(
        field(ClassName.bestGuess(name), "model")
            .addJavadoc("The network that asks for the code of single rows.\n")
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("run")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PUBLIC)
            .addCode(
                TypedCode.of(
                    """
                    %s
                    Workspace workspace = model.borrow();
                    try {
                      float[] a = workspace.values();
                      %s
                    } finally {
                      workspace.used.setRelease(0);
                    }
                    Exercise.start();
                    """
                        .formatted(scratch(true).strip(), call("Mixed.ASKING", "1"))))
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("begin")
            .addParameter(ClassName.bestGuess(name), "model")
            .addCode(
                """
                if (!usesVectors()) {
                  return;
                }
                String mode = System.getProperty("neurite.warmup", "background");
                switch (mode) {
                  case "off" -> kernels = new Simd();
                  case "now" -> warmUp(model);
                  case "background" -> {
                    kernels = Mixed.ALL;
                    this.model = model;
                    Thread thread = new Thread(this, "neurite-warmup");
                    thread.setDaemon(true);
                    thread.start();
                  }
                  default ->
                      throw new IllegalArgumentException(
                          "-Dneurite.warmup is " + mode + ", expected background, now or off");
                }
                """)
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("warmUp")
            .addJavadoc("Has all vector code compiled, and calls it on scratch data for a while.\n")
            .addParameter(ClassName.bestGuess(name), "model")
            .addCode(
                TypedCode.of(
                    """
                    if (!usesVectors() || kernels instanceof Simd) {
                      return;
                    }
                    if (!Exercise.all()) {
                      return;
                    }
                    Simd simd = new Simd();
                    float[] a = new float[WORKSPACE];
                    %s
                    long start = System.nanoTime();
                    for (int call = 0; call < 6000 && System.nanoTime() - start < 500_000_000L; call++) {
                      %s
                      if (call %% 64 == 63) {
                        %s
                      }
                    }
                    kernels = simd;
                    """
                        .formatted(
                            scratch(memory.blockRows() == 1).strip(),
                            call("simd", "1"),
                            call("simd", "BLOCK_ROWS"))))
            .build());
    return type.build();
  }

  TypeSpec team() {
    TypeSpec.Builder type =
        TypeSpec.classBuilder("Team")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc(
                "Threads that share the rows of a call. They spin for a while between calls, then park, and end after some idle"
                    + " seconds.\n");
    StringBuilder set = new StringBuilder();
    StringBuilder clear = new StringBuilder();
    type.addField(field(ArrayTypeName.of(Thread.class), "members", Modifier.FINAL).build());
    type.addField(
        field(ClassName.get("java.util.concurrent.locks", "ReentrantLock"), "busy", Modifier.FINAL)
            .initializer("new $T()", ClassName.get("java.util.concurrent.locks", "ReentrantLock"))
            .build());
    type.addField(
        field(ClassName.get("java.util.concurrent.atomic", "AtomicInteger"), "left", Modifier.FINAL)
            .initializer("new $T()", ClassName.get("java.util.concurrent.atomic", "AtomicInteger"))
            .build());
    type.addField(field(TypeName.INT, "call", Modifier.VOLATILE).build());
    type.addField(field(ClassName.get(Throwable.class), "failure", Modifier.VOLATILE).build());
    type.addField(field(ClassName.bestGuess(name), "model").build());
    type.addField(field(TypeName.INT, "rows").build());
    MethodSpec.Builder run =
        MethodSpec.methodBuilder("run")
            .addJavadoc(
                "Runs the rows of a call, unless another call has the team or there are too few rows.\n")
            .returns(TypeName.BOOLEAN)
            .addParameter(ClassName.bestGuess(name), "model");
    for (Signature.Tensor input : signature.inputs()) {
      TypeName array = ArrayTypeName.of(input.isIndex() ? TypeName.INT : TypeName.FLOAT);
      type.addField(field(array, input.parameter() + "Rows").build());
      run.addParameter(array, input.parameter());
      set.append("this.%sRows = %s;%n".formatted(input.parameter(), input.parameter()));
      clear.append("this.%sRows = null;%n".formatted(input.parameter()));
    }
    run.addParameter(TypeName.INT, "rows");
    for (Signature.Tensor output : signature.outputs()) {
      String parameter = signature.outputParameter(output);
      type.addField(field(ArrayTypeName.of(TypeName.FLOAT), parameter + "Rows").build());
      run.addParameter(ArrayTypeName.of(TypeName.FLOAT), parameter);
      set.append("this.%sRows = %s;%n".formatted(parameter, parameter));
      clear.append("this.%sRows = null;%n".formatted(parameter));
    }
    run.addCode(
        TypedCode.of(
            """
            int threads = members.length + 1;
            if (rows < 2 * threads || !busy.tryLock()) {
              return false;
            }
            try {
              this.model = model;
              this.rows = rows;
            %s  failure = null;
              left.set(members.length);
              int next = call + 1;
              call = next;
              for (int i = 0; i < members.length; i++) {
                if (members[i] == null || !members[i].isAlive()) {
                  int member = i;
                  members[i] = new Thread(() -> serve(member, next - 1), "neurite-predict-" + (i + 1));
                  members[i].setDaemon(true);
                  members[i].start();
                } else {
                  LockSupport.unpark(members[i]);
                }
              }
              try {
                share(0);
              } finally {
                while (left.get() > 0) {
                  Thread.onSpinWait();
                }
              }
              if (failure != null) {
                throw new IllegalStateException("a thread of the team failed", failure);
              }
              return true;
            } finally {
              this.model = null;
            %s  busy.unlock();
            }
            """
                .formatted(set.toString().indent(2), clear.toString().indent(2))));
    String rows =
        signature.inputs().stream().map(input -> input.parameter() + "Rows").collect(joining(", "));
    String results =
        signature.outputs().stream()
            .map(output -> signature.outputParameter(output) + "Rows")
            .collect(joining(", "));
    type.addMethod(
        MethodSpec.constructorBuilder()
            .addParameter(TypeName.INT, "threads")
            .addStatement("this.members = new $T[threads - 1]", Thread.class)
            .build());
    type.addMethod(run.build());
    type.addMethod(
        MethodSpec.methodBuilder("share")
            .addModifiers(Modifier.PRIVATE)
            .addParameter(TypeName.INT, "part")
            .addCode(
                """
                int parts = members.length + 1;
                int first = (int) ((long) rows * part / parts);
                int last = (int) ((long) rows * (part + 1) / parts);
                model.run($L, first, last, $L);
                """,
                rows,
                results)
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("serve")
            .addModifiers(Modifier.PRIVATE)
            .addParameter(TypeName.INT, "member")
            .addParameter(TypeName.INT, "served")
            .addCode(
                TypedCode.of(
                    """
                    int last = served;
                    long since = System.nanoTime();
                    while (true) {
                      if (call != last) {
                        last = call;
                        try {
                          share(member + 1);
                        } catch (RuntimeException | Error e) {
                          failure = e;
                        } finally {
                          left.decrementAndGet();
                        }
                        since = System.nanoTime();
                      } else if (System.nanoTime() - since < 50_000) {
                        Thread.onSpinWait();
                      } else if (System.nanoTime() - since < 5_000_000_000L) {
                        LockSupport.parkNanos(this, 1_000_000_000L);
                      } else if (busy.tryLock()) {
                        try {
                          if (call == last) {
                            members[member] = null;
                            return;
                          }
                        } finally {
                          busy.unlock();
                        }
                      }
                    }
                    """))
            .build());
    return type.build();
  }
}
