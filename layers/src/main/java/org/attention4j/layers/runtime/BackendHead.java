package org.attention4j.layers.runtime;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * {@link HeadComputation} by operations of the backend, for every type and backend: in DOUBLE, or
 * else in FLOAT. It holds the logits of all steps at once.
 */
final class BackendHead implements HeadComputation {
  @Override
  public void probabilities(Pass pass, INDArray result) {
    result.assign(0);
    if (pass.columns().length == 0) {
      return;
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      scatter(new Softmax(pass).probabilities, pass.columns(), result);
    }
  }

  @Override
  public double[] losses(Pass pass, Targets targets) {
    if (pass.columns().length == 0) {
      return new double[0];
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return new Softmax(pass).losses(targets);
    }
  }

  @Override
  public double[] gradients(Pass pass, Targets targets, Gradients results) {
    results.input().assign(0);
    if (pass.columns().length == 0) {
      results.weights().assign(0);
      if (results.bias() != null) {
        results.bias().assign(0);
      }
      return new double[0];
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      Softmax softmax = new Softmax(pass);
      double[] losses = softmax.losses(targets);
      INDArray delta = softmax.probabilities;
      delta.subi(targets.smoothing() / delta.size(1));
      for (int i = 0; i < losses.length; i++) {
        int label = targets.labels()[i];
        delta.putScalar(i, label, delta.getDouble(i, label) - (1 - targets.smoothing()));
      }
      scatter(delta.mmul(softmax.weights.transpose()), pass.columns(), results.input());
      results.weights().assign(softmax.rows.transpose().mmul(delta));
      if (results.bias() != null) {
        results.bias().assign(delta.sum(0).reshape(results.bias().shape()));
      }
      return losses;
    }
  }

  /** Writes rows [columns, features] where they belong in sequences [b, features, T]. */
  private static void scatter(INDArray rows, int[] columns, INDArray sequences) {
    long steps = sequences.size(2);
    INDArray all = Nd4j.zeros(rows.dataType(), sequences.size(0) * steps, rows.size(1));
    for (int i = 0; i < columns.length; i++) {
      all.putRow(columns[i], rows.getRow(i));
    }
    sequences.assign(
        all.reshape('c', sequences.size(0), steps, rows.size(1))
            .permute(0, 2, 1)
            .castTo(sequences.dataType()));
  }

  /** The steps that count, as rows. */
  private static final class Softmax {
    final INDArray rows;
    final INDArray weights;

    /** The logits, lowered by the largest of their row. */
    final INDArray lowered;

    final INDArray sums;
    final INDArray probabilities;

    Softmax(Pass pass) {
      INDArray x = pass.input();
      DataType type = x.dataType() == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT;
      long features = x.size(1);
      INDArray steps = x.castTo(type).permute(0, 2, 1).dup('c').reshape('c', -1, features);
      rows = steps.getRows(pass.columns());
      weights = pass.weights().castTo(type);
      lowered = rows.mmul(weights);
      @Nullable INDArray bias = pass.bias();
      if (bias != null) {
        lowered.addiRowVector(bias.castTo(type).reshape(1, bias.length()));
      }
      lowered.subiColumnVector(lowered.max(true, 1));
      probabilities = Transforms.exp(lowered, true);
      sums = probabilities.sum(true, 1);
      probabilities.diviColumnVector(sums);
    }

    double[] losses(Targets targets) {
      double smoothing = targets.smoothing();
      INDArray means = lowered.mean(true, 1);
      double[] losses = new double[targets.labels().length];
      for (int i = 0; i < losses.length; i++) {
        double hit = lowered.getDouble(i, targets.labels()[i]);
        losses[i] =
            Math.log(sums.getDouble(i)) - (1 - smoothing) * hit - smoothing * means.getDouble(i);
      }
      return losses;
    }
  }
}
