package org.attention4j.dl4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of an {@link ExactSameDiffLayer} in the flat vector: weights, then biases, each in
 * C order.
 */
final class ExactParameters implements ParamInitializer {
  static final ExactParameters INSTANCE = new ExactParameters();

  private ExactParameters() {}

  private static SDLayerParams of(Layer layer) {
    return ((ExactSameDiffLayer) layer).getLayerParams();
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return of(layer).getParamShapes().values().stream().mapToLong(ExactParameters::length).sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return of(layer).getParameterKeys();
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return of(layer).getWeightParameterKeys();
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return of(layer).getBiasParameterKeys();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return of(layer).isWeightParam(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return of(layer).isBiasParam(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, @Nullable INDArray paramsView, boolean initializeParams) {
    ExactSameDiffLayer layer = (ExactSameDiffLayer) conf.getLayer();
    Map<String, INDArray> views = views(layer, paramsView);
    if (initializeParams) {
      layer.initializeParameters(views);
    }
    views.keySet().forEach(conf::addVariable);
    return views;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return views((ExactSameDiffLayer) conf.getLayer(), gradientView);
  }

  private static Map<String, INDArray> views(ExactSameDiffLayer layer, @Nullable INDArray vector) {
    if (vector == null) {
      return new LinkedHashMap<>(); // a layer without parameters has no part of the vector
    }
    INDArray flat = vector.reshape(vector.length());
    Map<String, INDArray> views = new LinkedHashMap<>();
    long from = 0;
    SDLayerParams params = layer.getLayerParams();
    for (Map.Entry<String, long[]> parameter : params.getParamShapes().entrySet()) {
      long length = length(parameter.getValue());
      if (length <= 0) {
        throw new IllegalStateException(
            "%s: parameter %s has no elements; is nIn or nOut not set?"
                .formatted(layer.getClass().getSimpleName(), parameter.getKey()));
      }
      INDArray part = flat.get(NDArrayIndex.interval(from, from + length));
      views.put(parameter.getKey(), part.reshape('c', parameter.getValue()));
      from += length;
    }
    return views;
  }

  private static long length(long[] shape) {
    return LongStream.of(shape).reduce(1, (a, b) -> a * b);
  }
}
