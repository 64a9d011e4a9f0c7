package org.attention4j.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A recurrent layer whose previous output attends over the whole input sequence, a drop-in for
 * {@link org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer} that takes sequences of any
 * length, and of several lengths in one network.
 *
 * <p>Dimensions: b examples, h heads, d head size, T steps.
 *
 * <pre>
 *   input   [b, nIn, T]
 *   K, V    = Wk x + bk, Wv x + bv                [b, h, d, T]
 *   y_0     = activation(Wᵀ x_0 + b)              [b, nOut]
 *   y_t     = activation(Wᵀ x_t + b + RWᵀ a_t)
 *   a_t     = attention of the query Wq y_{t-1} + bq over K and V, times Wo, + bo
 *   output  [b, nOut, T]
 * </pre>
 *
 * <p>Parameters, flat order: W [nIn, nOut], RW [nOut, nOut], Wq [h, d, nOut], Wk, Wv [h, d, nIn],
 * Wo [h*d, nOut] and b [nOut] as in the stock layer; then those of the normalizer, the projections'
 * biases and scales as in {@link SelfAttentionLayer}.
 *
 * <p>The stock option {@code hasBias} is about b and true unless set; the biases of the projections
 * have {@link Builder#attentionBias}. With {@code causal}, step t sees the inputs 0..t. The query
 * that step t uses stands at position t.
 *
 * <p>A masked step is hidden as a key. The query of a visible step is the output of the last
 * visible step before it; the first visible step has no query and does not attend. So padding
 * before, within or after a sequence changes nothing. The outputs at masked steps are those of the
 * stock layer.
 *
 * <p>Publishes {@code scores} and {@code weights}, both [b, h, T, T], and {@code queries}, {@code
 * keys} and {@code values}, all [b, h, d, T]; row and query 0 are zero, as the first step does not
 * attend. The gradients at what steps 1 to T-1 attended, each [b, h, d, 1], are {@linkplain
 * org.attention4j.dl4j.Observation#ofInnerGradients observable}.
 *
 * <p>Always runs as a graph, since each query waits for the output before it: {@code execution} may
 * be AUTO or GRAPH.
 *
 * <p>Each length of sequence needs a graph of its own, unrolled step by step; the layer keeps those
 * last used. Bring sequences to few lengths by padding where they vary much.
 */
public final class RecurrentAttentionLayer extends AttentionLayer {
  private static final String W = "W";
  private static final String RW = "RW";
  private static final String B = "b";

  @JsonProperty private boolean hasBias;

  /** Networks that were saved without it have the form that the stock layer has. */
  @JsonProperty private Gelu gelu = Gelu.SIGMOID;

  /** For JSON. */
  private RecurrentAttentionLayer() {}

  private RecurrentAttentionLayer(Builder builder) {
    super(builder);
    hasBias = builder.hasBias;
    gelu = builder.gelu;
    initializeConstraints(builder);
  }

  /** Reads the activation of networks that were saved when it had a name alone. */
  @JsonProperty(value = "activation", access = JsonProperty.Access.WRITE_ONLY)
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private void readActivation(@Nullable Activation activation) {
    if (activation != null) {
      setActivationFn(activation.getActivationFunction());
    }
  }

  @Override
  void checkSizes(Requirements require) {
    super.checkSizes(require);
    Activations.check(require, getActivationFn());
  }

  @Override
  boolean takesFusedPath(long steps) {
    return false;
  }

  @Override
  Description describe(Description description) {
    return super.describe(
        description
            .with("activation", Activations.name(getActivationFn()))
            .unless(true, "hasBias", hasBias));
  }

  @Override
  MultiHeadAttention heads() {
    return heads(getNOut());
  }

  @Override
  boolean keepsSize() {
    return false;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    params.addWeightParam(W, getNIn(), getNOut());
    params.addWeightParam(RW, getNOut(), getNOut());
    heads().defineWeights(params);
    if (hasBias) {
      params.addBiasParam(B, getNOut());
    }
    heads().defineOwnParameters(params);
  }

  @Override
  void initialize(String name, INDArray array) {
    switch (name) {
      case W -> Projection.initialize(array, array.size(0), array.size(1), weightInit(name));
      case RW -> Projection.initialize(array, array.size(0), array.size(1), recurrentInit());
      case B -> array.assign(initialBias());
      default -> super.initialize(name, array);
    }
  }

  private IWeightInit recurrentInit() {
    IWeightInit recurrent = getWeightInitFnRecurrent();
    return recurrent == null ? weightInit(RW) : recurrent;
  }

  @Override
  protected void initializeConstraints(org.deeplearning4j.nn.conf.layers.Layer.Builder<?> builder) {
    super.initializeConstraints(builder);
    if (builder instanceof Builder own) {
      constrain(own.getRecurrentConstraints(), RW);
      constrain(own.getInputWeightConstraints(), W);
    }
  }

  private void constrain(@Nullable List<LayerConstraint> chosen, String parameter) {
    if (chosen != null) {
      List<LayerConstraint> all = constraints == null ? new ArrayList<>() : constraints;
      for (LayerConstraint constraint : chosen) {
        LayerConstraint copy = constraint.clone();
        copy.setParams(Set.of(parameter));
        all.add(copy);
      }
      constraints = all;
    }
  }

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.RecurrentAttentionLayer(conf, networkDataType);
  }

  @Override
  protected Optional<String> obstacleToSteps() {
    return Optional.of("its queries see the keys of all steps, later ones too");
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    Unrolling unrolling = new Unrolling(this, graph);
    int steps = graph.unrolledSteps();
    SDVariable[] outputs = new SDVariable[steps];
    for (int step = 0; step < steps; step++) {
      outputs[step] = unrolling.next();
    }
    unrolling.publish();
    return graph.sameDiff().stack(2, outputs);
  }

  /** W x + b, the same for each step and known before the first, shape [b, nOut, T]. */
  SDVariable projectedInput(LayerGraph graph, SequenceShape shape) {
    SDVariable projected = Projection.applyTransposed(graph.parameter(W), graph.input(), shape);
    return hasBias ? shape.addToEachStep(projected, graph.parameter(B), getNOut()) : projected;
  }

  /** RW x for what a step has found, shape [b, nOut]. */
  SDVariable recurrent(LayerGraph graph, SDVariable found) {
    return graph.sameDiff().mmul(found, graph.parameter(RW));
  }

  SDVariable activate(SDVariable x) {
    return Activations.apply(x, getActivationFn(), gelu);
  }

  /** The shape of the weights of one step. */
  long[] weightsShape(Map<String, long[]> inputShapes) {
    long[] input = inputShapes.values().iterator().next();
    return new long[] {input[0], getNHeads(), 1, input[2]};
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecurrentAttentionLayer that
        && super.equals(other)
        && hasBias == that.hasBias
        && gelu == that.gelu;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), hasBias, gelu);
  }

  /** Builds the layer; the options of the stock builder and this library's own. */
  @SuppressWarnings("unchecked") // the stock build() lets its caller choose the type
  public static final class Builder extends AttentionLayerBuilder<Builder> {
    private boolean hasBias = true;
    private Gelu gelu = Gelu.SIGMOID;

    /** Starts with one head, projection, a bias, tanh and softmax, as the stock builder does. */
    public Builder() {
      projectInput = true;
      setActivationFn(Activation.TANH.getActivationFunction());
    }

    /**
     * Sets the function that makes the output of each step.
     *
     * @param activation TANH unless set; null for that of the network's configuration
     * @return this
     */
    @Override
    public Builder activation(@Nullable Activation activation) {
      setActivationFn(activation == null ? null : activation.getActivationFunction());
      return this;
    }

    /**
     * Sets which function the activation GELU is.
     *
     * @param gelu SIGMOID unless set, as in the stock layer
     * @return this
     */
    public Builder gelu(Gelu gelu) {
      this.gelu = gelu;
      return this;
    }

    @Override
    boolean hasActivation() {
      return true;
    }

    @Override
    boolean hasRecurrence() {
      return true;
    }

    /**
     * Sets whether the recurrence has a bias b.
     *
     * @param hasBias true unless set, as in the stock layer
     * @return this
     */
    @Override
    public Builder hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return this;
    }

    /**
     * Sets whether the four projections of the attention have a bias.
     *
     * @param attentionBias false unless set
     * @return this
     */
    public Builder attentionBias(boolean attentionBias) {
      options.hasBias = attentionBias;
      return this;
    }

    @Override
    String biasOption() {
      return "attentionBias";
    }

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public RecurrentAttentionLayer build() {
      Requirements require = validate(RecurrentAttentionLayer.class);
      require.positive("nOut", nOut);
      require.that(
          options.execution != Execution.FUSED,
          "execution",
          options.execution,
          "AUTO or GRAPH, since each query waits for the output before it");
      if (getActivationFn() != null) {
        Activations.check(require, getActivationFn());
      }
      require.present("gelu", gelu, "EXACT, TANH or SIGMOID");
      return new RecurrentAttentionLayer(this);
    }
  }
}
