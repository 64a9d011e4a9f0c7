package org.attention4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Clips the gradient of a whole network by its norm, before the updater sees it.
 *
 * <pre>
 *   norm = sqrt(Σ g²) over all parameters,  g = g min(1, maxNorm / norm)
 * </pre>
 *
 * <p>Deeplearning4j's own {@code GradientNormalization} knows single layers and parameters only.
 * This is a listener: {@code network.addListeners(new GlobalNormClipping(1))}. ParallelWrapper asks
 * the listeners given to itself, {@code wrapper.setListeners(..)}; each worker then clips its own
 * gradient.
 *
 * <p>g is the gradient of the score without L1 and L2, which the updater adds afterwards, and
 * without weight decay: the sum over the batch divided by the number of examples, as the updater
 * takes it. What batch normalization calls the gradient of its means and variances is none, and
 * neither counts nor is clipped. A norm that is no finite number clips nothing: the network and its
 * listeners are to see what happened.
 *
 * @see <a href="https://arxiv.org/abs/1211.5063">Pascanu, Mikolov and Bengio 2013</a>
 */
public final class GlobalNormClipping extends BaseTrainingListener {
  /** Above this the square of a FLOAT is infinite. */
  private static final double LARGE = 1e15;

  private final double maxNorm;
  private volatile double lastNorm = Double.NaN;

  /**
   * Clips to a norm.
   *
   * @param maxNorm the largest norm, positive
   * @throws IllegalArgumentException if it is not positive
   */
  public GlobalNormClipping(double maxNorm) {
    if (!(maxNorm > 0)) {
      throw new IllegalArgumentException(
          "GlobalNormClipping: maxNorm is %s but must be positive.".formatted(maxNorm));
    }
    this.maxNorm = maxNorm;
  }

  /**
   * The norm of the last gradient before it was clipped; of any worker's under ParallelWrapper.
   *
   * @return the norm, NaN before the first iteration
   */
  public double lastNorm() {
    return lastNorm;
  }

  @Override
  public void onGradientCalculation(Model model) {
    List<INDArray> gradients = gradients(model);
    double squares = 0;
    for (INDArray gradient : gradients) {
      double norm = norm(gradient);
      squares += norm * norm;
    }
    double norm = Math.sqrt(squares);
    if (model.conf().isMiniBatch()) {
      norm /= model.batchSize(); // the updater will divide
    }
    lastNorm = norm;
    if (norm > maxNorm && Double.isFinite(norm)) {
      for (INDArray gradient : gradients) {
        gradient.muli(maxNorm / norm);
      }
    }
  }

  private static double norm(INDArray gradient) {
    double largest = gradient.amaxNumber().doubleValue();
    if (largest > LARGE && Double.isFinite(largest)) {
      return largest * gradient.div(largest).norm2Number().doubleValue();
    }
    return gradient.norm2Number().doubleValue();
  }

  /** The parts of the network's gradient vector that are gradients. */
  private static List<INDArray> gradients(Model model) {
    List<INDArray> gradients = new ArrayList<>();
    if (model instanceof MultiLayerNetwork network) {
      int index = 0;
      for (Layer layer : network.getLayers()) {
        add(layer, index++ + "_", network.gradient().gradientForVariable(), gradients);
      }
    } else if (model instanceof ComputationGraph graph) {
      for (GraphVertex vertex : graph.getVertices()) {
        String prefix = vertex.getVertexName() + "_";
        add(vertex, prefix, graph.gradient().gradientForVariable(), gradients);
      }
    } else {
      throw new IllegalArgumentException(
          "GlobalNormClipping: the model is a %s but must be a MultiLayerNetwork or a ComputationGraph."
              .formatted(model.getClass().getSimpleName()));
    }
    return gradients;
  }

  private static void add(
      Trainable trainable, String prefix, Map<String, INDArray> all, List<INDArray> gradients) {
    Map<String, INDArray> parameters = trainable.paramTable(false);
    if (parameters == null) {
      return;
    }
    for (String parameter : parameters.keySet()) {
      INDArray gradient = all.get(prefix + parameter); // none in a frozen layer
      if (gradient != null && trainable.updaterDivideByMinibatch(parameter)) {
        gradients.add(gradient);
      }
    }
  }
}
