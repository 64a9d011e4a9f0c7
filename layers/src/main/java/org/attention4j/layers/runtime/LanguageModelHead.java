package org.attention4j.layers.runtime;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.attention4j.internal.graph.StepMask;
import org.attention4j.internal.graph.TokenIds;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The running layer behind {@link org.attention4j.layers.LanguageModelHead}.
 *
 * <p>Deeplearning4j asks for the gradients first and for the score of the same pass afterwards: the
 * losses of the backward pass are kept for it.
 */
public final class LanguageModelHead
    extends org.deeplearning4j.nn.layers.BaseOutputLayer<BaseOutputLayer> {
  /** The name of the only parameter of a head that shares its weights and has no bias. */
  public static final String TIE = "tie";

  private static final String W = DefaultParamInitializer.WEIGHT_KEY;
  private static final String B = DefaultParamInitializer.BIAS_KEY;

  private final double smoothing;
  private final @Nullable String tiedTo;
  private final HeadComputation computation;
  private transient @Nullable TokenEmbedding embedding;

  /**
   * The losses of each example in the last backward pass, while its input, labels and mask are
   * still set. A change of the parameters is not noticed, but each pass begins with {@link
   * #setInput}, which forgets the losses.
   */
  private transient double @Nullable [] lastLosses;

  /**
   * Makes a layer that has no parameters yet.
   *
   * @param conf its configuration
   * @param dataType the network's type
   * @param smoothing how much of each target is spread over all classes
   * @param tiedTo the name of the embedding whose weights this layer shares; null for none
   * @param fused whether to compute on Java arrays, which is possible in FLOAT on the CPU
   */
  public LanguageModelHead(
      NeuralNetConfiguration conf,
      DataType dataType,
      double smoothing,
      @Nullable String tiedTo,
      boolean fused) {
    super(conf, dataType);
    this.smoothing = smoothing;
    this.tiedTo = tiedTo;
    computation = fused ? new FusedHead() : new BackendHead();
  }

  @Override
  public void setInput(@Nullable INDArray input, LayerWorkspaceMgr workspaceMgr) {
    lastLosses = null;
    super.setInput(input, workspaceMgr);
  }

  @Override
  public void setLabels(@Nullable INDArray labels) {
    if (labels != this.labels) {
      lastLosses = null;
    }
    super.setLabels(labels);
  }

  /** That of the labels, [b, T]. A graph sets it once more between backward pass and score. */
  @Override
  public void setMaskArray(@Nullable INDArray maskArray) {
    if (maskArray != this.maskArray) {
      lastLosses = null;
    }
    super.setMaskArray(maskArray);
  }

  /** The features' mask says nothing of the labels, as in Deeplearning4j's RnnOutputLayer. */
  @Override
  public @Nullable Pair<INDArray, MaskState> feedForwardMaskArray(
      @Nullable INDArray maskArray, @Nullable MaskState currentMaskState, int minibatchSize) {
    return null;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    requireInput();
    applyDropOutIfNecessary(training, workspaceMgr);
    long[] shape = {input.size(0), layerConf().getNOut(), input.size(2)};
    INDArray result = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
    computation.probabilities(pass(training, visibleSteps(), workspaceMgr), result);
    return result;
  }

  @Override
  public double computeScore(
      double fullNetRegTerm, boolean training, LayerWorkspaceMgr workspaceMgr) {
    double sum = DoubleStream.of(exampleLosses(training, workspaceMgr)).sum();
    score = (conf().isMiniBatch() ? sum / getInputMiniBatchSize() : sum) + fullNetRegTerm;
    return score;
  }

  @Override
  public INDArray computeScoreForExamples(double fullNetRegTerm, LayerWorkspaceMgr workspaceMgr) {
    double[] losses = exampleLosses(false, workspaceMgr);
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return Nd4j.createFromArray(losses)
          .addi(fullNetRegTerm)
          .reshape(losses.length, 1)
          .castTo(dataType);
    }
  }

  private double[] exampleLosses(boolean training, LayerWorkspaceMgr workspaceMgr) {
    if (training && lastLosses != null) {
      return lastLosses;
    }
    requireInput();
    int[] labelled = labels();
    applyDropOutIfNecessary(training, workspaceMgr);
    int[] columns = columns(labelled);
    HeadComputation.Pass pass = pass(training, columns, workspaceMgr);
    return byExample(columns, computation.losses(pass, targets(labelled, columns)));
  }

  private double[] byExample(int[] columns, double[] losses) {
    double[] sums = new double[getInputMiniBatchSize()];
    for (int i = 0; i < columns.length; i++) {
      sums[(int) (columns[i] / input.size(2))] += losses[i];
    }
    return sums;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      @Nullable INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    requireInput();
    int[] labelled = labels();
    applyDropOutIfNecessary(true, workspaceMgr);
    int[] columns = columns(labelled);
    INDArray inputGradient =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c');
    HeadComputation.Pass pass = pass(true, columns, workspaceMgr);
    HeadComputation.Targets targets = targets(labelled, columns);
    INDArray biasGradient = gradientViews.get(B);
    if (tiedTo == null) {
      INDArray weights =
          Objects.requireNonNull(gradientViews.get(W), "set before the first backward pass");
      gradients(pass, targets, inputGradient, weights, biasGradient);
    } else {
      embedding()
          .addGradientOfHead(
              weights ->
                  gradients(pass, targets, inputGradient, weights.transpose(), biasGradient));
      @Nullable INDArray tie = gradientViews.get(TIE);
      if (tie != null) {
        tie.assign(0);
      }
    }
    weightNoiseParams.clear();
    Gradient gradient = new DefaultGradient();
    params.keySet().forEach(name -> gradient.setGradientFor(name, gradientViews.get(name)));
    return new Pair<>(gradient, backpropDropOutIfPresent(inputGradient));
  }

  private void gradients(
      HeadComputation.Pass pass,
      HeadComputation.Targets targets,
      INDArray input,
      INDArray weights,
      @Nullable INDArray bias) {
    HeadComputation.Gradients results = new HeadComputation.Gradients(input, weights, bias);
    lastLosses = byExample(pass.columns(), computation.gradients(pass, targets, results));
  }

  /** At once if the embedding is made before, as in most networks; else it is found when needed. */
  @Override
  public void setParamsViewArray(INDArray params) {
    super.setParamsViewArray(params);
    embedding = tiedTo == null ? null : TiedEmbeddings.find(tiedTo, params);
  }

  /** The weights, [in, classes], of the embedding that this layer is tied to. */
  private INDArray tiedWeights() {
    INDArray weights = embedding().weights();
    long[] shape = {layerConf().getNOut(), layerConf().getNIn()};
    if (!Arrays.equals(weights.shape(), shape)) {
      throw new IllegalStateException(
          "%s: the weights of '%s' have the shape %s but must have [nOut, nIn], which is %s here."
              .formatted(
                  owner(), tiedTo, Arrays.toString(weights.shape()), Arrays.toString(shape)));
    }
    return weights.transpose();
  }

  private TokenEmbedding embedding() {
    if (embedding == null && tiedTo != null) {
      embedding = TiedEmbeddings.find(tiedTo, paramsFlattened);
    }
    if (embedding == null) {
      throw new IllegalStateException(
          "%s: tiedTo is '%s' but must be the name of a TokenEmbedding of this network."
              .formatted(owner(), tiedTo));
    }
    return embedding;
  }

  @Override
  public void computeGradientAndScore(LayerWorkspaceMgr workspaceMgr) {
    gradient = backpropGradient(null, workspaceMgr).getFirst();
    computeScore(0, true, workspaceMgr);
  }

  private HeadComputation.Pass pass(
      boolean training, int[] columns, LayerWorkspaceMgr workspaceMgr) {
    return new HeadComputation.Pass(
        input.castTo(dataType),
        tiedTo == null ? getParamWithNoise(W, training, workspaceMgr) : tiedWeights(),
        hasBias() ? getParamWithNoise(B, training, workspaceMgr) : null,
        columns);
  }

  /** The steps that the mask of the labels leaves. */
  private int[] visibleSteps() {
    int steps = Math.toIntExact(input.size(0) * input.size(2));
    if (maskArray == null) {
      return IntStream.range(0, steps).toArray();
    }
    boolean[][] visible = StepMask.visible(maskArray, owner());
    int length = Math.toIntExact(input.size(2));
    return IntStream.range(0, steps).filter(i -> visible[i / length][i % length]).toArray();
  }

  private static int[] columns(int[] labelled) {
    return IntStream.range(0, labelled.length)
        .filter(i -> labelled[i] != TokenIds.HIDDEN)
        .toArray();
  }

  private HeadComputation.Targets targets(int[] labelled, int[] columns) {
    return new HeadComputation.Targets(
        IntStream.of(columns).map(i -> labelled[i]).toArray(), smoothing);
  }

  /** The class of each step; hidden where masked. */
  private int[] labels() {
    if (labels == null) {
      throw new IllegalStateException(owner() + ": there are no labels to compare with.");
    }
    long classes = layerConf().getNOut();
    TokenIds reader = new TokenIds(owner(), "the label", classes);
    long examples = input.size(0);
    long steps = input.size(2);
    boolean oneHot = labels.rank() == 3 && labels.size(1) == classes;
    boolean fits = labels.rank() == 2 || oneHot || (labels.rank() == 3 && labels.size(1) == 1);
    if (!fits || labels.size(0) != examples || labels.size(labels.rank() - 1) != steps) {
      throw new IllegalArgumentException(
          "%s: the labels' shape is %s but must be [%d, %d] or, one-hot, [%d, %d, %d]."
              .formatted(
                  owner(),
                  Arrays.toString(labels.shape()),
                  examples,
                  steps,
                  examples,
                  classes,
                  steps));
    }
    return oneHot ? reader.readOneHot(labels, maskArray) : reader.read(labels, maskArray);
  }

  private void requireInput() {
    assertInputSet(false);
    if (input.rank() != 3 || input.size(1) != layerConf().getNIn()) {
      throw new IllegalArgumentException(
          "%s: the input's shape is %s but must be [examples, %d, steps]."
              .formatted(owner(), Arrays.toString(input.shape()), layerConf().getNIn()));
    }
  }

  /** The layer as the messages of errors name it. */
  private String owner() {
    String name = layerConf().getLayerName();
    return layerConf().getClass().getSimpleName() + (name == null ? "" : " '" + name + "'");
  }

  /** Never: dropout in place would change what other branches of a graph have yet to read. */
  @Override
  public void allowInputModification(boolean allow) {}

  @Override
  protected INDArray getLabels2d(LayerWorkspaceMgr workspaceMgr, ArrayType arrayType) {
    throw new UnsupportedOperationException(owner() + ": labels stay sequences.");
  }

  @Override
  public Type type() {
    return Type.RECURRENT;
  }

  @Override
  public void clear() {
    lastLosses = null;
    super.clear();
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // the stock one logs an error and returns null
  public Layer clone() {
    throw new UnsupportedOperationException(
        owner() + ": a running layer cannot be copied alone; clone its network.");
  }

  @Override
  public String toString() {
    return layerConf().toString();
  }
}
