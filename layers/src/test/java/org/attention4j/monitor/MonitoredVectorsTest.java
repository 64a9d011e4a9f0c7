package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attention4j.layers.Execution;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.PlainProjection;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Vectors, positions and outputs of a trained layer against plain loops over its parameters. */
class MonitoredVectorsTest {
  private static final int HEADS = 4;
  private static final int SIZE = 3;
  private static final int TOP = 2;
  private final History history = Reporters.history(99);

  private AttentionMonitor monitor() {
    return new Spy().monitor(history).topN(TOP).tier(Tier.FULL).build();
  }

  /** One head, computed plainly: sums over all visible queries of all examples. */
  private static final class PlainHead {
    private final double[] received = new double[Sizes.STEPS];
    private double queryRms;
    private double keyRms;
    private double valueRms;
    private double outputRms;
    private double distance;
    private double diagonal;
    private double previous;
    private int withPrevious;
    private double recall;
    private double contribution;
    private int selected;
    private int queries;
  }

  private static double rms(double[] x) {
    double squares = 0;
    for (double value : x) {
      squares += value * value;
    }
    return Math.sqrt(squares / x.length);
  }

  private static PlainHead plain(MultiLayerNetwork network, DataSet data, int head) {
    PlainHead result = new PlainHead();
    INDArray x = data.getFeatures();
    INDArray mask = data.getFeaturesMaskArray();
    for (int e = 0; e < Sizes.EXAMPLES; e++) {
      double[][] q = PlainProjection.of(network.getParam("0_Wq"), null, head, x, e);
      double[][] k = PlainProjection.of(network.getParam("0_Wk"), null, head / 2, x, e);
      double[][] v = PlainProjection.of(network.getParam("0_Wv"), null, head / 2, x, e);
      for (int i = 0; i < Sizes.STEPS; i++) {
        if (mask.getDouble(e, i) != 0) {
          add(result, mask.getRow(e), q[i], k, v, i);
        }
      }
    }
    return result;
  }

  private static void add(
      PlainHead result, INDArray mask, double[] q, double[][] k, double[][] v, int i) {
    double[] p = new double[Sizes.STEPS];
    double sum = 0;
    int n = 0;
    for (int j = 0; j <= i; j++) {
      if (mask.getDouble(j) != 0) {
        double product = 0;
        for (int c = 0; c < SIZE; c++) {
          product += q[c] * k[j][c];
        }
        p[j] = Math.exp(product / Math.sqrt(SIZE));
        sum += p[j];
        n++;
      }
    }
    double keyRms = 0;
    double valueRms = 0;
    double[] output = new double[SIZE];
    for (int j = 0; j <= i; j++) {
      p[j] /= sum;
      if (mask.getDouble(j) != 0) {
        keyRms += rms(k[j]);
        valueRms += rms(v[j]);
        for (int c = 0; c < SIZE; c++) {
          output[c] += p[j] * v[j][c];
        }
        result.distance += p[j] * (i - j);
        result.received[j] += p[j];
      }
    }
    result.queries++;
    result.queryRms += rms(q);
    result.keyRms += keyRms / n;
    result.valueRms += valueRms / n;
    result.outputRms += rms(output);
    result.diagonal += p[i];
    if (i > 0) {
      result.previous += p[i - 1];
      result.withPrevious++;
    }
    if (n > TOP) {
      select(result, p, v);
    }
  }

  /** A key is among the two largest if at most one other is larger. */
  private static void select(PlainHead result, double[] p, double[][] v) {
    double all = 0;
    double ofSelected = 0;
    int both = 0;
    for (int j = 0; j < p.length; j++) {
      int largerWeights = 0;
      int largerContributions = 0;
      double contribution = p[j] * rms(v[j]);
      for (int other = 0; other < p.length; other++) {
        largerWeights += p[other] > p[j] ? 1 : 0;
        largerContributions += p[other] * rms(v[other]) > contribution ? 1 : 0;
      }
      all += contribution;
      ofSelected += largerWeights < TOP ? contribution : 0;
      both += largerWeights < TOP && largerContributions < TOP ? 1 : 0;
    }
    result.recall += (double) both / TOP;
    result.contribution += ofSelected / all;
    result.selected++;
  }

