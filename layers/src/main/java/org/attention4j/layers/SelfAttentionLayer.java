package org.attention4j.layers;

import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Multi-head self-attention over a sequence, a drop-in for {@link
 * org.deeplearning4j.nn.conf.layers.SelfAttentionLayer} with a normalizer of choice and an exact
 * gradient.
 *
 * <p>Dimensions: b examples, h heads, d head size, T steps.
 *
 * <pre>
 *   input   [b, nIn, T]
 *   Q, K, V = Wq x + bq, Wk x + bk, Wv x + bv     [b, h, d, T]
 *   weights = normalizer(scale * Qᵀ K, masked)    [b, h, T, T]
 *   output  = Woᵀ (V weightsᵀ) + bo               [b, nOut, T]
 * </pre>
 *
 * <p>Parameters, flat order: Wq, Wk, Wv [h, d, nIn], Wo [h*d, nOut] as in the stock layer; then the
 * normalizer's own; then, with {@code hasBias}, bq, bk, bv [h, d] and bo [nOut]; then, with {@code
 * qkNorm}, gq and gk [d]; with an {@link OutputGate}, bgate; last, with {@link
 * Position#FORGETTING}, bforget. Wgate and Wforget come right after Wo. With {@code nKeyValueHeads}
 * g, the first axis of Wk, Wv, bk and bv is g.
 *
 * <p>With {@link org.attention4j.normalizer.Normalizers#softmax()} the output is that of the stock
 * layer for every step that has a visible key. It differs where a step has none: there the stock
 * layer averages the padding, this one gives zero. Masked steps are hidden as keys; as queries they
 * get an output, as in the stock layer.
 *
 * <p>Publishes {@code scores} and {@code weights}, both [b, h, T, T].
 */
public final class SelfAttentionLayer extends AttentionLayer {
  /** For JSON. */
  private SelfAttentionLayer() {}

  private SelfAttentionLayer(Builder builder) {
    super(builder);
    initializeConstraints(builder);
  }

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.SelfAttentionLayer(conf, networkDataType);
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    return selfAttention(graph, graph.input());
  }

  /** Builds the layer; the options of the stock builder and this library's own. */
  @SuppressWarnings("unchecked") // the stock build() lets its caller choose the type
  public static final class Builder extends AttentionLayerBuilder<Builder> {
    /** Starts with one head, no projection and softmax, as the stock builder does. */
    public Builder() {}

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public SelfAttentionLayer build() {
      validate(SelfAttentionLayer.class);
      return new SelfAttentionLayer(this);
    }
  }
}
