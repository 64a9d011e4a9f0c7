package org.attention4j.dl4j;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The configuration of a layer that is defined by a SameDiff graph and whose gradient is exact.
 *
 * <p>How it differs from Deeplearning4j's {@link
 * org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer}: the gradient is the gradient and not
 * twice it; {@code dropOut}, weight noise, constraints and the L1/L2 terms of the score work;
 * {@code setParam} sets; the graph knows whether it trains; nothing is printed and no state grows.
 *
 * <p>It is a {@link BaseRecurrentLayer}, since Deeplearning4j looks for that class where it hands
 * settings to layers and where it wraps them: global weight initialisation and weight noise, {@code
 * NetworkUtils.setLearningRate}, {@code FineTuneConfiguration}, {@code nOutReplace}, {@code
 * LastTimeStep} and {@code Bidirectional} ask nobody else. What they say does reach a layer of this
 * class.
 *
 * <p>A subclass calls {@link #initializeConstraints} at the end of its constructor.
 */
public abstract class ExactSameDiffLayer extends BaseRecurrentLayer {
  /** The name of the only input in a layer's graph. */
  static final String INPUT = "input";

  @JsonProperty private @Nullable Map<String, IWeightInit> paramWeightInit;

  /**
   * Takes over what every layer has in common.
   *
   * @param builder the layer's builder
   */
  protected ExactSameDiffLayer(Builder<?> builder) {
    super(builder);
    paramWeightInit = builder.paramWeightInit;
  }

  /** For JSON. */
  protected ExactSameDiffLayer() {
    this(new NoOptions());
  }

  /**
   * Declares the parameters by name and shape: weights and biases, which differ in regularisation,
   * constraints and updater.
   *
   * @param params takes the declarations; weights come first in the flat vector
   */
  public abstract void defineParameters(SDLayerParams params);

  /**
   * Fills the parameters with the values that training starts from.
   *
   * @param params the parameters by name
   */
  public abstract void initializeParameters(Map<String, INDArray> params);

  /**
   * Writes the layer into a graph.
   *
   * @param graph the input, its mask, the parameters, and what else a layer may use
   * @return the activations
   */
  protected abstract SDVariable define(LayerGraph graph);

  /**
   * Checks the input of a forward pass.
   *
   * @param input the input
   * @throws IllegalArgumentException if the layer cannot take it
   */
  public void validateInput(INDArray input) {}

  /**
   * Checks the input of a forward pass together with its mask.
   *
   * @param input the input
   * @param mask its mask, null if all steps count
   * @throws IllegalArgumentException if the layer cannot take them
   */
  public void validateInput(INDArray input, @Nullable INDArray mask) {
    validateInput(input);
  }

  /**
   * Checks steps that follow earlier ones, before they are computed; for layers whose runtime is a
   * {@link SteppingLayerRuntime}.
   *
   * @param input the new steps
   * @param mask the mask of the earlier and the new steps, null if all steps count
   * @param earlier how many steps came before
   * @throws IllegalArgumentException if the layer cannot take the input
   * @throws IllegalStateException if there are more steps than the layer can take
   */
  protected void validateSteps(INDArray input, @Nullable INDArray mask, long earlier) {
    validateInput(input);
  }

  /**
   * Why the layer cannot compute steps as they come, if it cannot; for layers whose runtime is a
   * {@link SteppingLayerRuntime}.
   *
   * @return the end of a sentence that begins with "since"; empty if it can
   */
  protected Optional<String> obstacleToSteps() {
    return Optional.empty();
  }

  /**
   * The mask that belongs to the output.
   *
   * @param maskArray the input's mask, null if all steps count
   * @param currentMaskState what Deeplearning4j knows of it
   * @param minibatchSize examples
   * @return the same unless overridden; null for none
   */
  public @Nullable Pair<INDArray, MaskState> feedForwardMaskArray(
      @Nullable INDArray maskArray, @Nullable MaskState currentMaskState, int minibatchSize) {
    return new Pair<>(maskArray, currentMaskState);
  }

  /**
   * Makes the running layer, still without parameters.
   *
   * @param conf the configuration that holds this one
   * @param networkDataType the network's type
   * @return an {@link ExactLayerRuntime} unless overridden by a subclass of it with a name that
   *     tells more
   */
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new ExactLayerRuntime(conf, networkDataType);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    OpenBlasKernels.check();
    ExactLayerRuntime runtime = runtime(conf, networkDataType);
    runtime.setListeners(trainingListeners);
    runtime.setIndex(layerIndex);
    runtime.setParamsViewArray(layerParamsView);
    runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    runtime.setConf(conf);
    return runtime;
  }

  @Override
  public ParamInitializer initializer() {
    return ExactParameters.INSTANCE;
  }

  /**
   * The parameters for the present sizes. Each call has its own: one worker may train while another
   * writes the configuration as JSON.
   *
   * @return the declarations of {@link #defineParameters}
   */
  @JsonIgnore
  public SDLayerParams getLayerParams() {
    SDLayerParams params = new SDLayerParams();
    defineParameters(params);
    return params;
  }

  /**
   * How a parameter starts.
   *
   * @param parameter its name
   * @return what was chosen for it by name, or else for the layer or the network
   */
  protected IWeightInit weightInit(String parameter) {
    IWeightInit byName = paramWeightInit == null ? null : paramWeightInit.get(parameter);
    if (byName != null) {
      return byName;
    }
    IWeightInit ofLayer = getWeightInitFn();
    return ofLayer == null ? WeightInit.XAVIER.getWeightInitFunction() : ofLayer;
  }

  /**
   * What a bias starts from.
   *
   * @return the layer's or the network's {@code biasInit}; 0 unless set
   */
  protected double initialBias() {
    return Double.isNaN(getBiasInit()) ? 0 : getBiasInit();
  }

  /**
   * What the gain of a norm starts from.
   *
   * @return the layer's or the network's {@code gainInit}; 1 unless set
   */
  protected double initialGain() {
    return Double.isNaN(getGainInit()) ? 1 : getGainInit();
  }

  /**
   * How single parameters start, by name.
   *
   * @return the choices; null for none
   */
  @JsonIgnore
  public @Nullable Map<String, IWeightInit> getParamWeightInit() {
    return paramWeightInit;
  }

  /**
   * Sets how single parameters start.
   *
   * @param paramWeightInit the choices by name; null for none
   */
  @JsonIgnore
  public void setParamWeightInit(@Nullable Map<String, IWeightInit> paramWeightInit) {
    this.paramWeightInit = paramWeightInit;
  }

  @Override
  public boolean isPretrainParam(String paramName) {
    return false;
  }

  /**
   * What the layer needs beside parameters, activations and their gradients, in numbers.
   *
   * @param inputType the input
   * @param training whether for a training pass
   * @return numbers for each example; 0 unless overridden
   */
  protected long workingMemory(InputType inputType, boolean training) {
    return 0;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return MemoryReports.of(this, inputType, getOutputType(-1, inputType));
  }

  /** Reads the updater of networks that were saved when this was a SameDiffLayer. */
  @JsonProperty(value = "updater", access = JsonProperty.Access.WRITE_ONLY)
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private void readUpdater(@Nullable IUpdater updater) {
    if (updater != null) {
      setIUpdater(updater);
    }
  }

  /** Reads the scheme of networks that were saved when this was a SameDiffLayer. */
  @JsonProperty(value = "weightInit", access = JsonProperty.Access.WRITE_ONLY)
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private void readWeightInit(@Nullable WeightInit scheme) {
    if (scheme != null && scheme != WeightInit.DISTRIBUTION) {
      setWeightInitFn(scheme.getWeightInitFunction());
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExactSameDiffLayer that
        && super.equals(other)
        && Objects.equals(paramWeightInit, that.paramWeightInit);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), paramWeightInit);
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other != null && other.getClass() == getClass();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName()
        + "(name=%s, nIn=%d, nOut=%d)".formatted(getLayerName(), getNIn(), getNOut());
  }

  /**
   * The options that every layer has.
   *
   * @param <T> the builder itself
   */
  public abstract static class Builder<T extends Builder<T>> extends BaseRecurrentLayer.Builder<T> {
    private @Nullable Map<String, IWeightInit> paramWeightInit;

    /** Starts with what the network's configuration says. */
    protected Builder() {}

    /**
     * Sets how one parameter starts.
     *
     * @param parameter its name
     * @param weightInit the scheme
     * @return this
     */
    @SuppressWarnings("unchecked")
    public T weightInit(String parameter, IWeightInit weightInit) {
      if (paramWeightInit == null) {
        paramWeightInit = new HashMap<>();
      }
      paramWeightInit.put(parameter, weightInit);
      return (T) this;
    }
  }

  /** Leaves everything to what is read or set afterwards. */
  private static final class NoOptions extends Builder<NoOptions> {
    NoOptions() {
      setRnnDataFormat(RNNFormat.NCW);
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <E extends org.deeplearning4j.nn.conf.layers.Layer> E build() {
      throw new UnsupportedOperationException("This only stands in for a builder.");
    }
  }
}
