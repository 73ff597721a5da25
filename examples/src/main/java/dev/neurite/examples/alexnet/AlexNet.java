package dev.neurite.examples.alexnet;

import dev.neurite.dsl.Conv2D;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Dropout;
import dev.neurite.dsl.Flatten;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.MaxPool2D;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/**
 * AlexNet (Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep Convolutional Neural
 * Networks, 2012), without its response normalisation: 1,000 classes of images of 227 x 227 pixels.
 */
@Model(cuda = true)
public interface AlexNet {
  @Input({3, 227, 227})
  Layer image();

  @Conv2D(filters = 96, kernel = 11, stride = 4)
  @ReLU
  @MaxPool2D(value = 3, stride = 2)
  Layer conv1();

  @Conv2D(filters = 256, kernel = 5, padding = 2, groups = 2)
  @ReLU
  @MaxPool2D(value = 3, stride = 2)
  Layer conv2();

  @Conv2D(filters = 384, kernel = 3, padding = 1)
  @ReLU
  Layer conv3();

  @Conv2D(filters = 384, kernel = 3, padding = 1, groups = 2)
  @ReLU
  Layer conv4();

  @Conv2D(filters = 256, kernel = 3, padding = 1, groups = 2)
  @ReLU
  @MaxPool2D(value = 3, stride = 2)
  Layer conv5();

  @Flatten
  @Dropout(0.5)
  @Dense(4096)
  @ReLU
  Layer fc6();

  @Dropout(0.5)
  @Dense(4096)
  @ReLU
  Layer fc7();

  @Dense(1000)
  Layer fc8();
}
