package org.attention4j.internal.probes;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.attention4j.internal.attention.LargestScores;
import org.attention4j.internal.dotproduct.ParameterNames;
import org.attention4j.internal.graph.StepMask;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.Position;
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
 * @param gradientPrefix the prefix of its parameters' names in the network's gradient
 * @param spec how it computes weights
 * @param parameters its parameters by name
 * @param inputs the inputs for queries, keys and values, each [b, size, T]; one array if they are
 *     the same
 * @param queryMask zero for padding, [b, Tq]; null without padding
 * @param keyMask zero for padding, [b, Tk]; null without padding
 * @param output the layer's output [b, size, Tq]; null if it is not known
 * @param oneSequence whether queries and keys are the same sequence
 * @param projection from the sampled inputs and their key mask to queries, keys and values
 * @param gradients where the gradient at the heads' outputs comes from; null if it is not available
 */
public record MonitoredLayer(
    String name,
    String gradientPrefix,
    AttentionSpec spec,
    Map<String, INDArray> parameters,
    INDArray[] inputs,
    @Nullable INDArray queryMask,
    @Nullable INDArray keyMask,
    @Nullable INDArray output,
    boolean oneSequence,
    Projection projection,
    @Nullable GradientSource gradients) {
  /** Q, K and V. */
  private static final int HEAD_ARRAYS = 3;

  /** From inputs to heads. */
  interface Projection {
    /**
     * Projects.
     *
     * @param inputs as those of the layer, some examples only
     * @param keyMask of these examples
     * @return Q [e, h, d, Tq], K and V [e, g, d, Tk]; then, unless it is the input at the keys, what
     *     keys are projected from [e, size, Tk]; last, with {@link Position#FORGETTING}, the sums of
     *     what is forgotten [e, h, Tk]
     */
    INDArray[] heads(INDArray[] inputs, @Nullable INDArray keyMask);
  }

  /** Gives the gradient at the heads' outputs. */
  interface GradientSource {
    /**
     * Asks for the gradient once, at the next backward pass.
     *
     * @param examples which examples are wanted
     * @param observer called within the backward pass; what it gets computes the gradient [e, h, d,
     *     Tq], and must be called before the observer returns
     */
    void ask(int[] examples, Consumer<Supplier<HeadVectors>> observer);
  }

  MonitoredLayer named(String newName) {
    return new MonitoredLayer(
        newName,
        gradientPrefix,
        spec,
        parameters,
        inputs,
        queryMask,
        keyMask,
        output,
        oneSequence,
        projection,
        gradients);
  }

  /**
   * The same with copies of inputs and masks, which live longer than those of the forward pass.
   *
   * @return the layer, with its present parameters
   */
  public MonitoredLayer withCopiedInputs() {
    return new MonitoredLayer(
        name,
        gradientPrefix,
        spec,
        parameters,
        Arrays.stream(inputs).map(INDArray::dup).toArray(INDArray[]::new),
        queryMask == null ? null : queryMask.dup(),
        keyMask == null ? null : keyMask.dup(),
        null,
        oneSequence,
        projection,
        null);
  }

  /**
   * The largest scores of each head over all rows of the batch, of the present parameters.
   *
   * @return the largest scores
   */
  public LargestScores largestScores() {
    return ExactScores.of(this);
  }

  /**
   * Copies what a probe needs of some examples, except the gradient.
   *
   * @param withOutput whether to copy the layer's output, too
   */
  Probe probe(int[] examples, boolean withOutput) {
    INDArray[] sampled = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      sampled[i] = sampled(inputs[i], examples);
    }
    INDArray sampledKeyMask = keyMask == null ? null : sampled(keyMask, examples);
    INDArray[] heads = projection.heads(sampled, sampledKeyMask);
    int known = heads.length - (forgets() ? 1 : 0);
    Map<String, double[]> normalizerParameters = new HashMap<>();
    for (NormalizerParameter parameter : spec.normalizer().parameters(spec.heads())) {
      INDArray vector = parameters.get(parameter.name());
      if (vector != null) {
        normalizerParameters.put(parameter.name(), HeadVectors.numbers(vector));
      }
    }
    return new Probe(
        name,
        spec,
        examples,
        new HeadVectors(heads[0]),
        new HeadVectors(heads[1]),
        new HeadVectors(heads[2]),
        new HeadVectors(
            known > HEAD_ARRAYS
                ? heads[HEAD_ARRAYS]
                : sampled[Math.min(1, sampled.length - 1)]),
        queryMask == null ? null : StepMask.visible(sampled(queryMask, examples), name),
        sampledKeyMask == null ? null : StepMask.visible(sampledKeyMask, name),
        normalizerParameters,
        null,
        withOutput && output != null ? new HeadVectors(sampled(output, examples)) : null,
        forgets() ? decays(heads) : null,
        oneSequence);
  }

  private boolean forgets() {
    return spec.position() == Position.FORGETTING;
  }

  /** As vectors of one number for each head and key. */
  private static HeadVectors decays(INDArray[] heads) {
    INDArray sums = heads[heads.length - 1];
    return new HeadVectors(sums.reshape(sums.size(0), sums.size(1), 1, sums.size(2)));
  }

  /**
   * The gradient at the heads' outputs [e, h, d, Tq], from one that was observed there.
   *
   * @param observed of all examples, the features of all heads perhaps in one axis
   */
  static HeadVectors attendedGradient(AttentionSpec spec, INDArray observed, int[] examples) {
    INDArray gradient = wide(sampled(observed, examples));
    long steps = gradient.size(-1);
    return new HeadVectors(
        gradient.reshape('c', examples.length, spec.heads(), spec.headSize(), steps));
  }

  /** From the gradient at a layer's output to that at its heads, [e, h, d, Tq]. */
  static HeadVectors attendedGradient(
      AttentionSpec spec,
      Map<String, INDArray> parameters,
      INDArray outputGradient,
      int[] examples) {
    INDArray gradient = wide(sampled(outputGradient, examples));
    INDArray weights = parameters.get(ParameterNames.OUTPUT_WEIGHTS);
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
        gradient.reshape('c', examples.length, spec.heads(), spec.headSize(), gradient.size(2)));
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
