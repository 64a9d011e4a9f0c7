package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.attention4j.layers.Execution;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** What an inspected network shows, against plain loops in double over its parameters. */
final class AttentionInspectorTest {
  private static final int T = Sizes.STEPS;
  private static final double DOUBLE_ERROR = 1e-13;
  private static final double HALF_ULP = 0x1p-24;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(3);
  }

  private static SelfAttentionLayer.Builder self() {
    return new SelfAttentionLayer.Builder().nOut(14).projectInput(true);
  }

  /** The first example has padding at both ends. */
  private static INDArray mask(DataType type) {
    return Nd4j.ones(type, Sizes.EXAMPLES, T).putScalar(0, 0, 0).putScalar(0, T - 1, 0);
  }

  /** One row of plain attention and how far FLOAT may be from it. */
  private static final class PlainRow {
    final double[] scores = new double[T];
    final double[] weights = new double[T];
    double entropy = Double.NaN;
    double error;
  }

  /** The weight vector of a head times the input at a step, or the sum of absolute products. */
  private static double projected(
      INDArray weights, int head, int i, INDArray x, int step, boolean absolute) {
    double sum = 0;
    for (int f = 0; f < x.size(1); f++) {
      double product = weights.getDouble(head, i, f) * x.getDouble(0, f, step);
      sum += absolute ? Math.abs(product) : product;
    }
    return sum;
  }

  /**
   * @param one what the normalizer adds to Σ e^z: 0 for softmax, 1 for softmax1
   */
  private static PlainRow plain(
      MultiLayerNetwork network,
      int layer,
      INDArray x,
      int head,
      int query,
      boolean causal,
      int one) {
    INDArray wq = network.getParam(layer + "_Wq");
    INDArray wk = network.getParam(layer + "_Wk");
    int group = (int) (head * wk.size(0) / wq.size(0));
    int size = (int) wq.size(1);
    PlainRow row = new PlainRow();
    double sum = one;
    for (int key = 0; key < T; key++) {
      row.scores[key] = Double.NEGATIVE_INFINITY;
      boolean sees = key > 0 && key < T - 1 && (!causal || key <= query);
      if (query > 0 && query < T - 1 && sees) {
        double score = 0;
        double absolute = 0;
        for (int i = 0; i < size; i++) {
          score += projected(wq, head, i, x, query, false) * projected(wk, group, i, x, key, false);
          absolute +=
              projected(wq, head, i, x, query, true) * projected(wk, group, i, x, key, true);
        }
        row.scores[key] = score / Math.sqrt(size);
        row.error = Math.max(row.error, absolute / Math.sqrt(size));
        sum += Math.exp(row.scores[key]);
      }
    }
    // Each of two projections has that many roundings; the product is computed in DOUBLE.
    row.error *= 2 * (x.size(1) + 1) * HALF_ULP;
    double mass = 0;
    for (int key = 0; key < T; key++) {
      row.weights[key] = sum == 0 ? 0 : Math.exp(row.scores[key]) / sum;
      mass += row.weights[key];
    }
    if (mass > 0) {
      row.entropy = 0;
      for (double weight : row.weights) {
        row.entropy -= weight == 0 ? 0 : weight / mass * Math.log(weight / mass);
      }
    }
    return row;
  }

  private static void check(
      InspectedLayer seen,
      int layer,
      MultiLayerNetwork network,
      INDArray x,
      boolean causal,
      int one) {
    for (int head = 0; head < seen.heads(); head++) {
      INDArray weights = seen.weights(head);
      INDArray scores = seen.scores(head);
      INDArray entropy = seen.entropy(head);
      assertThat(weights.shape()).containsExactly(T, T);
      assertThat(weights.dataType()).isEqualTo(DataType.DOUBLE);
      for (int query = 0; query < T; query++) {
        PlainRow plain = plain(network, layer, x, head, query, causal, one);
        double error = x.dataType() == DataType.FLOAT ? plain.error : DOUBLE_ERROR;
        for (int key = 0; key < T; key++) {
          if (plain.weights[key] == 0) {
            assertThat(scores.getDouble(query, key)).isEqualTo(Double.NEGATIVE_INFINITY);
            assertThat(weights.getDouble(query, key)).isZero();
          } else {
            assertThat(scores.getDouble(query, key)).isCloseTo(plain.scores[key], within(error));
            // A weight changes by no more than the score that changes most.
            assertThat(weights.getDouble(query, key)).isCloseTo(plain.weights[key], within(error));
          }
        }
        if (Double.isNaN(plain.entropy)) {
          assertThat(entropy.getDouble(query)).isNaN();
        } else {
          // dH/dp is -1 - log p, of which Σ|dp| is at most twice the error of a score.
          double steepest = 1 + Math.abs(Math.log(smallest(plain.weights)));
          assertThat(entropy.getDouble(query))
              .isCloseTo(plain.entropy, within(2 * error * steepest + DOUBLE_ERROR));
        }
      }
    }
  }

  private static double smallest(double[] weights) {
    double smallest = 1;
    for (double weight : weights) {
      smallest = weight > 0 ? Math.min(smallest, weight) : smallest;
    }
    return smallest;
  }

  @ParameterizedTest
  @CsvSource({"DOUBLE, AUTO", "DOUBLE, GRAPH", "FLOAT, AUTO", "FLOAT, GRAPH"})
  void valuesAreThoseOfPlainLoops(DataType type, Execution execution) {
    MultiLayerNetwork network =
        TestNetworks.of(
                self()
                    .name("grouped")
                    .nHeads(4)
                    .headSize(3)
                    .nKeyValueHeads(2)
                    .causal(true)
                    .execution(execution)
                    .build(),
                self()
                    .name("leaky")
                    .nHeads(2)
                    .normalizer(Normalizers.softmax1(1))
                    .execution(execution)
                    .build())
            .perturbed(0.5)
            .network(type);
    INDArray x = Sequences.input(type, Sizes.EXAMPLES, T);
    INDArray mask = mask(type);
    InspectedAttention seen = AttentionInspector.of(network).masks(mask).inspect(x);
    assertThat(seen.layers()).extracting(InspectedLayer::name).containsExactly("grouped", "leaky");
    check(seen.layer("grouped"), 0, network, x, true, 0);
    network.setLayerMaskArrays(mask, null);
    INDArray between = network.feedForwardToLayer(0, x, false).get(1);
    check(seen.layer("leaky"), 1, network, between, false, 1);
    for (int query = 1; query < T - 1; query++) {
      assertThat(seen.layer("grouped").weights(3).getRow(query).sumNumber().doubleValue())
          .isCloseTo(1, within(1e-14));
      double sum = 0;
      for (double score : seen.layer("leaky").scores(1).getRow(query).toDoubleVector()) {
        sum += Math.exp(score);
      }
      assertThat(seen.layer("leaky").weights(1).getRow(query).sumNumber().doubleValue())
          .isCloseTo(sum / (1 + sum), within(1e-14));
    }
  }

  /** Without queries all scores are zero, and each of n keys has the weight 1/n. */
  @Test
  void entropyOfEvenWeights() {
    MultiLayerNetwork network =
        TestNetworks.of(self().nHeads(2).causal(true).build()).network(DataType.FLOAT);
    network.getParam("0_Wq").assign(0);
    InspectedLayer seen =
        AttentionInspector.of(network)
            .inspect(Sequences.input(DataType.FLOAT, 1, T))
            .layers()
            .get(0);
    assertThat(seen.name()).isEqualTo("layer0");
    for (int query = 0; query < T; query++) {
      assertThat(seen.entropy(1).getDouble(query)).isCloseTo(Math.log(query + 1), within(1e-14));
      assertThat(seen.weights(1).getDouble(query, 0)).isCloseTo(1.0 / (query + 1), within(1e-15));
    }
  }

  @Test
  void onlyTheFirstExampleCounts() {
    MultiLayerNetwork network =
        TestNetworks.of(self().name("att").nHeads(2).build()).network(DataType.DOUBLE);
    INDArray x = Sequences.input(DataType.DOUBLE, Sizes.EXAMPLES, T);
    INDArray expected = AttentionInspector.of(network).inspect(x).layer("att").weights(1);
    x.slice(1).assign(7);
    x.slice(2).assign(Double.NaN);
    assertThat(AttentionInspector.of(network).inspect(x).layer("att").weights(1))
        .isEqualTo(expected);
  }

  /** With the same parameters Deeplearning4j's layer has the same attention. */
  @Test
  void stockLayers() {
    MultiLayerNetwork stock =
        TestNetworks.of(TestLayers.stockSelfAttention().build())
            .perturbed(0.5)
            .network(DataType.DOUBLE);
    MultiLayerNetwork own = TestNetworks.of(self().nHeads(2).build()).network(DataType.DOUBLE);
    own.setParams(stock.params());
    INDArray x = Sequences.input(DataType.DOUBLE, 1, T);
    INDArray m = mask(DataType.DOUBLE);
    InspectedLayer ofStock = AttentionInspector.of(stock).masks(m).inspect(x).layer("layer0");
    check(ofStock, 0, stock, x, false, 0);
    assertThat(ofStock.weights(1).distance2(weights(own, m, x))).isLessThan(DOUBLE_ERROR);
  }

  private static INDArray weights(MultiLayerNetwork network, INDArray mask, INDArray x) {
    return AttentionInspector.of(network).masks(mask).inspect(x).layer("layer0").weights(1);
  }

  @Test
  void otherLayers() {
    MultiLayerNetwork network =
        TestNetworks.of(
                new TransformerBlock.Builder().name("block").nHeads(1).causal(true).build(),
                TestLayers.recurrent().name("recurrent").build(),
                TestLayers.learnedQueries(T).name("learned").build())
            .network(DataType.FLOAT);
    List<String> tokens = IntStream.range(0, T).mapToObj(i -> "t" + i).toList();
    InspectedAttention seen =
        AttentionInspector.of(network)
            .tokens(tokens)
            .inspect(Sequences.input(DataType.FLOAT, 1, T));
    assertThat(seen.layer("block").heads()).isEqualTo(1);
    assertThat(seen.layer("block").queries()).isEqualTo(tokens);
    assertThat(seen.layer("block").weights(0).getDouble(0, 1)).isZero();
    // The first step of recurrent attention attends to nothing.
    assertThat(seen.layer("recurrent").entropy(1).getDouble(0)).isNaN();
    assertThat(seen.layer("recurrent").entropy(1).getDouble(1)).isPositive();
    assertThat(seen.layer("learned").keys()).isEqualTo(tokens);
    assertThat(seen.layer("learned").queries()).startsWith("0", "1").hasSize(T);
  }

  private static ComputationGraph crossAttention() {
    return TestNetworks.of(TestLayers.vertex(0, 1, 1), 0, 1, 1).graph(DataType.DOUBLE);
  }

  @Test
  void queriesAndKeysOfTwoInputs() {
    ComputationGraph graph = crossAttention();
    INDArray x = Sequences.input(DataType.DOUBLE, 0, 1, 2);
    INDArray y = Sequences.input(DataType.DOUBLE, 1, 1, 3);
    InspectedLayer seen =
        AttentionInspector.of(graph)
            .tokens("attention", List.of("le", "chat"), List.of("the", "cat", "."))
            .masks(null, Nd4j.createFromArray(new double[][] {{1, 1, 0}}))
            .inspect(x, y)
            .layer("attention");
    assertThat(seen.queries()).containsExactly("le", "chat");
    assertThat(seen.keys()).containsExactly("the", "cat", ".");
    INDArray wq = graph.paramTable().get("attention_Wq");
    INDArray wk = graph.paramTable().get("attention_Wk");
    for (int query = 0; query < 2; query++) {
      double[] z = new double[2];
      for (int key = 0; key < 2; key++) {
        for (int i = 0; i < 7; i++) {
          z[key] +=
              projected(wq, 1, i, x, query, false)
                  * projected(wk, 1, i, y, key, false)
                  / Math.sqrt(7);
        }
      }
      assertThat(seen.weights(1).getDouble(query, 0))
          .isCloseTo(1 / (1 + Math.exp(z[1] - z[0])), within(DOUBLE_ERROR));
      assertThat(seen.weights(1).getDouble(query, 2)).isZero();
    }
    assertThat(AttentionInspector.of(graph).tokens(List.of("a", "b", "c")).inspect(x, y).layers())
        .first()
        .satisfies(layer -> assertThat(layer.queries()).containsExactly("0", "1"));
  }

  @Test
  void changesNothingThatTrainingDependsOn() {
    DataSet data = Sequences.batch(DataType.FLOAT, true);
    INDArray[] parameters = new INDArray[2];
    for (int run = 0; run < 2; run++) {
      MultiLayerNetwork network =
          TestNetworks.of(
                  new LSTM.Builder().nOut(7).dropOut(0.7).build(),
                  self().nHeads(2).attentionDropout(0.2).dropOut(0.8).build())
              .updater(new Adam(0.01))
              .network(DataType.FLOAT);
      Nd4j.getRandom().setSeed(7);
      for (int i = 0; i < 3; i++) {
        network.fit(data);
        if (run == 1) {
          AttentionInspector.of(network)
              .masks(data.getFeaturesMaskArray())
              .inspect(data.getFeatures());
        }
      }
      parameters[run] = network.params().dup();
    }
    assertThat(parameters[1]).isEqualTo(parameters[0]);
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(call)
        .withMessage("AttentionInspector: " + message);
  }

  @Test
  void errors() {
    MultiLayerNetwork network =
        TestNetworks.of(self().name("att").nHeads(2).build()).network(DataType.FLOAT);
    MultiLayerNetwork without =
        TestNetworks.of(new LSTM.Builder().nOut(7).build()).network(DataType.FLOAT);
    INDArray x = Sequences.input(DataType.FLOAT, 1, T);
    AttentionInspector inspector = AttentionInspector.of(network);
    refused(
        () -> AttentionInspector.of(null),
        "the network is null but must be a MultiLayerNetwork or a ComputationGraph.");
    refused(
        () -> AttentionInspector.of(without).inspect(x),
        "this MultiLayerNetwork of %d parameters has no attention but must have an attention layer or vertex."
            .formatted(without.numParams()));
    refused(
        () -> AttentionInspector.of(network).tokens(List.of("a", "b")).inspect(x),
        "there are 2 tokens but must be one for each key, padding too: layer 'att' has 11.");
    refused(
        () -> AttentionInspector.of(network).tokens("att", List.of("a"), List.of("b")).inspect(x),
        "there are 1 tokens for the queries of layer 'att' but must be 11, one for each.");
    refused(
        () -> AttentionInspector.of(network).tokens("at", List.of(), List.of()).inspect(x),
        "there are tokens for layer 'at' but the layers with attention are 'att'.");
    refused(() -> inspector.tokens(null), "the list of tokens is null but must be text.");
    refused(
        () -> inspector.inspect(x, x),
        "there are 2 feature arrays but must be as many as the network has inputs, 1.");
    refused(
        () -> inspector.inspect((INDArray) null),
        "input 0 is null but must be a batch of one example or more, with the example as first"
            + " dimension.");
    refused(
        () -> AttentionInspector.of(network).masks(null, null).inspect(x),
        "there are 2 masks but must be as many as inputs, 1.");
    InspectedAttention seen = inspector.inspect(x);
    refused(
        () -> seen.layer("other"), "the layer is 'other' but must be one with attention: 'att'.");
    refused(
        () -> seen.layer("att").weights(2), "the head is 2 but layer 'att' has the heads 0 to 1.");
  }
}
