package org.attention4j.monitor;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.attention4j.layers.AttentionRule;
import org.attention4j.normalizer.NormalizerParameter;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A running attention layer or vertex, between a forward pass and the next. Used outside all
 * workspaces.
 *
 * @param name the name of the layer or vertex
 * @param gradientPrefix what stands before the names of its parameters in the network's gradient
 * @param rule how it comes to its weights
 * @param parameters its parameters by name
 * @param inputs queries, keys and values as they came in, each [b, size, T]; one array where they
 *     are the same
 * @param queryMask zero for padding, [b, Tq]; null if all queries count
 * @param keyMask zero for padding, [b, Tk]; null if all keys count
 * @param projection from the sampled inputs and their key mask to queries, keys and values
 * @param gradients hands the gradient that arrives at the output to whom it is given; null if it
 *     cannot be had
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Watched(
    String name,
    String gradientPrefix,
    AttentionRule rule,
    Map<String, INDArray> parameters,
    INDArray[] inputs,
    @Nullable INDArray queryMask,
    @Nullable INDArray keyMask,
    Projection projection,
    @Nullable Consumer<Consumer<INDArray>> gradients) {
  private static final String OUTPUT_WEIGHTS = "Wo";

  /** From inputs to heads. */
  interface Projection {
    /**
     * Projects.
     *
     * @param inputs as those of the layer, some examples only
     * @param keyMask of these examples
     * @return Q [e, h, d, Tq], K and V [e, g, d, Tk]
     */
    INDArray[] heads(INDArray[] inputs, @Nullable INDArray keyMask);
  }

  /** Takes what a probe needs of some examples, all but the gradient. */
  Probe probe(int[] examples) {
    INDArray[] sampled = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      sampled[i] = sampled(inputs[i], examples);
    }
    INDArray sampledKeyMask = keyMask == null ? null : sampled(keyMask, examples);
    INDArray[] heads = projection.heads(sampled, sampledKeyMask);
    Map<String, INDArray> normalizerParameters = new HashMap<>();
    for (NormalizerParameter parameter : rule.normalizer().parameters(rule.heads())) {
      INDArray vector = parameters.get(parameter.name());
      if (vector != null) {
        normalizerParameters.put(parameter.name(), wide(vector).reshape(rule.heads()));
      }
    }
    return new Probe(
        name,
        rule,
        examples,
        wide(heads[0]),
        wide(heads[1]),
        wide(heads[2]),
        wide(sampled[Math.min(1, sampled.length - 1)]),
        queryMask == null ? null : sampled(queryMask, examples),
        sampledKeyMask,
        normalizerParameters,
        null);
  }

  /** From the gradient at the layer's output to that at its heads, [e, h, d, Tq]. */
  INDArray attendedGradient(INDArray outputGradient, int[] examples) {
    INDArray gradient = wide(sampled(outputGradient, examples));
    INDArray weights = parameters.get(OUTPUT_WEIGHTS);
    long steps = gradient.size(2);
    INDArray result =
        Nd4j.create(DataType.DOUBLE, examples.length, rule.heads() * rule.headSize(), steps);
    for (int e = 0; e < examples.length; e++) {
      INDArray ofExample = gradient.tensorAlongDimension(e, 1, 2);
      result
          .tensorAlongDimension(e, 1, 2)
          .assign(weights == null ? ofExample : wide(weights).mmul(ofExample));
    }
    return result.reshape('c', examples.length, rule.heads(), rule.headSize(), steps);
  }

  /** A copy of some examples in memory of its own. */
  private static INDArray sampled(INDArray x, int[] examples) {
    long[] shape = x.shape().clone();
    INDArray rows = x.dup('c').reshape('c', shape[0], x.length() / shape[0]);
    shape[0] = examples.length;
    return Nd4j.pullRows(rows, 1, examples, 'c').reshape('c', shape);
  }

  /** A copy in DOUBLE. */
  private static INDArray wide(INDArray x) {
    return x.dataType() == DataType.DOUBLE ? x.dup() : x.castTo(DataType.DOUBLE);
  }
}
