package org.attention4j.examples.paper;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What is measured: a network and windows for it to read.
 *
 * @param name what the network is, for the report
 * @param text what it reads, for the report
 * @param fingerprint changes with the network and what it reads
 * @param network a MultiLayerNetwork or a ComputationGraph
 * @param longest the length of the longest window
 * @param windows how many there are
 * @param source the windows
 */
record Subject(
    String name,
    String text,
    String fingerprint,
    Model network,
    int longest,
    int windows,
    Source source) {
  /** Gives windows. */
  interface Source {
    /**
     * One window, cut off after some steps.
     *
     * @param index which, from 0
     * @param length its steps
     * @return features of one example; and labels, null if the network has no loss
     */
    Window window(int index, int length);
  }

  /**
   * One example.
   *
   * @param features of the example, the example as first dimension
   * @param labels likewise; null if the network has no loss
   */
  record Window(INDArray features, @Nullable INDArray labels) {}

  Window window(int index, int length) {
    return source.window(index, length);
  }

  /** Whether there are labels, by which a network is judged. */
  boolean hasLoss() {
    return window(0, longest).labels() != null;
  }

  /** The output of a network like this one. */
  static INDArray output(Model network, Window window) {
    return network instanceof MultiLayerNetwork layers
        ? layers.output(window.features(), false)
        : ((ComputationGraph) network).outputSingle(false, window.features());
  }

  /** The loss of a network like this one, summed over the steps of a window. */
  static double loss(Model network, Window window) {
    DataSet example = new DataSet(window.features(), window.labels());
    return network instanceof MultiLayerNetwork layers
        ? layers.score(example, false)
        : ((ComputationGraph) network).score(example, false);
  }
}
