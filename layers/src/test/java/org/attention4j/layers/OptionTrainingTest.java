package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
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

  /** One layer of attention by positions alone, which its biases and rotation allow. */
  private static MultiLayerNetwork network(UnaryOperator<SelfAttentionLayer.Builder> option) {
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
                .seed(11)
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

  private static double trainedLoss(MultiLayerNetwork network, boolean flagged) {
    for (int i = 0; i < ITERATIONS; i++) {
      network.fit(copies(i, flagged));
    }
    return network.score(copies(-1, flagged));
  }

  /** Far keys are no competition within a window. */
  @Test
  void aWindowLearnsToCopyFromNearbyFaster() {
    double windowed = trainedLoss(network(layer -> layer.slidingWindow(5)), false);
    double full = trainedLoss(network(layer -> layer), false);
    assertThat(windowed).isLessThan(full).isLessThan(LEARNED);
  }

  /** A gate closes where nothing is to be copied. */
  @Test
  void aGateDoesNotHurtWhereOnlySomeStepsCopy() {
    double gated = trainedLoss(network(layer -> layer.outputGate(OutputGate.PER_ELEMENT)), true);
    double plain = trainedLoss(network(layer -> layer), true);
    assertThat(gated).isLessThan(plain).isLessThan(LEARNED);
  }
}
