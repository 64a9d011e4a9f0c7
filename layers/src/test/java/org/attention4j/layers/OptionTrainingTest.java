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
  private static final int ITERATIONS = 150;
  private static final int LAG = 2;

  /** Guessing has log 7. */
  private static final double LEARNED = 0.1 * Math.log(TOKENS);

  /** The tokens below this one are values, the others noise. */
  private static final int VALUES = 3;

  /** Guessing a value has log 3. */
  private static final double GUESSED = Math.log(VALUES);

  /** One layer of attention by positions alone, which its biases and rotation allow. */
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
   * The label of a step is a value that stands before it among noise.
   *
   * @param first whether it is that of the first step, the only value; otherwise the latest of
   *     several
   */
  private static DataSet values(long seed, boolean first) {
    Random random = new Random(seed);
    INDArray input = Nd4j.zeros(DataType.FLOAT, EXAMPLES, TOKENS, STEPS);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, EXAMPLES, TOKENS, STEPS);
    for (int e = 0; e < EXAMPLES; e++) {
      int value = 0;
      for (int t = 0; t < STEPS; t++) {
        int token = VALUES + random.nextInt(TOKENS - VALUES);
        if (t == 0 || (!first && random.nextInt(4) == 0)) {
          value = random.nextInt(VALUES);
          token = value;
        }
        input.putScalar(e, token, t, 1);
        labels.putScalar(e, value, t, 1);
      }
    }
    return new DataSet(input, labels);
  }

  private static double trainedLoss(MultiLayerNetwork network, boolean flagged) {
    return trainedLoss(network, ITERATIONS, seed -> copies(seed, flagged));
  }

  private static double trainedLoss(
      MultiLayerNetwork network, int iterations, LongFunction<DataSet> data) {
    for (int i = 0; i < iterations; i++) {
      network.fit(data.apply(i));
    }
    // The score of a step is a sum over the steps of an example.
    return network.score(data.apply(-1));
  }

  /** Far keys are no competition within a window. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void aWindowLearnsToCopyFromNearbyFaster(long seed) {
    double windowed = trainedLoss(network(seed, layer -> layer.slidingWindow(5)), false);
    double full = trainedLoss(network(seed, layer -> layer), false);
    assertThat(windowed).isLessThan(full).isLessThan(LEARNED);
  }

  /** A gate closes where nothing is to be copied. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void aGateDoesNotHurtWhereOnlySomeStepsCopy(long seed) {
    double gated =
        trainedLoss(network(seed, layer -> layer.outputGate(OutputGate.PER_ELEMENT)), true);
    double plain = trainedLoss(network(seed, layer -> layer), true);
    assertThat(gated).isLessThan(plain).isLessThan(LEARNED);
  }

  /** In a window the first token is out of sight, unless first keys stay visible. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void firstKeysKeepWhatAWindowLoses(long seed) {
    double kept =
        trainedLoss(
            network(
                seed, layer -> layer.position(Position.NONE).slidingWindow(5).firstKeys(1)),
            ITERATIONS,
            data -> values(data, true));
    double lost =
        trainedLoss(
            network(seed, layer -> layer.position(Position.NONE).slidingWindow(5)),
            ITERATIONS,
            data -> values(data, true));
    System.err.println("FIRST " + seed + " " + kept + " " + lost);
    assertThat(kept).isLessThan(0.1 * GUESSED);
    assertThat(lost).isGreaterThan(0.7 * GUESSED);
  }

  /** The gate of a value forgets those before it; without positions all values look alike. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void gatesFindTheLatestValue(long seed) {
    double forgetting =
        trainedLoss(
            network(seed, layer -> layer.position(Position.FORGETTING)),
            2 * ITERATIONS,
            data -> values(data, false));
    double plain =
        trainedLoss(
            network(seed, layer -> layer.position(Position.NONE)),
            2 * ITERATIONS,
            data -> values(data, false));
    System.err.println("FORGET " + seed + " " + forgetting + " " + plain);
    assertThat(forgetting).isLessThan(0.2 * GUESSED).isLessThan(0.5 * plain);
  }
}
