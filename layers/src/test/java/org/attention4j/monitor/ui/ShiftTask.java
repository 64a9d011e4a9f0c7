package org.attention4j.monitor.ui;

import java.util.Random;
import org.attention4j.layers.TransformerBlocks;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** A little transformer that learns to say what it read some steps ago, by attention alone. */
final class ShiftTask {
  static final int HEAD_SIZE = 7;
  private static final int STEPS = 37;
  private static final int SHIFT = 5;
  private static final int EXAMPLES = 13;

  final ComputationGraph network;
  private final int symbolCount;
  private final Random random = new Random(29);

  /**
   * Builds the network.
   *
   * @param name what the attention layers' names begin with
   */
  ShiftTask(String name, int blocks, int heads) {
    this(name, blocks, heads, Normalizers.softmax());
  }

  ShiftTask(String name, int blocks, int heads, Normalizer normalizer) {
    symbolCount = heads * HEAD_SIZE;
    TransformerBlocks transformer =
        TransformerBlocks.builder()
            .size(symbolCount)
            .heads(heads)
            .feedForwardSize(41)
            .causal(true)
            .normalizer(normalizer)
            .build();
    network =
        TestNetworks.of(name, transformer, blocks)
            .updater(new Adam(3e-3))
            .inputSizes(symbolCount)
            .output(TestNetworks.classifier(symbolCount))
            .graph(DataType.FLOAT);
  }

  /** Trains on fresh sequences. */
  void fit(int iterations) {
    for (int i = 0; i < iterations; i++) {
      network.fit(batch());
    }
  }

  /** Sequences of the task. */
  DataSet batch() {
    INDArray input = Nd4j.zeros(DataType.FLOAT, EXAMPLES, symbolCount, STEPS);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, EXAMPLES, symbolCount, STEPS);
    for (int example = 0; example < EXAMPLES; example++) {
      int[] symbols = random.ints(STEPS, 0, symbolCount).toArray();
      for (int step = 0; step < STEPS; step++) {
        input.putScalar(example, symbols[step], step, 1);
        labels.putScalar(example, symbols[Math.max(0, step - SHIFT)], step, 1);
      }
    }
    return new DataSet(input, labels);
  }
}
