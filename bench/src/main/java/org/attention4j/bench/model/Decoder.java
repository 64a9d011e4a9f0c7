package org.attention4j.bench.model;

import java.util.Random;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.Position;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A language model with random weights and rotary positions that makes one token at a time. */
public final class Decoder {
  private static final int HEAD_SIZE = 64;
  private static final long SEED = 17;

  private final MultiLayerNetwork network;
  private final String description;
  private final int vocabulary;

  private Decoder(int vocabulary, int width, int blocks) {
    this.vocabulary = vocabulary;
    description =
        "MODEL vocabulary=%d width=%d blocks=%d heads=%d"
            .formatted(vocabulary, width, blocks, width / HEAD_SIZE);
    ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .list()
            .layer(new TokenEmbedding.Builder().name("tokens").nIn(vocabulary).nOut(width).build());
    for (int i = 0; i < blocks; i++) {
      list.layer(
          new TransformerBlock.Builder()
              .nHeads(width / HEAD_SIZE)
              .causal(true)
              .position(Position.ROTARY)
              .build());
    }
    network =
        new MultiLayerNetwork(
            list.layer(new LayerNorm.Builder().build())
                .layer(
                    new LanguageModelHead.Builder()
                        .nOut(vocabulary)
                        .tiedTo("tokens")
                        .hasBias(false)
                        .build())
                .setInputType(InputType.recurrent(1))
                .build());
    network.init();
  }

  /**
   * A model for a first impression.
   *
   * @return 2 blocks of 128 features
   */
  public static Decoder small() {
    return new Decoder(97, 128, 2);
  }

  /**
   * A model whose weights do not fit into caches.
   *
   * @return 6 blocks of 512 features
   */
  public static Decoder usual() {
    return new Decoder(8192, 512, 6);
  }

  /**
   * The sizes.
   *
   * @return one line
   */
  public String description() {
    return description;
  }

  /**
   * Reads a context: what follows is a step after it.
   *
   * @param tokens how many, at least 1
   */
  public void read(int tokens) {
    network.rnnClearPreviousState();
    INDArray ids = ids(tokens);
    network.setLayerMaskArrays(null, last(tokens));
    network.rnnTimeStep(ids);
  }

  /**
   * Makes one token more from kept keys and values.
   *
   * @return the probabilities after it, [1, vocabulary, 1]
   */
  public INDArray step() {
    return network.rnnTimeStep(Nd4j.createFromArray(1).reshape(1, 1, 1));
  }

  /**
   * Makes one token more from a whole context.
   *
   * @param tokens how many it has
   * @return the probabilities, of which only the last ones are computed, [1, vocabulary, tokens]
   */
  public INDArray wholePass(int tokens) {
    INDArray ids = ids(tokens);
    ids.putScalar(0, 0, tokens - 1, 1);
    INDArray output = network.output(ids, false, null, last(tokens));
    network.clearLayerMaskArrays();
    return output;
  }

  /**
   * How far the two ways are apart.
   *
   * @param tokens how many tokens the context has
   * @return the largest difference of a probability by the largest probability
   */
  public double difference(int tokens) {
    read(tokens);
    INDArray kept = step();
    INDArray whole =
        wholePass(tokens + 1)
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(tokens));
    INDArray difference = kept.reshape(1, vocabulary).sub(whole);
    return difference.amaxNumber().doubleValue() / whole.amaxNumber().doubleValue();
  }

  /** The same beginning for every number. */
  private INDArray ids(int tokens) {
    int[] ids = new Random(SEED).ints(tokens, 0, vocabulary).toArray();
    return Nd4j.createFromArray(ids).reshape(1, 1, tokens);
  }

  private static INDArray last(int tokens) {
    INDArray mask = Nd4j.zeros(1, tokens);
    mask.putScalar(0, tokens - 1, 1);
    return mask;
  }
}
