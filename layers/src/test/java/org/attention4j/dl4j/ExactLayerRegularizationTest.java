package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.Map;
import org.attention4j.layers.FeedForwardBlock;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Constraints, L1 and L2, which the stock SameDiff layers ignore in whole or in part. */
class ExactLayerRegularizationTest {
  private static final String[] WEIGHTS = {"0_Wq", "0_Wk", "0_Wv", "0_Wo"};

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(37);
  }

  private static SelfAttentionLayer.Builder attention() {
    return new SelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .projectInput(true)
        .hasBias(true);
  }

  private static DataSet data() {
    return new DataSet(
        Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
        Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS));
  }

  private static MultiLayerNetwork trained(Layer layer) {
    MultiLayerNetwork network = TestNetworks.of(layer).learningRate(1).network(DataType.DOUBLE);
    network.fit(data());
    return network;
  }

  @Test
  void largestNormHoldsAfterFit() {
    MultiLayerNetwork network =
        trained(attention().constrainWeights(new MaxNormConstraint(0.3, 1)).build());
    for (String name : WEIGHTS) {
      INDArray norms = network.getParam(name).norm2(1);
      assertThat(norms.maxNumber().doubleValue()).as(name).isCloseTo(0.3, within(1e-5));
    }
    assertThat(network.getParam("0_bo").norm2Number().doubleValue()).isPositive();
  }

  /** The bias of its recurrence is a recurrent layer's own parameter. */
  @Test
  void biasesAreHeldTooIfTheSubclassDefinesThem() {
    MultiLayerNetwork network =
        trained(
            new RecurrentAttentionLayer.Builder()
                .nOut(14)
                .constrainBias(new MaxNormConstraint(1e-3, 0))
                .build());
    assertThat(network.getParam("0_b").norm2Number().doubleValue()).isCloseTo(1e-3, within(1e-5));
  }

  @Test
  void unitNormHoldsAfterFit() {
    MultiLayerNetwork network =
        trained(
            new FeedForwardBlock.Builder()
                .hiddenSize(7)
                .constrainWeights(new UnitNormConstraint(1))
                .build());
    for (String name : new String[] {"0_W1", "0_W2"}) {
      INDArray norms = network.getParam(name).norm2(1);
      assertThat(norms.sub(1).amaxNumber().doubleValue()).as(name).isLessThan(1e-9);
    }
  }

  @Test
  void theScoreHasTheLayersTerms() {
    double l1 = 0.03;
    double l2 = 0.07;
    double l2Bias = 0.11;
    MultiLayerNetwork with =
        TestNetworks.of(attention().l1(l1).l2(l2).l2Bias(l2Bias).build()).network(DataType.DOUBLE);
    with.params().addi(0.01); // biases start at zero
    MultiLayerNetwork without = TestNetworks.of(attention().build()).network(DataType.DOUBLE);
    without.setParams(with.params());
    DataSet data = data();

    double expected = 0;
    for (String name : WEIGHTS) {
      expected += l1 * norm1(with.getParam(name)) + l2 / 2 * squares(with.getParam(name));
    }
    for (String name : new String[] {"0_bq", "0_bk", "0_bv", "0_bo"}) {
      expected += l2Bias / 2 * squares(with.getParam(name));
    }
    assertThat(with.score(data, true) - without.score(data, true))
        .isCloseTo(expected, within(1e-9));
    with.fit(data);
    without.fit(data);
    assertThat(with.score() - without.score()).isCloseTo(expected, within(1e-9));
  }

  @Test
  void theNetworksTermReachesTheLayer() {
    double l2 = 0.13;
    MultiLayerNetwork with = network(l2);
    MultiLayerNetwork without = network(0);
    without.setParams(with.params());
    DataSet data = data();
    double expected = 0;
    for (Map.Entry<String, INDArray> parameter : with.paramTable().entrySet()) {
      if (parameter.getKey().contains("_W")) {
        expected += l2 / 2 * squares(parameter.getValue());
      }
    }
    assertThat(with.score(data, true) - without.score(data, true))
        .isCloseTo(expected, within(1e-9));
  }

  /** What the score grows by, the step follows: w - rate * (gradient + l2 * w). */
  @Test
  void theStepHasTheNetworksTerm() {
    double l2 = 0.13;
    MultiLayerNetwork with = network(l2);
    MultiLayerNetwork without = network(0);
    without.setParams(with.params());
    INDArray start = with.getParam("0_Wv").dup();
    DataSet data = data();
    with.fit(data);
    without.fit(data);
    INDArray extra = without.getParam("0_Wv").sub(with.getParam("0_Wv"));
    assertThat(extra.sub(start.mul(l2)).amaxNumber().doubleValue()).isLessThan(1e-12);
  }

  private static MultiLayerNetwork network(double l2) {
    return TestNetworks.of(attention().build())
        .learningRate(1)
        .settings(builder -> builder.l2(l2))
        .network(DataType.DOUBLE);
  }

  private static double norm1(INDArray array) {
    return array.norm1Number().doubleValue();
  }

  private static double squares(INDArray array) {
    return array.mul(array).sumNumber().doubleValue();
  }
}
