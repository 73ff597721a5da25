package dev.neurite.processor.cuda;

/**
 * A kernel in CUDA C.
 *
 * @param name its C name
 * @param text its comment and definition
 */
public record CudaKernel(String name, String text) {}
