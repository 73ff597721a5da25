package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;

/**
 * Writes the nested class of inference whose threads share the rows of a call, or the large layers
 * of one row.
 */
final class TeamWriter {

  private final String name;
  private final Signature signature;
  private final boolean together;

  /**
   * The team of one class of inference.
   *
   * @param together whether layers of one row are shared
   */
  TeamWriter(String name, Signature signature, boolean together) {
    this.name = name;
    this.signature = signature;
    this.together = together;
  }

  private static FieldSpec.Builder field(TypeName type, String field, Modifier... modifiers) {
    return FieldSpec.builder(type, field, modifiers).addModifiers(Modifier.PRIVATE);
  }

  TypeSpec type() {
    TypeSpec.Builder type =
        TypeSpec.classBuilder("Team")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc(
                "Threads that share the rows of a call"
                    + (together ? ", or the large layers of one row" : "")
                    + ". Each task has as many parts as there are threads; whoever comes first takes the next. They spin for a while"
                    + " between tasks, then park, and end after some idle seconds.\n");
    StringBuilder set = new StringBuilder();
    StringBuilder clear = new StringBuilder();
    ClassName counter = ClassName.get("java.util.concurrent.atomic", "AtomicInteger");
    type.addField(field(ArrayTypeName.of(Thread.class), "members", Modifier.FINAL).build());
    type.addField(
        field(ClassName.get("java.util.concurrent.locks", "ReentrantLock"), "busy", Modifier.FINAL)
            .initializer("new $T()", ClassName.get("java.util.concurrent.locks", "ReentrantLock"))
            .build());
    type.addField(
        field(counter, "next", Modifier.FINAL)
            .addJavadoc("The part to be taken next.\n")
            .initializer("new $T()", counter)
            .build());
    type.addField(field(counter, "left", Modifier.FINAL).initializer("new $T()", counter).build());
    type.addField(field(TypeName.INT, "task", Modifier.VOLATILE).build());
    type.addField(field(ClassName.get(Throwable.class), "failure", Modifier.VOLATILE).build());
    type.addField(field(ClassName.bestGuess(name), "model").build());
    type.addField(field(TypeName.INT, "rows").build());
    MethodSpec.Builder run =
        MethodSpec.methodBuilder("run")
            .addJavadoc(
                "Runs the rows of a call, unless another call has the team"
                    + (together ? ".\n" : " or there are too few rows.\n"))
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
    if (together) {
      type.addField(
          field(TypeName.INT, "layer")
              .addJavadoc("Whose units are shared, or -1 where it is rows.\n")
              .build());
      type.addField(field(TypeName.INT, "units").build());
      type.addField(field(TypeName.INT, "multiple").build());
      type.addField(field(TypeName.INT, "row").build());
      type.addField(field(ClassName.bestGuess(KernelClasses.KERNELS), "kernels").build());
      type.addField(field(ArrayTypeName.of(TypeName.FLOAT), "values").build());
      clear.append("this.kernels = null;%nthis.values = null;%n".formatted());
    }
    String inputs =
        signature.inputs().stream().map(Signature.Tensor::parameter).collect(joining(", "));
    String outputs =
        signature.outputs().stream().map(signature::outputParameter).collect(joining(", "));
    run.addCode(
        TypedCode.of(
            """
            %sif (%s!busy.tryLock()) {
              return false;
            }
            try {
              this.model = model;
              this.rows = rows;
            %s%s  return true;
            } finally {
              this.model = null;
            %s  busy.unlock();
            }
            """
                .formatted(
                    together ? "" : "int threads = members.length + 1;\n",
                    together ? "" : "rows < 2 * threads || ",
                    set.toString().indent(2),
                    together
                        ? """
                          if (rows < 2 * (members.length + 1)) {
                            model.together(this, %s, 0, rows, %s);
                          } else {
                            this.layer = -1;
                            share();
                          }
                        """
                            .formatted(inputs, outputs)
                        : "  share();\n",
                    clear.toString().indent(2))));
    type.addMethod(
        MethodSpec.constructorBuilder()
            .addParameter(TypeName.INT, "threads")
            .addStatement("this.members = new $T[threads - 1]", Thread.class)
            .build());
    type.addMethod(run.build());
    if (together) {
      ofLayers(type);
    }
    sharing(type);
    return type.build();
  }

