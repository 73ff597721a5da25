package dev.neurite.processor.diagnostic;

import java.util.Locale;

/**
 * Everything the compiler can say about a declaration. Codes are stable; docs/diagnostics.md
 * explains each.
 *
 * <p>The fact says what is there and what was expected, the remedy what to do. Both are formatted
 * with the same values; where a layer is named, {@code %1$s} is the annotation and {@code %2$s} the
 * layer.
 */
public enum Message {
  // The interface.
  NOT_AN_INTERFACE(
      "%3$s stands on the %1$s %2$s, but %4$s is declared by an interface.",
      "Make %2$s an interface with one abstract method for each layer."),
  GENERIC_MODEL(
      "%1$s has type parameters, but every size of a network is a constant.",
      "Remove the type parameters."),
  PRIVATE_MODEL(
      "%1$s cannot be reached from the classes generated for it, because %2$s is private.",
      "Make %2$s at least package-private."),
  SEALED_MODEL(
      "%1$s is sealed, but the class generated for it must implement it.", "Remove sealed."),
  INHERITED_LAYERS(
      "%1$s inherits the abstract method %2$s() of %3$s, but %4$s declares all of its layers itself.",
      "Declare %2$s() in %1$s, or give it a default body."),
  MODEL_AND_BLOCK(
      "%1$s carries @Model and @Block, but a network and a part of networks are declared apart.",
      "Keep one of the two; to train a block alone, apply it by @Stack in a @Model interface."),
  GENERATED_NAME_TAKEN(
      "For %1$s the class %2$s is generated, but a class of that name is already there.",
      "Rename one of the two."),
  LAYER_WITH_PARAMETERS(
      "%1$s() takes %2$s, but the method of a layer takes no parameters.",
      "Remove the parameters, or give the method a default body if it is not a layer."),
  LAYER_RETURN_TYPE(
      "%1$s() returns %2$s, but the method of a layer returns Layer.",
      "Return dev.neurite.dsl.Layer, or give the method a default body if it is not a layer."),
  GENERIC_LAYER(
      "%1$s() has type parameters, but the method of a layer has none.",
      "Remove the type parameters, or give the method a default body if it is not a layer."),
  RESERVED_NAME(
      "%1$s() has the name of %2$s, so a model cannot have a layer of that name.",
      "Choose another name, such as %1$sLayer()."),

  // The order of layers and annotations.
  NO_INPUT("%1$s has no @Input.", "Begin with a method such as: %2$s"),
  NO_LAYER(
      "%1$s has an @Input, but no layer after it.",
      "Add a layer below it, such as: @Dense(10) Layer scores();"),
  NOTHING_ABOVE(
      "%1$s() reads the layer above it, but there is none.", "Put an @Input above %1$s()."),
  EMPTY_LAYER(
      "%1$s() has no operation.",
      "Annotate it with what it computes, such as @Dense(10), or give it a default body if it is not a layer."),
  INPUT_NOT_ALONE(
      "%1$s stands beside @Input on %2$s(), but an input computes nothing.",
      "Move %1$s to a method of its own below %2$s()."),
  TWO_PARAMETRIC_OPERATIONS(
      "%1$s on %2$s() is a second operation with parameters beside %3$s; names such as %2$s.weight would be ambiguous.",
      "Move %1$s to a method of its own below %2$s()."),
  TWO_ACTIVATIONS(
      "%1$s on %2$s() is a second activation beside %3$s.",
      "Keep one of them, or move %1$s to a method of its own below %2$s()."),
  COMBINE_NOT_FIRST(
      "%1$s on %2$s() stands after %3$s, but it reads the layers that @From names and so comes first.",
      "Put %1$s before %3$s, or on a method of its own."),
  COMBINE_NEEDS_TWO(
      "%1$s on %2$s() joins at least two layers, but it reads %3$s.",
      "Name the layers: @From({\"first\", \"second\"}) %1$s."),
  FROM_EMPTY(
      "@From on %1$s() names no layer.",
      "Name a layer declared above it, or remove @From to read the layer above."),
  FROM_SEVERAL(
      "@From on %2$s() names %3$s layers, but %1$s reads one.",
      "Name one layer, or join them by @Add, @Multiply or @Concat before %1$s."),
  FROM_UNKNOWN("%4$s on %1$s() names \"%2$s\", but no layer above it has that name.", "%3$s"),
  FROM_LATER(
      "%3$s on %1$s() names \"%2$s\", which is declared below it, but a layer builds on earlier ones.",
      "Move %2$s() above %1$s()."),
  FROM_SELF("%2$s on %1$s() names %1$s itself.", "Name a layer declared above it."),
  INIT_WITHOUT_PARAMETERS(
      "@Init stands on %1$s(), which has no parameters that it could start.",
      "Remove @Init, or move it to the method of the @Dense, @Conv2D or @Embedding."),
  INIT_OF_SHARED(
      "@Init stands on %1$s(), but its parameters are those of %2$s().",
      "Move @Init to %2$s(), or remove it."),
  INIT_OF_NORMALIZATION(
      "@Init stands on %2$s(), but %1$s always starts with weight 1 and bias 0.", "Remove @Init."),
  INIT_WITHOUT_BIAS(
      "@Init on %2$s() says how the bias starts, but %1$s has none there.",
      "Remove bias from @Init%3$s."),
  INIT_OF_BIAS(
      "@Init on %1$s() starts the bias with %2$s, which needs a matrix, but a bias is a vector.",
      "Use DEFAULT, ZEROS, ONES, NORMAL or UNIFORM for the bias."),

