package org.attention4j.examples.training;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.attention4j.pretrained.TensorSource;

/** The first weights of a model that nobody has trained: normally distributed, or all one. */
final class RandomTensors implements TensorSource {
  private final long seed;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private record Tensor(long[] shape, double deviation) {}

  RandomTensors(long seed) {
    this.seed = seed;
  }

  /** Adds a tensor of ones, as gains of norms begin. */
  void ones(String name, long... shape) {
    tensors.put(name, new Tensor(shape, 0));
  }

  /** Adds a tensor of random numbers around zero. */
  void normal(String name, double deviation, long... shape) {
    tensors.put(name, new Tensor(shape, deviation));
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public long[] shape(String name) {
    return tensor(name).shape().clone();
  }

  @Override
  public String file(String name) {
    tensor(name);
    return "random weights";
  }

  @Override
  public void read(String name, long from, float[] target, int count) {
    Tensor tensor = tensor(name);
    if (tensor.deviation() == 0) {
      Arrays.fill(target, 0, count, 1);
      return;
    }
    SplittableRandom random = new SplittableRandom(31 * seed + name.hashCode());
    for (long i = 0; i < from; i++) {
      random.nextGaussian();
    }
    for (int i = 0; i < count; i++) {
      target[i] = (float) (tensor.deviation() * random.nextGaussian());
    }
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("There is no tensor " + name + ".");
    }
    return tensor;
  }
}
