package org.attention4j.examples.retrieval;

import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.training.SharedWeights;
import org.attention4j.layers.AttentionVertex;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * The smallest model that can find an item: one query attends to the items, with projections for
 * queries, keys, values and the output, and a softmax over the answers reads what it found. It
 * knows no positions, so that any length can be asked.
 *
 * <p>Features: the query [b, features, 1] and the items [b, features, L]; label: the answer,
 * one-hot [b, answers, 1].
 *
 * @param features how many numbers describe an item or the query
 * @param answers how many answers there are
 * @param heads how many heads attend to the items
 * @param headSize the size of a head's queries, keys and values
 */
public record RetrievalModel(int features, int answers, int heads, int headSize) {
  /** The name of the attention. */
  public static final String ATTENTION = "attention";

  private static final String QUERY = "query";
  private static final String ITEMS = "items";
  private static final String ANSWER = "answer";

  /**
   * Builds a model whose first weights depend on the seed alone, not on attention and temperature.
   *
   * @param attention what is in the attention layer
   * @param temperature by what the scores are divided before the normalizer sees them, positive
   * @param length L of training
   * @param updater what makes steps of gradients
   * @param seed fixes the first weights
   * @return the model, ready to train
   */
  public ComputationGraph create(
      NamedAttention attention, double temperature, int length, IUpdater updater, long seed) {
    return SharedWeights.model(
        attention, each -> initialised(each, temperature, length, updater, seed));
  }

  private ComputationGraph initialised(
      NamedAttention attention, double temperature, int length, IUpdater updater, long seed) {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater)
            .weightInit(WeightInit.XAVIER)
            .graphBuilder()
            .addInputs(QUERY, ITEMS)
            .setInputTypes(InputType.recurrent(features, 1), InputType.recurrent(features, length))
            .addVertex(ATTENTION, vertex(attention, temperature), QUERY, ITEMS)
            .addLayer(ANSWER, answer(), ATTENTION)
            .setOutputs(ANSWER)
            .build();
    ComputationGraph model = new ComputationGraph(configuration);
    model.init();
    return model;
  }

  private AttentionVertex vertex(NamedAttention attention, double temperature) {
    AttentionVertex.Builder builder = attention.options().on(new AttentionVertex.Builder());
    return builder
        .nInQueries(features)
        .nInKeys(features)
        .nInValues(features)
        .nOut((long) heads * headSize)
        .nHeads(heads)
        .headSize(headSize)
        .projectInput(true)
        .weightInit(WeightInit.XAVIER)
        .normalizer(attention.map())
        .scale(1 / (temperature * Math.sqrt(headSize)))
        .build();
  }

  private RnnOutputLayer answer() {
    return new RnnOutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nIn(heads * headSize)
        .nOut(answers)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
