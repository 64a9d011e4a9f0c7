package org.attention4j.dl4j;

import java.util.Map;
import org.attention4j.internal.attention.Dropout;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Draws the random numbers of one pass from the framework's generator, so that its seed counts. */
final class DropoutDraw {
  private DropoutDraw() {}

  static INDArray of(LayerGraph.Dropout dropout, Map<String, long[]> inputShapes) {
    return switch (dropout.draw()) {
      case FACTORS -> factors(dropout.probability(), dropout.shape().apply(inputShapes));
      case WEIGHT_FACTORS ->
          weightFactors(dropout.probability(), dropout.shape().apply(inputShapes));
      case SEED -> Nd4j.createFromArray(Nd4j.getRandom().nextLong());
    };
  }

  /** Zero, or one over the probability to be kept. */
  private static INDArray factors(double probability, long[] shape) {
    double kept = 1 - probability;
    return Nd4j.rand(DataType.FLOAT, shape).lt(kept).castTo(DataType.FLOAT).divi(kept);
  }

  /** The factors on weights [b, h, Tq, Tk] that a fused operation with the same seed uses. */
  private static INDArray weightFactors(double probability, long[] shape) {
    Dropout dropout = new Dropout(probability, Nd4j.getRandom().nextLong());
    int keys = Math.toIntExact(shape[3]);
    int rows = Math.toIntExact(shape[0] * shape[1] * shape[2]);
    float[] factors = new float[Math.multiplyExact(rows, keys)];
    for (int row = 0; row < rows; row++) {
      for (int key = 0; key < keys; key++) {
        factors[row * keys + key] = (float) dropout.factor(row, key);
      }
    }
    return Nd4j.createFromArray(factors).reshape(shape);
  }
}
