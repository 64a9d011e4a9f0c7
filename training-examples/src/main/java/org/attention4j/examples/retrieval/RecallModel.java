package org.attention4j.examples.retrieval;

import java.util.Map;
import org.attention4j.examples.training.WarmUpAndDecay;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * The smallest model that can answer: one query attends to the items, and a softmax over the
 * answers reads what it found. It knows no positions, so that any length can be asked.
 */
public final class RecallModel {
  /** The name of the attention. */
  public static final String ATTENTION = "attention";

  /** How many heads attend to the items. */
  public static final int HEADS = 2;

  /** The size of a head's queries, keys and values. */
  public static final int HEAD_SIZE = 32;

  private static final double LEARNING_RATE = 1e-2;
  private static final String QUERY = "query";
  private static final String ITEMS = "items";

  private RecallModel() {}

  /**
   * Builds a model whose weights depend on the seed alone, not on the normalizer.
   *
   * @param normalizer what turns scores into weights
   * @param task what is asked
   * @param length L of training
   * @param steps how many batches it will learn from
   * @param seed fixes the first weights
   * @return the model, ready to train
   */
  public static ComputationGraph create(
      Normalizer normalizer, RecallTask task, int length, int steps, long seed) {
    ComputationGraph model = initialised(normalizer, task, length, steps, seed);
    Map<String, INDArray> shared =
        initialised(Normalizers.softmax(), task, length, steps, seed).paramTable();
    Map<String, INDArray> own = model.paramTable();
    own.forEach((name, values) -> values.assign(shared.getOrDefault(name, values)));
    return model;
  }

  private static ComputationGraph initialised(
      Normalizer normalizer, RecallTask task, int length, int steps, long seed) {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Adam(new WarmUpAndDecay(LEARNING_RATE, steps)))
            .weightInit(WeightInit.XAVIER)
            .graphBuilder()
            .addInputs(QUERY, ITEMS)
            .setInputTypes(
                InputType.recurrent(task.features(), 1),
                InputType.recurrent(task.features(), length))
            .addVertex(ATTENTION, attention(normalizer, task), QUERY, ITEMS)
            .addLayer("answer", answer(), ATTENTION)
            .setOutputs("answer")
            .build();
    ComputationGraph model = new ComputationGraph(configuration);
    model.init();
    return model;
  }

  private static AttentionVertex attention(Normalizer normalizer, RecallTask task) {
    return new AttentionVertex.Builder()
        .nInQueries(task.features())
        .nInKeys(task.features())
        .nInValues(task.features())
        .nOut(HEADS * HEAD_SIZE)
        .nHeads(HEADS)
        .headSize(HEAD_SIZE)
        .projectInput(true)
        .weightInit(WeightInit.XAVIER)
        .normalizer(normalizer)
        .build();
  }

  private static RnnOutputLayer answer() {
    return new RnnOutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nIn(HEADS * HEAD_SIZE)
        .nOut(RecallTask.ANSWERS)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