  // Blocks and shared parameters.
  STACK_OF_NO_BLOCK(
      "@Stack on %1$s() names %2$s, which is not annotated with @Block.",
      "Annotate the interface %2$s with @Block, or name one that is."),
  STACK_TIMES(
      "@Stack on %1$s() has times = %2$s, but a block is applied from 1 to %3$s times.",
      "State a number from 1 to %3$s."),
  STACK_TOO_LARGE(
      "With @Stack on %1$s() the network has more than %2$s layers.",
      "Apply fewer blocks, or blocks of fewer layers."),
  STACK_OPERANDS(
      "@Stack on %1$s() applies %2$s, which has %3$s, but it is given %4$s.",
      "Name as many layers in @From as the block has inputs, in that order."),
  STACK_REPEATS_INPUTS(
      "@Stack on %1$s() applies %2$s %3$s times, but it has %4$s inputs and gives one value to the next.",
      "Apply it once on each of several methods, with @From on each."),
  BLOCK_RECURSION(
      "@Stack on %1$s() makes %2$s a part of itself without end: %3$s.",
      "Remove this @Stack; to repeat a block state times where it is applied."),
  BLOCK_OUTPUTS(
      "@Output on %1$s() gives %2$s a second output beside %3$s(), but a block gives one value.",
      "Join them by @Concat, or make a block for each."),
  BLOCK_WITH_MISTAKES(
      "@Stack on %1$s() applies %2$s from a class file, which has a mistake: %3$s",
      "Correct %2$s where it is declared and compile it with this processor."),
  SHARED_WITHOUT_PARAMETERS(
      "@SharedWith on %1$s() names %2$s(), but %3$s() has no parameters to share.",
      "Remove @SharedWith, or name a layer with the same operation."),
  SHARED_OPERATIONS(
      "%1$s on %2$s() cannot use the parameters of %3$s(), which are those of %4$s.",
      "Name a layer with %1$s, or give both the same operation."),
  SHARED_BLOCKS(
      "@SharedWith on %1$s() names %2$s(), but %1$s() applies %3$s and %2$s() applies %4$s.",
      "Apply the same block as often in both."),

