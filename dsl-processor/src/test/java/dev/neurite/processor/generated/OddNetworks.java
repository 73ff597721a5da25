package dev.neurite.processor.generated;

import java.util.LinkedHashMap;
import java.util.Map;

/** Networks of awkward sizes: around 16 and its multiples, odd images, every operation. */
final class OddNetworks {

  /** The digits CNN. */
  static final String DIGITS =
      """
        @Input({1, 28, 28}) Layer image();
        @Conv2D(filters = 32, kernel = 3) @ReLU Layer conv1();
        @Conv2D(filters = 64, kernel = 3) @ReLU Layer conv2();
        @MaxPool2D(2) @SpatialDropout(0.25) Layer pool();
        @Flatten @Dense(128) @ReLU @Dropout(0.5) Layer hidden();
        @Dense(10) Layer logits();
      """;

  /** An image so large that the windows of few rows fill a GPU's cache. */
  static final String WIDE =
      """
        @Input({8, 260, 260}) Layer image();
        @Conv2D(filters = 2, kernel = 3, padding = 1) @ReLU Layer conv();
        @Conv2D(filters = 4, kernel = {5, 4}, stride = 3, bias = false) Layer next();
        @GlobalAvgPool @Dense(3) Layer scores();
      """;

  /** Annotations and methods of each interface, by its simple name. */
  static final Map<String, String> BODIES = new LinkedHashMap<>();

  private OddNetworks() {}

