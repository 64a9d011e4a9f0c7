package org.attention4j.examples.training;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.TransformerBlocks;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * A small transformer that guesses the next character: embedding, learned positions, pre-norm
 * causal blocks, softmax over the {@link Alphabet}.
 */
public final class LanguageModel {
  private static final double LEARNING_RATE = 3e-3;
  private static final String BLOCK = "block";

  private LanguageModel() {}

  /**
   * Builds a model whose weights depend on the seed alone, not on the normalizer. Parameters that
   * only some normalizers have start as those say.
   *
   * @param normalizer what turns attention scores into weights
   * @param settings sizes, steps and seed
   * @return the model, ready to train
   */
  public static ComputationGraph create(Normalizer normalizer, Settings settings) {
    return create(normalizer, settings, 1);
  }

  /**
   * Builds a model whose scores are divided by a temperature before the normalizer sees them.
   *
   * @param normalizer what turns attention scores into weights
   * @param settings sizes, steps and seed
   * @param temperature T, positive
   * @return the model, ready to train
   */
  public static ComputationGraph create(
      Normalizer normalizer, Settings settings, double temperature) {
    ComputationGraph model = initialised(normalizer, settings, temperature);
    Map<String, INDArray> shared =
        initialised(Normalizers.softmax(), settings, temperature).paramTable();
    Map<String, INDArray> own = model.paramTable();
    own.forEach((name, values) -> values.assign(shared.getOrDefault(name, values)));
    return model;
  }

  /**
   * The names of the attention layers, from the input to the output.
   *
   * @return one name for each block
   */
  public static List<String> attentionLayers() {
    return IntStream.range(0, Settings.BLOCKS)
        .mapToObj(i -> BLOCK + "-" + i + "-attention")
        .toList();
  }

  private static ComputationGraph initialised(
      Normalizer normalizer, Settings settings, double temperature) {
    ComputationGraph model = new ComputationGraph(configuration(normalizer, settings, temperature));
    model.init();
    return model;
  }

  private static ComputationGraphConfiguration configuration(
      Normalizer normalizer, Settings settings, double temperature) {
    int width = settings.width();
    ComputationGraphConfiguration.GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(settings.seed())
            .updater(new Adam(new WarmUpAndDecay(LEARNING_RATE, settings.steps())))
            .weightInit(WeightInit.XAVIER)
            .graphBuilder()
            .addInputs("characters")
            // The embedding layer takes the declared size for the number of symbols.
            .setInputTypes(InputType.recurrent(Alphabet.SIZE, settings.context()))
            .addLayer("embedding", embedding(settings), "characters")
            .addLayer(
                "positions",
                new LearnedPositionEmbedding.Builder().maxLength(settings.context()).build(),
                "embedding");
    String blocks =
        TransformerBlocks.builder()
            .size(width)
            .heads(settings.heads())
            .feedForwardSize(Settings.FEED_FORWARD_FACTOR * width)
            .normalizer(normalizer)
            .causal(true)
            .dropout(0.0)
            .scale(1 / (temperature * Math.sqrt((double) width / settings.heads())))
            .build()
            .addTo(graph, BLOCK, "positions", Settings.BLOCKS);
    return graph.addLayer("next", output(width), blocks).setOutputs("next").build();
  }

  private static EmbeddingSequenceLayer embedding(Settings settings) {
    return new EmbeddingSequenceLayer.Builder()
        .nIn(Alphabet.SIZE)
        .nOut(settings.width())
        .inputLength(settings.context())
        .build();
  }

  private static RnnOutputLayer output(int width) {
    return new RnnOutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nIn(width)
        .nOut(Alphabet.SIZE)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