  // Numbers in annotations.
  INPUT_WITHOUT_SHAPE(
      "@Input on %1$s() has no shape.",
      "State the sizes of one row, such as @Input(784) or @Input({1, 28, 28})."),
  TOO_MANY_SIZES("%1$s on %2$s() has %3$s sizes, but %4$s.", "%5$s"),
  WRONG_NUMBER_OF_SIZES(
      "%1$s on %2$s() has %3$s numbers for %4$s, but it takes one for height and width or {height, width}.",
      "State one number or two."),
  SIZE_NOT_POSITIVE(
      "%1$s on %2$s() has %3$s = %4$s, but it must be at least 1.",
      "State a number greater than 0."),
  PADDING_NEGATIVE(
      "%1$s on %2$s() has padding = %3$s, but it must be at least 0.",
      "State 0 or more; to cut off the border use a larger kernel."),
  PADDING_TOO_LARGE(
      "%1$s on %2$s() has padding = %3$s, more than half of its %4$s window: windows would lie wholly in the padding.",
      "Use a padding of at most %5$s."),
  SAME_WITH_STRIDE(
      "%1$s on %2$s() has same = true and stride = %3$s, but an image keeps its size only with stride 1.",
      "Remove the stride, or replace same by padding = %4$s."),
  SAME_WITH_PADDING(
      "%1$s on %2$s() has same = true and padding = %3$s, but same computes the padding itself.",
      "Remove one of the two."),
  GROUPS_AND_FILTERS(
      "%1$s on %2$s() divides %3$s filters into %4$s groups, which leaves %5$s over.",
      "Choose a number of filters that is a multiple of %4$s."),
  SHARE_OUT_OF_RANGE(
      "%1$s on %2$s() drops the share %3$s, but it must be at least 0 and less than 1.", "%4$s"),
  VALUE_OUT_OF_RANGE(
      "%1$s on %2$s() has %3$s = %4$s, but it must be %5$s.", "%6$s is the default."),
  BUDGET_NOT_POSITIVE(
      "@Model on %1$s has %2$s = %3$s, but a budget must be at least 1.",
      "State a number greater than 0, or remove %2$s."),

  // Shapes.
  NEEDS_IMAGE(
      "%1$s on %2$s() reads images [channels, height, width], but %3$s gives it %4$s.", "%5$s"),
  DENSE_ON_IMAGE(
      "%1$s on %2$s() reads features [F] or a sequence [T, F], but %3$s gives it the image %4$s.",
      "Put @Flatten before %1$s (%5$s features), or @GlobalAvgPool (%6$s features)."),
  BATCH_NORM_SHAPE(
      "%1$s on %2$s() reads an image [C, H, W] or features [F], but %3$s gives it %4$s.",
      "Use @LayerNorm for sequences."),
  GLOBAL_POOL_SHAPE(
      "%1$s on %2$s() reads an image [C, H, W] or a sequence [T, F], but %3$s gives it %4$s.",
      "Remove %1$s: there is nothing to take a mean over."),
  KERNEL_TOO_LARGE("%1$s on %2$s() has a %3$s %4$s, but %5$s gives it %6$s.", "%7$s"),
  GROUPS_AND_CHANNELS(
      "%1$s on %2$s() has %3$s groups, but %4$s gives it %5$s: %6$s channels cannot be divided by %3$s.",
      "Use groups = %7$s."),
  RESHAPE_SIZE(
      "%1$s on %2$s() asks for %3$s with %4$s values, but %5$s gives it %6$s with %7$s values.",
      "State sizes whose product is %7$s."),
  MISMATCHED_SHAPES(
      "%1$s on %2$s() needs equal shapes, but %3$s gives %4$s and %5$s gives %6$s.", "%7$s"),
  CONCAT_SHAPES(
      "%1$s on %2$s() along axis %3$s needs shapes that are equal elsewhere, but %4$s gives %5$s and %6$s gives %7$s.",
      "Bring both to the same size on every axis but %3$s."),
  AXIS_OUT_OF_RANGE(
      "%1$s on %2$s() names axis %3$s, but %4$s gives it %5$s.",
      "Use an axis from %6$s to %7$s; the batch is not counted."),
  INDEX_WITHOUT_EMBEDDING(
      "%1$s on %2$s() reads numbers, but %3$s gives it indices.",
      "Read them by @Embedding(vocabulary = ..., size = ...) first."),
  EMBEDDING_NEEDS_INDEX(
      "%1$s on %2$s() reads indices, but %3$s gives it numbers of shape %4$s.",
      "Let it read an %5$s."),
  SIZE_OVERFLOW(
      "%1$s on %2$s() would give %3$s with %4$s values in one row, more than an array can hold.",
      "Make the layer smaller; the limit is 2147483647 values."),
  PARAMETERS_OVERFLOW(
      "With %1$s on %2$s() the network has %3$s parameters as they are stored, more than an array can hold.",
      "Make the layer smaller; the limit is 2147483647 values for the whole network."),
  WORKSPACE_OVERFLOW(
      "With %1$s on %2$s() the layers have %3$s values in one row; with their gradients and paddings that is more than"
          + " an array can hold (%4$s GiB).",
      "Make the layers smaller; the limit is 536870911 values in all layers of one row."),
  BLOCK_INPUT_SHAPE(
      "%2$s() states the shape %3$s, but %4$s gives it %5$s.",
      "Give it that shape, or remove the shape from the block's @Input, which then takes any."),
  SHARED_SHAPES(
      "%1$s on %2$s() has a weight of shape %3$s, but %4$s() shares one of shape %5$s%6$s.",
      "%7$s"),
  PARAMETERS_OVER_BUDGET(
      "%1$s has %2$s parameters, but maxParameters allows %3$s; the largest layer is %4$s() with %5$s.",
      "Make the layers smaller, or raise maxParameters."),
  MULTIPLY_ADDS_OVER_BUDGET(
      "%1$s takes %2$s multiply-adds for one row, but maxMultiplyAdds allows %3$s; the costliest layer is %4$s() with"
          + " %5$s.",
      "Make the layers smaller, or raise maxMultiplyAdds."),
  WORKSPACE_OVER_BUDGET(
      "%1$s needs a workspace of %2$s bytes, but maxWorkspaceBytes allows %3$s; the values of one row take these bytes:",
      "Make the layers smaller, or raise maxWorkspaceBytes."),

