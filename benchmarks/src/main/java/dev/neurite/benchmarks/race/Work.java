package dev.neurite.benchmarks.race;

import java.util.Locale;

/** What contenders are timed at. */
public enum Work {
  /** 100 rows, cross-entropy, SGD with rate 0.1 and momentum 0.5. */
  MLP_TRAIN(Net.MLP, Kind.TRAIN, 100, 1.9, 2.7),
  /** 128 images, cross-entropy, Adam with rate 0.001. */
  LENET_TRAIN(Net.LENET, Kind.TRAIN, 128, 5, 6.5),
  /** 64 images, cross-entropy, Adam with rate 0.001. */
  CNN_TRAIN(Net.CNN, Kind.TRAIN, 64, 1.8, 1.8),
  /** One image after another. */
  MLP_ROW(Net.MLP, Kind.LATENCY, 1, 2.2, 2.2),
  /** One image after another. */
  LENET_ROW(Net.LENET, Kind.LATENCY, 1, 2.5, 2.5),
  /** One image after another. */
  CNN_ROW(Net.CNN, Kind.LATENCY, 1, 1.1, 1.1),
  /** One row after another; so short that calls are timed by the thousand. */
  DENSE64_ROW(Net.DENSE64, Kind.NANOSECONDS, 1, 1, 1),
  /** 100 images at once. */
  MLP_BATCH100(Net.MLP, Kind.BATCH, 100, 1.15, 1.15),
  /** 1,000 images at once. */
  MLP_BATCH1000(Net.MLP, Kind.BATCH, 1000, 1.15, 1.15),
  /** 128 images at once. */
  LENET_BATCH128(Net.LENET, Kind.BATCH, 128, 1.8, 1.8),
  /** 64 images at once. */
  CNN_BATCH64(Net.CNN, Kind.BATCH, 64, 1.2, 1.2);

  /** The networks; see {@link dev.neurite.benchmarks.nets}. */
  public enum Net {
    /** Three dense layers. */
    MLP(784, 10),
    /** LeNet-5. */
    LENET(784, 10),
    /** The digits example. */
    CNN(784, 10),
    /** Dense 64 to 64, tanh. */
    DENSE64(64, 64);

    private final int inputs;
    private final int outputs;

    Net(int inputs, int outputs) {
      this.inputs = inputs;
      this.outputs = outputs;
    }

    /** Values of a row. */
    public int inputs() {
      return inputs;
    }

    /** Values that come out for a row. */
    public int outputs() {
      return outputs;
    }

    /** In names of files. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Values of a row, one channel of an image for convolutions. */
    public long[] shape(int rows) {
      return this == LENET || this == CNN
          ? new long[] {rows, 1, 28, 28}
          : new long[] {rows, inputs};
    }
  }

  /** How a sample is taken. */
  public enum Kind {
    /** Steps of training; rows a second. */
    TRAIN("rows/s", true),
    /** Each call by itself; microseconds, median and 99th percentile. */
    LATENCY("us", false),
    /** Calls by the thousand; nanoseconds a call. */
    NANOSECONDS("ns", false),
    /** Calls with many rows; rows a second. */
    BATCH("rows/s", true);

    private final String unit;
    private final boolean moreIsBetter;

    Kind(String unit, boolean moreIsBetter) {
      this.unit = unit;
      this.moreIsBetter = moreIsBetter;
    }

    /** Of the samples. */
    public String unit() {
      return unit;
    }

    /** False where samples are times. */
    public boolean moreIsBetter() {
      return moreIsBetter;
    }
  }

  private final Net net;
  private final Kind kind;
  private final int rows;
  private final double aim;
  private final double aimOfTwo;

  Work(Net net, Kind kind, int rows, double aim, double aimOfTwo) {
    this.net = net;
    this.kind = kind;
    this.rows = rows;
    this.aim = aim;
    this.aimOfTwo = aimOfTwo;
  }

  /** The network. */
  public Net net() {
    return net;
  }

  /** How it is timed. */
  public Kind kind() {
    return kind;
  }

  /** Rows of a call. */
  public int rows() {
    return rows;
  }

  /** In tables and on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** How many times as good as the best peer Neurite is to be. */
  public double aim(int threads) {
    return threads == 1 ? aim : aimOfTwo;
  }
}
