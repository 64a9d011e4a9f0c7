package org.attention4j.pretrained;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.layers.FirstStep;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.Norm;
import org.attention4j.layers.Position;
import org.attention4j.layers.RmsNorm;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/** The layers of a loaded network and their names. */
final class NetworkLayers {
  static final String TOKENS = "tokens";
  static final String POSITIONS = "positions";
  static final String EMBEDDING_NORM = "embedding-norm";
  static final String NORM = "norm";
  static final String HEAD = "head";
  static final String POOLER = "pooler";

  private static final String FIRST = "first-step";

  private static final String BLOCK = "block-";

  private NetworkLayers() {}

  /** The name of a block, from 0. */
  static String block(int index) {
    return BLOCK + index;
  }

  /** Says where the parameters of the language-model head come from. */
  static void planHead(Architecture a, WeightPlan plan) throws ModelFileException {
    String weights = "lm_head.weight";
    if (a.tied) {
      plan.fill(HEAD, "tie", 0);
      plan.ignore(weights);
    } else {
      plan.transposed(HEAD, "W", weights, a.vocabulary, a.size);
    }
  }

  /** Says where the learnable parameters of the normalizer start. */
  static void planNormalizer(Architecture a, Normalizer normalizer, WeightPlan plan) {
    for (int i = 0; i < a.blocks; i++) {
      for (NormalizerParameter parameter : normalizer.parameters(a.heads)) {
        plan.fill(block(i), parameter.name(), parameter.initialValue());
      }
    }
  }

  static List<Layer> layers(Architecture a, Normalizer normalizer) {
    List<Layer> layers = new ArrayList<>();
    layers.add(
        new TokenEmbedding.Builder()
            .name(TOKENS)
            .nIn(a.vocabulary)
            .nOut(a.size)
            .tokenTypes(a.tokenTypes)
            .build());
    if (a.learnedPositions) {
      layers.add(
          new LearnedPositionEmbedding.Builder()
              .name(POSITIONS)
              .nIn(a.size)
              .maxLength(a.maxLength)
              .build());
    }
    if (a.embeddingNorm) {
      layers.add(norm(a, EMBEDDING_NORM));
    }
    for (int i = 0; i < a.blocks; i++) {
      layers.add(block(a, normalizer, i));
    }
    if (!a.postNorm) {
      layers.add(norm(a, NORM));
    }
    if (a.languageModel) {
      LanguageModelHead.Builder head =
          new LanguageModelHead.Builder().name(HEAD).nIn(a.size).nOut(a.vocabulary).hasBias(false);
      layers.add(a.tied ? head.tiedTo(TOKENS).build() : head.build());
    }
    if (a.pooler) {
      layers.add(new FirstStep.Builder().name(FIRST).nIn(a.size).build());
      layers.add(
          new DenseLayer.Builder()
              .name(POOLER)
              .nIn(a.size)
              .nOut(a.size)
              .activation(Activation.TANH)
              .build());
    }
    return layers;
  }

  private static Layer norm(Architecture a, String name) {
    return a.norm == Norm.LAYER
        ? new LayerNorm.Builder().name(name).nIn(a.size).epsilon(a.epsilon).build()
        : new RmsNorm.Builder().name(name).nIn(a.size).epsilon(a.epsilon).build();
  }

  private static Layer block(Architecture a, Normalizer normalizer, int index) {
    TransformerBlock.Builder block =
        new TransformerBlock.Builder()
            .name(block(index))
            .nIn(a.size)
            .nHeads(a.heads)
            .headSize(a.headSize)
            .normalizer(normalizer)
            .causal(a.causal)
            .hasBias(a.attentionBias)
            .nKeyValueHeads(a.keyValueHeads)
            .qkNorm(a.qkNorm)
            .attentionDropout(a.attentionDropout)
            .residualDropout(a.residualDropout)
            .norm(a.norm)
            .normEpsilon(a.epsilon)
            .postNorm(a.postNorm)
            .feedForwardSize(a.feedForwardSize)
            .activation(a.activation.activation())
            .gelu(a.activation.gelu())
            .gated(a.gated)
            .feedForwardBias(a.feedForwardBias);
    if (!a.scaled || a.scaledByBlock) {
      block.scale(a.scale(index));
    }
    if (!a.learnedPositions) {
      block.position(Position.ROTARY).rotaryBase(a.rotaryBase);
    }
    int window = a.slidingWindow.applyAsInt(index);
    if (window > 0) {
      block.slidingWindow(window);
    }
    if (index == 0 && a.embeddingDropout > 0) {
      block.dropOut(1 - a.embeddingDropout); // the share that is kept
    }
    return block.build();
  }

  /** A network whose parameters have yet to be filled. */
  static MultiLayerNetwork network(Architecture a, List<Layer> layers, IUpdater updater) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder().dataType(DataType.FLOAT).updater(updater).list();
    layers.forEach(list::layer);
    MultiLayerConfiguration configuration =
        list.setInputType(InputType.recurrent(a.tokenTypes > 0 ? 2 : 1)).build();
    long count = 0;
    for (NeuralNetConfiguration layer : configuration.getConfs()) {
      layer.getLayer().setDataType(DataType.FLOAT);
      count += layer.getLayer().initializer().numParams(layer);
    }
    INDArray parameters = Nd4j.createUninitialized(DataType.FLOAT, 1, count);
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init(parameters, false);
    return network;
  }
}
