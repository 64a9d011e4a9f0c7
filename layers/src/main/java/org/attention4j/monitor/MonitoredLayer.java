package org.attention4j.monitor;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.attention4j.internal.graph.StepMask;
import org.attention4j.layers.AttentionSpec;
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
 * @param gradients where the gradient at what the heads attended comes from; null if it cannot be
 *     had
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record MonitoredLayer(
    String name,
    String gradientPrefix,
    AttentionSpec rule,
    Map<String, INDArray> parameters,
    INDArray[] inputs,
    @Nullable INDArray queryMask,
    @Nullable INDArray keyMask,
    Projection projection,
    @Nullable GradientSource gradients) {
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

  /** Knows the gradient at what the heads attended. */
  interface GradientSource {
    /**
     * Asks for it once, at the next backward pass.
     *
     * @param examples which examples are wanted
     * @param observer called within the backward pass with what computes the gradient [e, h, d, Tq]
     *     there and then
     */
    void ask(int[] examples, Consumer<Supplier<HeadVectors>> observer);
  }

  MonitoredLayer named(String newName) {
    return new MonitoredLayer(
        newName,
        gradientPrefix,
        rule,
        parameters,
        inputs,
        queryMask,
        keyMask,
        projection,
        gradients);
  }

  /** Takes what a probe needs of some examples, all but the gradient. */
  Probe probe(int[] examples) {
    INDArray[] sampled = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      sampled[i] = sampled(inputs[i], examples);
    }
    INDArray sampledKeyMask = keyMask == null ? null : sampled(keyMask, examples);
    INDArray[] heads = projection.heads(sampled, sampledKeyMask);
    Map<String, double[]> normalizerParameters = new HashMap<>();
    for (NormalizerParameter parameter : rule.normalizer().parameters(rule.heads())) {
      INDArray vector = parameters.get(parameter.name());
      if (vector != null) {
        normalizerParameters.put(parameter.name(), HeadVectors.numbers(vector));
      }
    }
    return new Probe(
        name,
        rule,
        examples,
        new HeadVectors(heads[0]),
        new HeadVectors(heads[1]),
        new HeadVectors(heads[2]),
        new HeadVectors(sampled[Math.min(1, sampled.length - 1)]),
        queryMask == null ? null : StepMask.visible(sampled(queryMask, examples), name),
        sampledKeyMask == null ? null : StepMask.visible(sampledKeyMask, name),
        normalizerParameters,
        null);
  }

  /** From the gradient at a layer's output to that at its heads, [e, h, d, Tq]. */
  static HeadVectors attendedGradient(
      AttentionSpec rule,
      Map<String, INDArray> parameters,
      INDArray outputGradient,
      int[] examples) {
    INDArray gradient = wide(sampled(outputGradient, examples));
    INDArray weights = parameters.get(OUTPUT_WEIGHTS);
    if (weights != null) {
      INDArray matrix = wide(weights);
      INDArray result =
          Nd4j.create(DataType.DOUBLE, examples.length, matrix.size(0), gradient.size(2));
      for (int e = 0; e < examples.length; e++) {
        result.slice(e).assign(matrix.mmul(gradient.slice(e)));
      }
      gradient = result;
    }
    return new HeadVectors(
        gradient.reshape('c', examples.length, rule.heads(), rule.headSize(), gradient.size(2)));
  }

  /** A copy of some examples in memory of its own. */
  static INDArray sampled(INDArray x, int[] examples) {
    long[] shape = x.shape().clone();
    shape[0] = examples.length;
    INDArray copy = Nd4j.create(x.dataType(), shape);
    for (int i = 0; i < examples.length; i++) {
      copy.slice(i).assign(x.slice(examples[i]));
    }
    return copy;
  }

  private static INDArray wide(INDArray x) {
    return x.castTo(DataType.DOUBLE);
  }
}
