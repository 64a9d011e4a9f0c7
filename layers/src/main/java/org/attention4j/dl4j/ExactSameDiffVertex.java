package org.attention4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration of a vertex that is defined by a SameDiff graph and whose gradient is exact;
 * for vertices what {@link ExactSameDiffLayer} is for layers.
 *
 * <p>Deeplearning4j asks only layers, never vertices, for input dropout, weight noise, constraints
 * and a share of the score: L1 and L2 reach the gradient of a vertex, and nothing else of these
 * does; a warning says so when a network is built. {@code NetworkUtils.setLearningRate} passes over
 * vertices; {@link LearningRates} does not.
 */
public abstract class ExactSameDiffVertex extends SameDiffVertex {
  private static final Logger LOG = LoggerFactory.getLogger(ExactSameDiffVertex.class);

  /** What a network has whose configuration names no updater. */
  private static final IUpdater UNSET = new Sgd();

  @JsonProperty private @Nullable IWeightInit weightInitFn;
  @JsonProperty private double biasInit = Double.NaN;
  @JsonProperty private double gainInit = Double.NaN;

  /** Whether the settings of a network have arrived; later ones are those of fine-tuning. */
  @JsonProperty private boolean configured;

  /** For builders and JSON. */
  protected ExactSameDiffVertex() {}

  /**
   * Copies what all vertices have in common.
   *
   * @param other the vertex to copy
   */
  protected ExactSameDiffVertex(ExactSameDiffVertex other) {
    setName(other.getName());
    regularization = other.regularization;
    regularizationBias = other.regularizationBias;
    updater = other.updater == null ? null : other.updater.clone();
    biasUpdater = other.biasUpdater == null ? null : other.biasUpdater.clone();
    gradientNormalization = other.gradientNormalization;
    gradientNormalizationThreshold = other.gradientNormalizationThreshold;
    dataType = other.dataType;
    weightInitFn = other.weightInitFn;
    biasInit = other.biasInit;
    gainInit = other.gainInit;
    configured = other.configured;
  }

  /**
   * Takes over the network's settings where the vertex has none of its own. Deeplearning4j's
   * transfer learning hands its settings to vertices in the same way: those that come to a vertex
   * that has been part of a network replace what it has.
   */
  @Override
  public void applyGlobalConfig(NeuralNetConfiguration.Builder b) {
    if (configured) {
      fineTune(b);
    }
    IUpdater own = updater;
    IUpdater ownForBiases = biasUpdater;
    super.applyGlobalConfig(b);
    // Not the network's own objects, whose learning rates may be set one by one.
    updater = own == null && updater != null ? updater.clone() : updater;
    biasUpdater = ownForBiases == null && biasUpdater != null ? biasUpdater.clone() : biasUpdater;
    weightInitFn = weightInitFn == null ? b.getWeightInitFn() : weightInitFn;
    biasInit = Double.isNaN(biasInit) ? b.getBiasInit() : biasInit;
    gainInit = Double.isNaN(gainInit) ? b.getGainInit() : gainInit;
    if (!configured) {
      sayWhatIsIgnored(b);
    }
    configured = true;
  }

  private void fineTune(NeuralNetConfiguration.Builder b) {
    if (b.getIUpdater() != null && !b.getIUpdater().equals(UNSET)) {
      updater = b.getIUpdater().clone();
    }
    if (b.getBiasUpdater() != null) {
      biasUpdater = b.getBiasUpdater().clone();
    }
    if (b.getRegularization() != null && !b.getRegularization().isEmpty()) {
      regularization = new ArrayList<>(b.getRegularization());
    }
    if (b.getRegularizationBias() != null && !b.getRegularizationBias().isEmpty()) {
      regularizationBias = new ArrayList<>(b.getRegularizationBias());
    }
    if (b.getGradientNormalization() != null
        && b.getGradientNormalization() != GradientNormalization.None) {
      gradientNormalization = b.getGradientNormalization();
      gradientNormalizationThreshold = b.getGradientNormalizationThreshold();
    }
  }

  private void sayWhatIsIgnored(NeuralNetConfiguration.Builder b) {
    List<String> ignored = new ArrayList<>();
    if (b.getIdropOut() != null) {
      ignored.add("dropOut");
    }
    if (b.getWeightNoise() != null) {
      ignored.add("weightNoise");
    }
    if (hasAny(b.getAllParamConstraints())
        || hasAny(b.getWeightConstraints())
        || hasAny(b.getBiasConstraints())) {
      ignored.add("constraints");
    }
    if (!ignored.isEmpty()) {
      LOG.warn(
          "{}: the network's {} do not reach it, since Deeplearning4j asks only layers for them,"
              + " never vertices.",
          this,
          ignored);
    }
  }

