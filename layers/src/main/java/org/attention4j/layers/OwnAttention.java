package org.attention4j.layers;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;

/**
 * An attention layer or vertex of this library, of which a swap changes the normalizer alone.
 *
 * @param kind the name of its class
 * @param heads the number of heads
 * @param headFeatures the features of each head, 0 if not yet known
 * @param options its options, which can be changed
 */
record OwnAttention(
    String kind, Requirements require, int heads, long headFeatures, AttentionOptions options) {

  /** The attention layers that a layer is or is wrapped around: none, one, or one each way. */
  static List<OwnAttention> within(@Nullable Layer layer) {
    if (layer instanceof AttentionLayer attention) {
      return List.of(
          new OwnAttention(
              attention.getClass().getSimpleName(),
              attention.require(),
              attention.getNHeads(),
              attention.getHeadSize(),
              attention.options()));
    }
    if (layer instanceof FrozenLayer frozen) {
      return within(frozen.getLayer());
    }
    if (layer instanceof BaseWrapperLayer wrapper) {
      return within(wrapper.getUnderlying());
    }
    return layer instanceof Bidirectional both
        ? Stream.of(both.getFwd(), both.getBwd()).flatMap(way -> within(way).stream()).toList()
        : List.of();
  }

  /** The attention vertex that a vertex is, frozen or not; none for another one. */
  static List<OwnAttention> within(GraphVertex vertex) {
    if (vertex instanceof FrozenVertex frozen) {
      return within(frozen.getUnderlying());
    }
    return vertex instanceof AttentionVertex attention
        ? List.of(
            new OwnAttention(
                AttentionVertex.class.getSimpleName(),
                new Requirements(AttentionVertex.class, attention.getName()),
                attention.getNHeads(),
                attention.getHeadSize(),
                attention.options()))
        : List.of();
  }

  /**
   * Takes another normalizer in place of the present one.
   *
   * @throws IllegalArgumentException if the other options do not allow it
   */
  void replaceNormalizer(Normalizer normalizer) {
    AttentionOptions changed = new AttentionOptions(options);
    changed.normalizer = normalizer;
    changed.validate(require, heads, headFeatures, true, "hasBias");
    options.normalizer = normalizer;
  }
}