  @ParameterizedTest
  @EnumSource(Execution.class)
  void areThoseOfPlainLoops(Execution path) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      MultiLayerNetwork network =
          TestNetworks.of(
                  new SelfAttentionLayer.Builder()
                      .name("att")
                      .nOut(12)
                      .nHeads(HEADS)
                      .headSize(SIZE)
                      .nKeyValueHeads(2)
                      .causal(true)
                      .projectInput(true)
                      .execution(path)
                      .build())
              .learningRate(0)
              .perturbed(0.5)
              .network(type);
      DataSet data = Sequences.batch(type, true);
      network.setListeners(monitor());
      network.fit(data);
      double close = type == DataType.FLOAT ? 1e-5 : 1e-9;
      for (int head = 0; head < HEADS; head++) {
        PlainHead plain = plain(network, data, head);
        Map<String, Double> metrics = history.latest("att", head).orElseThrow().metrics();
        int n = plain.queries;
        assertThat(n).isEqualTo(11 + 8 + 5);
        check(metrics, "queryRms", plain.queryRms / n, close);
        check(metrics, "keyRms", plain.keyRms / n, close);
        check(metrics, "valueRms", plain.valueRms / n, close);
        check(metrics, "headOutputRms", plain.outputRms / n, close);
        check(metrics, "attentionDistance", plain.distance / n, close);
        check(metrics, "diagonalMass", plain.diagonal / n, close);
        check(metrics, "previousMass", plain.previous / plain.withPrevious, close);
        check(metrics, "selectionRecall", plain.recall / plain.selected, close);
        check(metrics, "selectedContribution", plain.contribution / plain.selected, close);
        int top = 0;
        for (int j = 1; j < Sizes.STEPS; j++) {
          top = plain.received[j] > plain.received[top] ? j : top;
        }
        check(metrics, "topKeyPosition", top, 0);
        check(metrics, "topKeyMass", plain.received[top] / n, close);
      }
      checkOutput(network, data, close);
    }
  }

  private static void check(
      Map<String, Double> metrics, String name, double expected, double close) {
    assertThat(metrics.get(name)).as(name).isCloseTo(expected, within(close));
  }

  /** ‖Y − 1ȳᵀ‖ / ‖Y‖, with the mean taken away step by step. */
  private void checkOutput(MultiLayerNetwork network, DataSet data, double close) {
    network.setLayerMaskArrays(data.getFeaturesMaskArray(), null);
    INDArray y = network.feedForward(data.getFeatures(), false).get(1);
    network.clearLayerMaskArrays();
    double sizes = 0;
    int steps = 0;
    double residuals = 0;
    for (int e = 0; e < Sizes.EXAMPLES; e++) {
      int length = data.getFeaturesMaskArray().getRow(e).sumNumber().intValue();
      double all = 0;
      double around = 0;
      for (int c = 0; c < 12; c++) {
        double mean = 0;
        for (int t = 0; t < length; t++) {
          mean += y.getDouble(e, c, t) / length;
        }
        for (int t = 0; t < length; t++) {
          all += Math.pow(y.getDouble(e, c, t), 2);
          around += Math.pow(y.getDouble(e, c, t) - mean, 2);
        }
      }
      for (int t = 0; t < length; t++) {
        double[] step = new double[12];
        for (int c = 0; c < 12; c++) {
          step[c] = y.getDouble(e, c, t);
        }
        sizes += rms(step);
      }
      residuals += Math.sqrt(around / all);
      steps += length;
    }
    List<AggregateRecord> aggregates = history.aggregates();
    for (AggregateRecord newest : aggregates.subList(aggregates.size() - 2, aggregates.size())) {
      check(newest.metrics(), "blockOutputRms", sizes / steps, close);
      check(newest.metrics(), "rankResidual", residuals / Sizes.EXAMPLES, 10 * close);
    }
  }

  /** Positions of queries among keys are known where both are one sequence. */
  @Test
  void positionsOfOtherLayers() {
    LearnedSelfAttentionLayer learned =
        TestLayers.learnedQueries(Sizes.STEPS).name("learned").build();
    MultiLayerNetwork network =
        TestNetworks.of(learned, new TransformerBlock.Builder().name("block").nHeads(1).build())
            .network(DataType.FLOAT);
    monitor().measure(network, Sequences.batch(DataType.FLOAT, true), "test");
    assertThat(history.latest("learned", 0, "test").orElseThrow().metrics())
        .containsKeys("topKeyMass", "queryRms", "headCorrelation")
        .doesNotContainKeys("attentionDistance", "diagonalMass", "previousMass");
    assertThat(history.latest("block", 0, "test").orElseThrow().metrics())
        .containsKeys("topKeyMass", "queryRms", "attentionDistance")
        .doesNotContainKey("headCorrelation"); // there is no other head
    assertThat(history.aggregateValues("learned", "rankResidual", "test")).hasSize(1);
    assertThat(history.aggregateValues("block", "rankResidual", "test")).hasSize(1);
  }

  @Test
  void positionsOfVertices() {
    for (int keys = 0; keys < 2; keys++) {
      ComputationGraph graph =
          TestNetworks.of(TestLayers.vertex(0, keys, 1), 0, keys, 1).graph(DataType.FLOAT);
      INDArray[] inputs = Sequences.queriesKeysValues(DataType.FLOAT, Sizes.STEPS);
      monitor().measure(graph, Arrays.copyOf(inputs, 2), "test");
      Map<String, Double> metrics = history.latest("attention", 0, "test").orElseThrow().metrics();
      assertThat(metrics.containsKey("attentionDistance")).isEqualTo(keys == 0);
      assertThat(metrics).containsKey("topKeyMass");
      assertThat(history.aggregateValues("attention", "blockOutputRms", "test")).isNotEmpty();
    }
  }

  /** The monitor can do without. */
  @Test
  void numbersOfOutputsBelongToTheFullTier() {
    MultiLayerNetwork network =
        TestNetworks.of(new TransformerBlock.Builder().name("block").nHeads(1).build())
            .network(DataType.FLOAT);
    new Spy()
        .monitor(history)
        .build()
        .measure(network, Sequences.batch(DataType.FLOAT, true), "test");
    assertThat(history.aggregateValues("block", "entropyMean", "test")).hasSize(1);
    assertThat(history.aggregateValues("block", "rankResidual", "test")).isEmpty();
  }
}
