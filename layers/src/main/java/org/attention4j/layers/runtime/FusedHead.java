package org.attention4j.layers.runtime;

import java.util.List;
import java.util.function.Function;
import org.attention4j.internal.crossentropy.FloatCrossEntropy;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.internal.graph.Value;
import org.attention4j.internal.linear.FewStepsLinear;
import org.attention4j.internal.linear.FloatLinear;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.vector.FloatOps;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link HeadComputation} on Java arrays, for FLOAT on the CPU. */
final class FusedHead implements HeadComputation {
  @Override
  public void probabilities(Pass pass, INDArray result) {
    if (FewStepsLinear.isFor(pass.columns().length)) {
      ofFewSteps(pass, result);
      return;
    }
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

  private static void ofFewSteps(Pass pass, INDArray result) {
    if (pass.columns().length == 0) {
      result.assign(0);
      return;
    }
    INDArray weights = pass.weights();
    boolean transposed = isTransposed(weights);
    int classes = Math.toIntExact(weights.size(1));
    FloatLinear.Weights map =
        new FloatLinear.Weights(
            Value.of(transposed ? weights : weights.transpose()).matrix(),
            classes,
            transposed,
            pass.bias() == null ? null : HostArrays.floats(pass.bias()));
    int inputs = Math.toIntExact(weights.size(0));
    int count = pass.columns().length;
    float[] logits = new FewStepsLinear(1, inputs, count, columns(pass), List.of(map)).forward()[0];
    float[] probabilities = FloatArrays.zeros(Math.toIntExact(result.length()));
    int steps = Math.toIntExact(result.size(2));
    float[] row = new float[classes];
    for (int c = 0; c < count; c++) {
      for (int k = 0; k < classes; k++) {
        row[k] = logits[k * count + c];
      }
      softmax(row);
      int column = pass.columns()[c];
      int to = column / steps * classes * steps + column % steps;
      for (int k = 0; k < classes; k++) {
        probabilities[to + k * steps] = row[k];
      }
    }
    HostArrays.put(probabilities, result);
    FloatArrays.giveBack(logits);
    FloatArrays.giveBack(probabilities);
  }

  /** The steps of x that count, [in, columns]. */
  private static float[] columns(Pass pass) {
    int[] columns = pass.columns();
    int inputs = Math.toIntExact(pass.input().size(1));
    int steps = Math.toIntExact(pass.input().size(2));
    float[] input = HostArrays.floats(pass.input());
    float[] x = new float[inputs * columns.length];
    for (int i = 0; i < inputs; i++) {
      for (int c = 0; c < columns.length; c++) {
        int example = columns[c] / steps;
        x[i * columns.length + c] = input[(example * inputs + i) * steps + columns[c] % steps];
      }
    }
    FloatArrays.giveBack(input);
    return x;
  }

  private static void softmax(float[] row) {
    float max = FloatOps.ROWS.max(row, 0, row.length);
    double sum = FloatOps.ROWS.exp(row, 0, row.length, max, 1);
    FloatOps.ROWS.affine(row, 0, row.length, 0, (float) (1 / sum));
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
