package dev.neurite.spi;

/**
 * A limit of gradients as a GPU keeps it.
 *
 * @param byNorm whether all are scaled by their Euclidean norm, or each is clamped by itself
 * @param max of the norm, or of each distance from 0
 */
public record DeviceClip(boolean byNorm, double max) {}
