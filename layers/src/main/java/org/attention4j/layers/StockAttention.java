package org.attention4j.layers;

import org.attention4j.normalizer.Normalizer;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;

/**
 * The stock attention layers and vertices, and the counterpart of each in this library: the same
 * configuration with a normalizer added.
 */
final class StockAttention {
  private StockAttention() {}

  /** The stock attention layer that a layer is or is wrapped around, if any. */
  static @Nullable Layer within(@Nullable Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return within(frozen.getLayer());
    }
    if (layer instanceof BaseWrapperLayer wrapper) {
      return within(wrapper.getUnderlying());
    }
    if (layer instanceof Bidirectional both) {
      return within(both.getFwd());
    }
    boolean stock =
        layer instanceof org.deeplearning4j.nn.conf.layers.SelfAttentionLayer
            || layer instanceof org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer
            || layer instanceof org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
    return stock ? layer : null;
  }

  /** Whether a vertex is a stock attention vertex, frozen or not. */
  static boolean isVertex(GraphVertex vertex) {
    return vertex instanceof FrozenVertex frozen
        ? isVertex(frozen.getUnderlying())
        : vertex instanceof org.deeplearning4j.nn.conf.graph.AttentionVertex;
  }

  /**
   * Makes the counterpart of a layer for which {@link #within} finds something.
   *
   * @throws IllegalArgumentException if there is none; the message says why
   */
  static Layer replace(Layer layer, Normalizer normalizer) {
    if (layer instanceof FrozenLayer frozen) {
      FrozenLayer replacement = new FrozenLayer(replace(frozen.getLayer(), normalizer));
      replacement.setLayerName(frozen.getLayerName());
      return replacement;
    }
    if (layer instanceof FrozenLayerWithBackprop frozen) {
      FrozenLayerWithBackprop replacement =
          new FrozenLayerWithBackprop(replace(frozen.getUnderlying(), normalizer));
      replacement.setLayerName(frozen.getLayerName());
      return replacement;
    }
    Class<?> type = layer.getClass();
    if (type == org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.class) {
      return selfAttention(
          (org.deeplearning4j.nn.conf.layers.SelfAttentionLayer) layer, normalizer);
    }
    if (type == org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer.class) {
      return learned(
          (org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer) layer, normalizer);
    }
    if (type == org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.class) {
      return recurrent(
          (org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer) layer, normalizer);
    }
    throw new IllegalArgumentException(
        layer instanceof BaseWrapperLayer || layer instanceof Bidirectional
            ? "It stands inside a %s, and of wrapped layers only frozen ones are replaced."
                .formatted(type.getSimpleName())
            : subclass(type));
  }

  /**
   * Makes the counterpart of a vertex for which {@link #isVertex} holds.
   *
   * @throws IllegalArgumentException if there is none; the message says why
   */
  static GraphVertex replace(GraphVertex vertex, Normalizer normalizer) {
    if (vertex instanceof FrozenVertex frozen) {
      return new FrozenVertex(replace(frozen.getUnderlying(), normalizer));
    }
    if (vertex.getClass() != org.deeplearning4j.nn.conf.graph.AttentionVertex.class) {
      throw new IllegalArgumentException(subclass(vertex.getClass()));
    }
    return vertex((org.deeplearning4j.nn.conf.graph.AttentionVertex) vertex, normalizer);
  }

  private static String subclass(Class<?> type) {
    return "It is a %s, a subclass of the stock %s whose own code would be lost."
        .formatted(type.getName(), type.getSuperclass().getSimpleName());
  }

  private static Layer selfAttention(
      org.deeplearning4j.nn.conf.layers.SelfAttentionLayer stock, Normalizer normalizer) {
    SelfAttentionLayer.Builder builder =
        new SelfAttentionLayer.Builder().normalizer(normalizer).name(stock.getLayerName());
    sizes(
        builder,
        stock.getNIn(),
        stock.getNOut(),
        stock.getNHeads(),
        stock.getHeadSize(),
        stock.isProjectInput());
    return withCommonOptions(builder.build(), stock);
  }

  private static Layer learned(
      org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer stock, Normalizer normalizer) {
    LearnedSelfAttentionLayer.Builder builder =
        new LearnedSelfAttentionLayer.Builder()
            .normalizer(normalizer)
            .name(stock.getLayerName())
            .nQueries(stock.getNQueries());
    sizes(
        builder,
        stock.getNIn(),
        stock.getNOut(),
        stock.getNHeads(),
        stock.getHeadSize(),
        stock.isProjectInput());
    return withCommonOptions(builder.build(), stock);
  }

  private static Layer recurrent(
      org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer stock, Normalizer normalizer) {
    RecurrentAttentionLayer.Builder builder =
        new RecurrentAttentionLayer.Builder()
            .normalizer(normalizer)
            .name(stock.getLayerName())
            .activation(stock.getActivation())
            .hasBias(stock.isHasBias());
    sizes(
        builder,
        stock.getNIn(),
        stock.getNOut(),
        stock.getNHeads(),
        stock.getHeadSize(),
        stock.isProjectInput());
    return withCommonOptions(builder.build(), stock);
  }

  /** Without projection the stock layers ignore nOut and headSize; all features count. */
  private static void sizes(
      AttentionLayerBuilder<?> builder,
      long nIn,
      long nOut,
      int nHeads,
      long headSize,
      boolean projectInput) {
    builder.nIn(Math.toIntExact(nIn));
    builder.nOut(Math.toIntExact(projectInput ? nOut : nIn));
    builder.nHeads(nHeads);
    builder.headSize(projectInput ? Math.toIntExact(headSize) : 0);
    builder.projectInput(projectInput);
  }

  private static Layer withCommonOptions(SequenceLayer ours, SameDiffLayer stock) {
    ours.setIDropout(stock.getIDropout());
    ours.setConstraints(stock.getConstraints());
    ours.setWeightInitFn(stock.getWeightInit().getWeightInitFunction());
    ours.setParamWeightInit(stock.getParamWeightInit());
    ours.setRegularization(stock.getRegularization());
    ours.setRegularizationBias(stock.getRegularizationBias());
    ours.setIUpdater(stock.getUpdater());
    ours.setBiasUpdater(stock.getBiasUpdater());
    ours.setBiasInit(0);
    ours.setGainInit(1);
    ours.setGradientNormalization(stock.getGradientNormalization());
    ours.setGradientNormalizationThreshold(stock.getGradientNormalizationThreshold());
    return ours;
  }

  private static GraphVertex vertex(
      org.deeplearning4j.nn.conf.graph.AttentionVertex stock, Normalizer normalizer) {
    AttentionVertex ours =
        new AttentionVertex.Builder()
            .normalizer(normalizer)
            .nInQueries(stock.getNInQueries())
            .nInKeys(stock.getNInKeys())
            .nInValues(stock.getNInValues())
            .nOut(stock.isProjectInput() ? stock.getNOut() : stock.getNInValues())
            .nHeads(stock.getNHeads())
            .headSize(stock.isProjectInput() ? stock.getHeadSize() : 0)
            .projectInput(stock.isProjectInput())
            .weightInit(stock.getWeightInit())
            .build();
    ours.setName(stock.getName());
    ours.setRegularization(stock.getRegularization());
    ours.setRegularizationBias(stock.getRegularizationBias());
    ours.setUpdater(stock.getUpdater());
    ours.setBiasUpdater(stock.getBiasUpdater());
    ours.setGradientNormalization(stock.getGradientNormalization());
    ours.setGradientNormalizationThreshold(stock.getGradientNormalizationThreshold());
    ours.setDataType(stock.getDataType());
    return ours;
  }
}
