package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The options help, or do not hurt, where their sources say so: small tasks, trained. */
class OptionTrainingTest {
  private static final int TOKENS = 7;
  private static final int STEPS = 61;
  private static final int EXAMPLES = 8;

  /** Iterations after which the easier tasks are learned. */
  private static final int EARLY = 40;

  /** After which all are. */
  private static final int LATE = 150;

  private static final int LAG = 2;

  /** The tokens below this one are values, the others noise. */
  private static final int VALUES = 3;

  /** Of a loss, beside guessing. */
  private static final double LEARNED = 0.1;

  /** One layer of attention, by positions alone where a token does not say what counts. */
  private static MultiLayerNetwork network(
      long seed, UnaryOperator<SelfAttentionLayer.Builder> option) {
    SelfAttentionLayer.Builder attention =
        new SelfAttentionLayer.Builder()
            .nOut(16)
            .nHeads(2)
            .projectInput(true)
            .hasBias(true)
            .causal(true)
            .position(Position.ROTARY);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(0.02))
                .list()
                .layer(option.apply(attention).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(TOKENS)
                        .build())
                .setInputType(InputType.recurrent(TOKENS))
                .build());
    network.init();
    return network;
  }

  /**
   * The label of a step is the token some steps before.
   *
   * @param flagged whether only after a token of the first half; otherwise the label is token 0
   */
  private static DataSet copies(long seed, boolean flagged) {
    Random random = new Random(seed);
    INDArray input = Nd4j.zeros(DataType.FLOAT, EXAMPLES, TOKENS, STEPS);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, EXAMPLES, TOKENS, STEPS);
    INDArray mask = Nd4j.ones(DataType.FLOAT, EXAMPLES, STEPS);
    for (int e = 0; e < EXAMPLES; e++) {
      int[] tokens = random.ints(STEPS, 0, TOKENS).toArray();
      for (int t = 0; t < STEPS; t++) {
        input.putScalar(e, tokens[t], t, 1);
        if (t < LAG) {
          mask.putScalar(e, t, 0);
        } else {
          boolean copied = !flagged || tokens[t] < TOKENS / 2;
          labels.putScalar(e, copied ? tokens[t - LAG] : 0, t, 1);
        }
      }
    }
    return new DataSet(input, labels, null, mask);
  }

  /**
   * The label of a step is a value that stands before it, or at it, among noise.
   *
   * @param latest whether it is the latest of several values; otherwise the only one, at the first
   *     step
   */
  private static DataSet values(long seed, boolean latest) {
    Random random = new Random(seed);
    INDArray input = Nd4j.zeros(DataType.FLOAT, EXAMPLES, TOKENS, STEPS);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, EXAMPLES, TOKENS, STEPS);
    for (int e = 0; e < EXAMPLES; e++) {
      int value = 0;
      for (int t = 0; t < STEPS; t++) {
        int token = VALUES + random.nextInt(TOKENS - VALUES);
        if (t == 0 || (latest && random.nextInt(4) == 0)) {
          value = random.nextInt(VALUES);
          token = value;
        }
        input.putScalar(e, token, t, 1);
        labels.putScalar(e, value, t, 1);
      }
    }
    return new DataSet(input, labels);
  }

  /** The loss after the training, on other examples. */
  private static double trainedLoss(
      MultiLayerNetwork network, int iterations, LongFunction<DataSet> data) {
    for (int i = 0; i < iterations; i++) {
      network.fit(data.apply(i));
    }
    return loss(network, data.apply(-1));
  }

  /** The mean loss of the steps that have a label. */
  private static double loss(MultiLayerNetwork network, DataSet exam) {
    INDArray likelihoods = network.output(exam.getFeatures()).mul(exam.getLabels()).sum(1);
    INDArray labelled = exam.getLabels().sum(1);
    double loss = 0;
    for (int i = 0; i < labelled.length(); i++) {
      loss -= labelled.getDouble(i) == 1 ? Math.log(likelihoods.getDouble(i)) : 0;
    }
    return loss / labelled.sumNumber().doubleValue();
  }

  /** Far keys are no competition within a window; in the end both learn it. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void aWindowLearnsToCopyFromNearbyFaster(long seed) {
    LongFunction<DataSet> data = draw -> copies(draw, false);
    double windowed = trainedLoss(network(seed, layer -> layer.slidingWindow(5)), EARLY, data);
    double full = trainedLoss(network(seed, layer -> layer), EARLY, data);
    assertThat(windowed).isLessThan(0.5 * full).isLessThan(2 * LEARNED * Math.log(TOKENS));
  }

  /** A gate closes where nothing is to be copied; without one the loss becomes as low. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void aGateDoesNotHurtWhereOnlySomeStepsCopy(long seed) {
    LongFunction<DataSet> data = draw -> copies(draw, true);
    double gated =
        trainedLoss(network(seed, layer -> layer.outputGate(OutputGate.PER_ELEMENT)), LATE, data);
    double plain = trainedLoss(network(seed, layer -> layer), LATE, data);
    assertThat(gated).isLessThan(plain + 0.01).isLessThan(LEARNED * Math.log(TOKENS));
  }

  /** In a window the first token is out of sight, unless first keys stay visible. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void aFirstKeyKeepsWhatAWindowLoses(long seed) {
    LongFunction<DataSet> data = draw -> values(draw, false);
    UnaryOperator<SelfAttentionLayer.Builder> window =
        layer -> layer.position(Position.NONE).slidingWindow(5);
    double kept =
        trainedLoss(network(seed, layer -> window.apply(layer).firstKeys(1)), EARLY, data);
    double lost = trainedLoss(network(seed, window), EARLY, data);
    assertThat(kept).isLessThan(LEARNED * Math.log(VALUES));
    assertThat(lost).isGreaterThan(0.7 * Math.log(VALUES));
  }

  /** The gate of a value forgets those before it; without positions all of them count alike. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void forgettingFindsTheLatestValue(long seed) {
    LongFunction<DataSet> data = draw -> values(draw, true);
    double forgetting =
        trainedLoss(network(seed, layer -> layer.position(Position.FORGETTING)), LATE, data);
    double plain = trainedLoss(network(seed, layer -> layer.position(Position.NONE)), LATE, data);
    assertThat(forgetting).isLessThan(0.5 * plain).isLessThan(LEARNED * Math.log(VALUES));
  }
}
