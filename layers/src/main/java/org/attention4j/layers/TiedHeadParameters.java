package org.attention4j.layers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The own parameter of a {@link LanguageModelHead} that shares the weights of an embedding: its
 * bias, or a single number that stays zero. The layer finds its network by the memory of its
 * parameters, so that it needs one.
 */
final class TiedHeadParameters implements ParamInitializer {
  static final TiedHeadParameters INSTANCE = new TiedHeadParameters();

  private static final String BIAS = DefaultParamInitializer.BIAS_KEY;

  private TiedHeadParameters() {}

  private static LanguageModelHead head(Layer layer) {
    return (LanguageModelHead) layer;
  }

  private static String key(Layer layer) {
    return head(layer).hasBias() ? BIAS : org.attention4j.layers.runtime.LanguageModelHead.TIE;
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return head(layer).hasBias() ? head(layer).getNOut() : 1;
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return List.of(key(layer));
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return List.of();
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return head(layer).hasBias() ? List.of(BIAS) : List.of();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return false;
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return BIAS.equals(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    Map<String, INDArray> params = getGradientsFromFlattened(conf, paramsView);
    LanguageModelHead head = head(conf.getLayer());
    if (initializeParams) {
      paramsView.assign(head.hasBias() ? head.getBiasInit() : 0);
    }
    params.keySet().forEach(conf::addVariable);
    return params;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    Map<String, INDArray> views = new LinkedHashMap<>();
    views.put(key(conf.getLayer()), gradientView.reshape(gradientView.length()));
    return views;
  }
}
