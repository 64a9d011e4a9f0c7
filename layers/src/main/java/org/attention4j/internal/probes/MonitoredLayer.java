package org.attention4j.internal.probes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.attention4j.internal.attention.LargestScores;
import org.attention4j.internal.dotproduct.ParameterNames;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.internal.graph.StepMask;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.Position;
import org.attention4j.normalizer.NormalizerParameter;
import org.jspecify.annotations.Nullable;
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
     * @return Q [e, h, d, Tq], K and V [e, g, d, Tk]; then, unless it is the input at the keys,
     *     what keys are projected from [e, size, Tk]; last, with {@link Position#FORGETTING}, the
     *     sums of what is forgotten [e, h, Tk]
     */
    INDArray[] heads(INDArray[] inputs, @Nullable INDArray keyMask);

    /**
     * The same of all examples, if the forward pass that has just ended has kept them.
     *
     * @return the numbers in C order, not to be changed; none if they are not there
     */
    default List<float[]> kept() {
      return List.of();
    }

    /**
     * Asks for the largest scores of the forward pass that has just ended, once, in the backward
     * pass that follows.
     *
     * @param queryMask zero for a query that does not count, [b, Tq]; null if all count
     * @param observer is given them within that pass
     * @return false if they will not be given
     */
    default boolean observeScores(float @Nullable [] queryMask, Consumer<LargestScores> observer) {
      return false;
    }
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
    void ask(int[] examples, Consumer<Supplier<StepVectors>> observer);
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
   * The same of the parameters of the forward pass that has just ended, from the backward pass that
   * follows it, where they cost least.
   *
   * @param observer is given them within that pass
   * @return false if that pass does not meet all scores, and nothing will be given
   */
  boolean observeScores(Consumer<LargestScores> observer) {
    return projection.observeScores(ExactScores.flags(queryMask, name), observer);
  }

  /**
   * Copies what a probe needs of some examples, except the gradient.
   *
   * @param withOutput whether to copy the layer's output, too
   */
  Probe probe(int[] examples, boolean withOutput) {
    INDArray sampledKeyMask = keyMask == null ? null : sampled(keyMask, examples);
    List<float[]> kept = projection.kept();
    List<HeadVectors> heads =
        kept.isEmpty() ? projected(examples, sampledKeyMask) : picked(kept, examples);
    int known = heads.size() - (forgets() ? 1 : 0);
    Map<String, double[]> normalizerParameters = new HashMap<>();
    for (NormalizerParameter parameter : spec.normalizer().parameters(spec.heads())) {
      INDArray vector = parameters.get(parameter.name());
      if (vector != null) {
        normalizerParameters.put(parameter.name(), HostArrays.numbers(vector));
      }
    }
    return new Probe(
        name,
        spec,
        examples,
        heads.get(0),
        heads.get(1),
        heads.get(2),
        known > HEAD_ARRAYS ? heads.get(HEAD_ARRAYS) : HeadVectors.of(atKeys(), examples, 1),
        queryMask == null ? null : StepMask.visible(sampled(queryMask, examples), name),
        sampledKeyMask == null ? null : StepMask.visible(sampledKeyMask, name),
        normalizerParameters,
        null,
        withOutput && output != null ? HeadVectors.of(output, examples, 1) : null,
        forgets() ? heads.get(known) : null,
        oneSequence);
  }

  private boolean forgets() {
    return spec.position() == Position.FORGETTING;
  }

  private List<HeadVectors> projected(int[] examples, @Nullable INDArray sampledKeyMask) {
    INDArray[] sampled =
        Arrays.stream(inputs).map(input -> sampled(input, examples)).toArray(INDArray[]::new);
    INDArray[] heads = projection.heads(sampled, sampledKeyMask);
    if (forgets()) {
      // As vectors of one number for each head and key.
      INDArray sums = heads[heads.length - 1];
      heads[heads.length - 1] = sums.reshape(sums.size(0), sums.size(1), 1, sums.size(2));
    }
    return Arrays.stream(heads).map(HeadVectors::new).toList();
  }

  private List<HeadVectors> picked(List<float[]> kept, int[] examples) {
    List<HeadVectors> heads = new ArrayList<>();
    float[] queries = kept.get(0);
    long count = queries.length / (inputs[0].size(0) * spec.heads() * spec.headSize());
    heads.add(picked(queries, examples, spec.headSize(), count));
    for (float[] ofKeys : kept.subList(1, HEAD_ARRAYS)) {
      heads.add(picked(ofKeys, examples, spec.headSize(), atKeys().size(2)));
    }
    for (float[] tokens : kept.subList(HEAD_ARRAYS, kept.size())) {
      long steps = atKeys().size(2);
      heads.add(picked(tokens, examples, tokens.length / (inputs[0].size(0) * steps), steps));
    }
    return heads;
  }

  /** Some examples of [b, heads, size, T]. */
  private HeadVectors picked(float[] all, int[] examples, long size, long steps) {
    int heads = Math.toIntExact(all.length / (inputs[0].size(0) * size * steps));
    return new HeadVectors(all, examples, heads, Math.toIntExact(size), Math.toIntExact(steps));
  }

  /** What keys and values are projected from. */
  INDArray atKeys() {
    return inputs[Math.min(1, inputs.length - 1)];
  }

  /**
   * The gradient at the heads' outputs [e, h, d, Tq], from one that was observed there.
   *
   * @param observed of all examples, the features of all heads perhaps in one axis
   */
  static StepVectors attendedGradient(AttentionSpec spec, INDArray observed, int[] examples) {
    return HeadVectors.of(observed, examples, spec.heads());
  }

  /** From the gradient at a layer's output to that at its heads, [e, h, d, Tq]. */
  static StepVectors attendedGradient(
      AttentionSpec spec,
      Map<String, INDArray> parameters,
      INDArray outputGradient,
      int[] examples) {
    INDArray weights = parameters.get(ParameterNames.OUTPUT_WEIGHTS);
    if (weights == null) {
      return attendedGradient(spec, outputGradient, examples);
    }
    return new HeadGradient(
        HeadVectors.of(outputGradient, examples, 1), weights, Math.toIntExact(spec.headSize()));
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
}
