package org.attention4j.internal.probes;

import java.util.Map;
import org.attention4j.internal.dotproduct.ParameterNames;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.Position;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What Deeplearning4j's own attention does before its softmax. */
final class Dl4jAttentionProjections {
  private static final String[] WEIGHTS = {
    ParameterNames.QUERY_WEIGHTS, ParameterNames.KEY_WEIGHTS, ParameterNames.VALUE_WEIGHTS
  };

  private Dl4jAttentionProjections() {}

  /** The spec of a stock self-attention layer; null for any other layer. */
  static @Nullable AttentionSpec spec(Layer layer) {
    return layer instanceof SelfAttentionLayer stock
        ? spec(stock.isProjectInput(), stock.getNHeads(), stock.getHeadSize(), stock.getNIn())
        : null;
  }

  static AttentionSpec spec(RecurrentAttentionLayer stock) {
    return spec(stock.isProjectInput(), stock.getNHeads(), stock.getHeadSize(), stock.getNIn());
  }

  static AttentionSpec spec(AttentionVertex stock) {
    return spec(
        stock.isProjectInput(), stock.getNHeads(), stock.getHeadSize(), stock.getNInQueries());
  }

  private static AttentionSpec spec(boolean projected, int heads, long headSize, long features) {
    long size = projected ? headSize : features;
    return new AttentionSpec(
        Normalizers.softmax(),
        projected ? heads : 1,
        size,
        1 / Math.sqrt((double) size),
        false,
        0,
        0,
        Position.NONE,
        false);
  }

  /** Q, K and V, each [e, h, d, T]; the inputs themselves where there are no projections. */
  static INDArray[] of(INDArray[] inputs, Map<String, INDArray> parameters) {
    INDArray[] heads = new INDArray[WEIGHTS.length];
    for (int i = 0; i < heads.length; i++) {
      INDArray x = inputs[Math.min(i, inputs.length - 1)];
      heads[i] = projected(wide(x), parameters.get(WEIGHTS[i]));
    }
    return heads;
  }

  private static INDArray projected(INDArray x, @Nullable INDArray weights) {
    if (weights == null) {
      return x.reshape(x.size(0), 1, x.size(1), x.size(2));
    }
    long heads = weights.size(0);
    long size = weights.size(1);
    INDArray matrix = wide(weights.dup('c')).reshape('c', heads * size, weights.size(2));
    INDArray result = Nd4j.create(x.dataType(), x.size(0), heads * size, x.size(2));
    for (int e = 0; e < x.size(0); e++) {
      result.tensorAlongDimension(e, 1, 2).assign(matrix.mmul(x.tensorAlongDimension(e, 1, 2)));
    }
    return result.reshape('c', x.size(0), heads, size, x.size(2));
  }

  private static INDArray wide(INDArray x) {
    return x.dataType() == DataType.DOUBLE ? x : x.castTo(DataType.FLOAT);
  }
}
