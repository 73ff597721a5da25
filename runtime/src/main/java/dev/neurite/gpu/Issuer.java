package dev.neurite.gpu;

import dev.neurite.spi.GpuCalls;
import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuProduct;

/** Gives a program's calls to the GPU's stream, where they run or are recorded. */
final class Issuer implements GpuCalls {

  private final Gpu gpu;
  private final Kernels kernels;
  private final Products products;
  private final Areas areas;

  Issuer(Gpu gpu, Kernels kernels, Products products, Areas areas) {
    this.gpu = gpu;
    this.kernels = kernels;
    this.products = products;
    this.areas = areas;
  }

  @Override
  public void launch(String kernel, GpuGrid grid, Object... arguments) {
    Object[] values = new Object[arguments.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = arguments[i] instanceof GpuPlace place ? areas.address(place) : arguments[i];
    }
    kernels.launch(kernel, grid, values);
  }

  @Override
  public void product(GpuProduct product) {
    GpuPlace vector = product.vector();
    GpuPlace aux = product.aux();
    products.multiply(
        product,
        new Products.Addresses(
            areas.address(product.a().place()),
            areas.address(product.b().place()),
            areas.address(product.c().place()),
            vector == null ? 0 : areas.address(vector),
            aux == null ? 0 : areas.address(aux)));
  }

  @Override
  public void clear(GpuPlace place, long floats) {
    gpu.driver().clear(areas.address(place, floats), floats, gpu.stream());
  }

  @Override
  public void copy(GpuPlace from, GpuPlace to, long floats) {
    gpu.driver()
        .copyOnDevice(
            areas.address(to, floats),
            areas.address(from, floats),
            floats * Float.BYTES,
            gpu.stream());
  }
}
