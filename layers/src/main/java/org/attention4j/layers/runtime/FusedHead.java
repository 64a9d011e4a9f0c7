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
    INDArray weights = results.weights();
    HostArrays.put(gradients.weights(), isTransposed(weights) ? weights : weights.transpose());
    if (results.bias() != null) {
      HostArrays.put(gradients.bias(), results.bias());
    }
    return gradients.losses();
  }

  private static FloatCrossEntropy.Targets kernelTargets(Targets targets) {
    return new FloatCrossEntropy.Targets(targets.labels(), targets.smoothing());
  }

  /** Whether W lies in memory as [in, classes], as that of an embedding does, and not across. */
  private static boolean isTransposed(INDArray weights) {
    return weights.stride(1) == 1;
  }

  private static FloatCrossEntropy kernel(Pass pass) {
    INDArray x = pass.input();
    INDArray weights = pass.weights();
    boolean transposed = isTransposed(weights);
    return new FloatCrossEntropy(
        Math.toIntExact(x.size(1)),
        Math.toIntExact(x.size(2)),
        HostArrays.floats(x),
        new FloatLinear.Weights(
            HostArrays.floats(transposed ? weights : weights.transpose()),
            Math.toIntExact(weights.size(1)),
            transposed,
            pass.bias() == null ? null : HostArrays.floats(pass.bias())),
        pass.columns());
  }
}
