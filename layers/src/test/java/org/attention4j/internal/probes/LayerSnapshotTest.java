package org.attention4j.internal.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.Position;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Norms and rows of one layer, against numbers computed by hand. */
final class LayerSnapshotTest {
  private static final double EXACT = 1e-12;

  private static AttentionSpec spec(int heads, int size, boolean causal) {
    return new AttentionSpec(
        Normalizers.softmax(), heads, size, 0.5, causal, 0, 0, Position.NONE, false);
  }

  private static INDArray array(double[] values, long... shape) {
    return Nd4j.createFromArray(values).reshape('c', shape);
  }

  @Test
  void theShareOfAHeadIsItsBlock() {
    AttentionSpec spec = spec(2, 1, false);
    INDArray wq = array(new double[] {3, 4, 5, 12}, 2, 1, 2);
    HeadParameterNorms[] shares = HeadParameterNorms.of(spec, "Wq", wq);
    assertThat(shares).extracting(HeadParameterNorms::norm).containsExactly(5.0, 13.0);
    INDArray wo = array(new double[] {8, 15, 7, 24}, 2, 2); // a row of the matrix for each head
    assertThat(HeadParameterNorms.of(spec, "Wo", wo))
        .extracting(HeadParameterNorms::norm)
        .containsExactly(17.0, 25.0);
    // In another memory order, too.
    assertThat(HeadParameterNorms.of(spec, "Wo", wo.dup('f')))
        .extracting(HeadParameterNorms::norm)
        .containsExactly(17.0, 25.0);
    assertThat(HeadParameterNorms.of(spec, "bo", wo)).isEmpty();
  }

  @Test
  void queryHeadsThatShareKeysHaveOneShare() {
    AttentionSpec spec = spec(4, 1, false);
    INDArray wk = array(new double[] {3, 4, 5, 12}, 2, 1, 2);
    assertThat(HeadParameterNorms.of(spec, "Wk", wk))
        .extracting(HeadParameterNorms::norm)
        .containsExactly(5.0, 5.0, 13.0, 13.0);
  }

  @Test
  void whatIsNotFiniteIsCountedByHead() {
    INDArray wv =
        array(
            new double[] {Double.NaN, 4, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY},
            2,
            1,
            2);
    HeadParameterNorms[] shares = HeadParameterNorms.of(spec(2, 1, false), "Wv", wv);
    assertThat(shares).extracting(HeadParameterNorms::nans).containsExactly(1L, 0L);
    assertThat(shares).extracting(HeadParameterNorms::infinities).containsExactly(0L, 2L);
    assertThat(shares[0].norm()).isNaN();
  }

  /** Two heads of size one, one example of three steps. */
  private static MonitoredLayer monitored(boolean causal) {
    INDArray input = array(new double[] {1, 2, 3, 4, 5, 6}, 1, 2, 3);
    return new MonitoredLayer(
        "att",
        "0_",
        spec(2, 1, causal),
        Map.of(
            "Wq", array(new double[] {3, 4, 5, 12}, 2, 1, 2),
            "bo", array(new double[] {1, 2}, 2)),
        new INDArray[] {input},
        null,
        array(new double[] {1, 0, 1}, 1, 3),
        null,
        true,
        (inputs, mask) -> {
          INDArray heads = inputs[0].reshape('c', 1, 2, 1, 3);
          return new INDArray[] {heads, heads.mul(2), heads};
        },
        null);
  }

  @Test
  void normsAreThoseBeforeAndAfterTheUpdate() {
    LayerSnapshot snapshot = new LayerSnapshot(monitored(false), new int[] {0}, Set.of());
    snapshot.beforeUpdate(Map.of("0_Wq", array(new double[] {8, 15, 7, 24}, 2, 1, 2)));
    snapshot.afterUpdate(Map.of("0_Wq", array(new double[] {0.6, 0.8, Double.NaN, 1}, 2, 1, 2)));
    List<HeadProbe> heads = snapshot.heads(List.of(List.of(), List.of()));
    assertThat(heads).extracting(HeadProbe::layer).containsOnly("att");
    assertThat(heads).extracting(HeadProbe::head).containsExactly(0, 1);
    HeadProbe.Norms first = heads.get(0).parameters().get("Wq");
    assertThat(first.value()).isEqualTo(5);
    assertThat(first.gradient()).isEqualTo(17);
    assertThat(first.update()).isCloseTo(1, within(EXACT));
    assertThat(first.nans()).isZero();
    HeadProbe.Norms second = heads.get(1).parameters().get("Wq");
    assertThat(second.value()).isEqualTo(13);
    assertThat(second.gradient()).isEqualTo(25);
    assertThat(second.update()).isNaN();
    assertThat(second.nans()).isOne();
    assertThat(heads.get(0).parameters()).containsOnlyKeys("Wq");
  }

