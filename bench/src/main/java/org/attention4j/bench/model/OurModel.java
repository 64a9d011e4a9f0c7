package org.attention4j.bench.model;

import java.util.Arrays;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** The model of Deeplearning4j and this library: all that is specific to its layers is here. */
final class OurModel implements LanguageModel {
  private static final String TOKENS = "tokens";
  private static final String EMBEDDING = "embedding";
  private static final String POSITIONS = "positions";
  private static final String BLOCK = "block";
  private static final String NORM = "norm";
  private static final String NEXT = "next";

  private final ModelSize size;
  private final ComputationGraph network;
  private final DataSet data;

  OurModel(ModelSize size, ModelWeights weights, ModelData data) {
    this.size = size;
    this.data = dataSet(data);
    network = new ComputationGraph(configuration());
    network.init();
    set(weights);
  }

  private ComputationGraphConfiguration configuration() {
    ComputationGraphConfiguration.GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(LEARNING_RATE))
            .graphBuilder()
            .addInputs(TOKENS)
            .setInputTypes(InputType.recurrent(size.vocabulary(), size.context()))
            .addLayer(
                EMBEDDING,
                new TokenEmbedding.Builder().nIn(size.vocabulary()).nOut(size.width()).build(),
                TOKENS)
            .addLayer(
                POSITIONS,
                new LearnedPositionEmbedding.Builder().maxLength(size.context()).build(),
                EMBEDDING);
    String last = POSITIONS;
    for (int block = 0; block < size.blocks(); block++) {
      graph.addLayer(BLOCK + block, block(), last);
      last = BLOCK + block;
    }
    return graph
        .addLayer(NORM, new LayerNorm.Builder().build(), last)
        .addLayer(NEXT, new LanguageModelHead.Builder().nOut(size.vocabulary()).build(), NORM)
        .setOutputs(NEXT)
        .build();
  }

  private TransformerBlock block() {
    return new TransformerBlock.Builder()
        .nHeads(size.heads())
        .feedForwardSize(size.feedForward())
        .causal(true)
        .build();
  }

  private DataSet dataSet(ModelData data) {
    return new DataSet(ids(data.tokens()), ids(data.next()));
  }

  /** [b, T]. */
  private INDArray ids(long[] values) {
    return Nd4j.createFromArray(floats(values)).reshape(size.batch(), size.context());
  }

  private static float[] floats(long[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = values[i];
    }
    return floats;
  }

  private void set(ModelWeights weights) {
    set(EMBEDDING + "_W", weights, ModelWeights.EMBEDDING);
    setTransposed(POSITIONS + "_W", weights, ModelWeights.POSITIONS);
    for (int block = 0; block < size.blocks(); block++) {
      String layer = BLOCK + block;
      setNorm(layer + "_attentionNorm", weights, ModelWeights.attentionNorm(block));
      setProjections(layer, weights.values(ModelWeights.projections(block)));
      setTransposed(layer + "_Wo", weights, ModelWeights.merge(block));
      setNorm(layer + "_feedForwardNorm", weights, ModelWeights.feedForwardNorm(block));
      set(layer + "_W1", weights, ModelWeights.hidden(block));
      set(layer + "_b1", weights, ModelWeights.hidden(block) + ModelWeights.BIAS);
      set(layer + "_W2", weights, ModelWeights.down(block));
      set(layer + "_b2", weights, ModelWeights.down(block) + ModelWeights.BIAS);
    }
    set(NORM + "_gain", weights, ModelWeights.NORM + ModelWeights.GAIN);
    set(NORM + "_bias", weights, ModelWeights.NORM + ModelWeights.BIAS);
    setTransposed(NEXT + "_W", weights, ModelWeights.NEXT);
    set(NEXT + "_b", weights, ModelWeights.NEXT + ModelWeights.BIAS);
  }

  private void setNorm(String parameter, ModelWeights weights, String name) {
    set(parameter + "Gain", weights, name + ModelWeights.GAIN);
    set(parameter + "Bias", weights, name + ModelWeights.BIAS);
  }

  private void setProjections(String layer, float[] values) {
    int each = size.width() * size.width();
    int from = 0;
    for (String parameter : new String[] {"_Wq", "_Wk", "_Wv"}) {
      assign(network.getParam(layer + parameter), Arrays.copyOfRange(values, from, from + each));
      from += each;
    }
  }

  private void set(String parameter, ModelWeights weights, String name) {
    assign(network.getParam(parameter), weights.values(name));
  }

  private void setTransposed(String parameter, ModelWeights weights, String name) {
    assign(network.getParam(parameter).transpose(), weights.values(name));
  }

  /** Both in rows, whatever the order in memory. */
  private static void assign(INDArray view, float[] values) {
    view.assign(Nd4j.createFromArray(values).reshape('c', view.shape()));
  }

  @Override
  public void fit() {
    network.fit(data);
  }

  @Override
  public void output() {
    network.output(data.getFeatures());
  }

  @Override
  public float[] probabilities() {
    return network.outputSingle(data.getFeatures()).permute(0, 2, 1).dup('c').data().asFloat();
  }

  /** Deeplearning4j adds up the steps of a sequence. */
  @Override
  public double loss() {
    return network.score() / size.context();
  }
}
