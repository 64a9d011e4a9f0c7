package org.attention4j.layers;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.EmbeddingLayerParamInitializer;

/**
 * The parameter of a {@link TokenEmbedding}: that of Deeplearning4j's embedding, without a bias.
 */
final class TokenEmbeddingParameters extends EmbeddingLayerParamInitializer {
  static final TokenEmbeddingParameters INSTANCE = new TokenEmbeddingParameters();

  private TokenEmbeddingParameters() {}

  @Override
  protected boolean hasBias(Layer layer) {
    return false;
  }
}