  @Test
  void withoutAnUpdateThereAreNoNorms() {
    LayerSnapshot snapshot = new LayerSnapshot(monitored(false), new int[] {0}, Set.of());
    snapshot.beforeUpdate(Map.of());
    snapshot.afterUpdate(Map.of());
    assertThat(snapshot.heads(List.of(List.of(), List.of())).get(0).parameters()).isEmpty();
  }

  /** Scores: half of q · 2k = q k, with keys 0 and 2 to be seen. */
  @Test
  void rowsAreThoseOfTheVisibleKeys() {
    Probe probe = monitored(false).probe(new int[] {0}, false);
    RowRecomputation recomputation = new RowRecomputation(spec(2, 1, false), Geometry.INPUT);
    List<List<AttentionRow>> rows = recomputation.rows(probe, new Sampling(9, 9, 1), 0, false);
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0)).hasSize(3);
    AttentionRow second = rows.get(0).get(1); // q = 2, keys 1 and 3
    assertThat(second.keys()).containsExactly(0, 2);
    assertThat(second.scores()).containsExactly(2, 6);
    double sum = Math.exp(2) + Math.exp(6);
    assertThat(second.weights())
        .containsExactly(new double[] {Math.exp(2) / sum, Math.exp(6) / sum}, within(EXACT));
    assertThat(rows.get(1).get(2).scores()).containsExactly(24, 36); // q = 6, keys 4 and 6
    assertThat(second.tokens()).isDeepEqualTo(new double[][] {{1, 4}, {3, 6}});
    assertThat(second.scoresGradient()).isNull();
  }

  @Test
  void causalRowsEndAtTheirQuery() {
    Probe probe = monitored(true).probe(new int[] {0}, false);
    List<AttentionRow> rows =
        new RowRecomputation(spec(2, 1, true), Geometry.VALUES)
            .rows(probe, new Sampling(9, 9, 1), 0, false)
            .get(0);
    assertThat(rows.get(0).keys()).containsExactly(0);
    assertThat(rows.get(1).keys()).containsExactly(0);
    assertThat(rows.get(2).keys()).containsExactly(0, 2);
    assertThat(rows.get(2).tokens()).isDeepEqualTo(new double[][] {{1}, {3}});
  }

  @Test
  void aSampledArrayIsACopyOfItsExamples() {
    INDArray x = array(new double[] {1, 2, 3, 4, 5, 6}, 3, 2).castTo(DataType.FLOAT);
    INDArray sampled = MonitoredLayer.sampled(x, new int[] {0, 2});
    x.assign(0);
    assertThat(sampled.toDoubleMatrix()).isDeepEqualTo(new double[][] {{1, 2}, {5, 6}});
    assertThat(sampled.dataType()).isEqualTo(DataType.FLOAT);
  }

  /** With Wo = [[1, 2], [3, 4]] and dL/dy = (5, 7): (19, 43), one number a head. */
  @Test
  void theGradientGoesBackThroughTheOutputWeights() {
    StepVectors gradient =
        MonitoredLayer.attendedGradient(
            spec(2, 1, false),
            Map.of("Wo", array(new double[] {1, 2, 3, 4}, 2, 2)),
            array(new double[] {9, 9, 5, 7}, 2, 2, 1),
            new int[] {1});
    assertThat(gradient.of(0, 0, 0)).containsExactly(19);
    assertThat(gradient.of(0, 1, 0)).containsExactly(43);
    StepVectors direct =
        MonitoredLayer.attendedGradient(
            spec(2, 1, false), Map.of(), array(new double[] {5, 7}, 1, 2, 1), new int[] {0});
    assertThat(direct.of(0, 1, 0)).containsExactly(7);
  }
}
