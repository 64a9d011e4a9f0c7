package org.attention4j.contract;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One forward and one backward pass of the subject alone, in training, for a chosen gradient at its
 * output.
 *
 * @param output [b, nOut, T]
 * @param inputGradients one for each input
 * @param gradients by parameter
 */
record SubjectPass(INDArray output, INDArray[] inputGradients, Map<String, INDArray> gradients) {
  private static final LayerWorkspaceMgr NO_WORKSPACES = LayerWorkspaceMgr.noWorkspaces();

  /** The output alone. */
  static INDArray output(ComputationGraph graph, SequenceBatch batch, boolean training) {
    return forward(graph, batch, training).dup();
  }

  /** Whether training draws random numbers, so that passes of other shapes cannot agree. */
  static boolean draws(ComputationGraph graph, SequenceBatch batch) {
    return !output(graph, batch, true).equals(output(graph, batch, false));
  }

  static SubjectPass of(ComputationGraph graph, SequenceBatch batch, INDArray epsilon) {
    graph.initGradientsView();
    INDArray output = forward(graph, batch, true).dup();
    GraphVertex subject = graph.getVertex(Subject.NAME);
    subject.setEpsilon(copy(epsilon));
    Pair<Gradient, INDArray[]> result = subject.doBackward(false, NO_WORKSPACES);
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    result
        .getFirst()
        .gradientForVariable()
        .forEach((name, gradient) -> gradients.put(name, gradient.dup()));
    INDArray[] inputGradients =
        Arrays.stream(result.getSecond()).map(INDArray::dup).toArray(INDArray[]::new);
    graph.clear();
    return new SubjectPass(output, inputGradients, gradients);
  }

  private static INDArray forward(ComputationGraph graph, SequenceBatch batch, boolean training) {
    Nd4j.getRandom().setSeed(5); // the same draws in every pass
    graph.clearLayerMaskArrays();
    if (batch.masks() != null) {
      graph.setLayerMaskArrays(batch.masks(), null);
    }
    GraphVertex subject = graph.getVertex(Subject.NAME);
    for (int i = 0; i < batch.inputs().length; i++) {
      subject.setInput(i, copy(batch.inputs()[i]), NO_WORKSPACES);
    }
    return subject.doForward(training, NO_WORKSPACES);
  }

  private static INDArray copy(INDArray array) {
    return array.dup(array.ordering());
  }
}
