package org.attention4j.bench.compare;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What one writes without this library: product, softmax, product, and SameDiff's own gradients.
 */
public final class ComposedSameDiff implements Peer {
  private static final String Q = "q";
  private static final String K = "k";
  private static final String V = "v";
  private static final String GRADIENT = "gradient";
  private static final String OUTPUT = "output";
  private static final int KEYS = 2;

  private final Pass pass;
  private final SameDiff graph;
  private final Map<String, INDArray> inputs;

  /**
   * Builds the graph.
   *
   * @param data the arrays
   * @param pass what to compute
   */
  public ComposedSameDiff(CoreData data, Pass pass) {
    this.pass = pass;
    inputs =
        Map.of(
            Q,
            array(data, data.q()),
            K,
            array(data, data.k()),
            V,
            array(data, data.v()),
            GRADIENT,
            array(data, data.outputGradient()));
    graph = graph(data);
  }

  private static INDArray array(CoreData data, float[] values) {
    CoreCell cell = data.cell();
    return Nd4j.createFromArray(values).reshape(cell.heads(), cell.headSize(), cell.length());
  }

  private static SameDiff graph(CoreData data) {
    CoreCell cell = data.cell();
    SameDiff graph = SameDiff.create();
    SDVariable q = input(graph, Q, cell);
    SDVariable k = input(graph, K, cell);
    SDVariable v = input(graph, V, cell);
    SDVariable gradient = input(graph, GRADIENT, cell);
    SDVariable scores = graph.mmul(q, k, true, false, false).mul(data.scale());
    SDVariable weights = graph.nn.softmax(scores, KEYS);
    SDVariable output = graph.mmul(OUTPUT, v, weights, false, true, false);
    graph.setLossVariables(output.mul(gradient).sum());
    graph.createGradFunction(Q, K, V);
    return graph;
  }

  private static SDVariable input(SameDiff graph, String name, CoreCell cell) {
    return graph.placeHolder(name, DataType.FLOAT, cell.heads(), cell.headSize(), cell.length());
  }

  @Override
  public void run() {
    if (pass.backward()) {
      graph.calculateGradientsAndOutputs(inputs, List.of(OUTPUT), List.of(Q, K, V));
    } else {
      graph.output(inputs, OUTPUT);
    }
  }

  @Override
  public Map<String, float[]> results() {
    if (!pass.backward()) {
      return CoreResults.forward(values(graph.output(inputs, OUTPUT), OUTPUT));
    }
    OutAndGrad both = graph.calculateGradientsAndOutputs(inputs, List.of(OUTPUT), List.of(Q, K, V));
    Map<String, INDArray> gradients = both.getGradients();
    return CoreResults.backward(
        values(both.getOutputs(), OUTPUT),
        values(gradients, Q),
        values(gradients, K),
        values(gradients, V));
  }

  private static float[] values(Map<String, INDArray> arrays, String name) {
    return Objects.requireNonNull(arrays.get(name), name).dup('c').data().asFloat();
  }
}