  // Warnings.
  UNREAD_LAYER(
      false,
      "Nothing reads %1$s() and it is not an output.",
      "Read it by @From(\"%1$s\"), mark it by @Output, or remove it."),
  LAYER_WITH_BODY(
      false,
      "%1$s stands on %2$s(), which has a body and so is no layer: nothing comes of %1$s.",
      "Remove the body to make %2$s() a layer, or remove %1$s."),
  LAYER_OUTSIDE_MODEL(
      false,
      "%1$s stands on %2$s() of %3$s, which is neither a @Model nor a @Block: nothing is generated for it.",
      "%4$s"),
  CHANNELS_LAST(
      false,
      "@Input on %1$s() has the shape %2$s: %3$s channels of %4$s x %5$s values, as channels stand first.",
      "Write @Input({%5$s, %3$s, %4$s}) for an image of %3$s x %4$s with %6$s."),
  NOTHING_TO_FLATTEN(
      false, "%1$s on %2$s() changes nothing, because %3$s already gives it %4$s.", "Remove %1$s."),
  DROPOUT_ON_OUTPUT(
      false,
      "%1$s on %2$s() drops values of an output: training would compare zeros with the targets.",
      "Remove %1$s, or move it to the layer before."),
  SOFTMAX_IN_THE_MIDDLE(
      false,
      "%1$s on %2$s() stands in the middle of the network: %3$s on %4$s() reads it.",
      "Remove %1$s, or use another activation; a softmax usually stands at the end or weighs values by @Multiply."),
  SOFTMAX_OF_ONE(
      false,
      "%1$s on %2$s() runs along axis %5$s of %4$s, which has size 1: every value becomes %6$s.",
      "Use @Sigmoid for the probability of one class, or give the layer one value for each class."),
  LAYER_NORM_OF_ONE(
      false,
      "%1$s on %2$s() normalises along the last axis of %4$s, which has size 1: every value becomes 0.",
      "Remove %1$s, or normalise more than one value."),
  NO_VECTORS(
      false,
      "jdk.incubator.vector cannot be seen where %1$s is declared, so its classes are plain Java, several times slower.",
      "%2$s"),

  // The compiler.
  UNKNOWN_OPTION_VALUE(
      "The option -A%1$s has the value %2$s, but it must be %3$s.",
      "Correct or remove the option."),
  INTERNAL_ERROR(
      "The compiler failed on %1$s, although the declaration is correct: %2$s.",
      "This is a mistake in Neurite; please report it with the declaration and this message.");

  private final boolean error;
  private final String fact;
  private final String remedy;

  Message(String fact, String remedy) {
    this(true, fact, remedy);
  }

  Message(boolean error, String fact, String remedy) {
    this.error = error;
    this.fact = fact;
    this.remedy = remedy;
  }

  /** The stable name in messages and in docs/diagnostics.md, such as {@code kernel-too-large}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it stops the build; otherwise it is a warning. */
  public boolean isError() {
    return error;
  }

  String fact() {
    return fact;
  }

  String remedy() {
    return remedy;
  }
}
