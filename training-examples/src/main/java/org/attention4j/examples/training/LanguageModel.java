package org.attention4j.examples.training;

import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.Position;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.learning.config.Adam;

/**
 * A small transformer that guesses the next character: embedding, pre-norm causal blocks, softmax
 * over the {@link Alphabet}.
 */
public final class LanguageModel {
  /** Of the model with learned positions. */
  private static final double LEARNING_RATE = 3e-3;

  /** Of that for any length: after 500 steps 8e-3 was at 2.74 bits per character, 3e-3 at 3.02. */
  private static final double ANY_LENGTH_LEARNING_RATE = 7e-3;

  private static final String BLOCK = "block";

  private LanguageModel() {}

  /**
   * Builds a model for contexts of any length. The first block has linear biases (ALiBi) and reads
   * what is near; the others have no positions, so that their weights depend on contents alone and
   * all visible keys compete, at any distance. With the option {@code forgetting}, the scores of
   * all blocks decay by gates instead.
   *
   * <p>Weights depend on the seed alone, as {@link SharedWeights} says.
   *
   * @param attention what is in the attention layers
   * @param settings sizes, steps and seed
   * @return the model, ready to train
   */
  public static ComputationGraph ofAnyLength(NamedAttention attention, Settings settings) {
    return SharedWeights.model(attention, each -> initialised(each, settings, 1, false));
  }

  /**
   * Builds a model with learned positions whose scores are divided by a temperature before the
   * normalizer sees them. Weights are shared as in {@link #ofAnyLength}.
   *
   * @param attention what is in the attention layers
   * @param settings sizes, steps and seed
   * @param temperature T, positive
   * @return the model, ready to train
   */
  public static ComputationGraph create(
      NamedAttention attention, Settings settings, double temperature) {
    return SharedWeights.model(attention, each -> initialised(each, settings, temperature, true));
  }

  /**
   * The names of the layers with attention, from the input to the output.
   *
   * @return one name for each block
   */
  public static List<String> attentionLayers() {
    return IntStream.range(0, Settings.BLOCKS).mapToObj(LanguageModel::block).toList();
  }

  private static ComputationGraph initialised(
      NamedAttention attention, Settings settings, double temperature, boolean learnedPositions) {
    ComputationGraph model =
        new ComputationGraph(configuration(attention, settings, temperature, learnedPositions));
    model.init();
    return model;
  }

  private static ComputationGraphConfiguration configuration(
      NamedAttention attention, Settings settings, double temperature, boolean learnedPositions) {
    int width = settings.width();
    double rate = learnedPositions ? LEARNING_RATE : ANY_LENGTH_LEARNING_RATE;
    ComputationGraphConfiguration.GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(settings.seed())
            .updater(new Adam(new WarmUpAndDecay(rate, settings.steps())))
            .weightInit(WeightInit.XAVIER)
            .graphBuilder()
            .addInputs("characters")
            .setInputTypes(InputType.recurrent(1, settings.context()))
            .addLayer(
                "embedding",
                new TokenEmbedding.Builder().nIn(Alphabet.SIZE).nOut(width).build(),
                "characters");
    String last = "embedding";
    if (learnedPositions) {
      graph.addLayer(
          "positions",
          new LearnedPositionEmbedding.Builder().maxLength(settings.context()).build(),
          last);
      last = "positions";
    }
    for (int i = 0; i < Settings.BLOCKS; i++) {
      graph.addLayer(
          block(i),
          attention
              .options()
              .on(
                  new TransformerBlock.Builder(),
                  i == 0 && !learnedPositions ? Position.ALIBI : Position.NONE)
              .nHeads(settings.heads())
              .feedForwardSize(Settings.FEED_FORWARD_FACTOR * width)
              .normalizer(attention.map())
              .scale(1 / (temperature * Math.sqrt((double) width / settings.heads())))
              .build(),
          last);
      last = block(i);
    }
    return graph
        .addLayer("norm", new LayerNorm.Builder().build(), last)
        .addLayer("next", new LanguageModelHead.Builder().nOut(Alphabet.SIZE).build(), "norm")
        .setOutputs("next")
        .build();
  }

  private static String block(int index) {
    return BLOCK + "-" + index;
  }
}
