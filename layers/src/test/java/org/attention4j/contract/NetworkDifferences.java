package org.attention4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * A network's gradients against central differences of its score in DOUBLE, along one random
 * direction for each parameter array, so that every entry takes part.
 */
final class NetworkDifferences {
  private static final double STEP = 1e-5;

  /** How many entries of each parameter Deeplearning4j's check moves. */
  private static final int ENTRIES = 7;

  private NetworkDifferences() {}

  /** Several lengths through one network, among them one step and one example. */
  static void check(Subject subject, boolean masked, double tolerance) {
    check(subject, masked, tolerance, new int[][] {{3, 5}, {1, 2}, {2, 1}});
  }

  /**
   * Chosen shapes.
   *
   * @param shapes pairs of the number of examples and the number of steps
   */
  static void check(Subject subject, boolean masked, double tolerance, int[][] shapes) {
    ComputationGraph graph = graph(subject);
    for (int[] shape : shapes) {
      SequenceBatch batch =
          SequenceBatch.random(subject, DataType.DOUBLE, shape[0], shape[1], masked);
      check(subject, graph, batch, tolerance);
    }
  }

  private static ComputationGraph graph(Subject subject) {
    return subject.graph(DataType.DOUBLE, new NoOp(), WorkspaceMode.ENABLED, true);
  }

  private static void check(
      Subject subject, ComputationGraph graph, SequenceBatch batch, double tolerance) {
    MultiDataSet data = batch.data(graph);
    Map<String, INDArray> gradients = gradients(graph, data);
    for (Map.Entry<String, INDArray> parameter : graph.paramTable().entrySet()) {
      String name = parameter.getKey();
      if (name.startsWith(Subject.OUTPUT + "_")) {
        continue; // not the subject's
      }
      INDArray values = parameter.getValue();
      INDArray start = values.dup();
      INDArray direction = Nd4j.randn(values.dataType(), values.shape());
      values.assign(start.add(direction.mul(STEP)));
      double above = score(graph, data);
      values.assign(start.sub(direction.mul(STEP)));
      double below = score(graph, data);
      values.assign(start);
      double expected = (above - below) / (2 * STEP);
      double actual =
          Objects.requireNonNull(gradients.get(name)).mul(direction).sumNumber().doubleValue();
      if (!(Math.abs(actual - expected) <= tolerance * Math.max(1e-2, Math.abs(expected)))) {
        fail(
            "%s: the gradient of %s (T = %d%s) along a random direction is %s, but central"
                + " differences give %s (%s times as much).",
            subject,
            name.startsWith(Subject.FRONT)
                ? "input " + name.charAt(Subject.FRONT.length())
                : "parameter '%s'".formatted(name.substring(name.indexOf('_') + 1)),
            batch.inputs()[0].size(2),
            batch.masks() == null ? "" : ", masked",
            actual,
            expected,
            actual / expected);
      }
    }
  }

  private static double score(ComputationGraph graph, MultiDataSet data) {
    Nd4j.getRandom().setSeed(7); // the same draws each time, for layers that drop out
    return graph.score(data, true);
  }

  private static Map<String, INDArray> gradients(ComputationGraph graph, MultiDataSet data) {
    Nd4j.getRandom().setSeed(7);
    graph.setLayerMaskArrays(data.getFeaturesMaskArrays(), data.getLabelsMaskArrays());
    graph.setInputs(data.getFeatures());
    graph.setLabels(data.getLabels());
    graph.computeGradientAndScore();
    // Divides by the number of examples and adds what regularization has to say, as the score does.
    new ComputationGraphUpdater(graph)
        .update(graph.gradient(), 0, 0, graph.batchSize(), LayerWorkspaceMgr.noWorkspaces());
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    graph
        .gradient()
        .gradientForVariable()
        .forEach((name, gradient) -> gradients.put(name, gradient.dup()));
    graph.clearLayerMaskArrays();
    return gradients;
  }

  /** Deeplearning4j's own check, some entries of each parameter. */
  static void gradientCheckUtil(Subject subject, Layer layer) {
    MultiLayerNetwork network = subject.network(layer, DataType.DOUBLE, new NoOp());
    MultiDataSet data = batchToCheck(subject).data(subject.graph(DataType.DOUBLE));
    check(
        subject,
        () ->
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .net(network)
                    .input(data.getFeatures(0))
                    .labels(data.getLabels(0))
                    .inputMask(data.getFeaturesMaskArray(0))
                    .labelMask(data.getLabelsMaskArray(0))
                    .subset(true)
                    .maxPerParam(ENTRIES)
                    .excludeParams(Set.of("1_W", "1_b"))
                    .callEachIter(ignored -> Nd4j.getRandom().setSeed(7))
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-7)));
  }

  /** The same for a vertex; of a graph the check takes every entry. */
  static void gradientCheckUtil(Subject subject) {
    ComputationGraph graph = subject.graph(DataType.DOUBLE);
    MultiDataSet data = batchToCheck(subject).data(graph);
    check(
        subject,
        () ->
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.GraphConfig()
                    .net(graph)
                    .inputs(data.getFeatures())
                    .labels(data.getLabels())
                    .inputMask(data.getFeaturesMaskArrays())
                    .labelMask(data.getLabelsMaskArrays())
                    .excludeParams(Set.of(Subject.OUTPUT + "_W", Subject.OUTPUT + "_b"))
                    .callEachIter(ignored -> Nd4j.getRandom().setSeed(7))
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-7)));
  }

  private static SequenceBatch batchToCheck(Subject subject) {
    return SequenceBatch.random(subject, DataType.DOUBLE, 2, 3, true);
  }

  private static void check(Subject subject, BooleanSupplier check) {
    assertThat(inDouble(check))
        .withFailMessage("%s fails GradientCheckUtil; its log names the parameters.", subject)
        .isTrue();
  }

  /** The check wants to be told DOUBLE by a global switch. */
  private static boolean inDouble(BooleanSupplier check) {
    DataType before = DataTypeUtil.getDtypeFromContext();
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
    try {
      return check.getAsBoolean();
    } finally {
      DataTypeUtil.setDTypeForContext(before);
    }
  }
}
