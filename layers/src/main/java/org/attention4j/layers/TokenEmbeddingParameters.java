package org.attention4j.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.layers.runtime.TokenEmbedding;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.EmbeddingLayerParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of a {@link org.attention4j.layers.TokenEmbedding}: that of Deeplearning4j's
 * embedding, without a bias, and then those of the types of tokens, laid out in the same way.
 */
final class TokenEmbeddingParameters extends EmbeddingLayerParamInitializer {
  static final TokenEmbeddingParameters INSTANCE = new TokenEmbeddingParameters();

  private static final String TYPES = TokenEmbedding.TYPES;

  /** A feature of all types lies together, as {@link TokenEmbedding} reads it. */
  private static final char ORDER = 'f';

  private TokenEmbeddingParameters() {}

  @Override
  protected boolean hasBias(Layer layer) {
    return false;
  }

  private static org.attention4j.layers.TokenEmbedding embedding(Layer layer) {
    return (org.attention4j.layers.TokenEmbedding) layer;
  }

  private static boolean hasTypes(Layer layer) {
    return embedding(layer).tokenTypes() > 0;
  }

  private static long tokenNumbers(Layer layer) {
    return embedding(layer).getNIn() * embedding(layer).getNOut();
  }

  @Override
  public long numParams(Layer layer) {
    return tokenNumbers(layer) + embedding(layer).tokenTypes() * embedding(layer).getNOut();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return weightKeys(layer);
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    List<String> keys = new ArrayList<>(super.weightKeys(layer));
    if (hasTypes(layer)) {
      keys.add(TYPES);
    }
    return keys;
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    Layer layer = conf.getLayer();
    if (!hasTypes(layer)) {
      return super.init(conf, paramsView, initializeParams);
    }
    Map<String, INDArray> params =
        new LinkedHashMap<>(super.init(conf, paramsView, initializeParams));
    org.attention4j.layers.TokenEmbedding embedding = embedding(layer);
    INDArray types = types(layer, paramsView);
    if (initializeParams) {
      Objects.requireNonNull(embedding.getWeightInitFn(), "set by the network")
          .init(
              embedding.tokenTypes(),
              (double) embedding.getNOut(),
              new long[] {embedding.tokenTypes(), embedding.getNOut()},
              ORDER,
              types.reshape(ORDER, new long[] {types.length()}));
    }
    params.put(TYPES, types);
    conf.addVariable(TYPES);
    return params;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    Layer layer = conf.getLayer();
    if (!hasTypes(layer)) {
      return super.getGradientsFromFlattened(conf, gradientView);
    }
    Map<String, INDArray> views =
        new LinkedHashMap<>(super.getGradientsFromFlattened(conf, gradientView));
    views.put(TYPES, types(layer, gradientView));
    return views;
  }

  private static INDArray types(Layer layer, INDArray flat) {
    return flat.reshape(flat.length())
        .get(NDArrayIndex.interval(tokenNumbers(layer), flat.length()))
        .reshape(ORDER, new long[] {embedding(layer).tokenTypes(), embedding(layer).getNOut()});
  }
}
