package org.attention4j.layers;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The output layer of a language model: a linear map to all classes, softmax and cross entropy in
 * one, made for many classes.
 *
 * <pre>
 *   p = softmax(Wᵀ x + b),  loss = Σ_steps -log p[label] / examples
 *   with labelSmoothing s: loss = -Σ_steps Σ_v q log p / examples,  q = (1 - s) [v = label] + s / classes
 * </pre>
 *
 * <p>Input [b, nIn, T]; output p, [b, nOut, T]. Labels: the class of each step as a whole number,
 * [b, T] or [b, 1, T], or one-hot, [b, nOut, T]. Their mask: [b, T], any number but zero counts.
 * Masked steps cost nothing, may hold any label and have probability zero in {@code output}.
 *
 * <p>Parameters, score and gradients are those of Deeplearning4j's {@code RnnOutputLayer} with
 * MCXENT and SOFTMAX: W [nIn, nOut], b [nOut] unless {@code hasBias(false)}; the score is the sum
 * over steps, divided by the number of examples, plus the regularization of the network. Two things
 * differ: the loss of a label that has become very improbable is exact, not that of a probability
 * of 1e-10, and labels are classes, not distributions.
 *
 * <p>With {@code tiedTo("tokens")} W is the transposed W of the {@link TokenEmbedding} of that name
 * in the same network. It exists once; its updater, regularization and constraints are those of the
 * embedding, whose gradient is the sum of both. The layer keeps its bias; without one it has a
 * single parameter {@code tie} that stays zero, by which it finds its network. Weight noise does
 * not reach shared weights.
 *
 * <p>In FLOAT on the CPU some hundred steps are computed at a time, so that the logits of a whole
 * batch are never in memory when the network trains.
 *
 * @see <a href="https://arxiv.org/abs/1512.00567">Szegedy et al. 2016, for label smoothing</a>
 */
public final class LanguageModelHead extends BaseOutputLayer {
  @JsonProperty private double labelSmoothing;
  @JsonProperty private @Nullable String tiedTo;

  /** For JSON. */
  private LanguageModelHead() {}

  private LanguageModelHead(Builder builder) {
    super(builder);
    labelSmoothing = builder.labelSmoothing;
    tiedTo = builder.tiedTo;
    initializeConstraints(builder);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    require().positive("nIn", nIn);
    require().that(nOut > 1, "nOut", nOut, "at least 2");
    org.attention4j.layers.runtime.LanguageModelHead runtime =
        new org.attention4j.layers.runtime.LanguageModelHead(
            conf, networkDataType, labelSmoothing, tiedTo, JavaPath.isPossible(networkDataType));
    runtime.setListeners(trainingListeners);
    runtime.setIndex(layerIndex);
    runtime.setParamsViewArray(layerParamsView);
    runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    runtime.setConf(conf);
    return runtime;
  }

  @Override
  public ParamInitializer initializer() {
    return tiedTo == null ? DefaultParamInitializer.getInstance() : TiedHeadParameters.INSTANCE;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    if (nIn <= 0 || override) {
      nIn = SequenceTypes.size(require(), inputType);
    }
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return SequenceTypes.output(require(), inputType, nOut);
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return InputTypeUtil.getPreprocessorForInputTypeRnnLayers(
        inputType, RNNFormat.NCW, getLayerName());
  }

  private Requirements require() {
    return new Requirements(getClass(), getLayerName());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LanguageModelHead that
        && super.equals(other)
        && Double.compare(labelSmoothing, that.labelSmoothing) == 0
        && Objects.equals(tiedTo, that.tiedTo);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), labelSmoothing, tiedTo);
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof LanguageModelHead;
  }

  @Override
  public String toString() {
    return new Description(getClass(), getLayerName())
        .sizes(nIn, nOut)
        .unless(true, "hasBias", hasBias())
        .unless(0.0, "labelSmoothing", labelSmoothing)
        .unless("", "tiedTo", tiedTo)
        .toString();
  }

  /** Builds the layer. */
  @SuppressWarnings("unchecked") // the stock build() promises its caller any type he likes
  public static final class Builder extends BaseOutputLayer.Builder<Builder> {
    private double labelSmoothing;
    private @Nullable String tiedTo;

    /** Starts with a bias and without label smoothing. */
    public Builder() {
      activationFn = new ActivationSoftmax();
    }

    /**
     * Sets how much of each target is spread over all classes.
     *
     * @param labelSmoothing s, from 0 up to but not including 1; 0 unless set
     * @return this
     */
    public Builder labelSmoothing(double labelSmoothing) {
      this.labelSmoothing = labelSmoothing;
      return this;
    }

    /**
     * Lets the layer share the weights of a {@link TokenEmbedding} of the same network, which then
     * gets the gradients of both. The sizes are those of the embedding, nIn and nOut swapped.
     *
     * @param embedding the name of that layer
     * @return this
     */
    public Builder tiedTo(String embedding) {
      tiedTo = embedding;
      return this;
    }

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public LanguageModelHead build() {
      Requirements require = new Requirements(LanguageModelHead.class, getLayerName());
      require.size("nIn", nIn);
      require.that(nOut > 1, "nOut", nOut, "the number of classes, at least 2");
      require.that(
          labelSmoothing >= 0 && labelSmoothing < 1,
          "labelSmoothing",
          labelSmoothing,
          "from 0 up to but not including 1");
      require.that(
          activationFn instanceof ActivationSoftmax,
          "activation",
          String.valueOf(activationFn),
          "left out, as this layer's is softmax");
      require.that(
          lossFn instanceof LossMCXENT loss
              && loss.getClass() == LossMCXENT.class
              && loss.getWeights() == null,
          "lossFunction",
          String.valueOf(lossFn),
          "left out, as this layer's is cross entropy without weights");
      return new LanguageModelHead(this);
    }
  }
}
