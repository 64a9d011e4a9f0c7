package org.attention4j.layers.runtime;

import java.util.function.Function;
import org.attention4j.internal.crossentropy.FloatCrossEntropy;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.internal.linear.FloatLinear;
import org.attention4j.internal.memory.FloatArrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link HeadComputation} on Java arrays, for FLOAT on the CPU. */
final class FusedHead implements HeadComputation {
  @Override
  public void probabilities(Pass pass, INDArray result) {
    with(
        pass,
        kernel -> {
          float[] probabilities = kernel.probabilities();
          HostArrays.put(probabilities, result);
          FloatArrays.giveBack(probabilities);
          return result;
        });
  }

  @Override
  public double[] losses(Pass pass, Targets targets) {
    return with(pass, kernel -> kernel.losses(kernelTargets(targets)));
  }

  @Override
  public double[] gradients(Pass pass, Targets targets, Gradients results) {
    return with(
        pass,
        kernel -> {
          FloatCrossEntropy.Gradients gradients = kernel.gradients(kernelTargets(targets));
          HostArrays.put(gradients.input(), results.input());
          INDArray weights = results.weights();
          HostArrays.put(
              gradients.weights(), isTransposed(weights) ? weights : weights.transpose());
          if (results.bias() != null) {
            HostArrays.put(gradients.bias(), results.bias());
          }
          FloatArrays.giveBack(gradients.input());
          FloatArrays.giveBack(gradients.weights());
          return gradients.losses();
        });
  }

  private static FloatCrossEntropy.Targets kernelTargets(Targets targets) {
    return new FloatCrossEntropy.Targets(targets.labels(), targets.smoothing());
  }

  /** Whether W lies in memory as [in, classes], as that of an embedding does, and not across. */
  private static boolean isTransposed(INDArray weights) {
    return weights.stride(1) == 1;
  }

  /** Copies what goes in, computes, and gives the copies back. */
  private static <T> T with(Pass pass, Function<FloatCrossEntropy, T> computation) {
    INDArray input = pass.input();
    INDArray weights = pass.weights();
    boolean transposed = isTransposed(weights);
    float[] x = HostArrays.floats(input);
    float[] matrix = HostArrays.floats(transposed ? weights : weights.transpose());
    FloatLinear.Weights map =
        new FloatLinear.Weights(
            matrix,
            Math.toIntExact(weights.size(1)),
            transposed,
            pass.bias() == null ? null : HostArrays.floats(pass.bias()));
    T result =
        computation.apply(
            new FloatCrossEntropy(
                Math.toIntExact(input.size(1)),
                Math.toIntExact(input.size(2)),
                x,
                map,
                pass.columns()));
    FloatArrays.giveBack(x);
    FloatArrays.giveBack(matrix);
    return result;
  }
}
