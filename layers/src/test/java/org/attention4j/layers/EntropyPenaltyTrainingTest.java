package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.PenalisedLayers.learned;
import static org.attention4j.layers.PenalisedLayers.recurrent;
import static org.attention4j.layers.PenalisedLayers.self;
import static org.attention4j.layers.PenalisedLayers.weights;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.List;
import org.attention4j.dl4j.TrainingGraph;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.attention4j.theory.WeightRow;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

/** What the penalty on low entropy does to training, and that it costs nothing when off. */
class EntropyPenaltyTrainingTest implements DoublePrecision {
  private static double meanEntropy(MultiLayerNetwork network, INDArray input, int head) {
    INDArray weights = weights(network, input, null);
    double sum = 0;
    for (int example = 0; example < EXAMPLES; example++) {
      for (int query = 0; query < STEPS; query++) {
        INDArray row =
            weights.get(
                NDArrayIndex.point(example),
                NDArrayIndex.point(head),
                NDArrayIndex.point(query),
                NDArrayIndex.all());
        sum += WeightRow.normalizedEntropy(row.dup().castTo(DataType.DOUBLE).toDoubleVector());
      }
    }
    return sum / (EXAMPLES * STEPS);
  }

  /** The first head's queries are blown up until it attends to one key; the other is left alone. */
  private static MultiLayerNetwork collapsed(double strength) {
    Nd4j.getRandom().setSeed(101);
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .nOut(OUT)
                    .nHeads(HEADS)
                    .projectInput(true)
                    .attentionEntropyPenalty(strength, 0.5)
                    .build())
            .updater(new Adam(0.02))
            .network(DataType.FLOAT);
    network.getParam("0_Wq").get(NDArrayIndex.point(0)).muli(17);
    return network;
  }

  @Test
  void trainingOpensACollapsedHead() {
    DataSet data =
        new DataSet(
            Sequences.input(DataType.FLOAT, EXAMPLES, STEPS),
            Sequences.labels(DataType.FLOAT, EXAMPLES, STEPS));
    MultiLayerNetwork penalised = collapsed(20);
    MultiLayerNetwork free = collapsed(0);
    assertThat(meanEntropy(penalised, data.getFeatures(), 0)).isLessThan(0.25);
    for (int step = 0; step < 100; step++) {
      penalised.fit(data);
      free.fit(data);
    }
    assertThat(meanEntropy(penalised, data.getFeatures(), 0)).isGreaterThan(0.45);
    assertThat(meanEntropy(free, data.getFeatures(), 0)).isLessThan(0.3);
    assertThat(meanEntropy(penalised, data.getFeatures(), 1)).isGreaterThan(0.45);
  }

  /** Weights of exactly zero and of one, and types with few digits. */
  @Test
  void extremeRowsAreFinite() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.FLOAT16, DataType.DOUBLE}) {
      for (Normalizer normalizer :
          List.of(Normalizers.softmax(), Normalizers.sparsemax(), Normalizers.softmax1(1))) {
        MultiLayerNetwork network =
            TestNetworks.of(
                    self().scale(300).normalizer(normalizer).attentionEntropyPenalty(1, 1).build())
                .network(type);
        network.fit(
            new DataSet(
                Sequences.input(type, EXAMPLES, STEPS), Sequences.labels(type, EXAMPLES, STEPS)));
        assertThat(network.score()).isFinite();
        double size =
            network.getGradientsViewArray().castTo(DataType.DOUBLE).sumNumber().doubleValue();
        assertThat(size).as(type + " " + normalizer).isFinite();
      }
    }
  }

  @Test
  void offIsTheSameGraph() {
    List<AttentionLayerBuilder<?>> builders = List.of(self(), learned(3), recurrent());
    for (AttentionLayerBuilder<?> builder : builders) {
      List<String> before = TrainingGraph.operations(builder.build(), SIZE, 5);
      builder.attentionEntropyPenalty(0, 0.3);
      assertThat(TrainingGraph.operations(builder.build(), SIZE, 5)).isEqualTo(before);
      assertThat(TrainingGraph.hasLoss(builder.build(), SIZE, 5, true)).isFalse();
      builder.attentionEntropyPenalty(0.1, 0.3);
      AttentionLayer penalised = builder.build();
      assertThat(TrainingGraph.operations(penalised, SIZE, 5)).hasSizeGreaterThan(before.size());
      assertThat(TrainingGraph.hasLoss(penalised, SIZE, 5, true)).isTrue();
      assertThat(TrainingGraph.hasLoss(penalised, SIZE, 5, false)).isFalse();
    }
  }
}
