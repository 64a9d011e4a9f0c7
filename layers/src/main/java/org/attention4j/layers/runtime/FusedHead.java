package org.attention4j.layers.runtime;

import org.attention4j.internal.crossentropy.FloatCrossEntropy;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.internal.linear.FloatLinear;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link HeadComputation} on Java arrays, for FLOAT on the CPU. */
final class FusedHead implements HeadComputation {
  @Override
  public void probabilities(Pass pass, INDArray result) {
    HostArrays.put(kernel(pass).probabilities(), result);
  }

  @Override
  public double[] losses(Pass pass, Targets targets) {
    return kernel(pass).losses(kernelTargets(targets));
  }

  @Override
  public double[] gradients(Pass pass, Targets targets, Gradients results) {
    FloatCrossEntropy.Gradients gradients = kernel(pass).gradients(kernelTargets(targets));
    HostArrays.put(gradients.input(), results.input());
    // In memory a row of W is the weights of one class.
    HostArrays.put(gradients.weights(), results.weights().transpose());
    if (results.bias() != null) {
      HostArrays.put(gradients.bias(), results.bias());
    }
    return gradients.losses();
  }

  private static FloatCrossEntropy.Targets kernelTargets(Targets targets) {
    return new FloatCrossEntropy.Targets(targets.labels(), targets.smoothing());
  }

  private static FloatCrossEntropy kernel(Pass pass) {
    INDArray x = pass.input();
    return new FloatCrossEntropy(
        Math.toIntExact(x.size(1)),
        Math.toIntExact(x.size(2)),
        HostArrays.floats(x),
        new FloatLinear.Weights(
            HostArrays.floats(pass.weights().transpose()),
            Math.toIntExact(pass.weights().size(1)),
            false,
            pass.bias() == null ? null : HostArrays.floats(pass.bias())),
        pass.columns());
  }
}