  private static boolean hasAny(@Nullable List<?> list) {
    return list != null && !list.isEmpty();
  }

  /**
   * Sets how weights start.
   *
   * @param weightInit the scheme; null for the network's
   */
  protected final void setWeightInit(@Nullable IWeightInit weightInit) {
    weightInitFn = weightInit;
  }

  /**
   * How weights start.
   *
   * @return what was chosen for this vertex or for the network
   */
  protected final IWeightInit weightInit() {
    return weightInitFn == null ? WeightInit.XAVIER.getWeightInitFunction() : weightInitFn;
  }

  /**
   * What biases start from.
   *
   * @return the network's {@code biasInit}; 0 unless set
   */
  protected final double initialBias() {
    return Double.isNaN(biasInit) ? 0 : biasInit;
  }

  /**
   * What the gain of a norm starts from.
   *
   * @return the network's {@code gainInit}; 1 unless set
   */
  protected final double initialGain() {
    return Double.isNaN(gainInit) ? 1 : gainInit;
  }

  /** Reads the scheme of networks that were saved when it had a name alone. */
  @JsonProperty(value = "weightInit", access = JsonProperty.Access.WRITE_ONLY)
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private void readWeightInit(@Nullable WeightInit scheme) {
    if (scheme != null && scheme != WeightInit.DISTRIBUTION) {
      weightInitFn = scheme.getWeightInitFunction();
    }
  }

  /**
   * What the vertex needs beside parameters, activations and their gradients, in numbers.
   *
   * @param training whether for a training pass
   * @param inputTypes the inputs
   * @return numbers for each example; 0 unless overridden
   */
  protected long workingMemory(boolean training, InputType... inputTypes) {
    return 0;
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputTypes) {
    long numbers = 0;
    for (InputType input : inputTypes) {
      numbers += input.arrayElementsPerExample();
    }
    return MemoryReports.of(
        getName(),
        getClass(),
        InputType.feedForward(numbers), // as large as all inputs together: each gets a gradient
        getOutputType(-1, inputTypes),
        getVertexParams(),
        this::getUpdaterByParam,
        workingMemory(false, inputTypes),
        workingMemory(true, inputTypes));
  }

  /**
   * Makes the running vertex.
   *
   * @param setup what Deeplearning4j hands over
   * @return an {@link ExactVertexRuntime} unless overridden by a subclass of it with a name that
   *     tells more
   */
  protected ExactVertexRuntime runtime(ExactVertexRuntime.Setup setup) {
    return new ExactVertexRuntime(setup);
  }

  /**
   * Writes the vertex into a graph.
   *
   * @param graph the inputs, their masks, the parameters, and what else a vertex may use
   * @return the activations
   */
  protected abstract SDVariable define(LayerGraph graph);

  @Override
  public SDVariable defineVertex(
      SameDiff sameDiff,
      Map<String, SDVariable> layerInput,
      Map<String, SDVariable> paramTable,
      Map<String, SDVariable> maskVars) {
    return define(new LayerGraph(sameDiff, false, layerInput, maskVars, paramTable, -1, null));
  }

  /**
   * Tells which steps count for each input when all masks are seen together.
   *
   * @param masks the masks of the inputs as ones and zeros in the type of the network, null where
   *     all steps count
   * @return the masks that the graph sees, of the same length; unless overridden those given
   */
  protected @Nullable INDArray[] effectiveMasks(@Nullable INDArray[] masks) {
    return masks;
  }

  /**
   * The parameters for the present sizes. The stock class keeps those of the first call for ever.
   * Each call has its own: one worker may train while another writes the configuration as JSON.
   */
  @Override
  public SDVertexParams getVertexParams() {
    SDVertexParams params = new SDVertexParams();
    defineParametersAndInputs(params);
    return params;
  }

  @Override
  public GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int idx,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    OpenBlasKernels.check();
    setName(name);
    return runtime(
        new ExactVertexRuntime.Setup(
            this, graph, name, idx, paramsView, initializeParams, networkDatatype));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExactSameDiffVertex that
        && super.equals(other)
        && Objects.equals(weightInitFn, that.weightInitFn)
        && Double.compare(biasInit, that.biasInit) == 0
        && Double.compare(gainInit, that.gainInit) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), weightInitFn, biasInit, gainInit);
  }
}