  static {
    BODIES.putAll(BlockNetworks.BODIES);
    int[] units = {1, 15, 16, 17, 67};
    for (int i = 0; i < units.length; i++) {
      BODIES.put(
          "OddDense" + units[i],
          """
            @Input(%d) Layer x();
            @Dense(%d) @Tanh Layer a();
            @Dense(value = %d, bias = false) @SiLU Layer b();
            @Dense(%d) Layer c();
          """
              .formatted(units[(i + 2) % 5], units[i], units[(i + 3) % 5], units[(i + 1) % 5]));
    }
    // Weights so large that threads share their columns: three tiles of them, and 24; sums of two
    // passes.
    BODIES.put(
        "OddColumns",
        """
          @Input(1003) Layer x();
          @Dense(90) @Tanh Layer a();
          @Dense(value = 750, bias = false) @ReLU Layer b();
          @Dense(3) Layer c();
        """);
    // All values lie in the callers' arrays.
    BODIES.put(
        "OddAlone",
        """
          @Input(37) Layer x();
          @Dense(48) @Tanh Layer y();
        """);
    // Pools behind ReLU, which change places: windows that overlap, with a border, and of one
    // value.
    BODIES.put(
        "OddPools",
        """
          @Input({3, 13, 11}) Layer x();
          @Conv2D(filters = 5, kernel = 3) @ReLU @MaxPool2D(value = 3, stride = 2, padding = 1) Layer a();
          @Conv2D(filters = 17, kernel = 2) @ReLU Layer b();
          @MaxPool2D(2) Layer c();
          @From("b") @MaxPool2D(2) Layer d();
          @From({"c", "d"}) @Add Layer e();
          @Flatten @Dense(3) Layer f();
        """);
    // Pixels in the lanes: rows that end within a vector, odd windows, one loop over a kernel that
    // is
    // padded, strided or dilated downwards, filters in one tile and left over, images of several
    // channels, values that go on channels last.
    BODIES.put(
        "OddPlanes",
        """
          @Input({1, 21, 19}) Layer x();
          @Conv2D(filters = 5, kernel = {3, 2}) @ReLU @MaxPool2D(2) Layer a();
          @Conv2D(filters = 7, kernel = 3, padding = 1) @Tanh @MaxPool2D(2) Layer b();
          @Flatten @Dense(3) Layer c();
        """);
    BODIES.put(
        "OddPlanesOfThree",
        """
          @Input({3, 24, 37}) Layer x();
          @Conv2D(filters = 7, kernel = {3, 5}, padding = {2, 1}, stride = {2, 1}, bias = false) @MaxPool2D(2) Layer a();
          @Conv2D(filters = 16, kernel = 2, stride = 2) Layer b();
          @From("a") @Conv2D(filters = 17, kernel = 2, stride = 2) Layer c();
          @From({"b", "c"}) @Concat Layer d();
          @GlobalAvgPool @Dense(3) Layer e();
        """);
    BODIES.put(
        "OddPlanesTwice",
        """
          @Input({2, 44, 38}) Layer x();
          @Conv2D(filters = 4, kernel = {2, 3}, dilation = {3, 1}) @MaxPool2D(2) Layer a();
          @Conv2D(filters = 3, kernel = 3) @ReLU @MaxPool2D(2) @Dropout(0.25) Layer b();
          @Conv2D(filters = 15, kernel = 3, padding = 1) Layer c();
        """);
    BODIES.put(
        "OddPlanesOut",
        """
          @Input({1, 18, 35}) Layer x();
          @Conv2D(filters = 2, kernel = 3) @MaxPool2D(2) @Output Layer a();
          @Conv2D(filters = 6, kernel = 3, padding = 1) @Output Layer b();
          @From("a") @AvgPool2D(2) @Output Layer c();
        """);
    BODIES.put(
        "OddConvOne",
        """
          @Input({1, 7, 5}) Layer x();
          @Conv2D(filters = 17, kernel = 3, padding = 1) @ReLU Layer a();
          @Conv2D(filters = 15, kernel = {2, 3}, stride = {2, 1}) @ELU(0.7) Layer b();
          @Conv2D(filters = 1, kernel = 1) Layer c();
        """);
    BODIES.put(
        "OddMish",
        """
          @Input({3, 5, 7}) Layer x();
          @Conv2D(filters = 17, kernel = 2) @Mish Layer a();
          @Flatten @Dense(15) @Mish Layer b();
          @Dense(3) Layer c();
        """);
    BODIES.put(
        "OddSigns",
        """
          @Input({3, 5, 4}) Layer x();
          @Conv2D(filters = 17, kernel = 2) @ReLU @SpatialDropout(0.25) Layer a();
          @Sigmoid Layer b();
          @Flatten @Dense(15) @LeakyReLU(0.2) @Dropout(0.25) Layer c();
          @Sigmoid Layer d();
        """);
    BODIES.put(
        "OddConvWide",
        """
          @Input({16, 5, 6}) Layer x();
          @Conv2D(filters = 67, kernel = 3, bias = false) @LeakyReLU(0.1) Layer a();
          @Conv2D(filters = 16, kernel = {3, 1}, padding = {1, 0}) Layer b();
        """);
    BODIES.put(
        "OddConvDilated",
        """
          @Input({3, 11, 9}) Layer x();
          @Conv2D(filters = 16, kernel = {3, 2}, dilation = {2, 3}, padding = {2, 1}, stride = {2, 3}) @Softplus Layer a();
          @Conv2D(filters = 5, kernel = 2, same = true, dilation = 2) Layer b();
        """);
    BODIES.put(
        "OddConvStride3",
        """
          @Input({2, 13, 4}) Layer x();
          @Conv2D(filters = 18, kernel = 2, stride = 3, padding = 1) @GELU Layer a();
          @Conv2D(filters = 17, kernel = {5, 2}, padding = {3, 1}) @ReLU @MaxPool2D(2) Layer b();
        """);
    BODIES.put(
        "OddGroups",
        """
          @Input({34, 5, 5}) Layer x();
          @Conv2D(filters = 34, kernel = 3, groups = 2, padding = 1) @Tanh Layer a();
          @Conv2D(filters = 68, kernel = 3, groups = 34, padding = 1, stride = 2) Layer depthwise();
          @Conv2D(filters = 3, kernel = 1) Layer pointwise();
        """);
    BODIES.put(
        "OddGroupsDilated",
        """
          @Input({6, 8, 7}) Layer x();
          @Conv2D(filters = 48, kernel = {3, 2}, groups = 3, dilation = {1, 2}, stride = {2, 2}, padding = {0, 1}) @ReLU Layer a();
          @Flatten @Dense(17) Layer b();
        """);
    BODIES.put(
        "OddMaxPool",
        """
          @Input({17, 9, 7}) Layer x();
          @MaxPool2D(value = {3, 2}, stride = {2, 1}, padding = {1, 1}) Layer a();
          @MaxPool2D(value = 2, stride = 3) Layer b();
          @Flatten @Dense(15) Layer c();
        """);
    BODIES.put(
        "OddAvgPool",
        """
          @Input({15, 7, 9}) Layer x();
          @AvgPool2D(value = {2, 3}, stride = {1, 2}, padding = {1, 1}, countPadding = false) Layer a();
          @AvgPool2D(value = 3, stride = 2, padding = 1) Layer b();
          @GlobalAvgPool Layer c();
        """);
    BODIES.put(
        "OddBatchNorm",
        """
          @Input({2, 5, 3}) Layer x();
          @Conv2D(filters = 17, kernel = 2) Layer a();
          @BatchNorm @ReLU Layer n1();
          @BatchNorm(affine = false, epsilon = 0.01, momentum = 0.3) Layer n2();
          @Flatten @Dense(16) Layer b();
          @BatchNorm @Sigmoid Layer n3();
          @Dense(1) Layer c();
        """);
    BODIES.put(
        "OddBatchNormFirst",
        """
          @Input({3, 4, 5}) Layer x();
          @BatchNorm Layer n1();
          @Conv2D(filters = 16, kernel = 3, padding = 1, bias = false) Layer a();
          @BatchNorm @MaxPool2D(2) Layer n2();
          @Flatten @BatchNorm Layer n3();
        """);
    BODIES.put(
        "OddNorms",
        """
          @Input({5, 17}) Layer x();
          @LayerNorm Layer n1();
          @Dense(33) @GELU(approximate = GELU.Approximation.TANH) Layer a();
          @LayerNorm(affine = false, epsilon = 0.001) Layer n2();
          @Dense(1) Layer b();
          @Flatten @LayerNorm Layer c();
        """);
    BODIES.put(
        "OddSoftmaxes",
        """
          @Input({3, 5, 7}) Layer x();
          @Softmax(axis = 0) Layer a();
          @From("x") @LogSoftmax(axis = 1) Layer b();
          @From("x") @Softmax Layer c();
          @From("x") @LogSoftmax Layer d();
          @From({"a", "b", "c", "d"}) @Add Layer all();
          @Flatten @Dense(17) @LogSoftmax Layer e();
        """);
    BODIES.put(
        "OddConcats",
        """
          @Input({3, 4, 5}) Layer x();
          @Conv2D(filters = 2, kernel = 3, padding = 1) Layer a();
          @From({"x", "a", "x"}) @Concat Layer channels();
          @From({"a", "a"}) @Concat(axis = 1) Layer heights();
          @From({"a", "a", "a"}) @Concat(axis = -1) Layer widths();
          @From({"heights", "heights"}) @Multiply Layer squares();
          @From("channels") @Flatten @Dense(3) Layer p();
          @From("squares") @Flatten @Dense(3) Layer q();
          @From("widths") @Flatten @Dense(3) Layer r();
          @From({"p", "q", "r"}) @Add @Output Layer sum();
          @From({"p", "q", "r", "p"}) @Multiply @Output Layer product();
        """);
    BODIES.put(
        "OddRatings",
        """
          @Input(type = InputType.INDEX) Layer user();
          @Embedding(vocabulary = 43, size = 17) Layer userVector();
          @Input(19) Layer genres();
          @Dense(17) @Tanh Layer genreVector();
          @From({"userVector", "genreVector"}) @Add Layer joined();
          @Dense(1) @Output Layer rating();
          @From("joined") @Dense(2) @Output Layer liked();
        """);
    BODIES.put(
        "OddTokens",
        """
          @Input(value = 6, type = InputType.INDEX) Layer tokens();
          @Embedding(vocabulary = 9, size = 15) Layer vectors();
          @Dense(16) @ReLU Layer a();
          @From({"a"}) @GlobalAvgPool Layer mean();
          @Dense(3) Layer c();
        """);
    BODIES.put(
        "OddReshape",
        """
          @Input(60) Layer x();
          @Reshape({3, 4, 5}) Layer image();
          @Conv2D(filters = 4, kernel = 2) Layer a();
          @Reshape({6, 8}) Layer table();
          @Dense(5) Layer b();
          @Reshape({5, 6}) Layer turned();
          @From({"turned", "turned"}) @Multiply Layer c();
          @Reshape({2, 3, 5}) @MaxPool2D(value = {1, 2}) Layer d();
          @Flatten @Dense(2) Layer e();
        """);
    // Layers of so many multiply-adds that they have tiles of their own.
    BODIES.put(
        "OddLarge",
        """
          @Input({3, 15, 17}) Layer x();
          @Conv2D(filters = 64, kernel = 3) @ReLU Layer a();
          @Conv2D(filters = 70, kernel = {3, 2}, stride = 2) @Tanh Layer b();
          @Conv2D(filters = 64, kernel = 1) Layer c();
          @Conv2D(filters = 128, kernel = 3, groups = 2, padding = 1) @ReLU Layer d();
          @MaxPool2D(2) Layer e();
          @Flatten @Dense(192) @Tanh Layer f();
          @Dense(175) Layer g();
        """);
    // Convolutions by Winograd's minimal filtering, with tiles that overlap and with some that do
    // not.
    BODIES.put(
        "OddWinograd",
        """
          @Input({2, 13, 14}) Layer x();
          @Conv2D(filters = 32, kernel = 3) @Tanh Layer a();
          @Conv2D(filters = 48, kernel = 3, padding = 1) Layer b();
          @BatchNorm @SiLU Layer b2();
          @Conv2D(filters = 32, kernel = 3, padding = 1, bias = false) Layer c();
          @From({"a", "c"}) @Add Layer c2();
          @Conv2D(filters = 32, kernel = 3, padding = 3) @Tanh Layer d();
          @GlobalAvgPool Layer h();
          @From("c2") @Conv2D(filters = 64, kernel = 3) Layer e();
          @GlobalAvgPool Layer i();
          @From({"h", "i"}) @Concat @Dense(5) Layer y();
        """);
    BODIES.put(
        "OddDecoder",
        """
          @Input(6) Layer x();
          @Dense(30) @Tanh Layer seed();
          @Reshape({1, 6, 5}) Layer image();
          @Conv2D(filters = 2, kernel = 3) Layer small();
          @Conv2D(filters = 9, kernel = 3, padding = 1) Layer large();
          @Flatten @Dense(4) Layer y();
        """);
    BODIES.put(
        "OddDropout",
        """
          @Input({3, 6, 5}) Layer x();
          @Conv2D(filters = 17, kernel = 3) @ReLU @SpatialDropout(0.3) Layer a();
          @Dropout(0.2) Layer b();
          @Flatten @Dense(33) @Tanh @Dropout(0.5) Layer c();
          @Dense(7) Layer d();
        """);
    BODIES.put(
        "OddResidual",
        """
          @Input({17, 6, 6}) Layer x();
          @Conv2D(filters = 17, kernel = 3, padding = 1) Layer a();
          @From({"a", "x"}) @Add @ReLU Layer b();
          @Conv2D(filters = 17, kernel = 3, same = true) Layer c();
          @From({"c", "b", "b"}) @Add Layer d();
          @GlobalAvgPool @Dense(5) Layer e();
        """);
    BODIES.put(
        "OddNames",
        """
          @Input(7) Layer rows();
          @Dense(5) @Tanh Layer größe();
          @BatchNorm Layer $x();
          @Dense(3) Layer _1();
        """);
    BODIES.put(
        "OddOutputs",
        """
          @Input({2, 5, 5}) Layer x();
          @Conv2D(filters = 3, kernel = 3) @Output Layer a();
          @ReLU @Output Layer b();
          @Flatten @Output Layer c();
          @Dense(4) @Output Layer d();
          @Sigmoid Layer e();
          @From({"d", "e"}) @Multiply @Output Layer f();
        """);
  }
}
