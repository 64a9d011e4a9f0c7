package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.layers.Networks;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.Metric;
import org.attention4j.monitor.reporters.History;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Networks to watch and what was seen. */
public final class Nets {
  private static final int ALL = 99;

  private Nets() {}

  public static MultiLayerNetwork of(DataType type, Layer... layers) {
    return of(type, 0.1, layers);
  }

  public static MultiLayerNetwork of(DataType type, double learningRate, Layer... layers) {
    MultiLayerNetwork network =
        Networks.of(type, new Sgd(learningRate), WorkspaceMode.ENABLED, layers);
    Nd4j.getRandom().setSeed(101);
    network.setParams(
        network
            .params()
            .add(Nd4j.randn(DataType.DOUBLE, network.params().shape()).mul(0.3).castTo(type)));
    return network;
  }

  public static DataSet data(DataType type, boolean masked) {
    Nd4j.getRandom().setSeed(103);
    INDArray mask = masked ? Networks.mask(type, Networks.EXAMPLES, Networks.STEPS) : null;
    return new DataSet(
        Networks.input(type, Networks.EXAMPLES, Networks.STEPS),
        Networks.labels(type, Networks.EXAMPLES, Networks.STEPS),
        mask,
        mask);
  }

  /** Measures on every iteration, with all examples and rows. */
  public static MonitorBuilder watchingAll(Spy spy, History history) {
    return AttentionMonitor.builder()
        .every(1)
        .examples(ALL)
        .rows(ALL)
        .topN(3)
        .metric(spy)
        .reportTo(history);
  }

  /** What metrics were shown. */
  public static final class Spy implements Metric {
    public final List<HeadProbe> heads = new ArrayList<>();

    @Override
    public Map<String, Double> measure(HeadProbe head) {
      heads.add(head);
      return Map.of();
    }
  }
}
