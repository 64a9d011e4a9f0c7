package org.attention4j.dl4j;

import java.util.Arrays;
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
      case SEEDED_FACTORS ->
          seededFactors(dropout.probability(), dropout.shape().apply(inputShapes));
      case SEED -> Nd4j.createFromArray(Nd4j.getRandom().nextLong());
    };
  }

  /** Zero, or one over the probability to be kept. */
  private static INDArray factors(double probability, long[] shape) {
    double kept = 1 - probability;
    return Nd4j.rand(DataType.FLOAT, shape).lt(kept).castTo(DataType.FLOAT).divi(kept);
  }

  /** The factors that a fused operation with the same seed uses; the last axis is the row. */
  private static INDArray seededFactors(double probability, long[] shape) {
    Dropout dropout = new Dropout(probability, Nd4j.getRandom().nextLong());
    int length = Math.toIntExact(shape[shape.length - 1]);
    int rows =
        Math.toIntExact(
            Arrays.stream(shape).limit(shape.length - 1).reduce(1, Math::multiplyExact));
    float[] factors = new float[Math.multiplyExact(rows, length)];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < length; i++) {
        factors[row * length + i] = (float) dropout.factor(row, i);
      }
    }
    return Nd4j.createFromArray(factors).reshape(shape);
  }
}