  /** What a team does with the layers of one row. */
  private void ofLayers(TypeSpec.Builder type) {
    type.addMethod(
        MethodSpec.methodBuilder("begin")
            .addJavadoc("The row whose layers are shared next.\n")
            .addParameter(ClassName.bestGuess(KernelClasses.KERNELS), "kernels")
            .addParameter(ArrayTypeName.of(TypeName.FLOAT), "values")
            .addParameter(TypeName.INT, "row")
            .addStatement("this.kernels = kernels")
            .addStatement("this.values = values")
            .addStatement("this.row = row")
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("share")
            .addJavadoc("Has all units of a layer done, each part of them a multiple of some.\n")
            .addParameter(TypeName.INT, "layer")
            .addParameter(TypeName.INT, "units")
            .addParameter(TypeName.INT, "multiple")
            .addStatement("this.layer = layer")
            .addStatement("this.units = units")
            .addStatement("this.multiple = multiple")
            .addStatement("share()")
            .build());
    List<String> places = new ArrayList<>();
    signature
        .inputs()
        .forEach(input -> places.add(input.parameter() + "Rows, row * " + input.size()));
    signature
        .outputs()
        .forEach(
            output ->
                places.add(signature.outputParameter(output) + "Rows, row * " + output.size()));
    type.addMethod(
        MethodSpec.methodBuilder("doUnits")
            .addModifiers(Modifier.PRIVATE)
            .addParameter(TypeName.INT, "part")
            .addParameter(ArrayTypeName.of(TypeName.FLOAT), "own")
            .addCode(
                """
                int parts = members.length + 1;
                int blocks = (units + multiple - 1) / multiple;
                int from = (int) ((long) blocks * part / parts) * multiple;
                int to = Math.min(units, (int) ((long) blocks * (part + 1) / parts) * multiple);
                model.part(layer, kernels, values, own, $L, from, to);
                """,
                String.join(", ", places))
            .build());
  }

  private void sharing(TypeSpec.Builder type) {
    String rows =
        signature.inputs().stream().map(input -> input.parameter() + "Rows").collect(joining(", "));
    String results =
        signature.outputs().stream()
            .map(output -> signature.outputParameter(output) + "Rows")
            .collect(joining(", "));
    type.addMethod(
        MethodSpec.methodBuilder("share")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc("Has all parts of a task done.\n")
            .addCode(
                TypedCode.of(
                    """
                    failure = null;
                    left.set(members.length + 1);
                    // What the parts read is there before they can be taken.
                    next.set(0);
                    int now = task + 1;
                    task = now;
                    for (int i = 0; i < members.length; i++) {
                      if (members[i] == null || !members[i].isAlive()) {
                        int member = i;
                        members[i] = new Thread(() -> serve(member, now - 1), "neurite-predict-" + (i + 1));
                        members[i].setDaemon(true);
                        members[i].start();
                      } else {
                        LockSupport.unpark(members[i]);
                      }
                    }
                    takeParts(%s);
                    while (left.get() > 0) {
                      Thread.onSpinWait();
                    }
                    Throwable failed = failure;
                    if (failed instanceof RuntimeException exception) {
                      throw exception;
                    }
                    if (failed != null) {
                      throw new IllegalStateException("a thread of the team failed", failed);
                    }
                    """
                        .formatted(together ? "true" : "")))
            .build());
    MethodSpec.Builder take =
        MethodSpec.methodBuilder("takeParts")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc("Does parts as long as there are any that nobody has taken.\n");
    if (together) {
      take.addParameter(TypeName.BOOLEAN, "caller");
    }
    type.addMethod(
        take.addCode(
                TypedCode.of(
                    """
                    int parts = members.length + 1;
                    for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                      try {
                        doPart(part%s);
                      } catch (RuntimeException | Error e) {
                        failure = e;
                      } finally {
                        left.decrementAndGet();
                      }
                    }
                    """
                        .formatted(together ? ", caller" : "")))
            .build());
    MethodSpec.Builder part =
        MethodSpec.methodBuilder("doPart")
            .addModifiers(Modifier.PRIVATE)
            .addParameter(TypeName.INT, "part");
    if (together) {
      part.addParameter(TypeName.BOOLEAN, "caller");
      part.addCode(
          """
          if (layer >= 0 && caller) {
            doUnits(part, values);
            return;
          }
          if (layer >= 0) {
            Workspace own = model.borrow();
            try {
              doUnits(part, own.values());
            } finally {
              own.used.setRelease(0);
            }
            return;
          }
          """);
    }
    type.addMethod(
        part.addCode(
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
                      if (task != last) {
                        last = task;
                        takeParts(%s);
                        since = System.nanoTime();
                      } else if (System.nanoTime() - since < 50_000) {
                        Thread.onSpinWait();
                      } else if (System.nanoTime() - since < 5_000_000_000L) {
                        LockSupport.parkNanos(this, 1_000_000_000L);
                      } else if (busy.tryLock()) {
                        try {
                          if (task == last) {
                            members[member] = null;
                            return;
                          }
                        } finally {
                          busy.unlock();
                        }
                      }
                    }
                    """
                        .formatted(together ? "false" : "")))
            .build());
  }
}
