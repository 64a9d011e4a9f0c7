package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.Map;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;

/** Names, shapes, causality, and a task that only attention can solve. */
class TransformerBlocksTest {
  private static final int SIZE = 15;
  private static final int HEADS = 3;
  private static final int SYMBOLS = SIZE;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(89);
  }

  private static ComputationGraph graph(IUpdater updater, boolean causal) {
    TransformerBlocks blocks =
        TransformerBlocks.builder()
            .size(SIZE)
            .heads(HEADS)
            .feedForwardSize(19)
            .causal(causal)
            .build();
    return TestNetworks.of("block", blocks, 2)
        .inputSizes(SIZE)
        .output(TestNetworks.classifier(SYMBOLS))
        .updater(updater)
        .graph(DataType.FLOAT);
  }

  @Test
  void namesAndShapes() {
    ComputationGraph graph = graph(new NoOp(), true);
    assertThat(graph.getConfiguration().getVertices().keySet())
        .containsExactlyInAnyOrder(
            "positions",
            "block-0-attention-norm",
            "block-0-attention",
            "block-0-attention-sum",
            "block-0-feed-forward-norm",
            "block-0-feed-forward",
            "block-0-feed-forward-sum",
            "block-1-attention-norm",
            "block-1-attention",
            "block-1-attention-sum",
            "block-1-feed-forward-norm",
            "block-1-feed-forward",
            "block-1-feed-forward-sum",
            "block-norm",
            "out");
    INDArray input = Nd4j.randn(DataType.FLOAT, EXAMPLES, SIZE, STEPS);
    Map<String, INDArray> activations = graph.feedForward(input, false);
    activations.forEach(
        (name, activation) ->
            assertThat(activation.shape()).as(name).containsExactly(EXAMPLES, SIZE, STEPS));
    assertThat(graph.getParam("block-0-feed-forward_W1").shape()).containsExactly(19, SIZE);
    assertThat(graph.getParam("block-1-attention_Wq").shape())
        .containsExactly(HEADS, SIZE / HEADS, SIZE);
  }

  @Test
  void eachHalfIsAddedToWhatItReads() {
    ComputationGraph graph = graph(new NoOp(), true);
    Map<String, INDArray> activations =
        graph.feedForward(Nd4j.randn(DataType.FLOAT, EXAMPLES, SIZE, STEPS), false);
    assertThat(activations.get("block-0-attention-sum"))
        .isEqualTo(activations.get("positions").add(activations.get("block-0-attention")));
    assertThat(activations.get("block-0-feed-forward-sum"))
        .isEqualTo(
            activations.get("block-0-attention-sum").add(activations.get("block-0-feed-forward")));
  }

  @Test
  void theFeedForwardSizeIsFourTimesTheSizeUnlessSet() {
    TransformerBlocks blocks = TransformerBlocks.builder().size(SIZE).build();
    ComputationGraph graph =
        TestNetworks.of("block", blocks, 1).inputSizes(SIZE).graph(DataType.FLOAT);
    assertThat(graph.getParam("block-0-feed-forward_W1").shape()).containsExactly(4 * SIZE, SIZE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLaterStepReachesEarlierOutputsOnlyIfNotCausal(boolean causal) {
    ComputationGraph graph = graph(new NoOp(), causal);
    INDArray input = Nd4j.randn(DataType.FLOAT, EXAMPLES, SIZE, STEPS);
    INDArray before = graph.outputSingle(input).dup();
    int changed = 7;
    step(input, changed).addi(Nd4j.randn(DataType.FLOAT, EXAMPLES, SIZE));
    INDArray after = graph.outputSingle(input);
    for (int t = 0; t < STEPS; t++) {
      double difference = step(after, t).sub(step(before, t)).amaxNumber().doubleValue();
      if (causal && t < changed) {
        assertThat(difference).as("step %d", t).isZero();
      } else {
        assertThat(difference).as("step %d", t).isGreaterThan(1e-5);
      }
    }
  }

  private static INDArray step(INDArray sequence, int t) {
    return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t));
  }

  /** Say at each step the symbol of two steps before: no map of one step alone can do that. */
  @Test
  void learnsToCopyFromBefore() {
    ComputationGraph graph = graph(new Adam(0.01), true);
    double first = 0;
    double last = 0;
    for (int iteration = 0; iteration < 150; iteration++) {
      graph.fit(copyTask(17));
      first = iteration == 0 ? graph.score() : first;
      last = graph.score();
    }
    assertThat(last).isLessThan(first / 2);
    assertThat(graph.score(copyTask(17))).isLessThan(first / 2);
  }

  private static DataSet copyTask(int examples) {
    INDArray input = Nd4j.zeros(DataType.FLOAT, examples, SYMBOLS, STEPS);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, examples, SYMBOLS, STEPS);
    INDArray mask = Nd4j.ones(DataType.FLOAT, examples, STEPS);
    for (int example = 0; example < examples; example++) {
      for (int step = 0; step < STEPS; step++) {
        int symbol = Nd4j.getRandom().nextInt(SYMBOLS);
        input.putScalar(example, symbol, step, 1);
        if (step + 2 < STEPS) {
          labels.putScalar(example, symbol, step + 2, 1);
        }
      }
      mask.putScalar(example, 0, 0);
      mask.putScalar(example, 1, 0);
    }
    return new DataSet(input, labels, null, mask);
  }

  @Test
  void halfSaysTheSameAsFloat() {
    INDArray input = Sequences.input(DataType.FLOAT16, EXAMPLES, STEPS);
    TransformerBlocks blocks =
        TransformerBlocks.builder()
            .size(Sizes.SIZE)
            .heads(5)
            .feedForwardSize(7)
            .causal(true)
            .dropout(0.1)
            .build();
    TestNetworks networks = TestNetworks.of("block", blocks, 2).learningRate(0.1);
    ComputationGraph half = networks.graph(DataType.FLOAT16);
    ComputationGraph single = networks.graph(DataType.FLOAT);
    single.setParams(half.params().castTo(DataType.FLOAT));
    assertThat(
            LayerPass.distance(
                half.outputSingle(input).castTo(DataType.FLOAT),
                single.outputSingle(input.castTo(DataType.FLOAT))))
        .isLessThan(2e-2);
    half.fit(new DataSet(input, Sequences.labels(DataType.FLOAT16, EXAMPLES, STEPS)));
    assertThat(half.params().isNaN().any()).isFalse();
  }
}
