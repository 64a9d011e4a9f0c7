package org.attention4j.layers;

import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.jspecify.annotations.Nullable;

/**
 * Lays pre-norm transformer blocks into a graph:
 *
 * <pre>
 *   x = x + attention(norm(x))
 *   x = x + feedForward(norm(x))
 * </pre>
 *
 * and a last norm after them. Vertices are named {@code PREFIX-0-attention}, {@code
 * PREFIX-0-feed-forward}, …, {@code PREFIX-norm}.
 *
 * @see <a href="https://arxiv.org/abs/2002.04745">Xiong et al. 2020, on pre-norm</a>
 */
public final class TransformerBlocks {
  private final int size;
  private final int heads;
  private final int feedForwardSize;
  private final Normalizer normalizer;
  private final boolean causal;
  private final double dropout;
  private final @Nullable Double scale;

  private TransformerBlocks(Builder builder) {
    size = builder.size;
    heads = builder.heads;
    feedForwardSize = builder.feedForwardSize == 0 ? 4 * size : builder.feedForwardSize;
    normalizer = builder.normalizer;
    causal = builder.causal;
    dropout = builder.dropout;
    scale = builder.scale;
  }

  /**
   * Starts a description: softmax, not causal, no dropout.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Adds blocks to a graph.
   *
   * @param graph the graph under construction
   * @param prefix what the names of the new vertices begin with
   * @param input the vertex that the first block reads, of shape [b, size, T]
   * @param blocks how many blocks; at least 1
   * @return the name of the last vertex, of shape [b, size, T]
   * @throws IllegalArgumentException if blocks is below 1
   */
  public String addTo(GraphBuilder graph, String prefix, String input, int blocks) {
    new Requirements(getClass(), prefix).positive("blocks", blocks);
    String last = input;
    for (int block = 0; block < blocks; block++) {
      last = addBlock(graph, prefix + "-" + block, last);
    }
    String norm = prefix + "-norm";
    graph.addLayer(norm, norm(), last);
    return norm;
  }

  private String addBlock(GraphBuilder graph, String name, String input) {
    String attended = addResidual(graph, name + "-attention", attention(), input);
    return addResidual(graph, name + "-feed-forward", feedForward(), attended);
  }

  private String addResidual(
      GraphBuilder graph,
      String name,
      org.deeplearning4j.nn.conf.layers.Layer layer,
      String input) {
    graph.addLayer(name + "-norm", norm(), input);
    graph.addLayer(name, layer, name + "-norm");
    String sum = name + "-sum";
    graph.addVertex(sum, new ElementWiseVertex(ElementWiseVertex.Op.Add), input, name);
    return sum;
  }

  private LayerNorm norm() {
    return new LayerNorm.Builder().nIn(size).build();
  }

  private SelfAttentionLayer attention() {
    SelfAttentionLayer.Builder attention = new SelfAttentionLayer.Builder();
    if (scale != null) {
      attention.scale(scale);
    }
    return attention
        .nIn(size)
        .nOut(size)
        .nHeads(heads)
        .projectInput(true)
        .normalizer(normalizer)
        .causal(causal)
        .attentionDropout(dropout)
        .build();
  }

  private FeedForwardBlock feedForward() {
    return new FeedForwardBlock.Builder().nIn(size).nOut(size).hiddenSize(feedForwardSize).build();
  }

  /** Describes the blocks. */
  public static final class Builder {
    private int size;
    private int heads = 1;
    private int feedForwardSize;
    private Normalizer normalizer = Normalizers.softmax();
    private boolean causal;
    private double dropout;
    private @Nullable Double scale;

    private Builder() {}

    /**
     * Sets the number of features between the blocks.
     *
     * @param size features of each step; a multiple of the number of heads
     * @return this
     */
    public Builder size(int size) {
      this.size = size;
      return this;
    }

    /**
     * Sets the number of attention heads of each block.
     *
     * @param heads 1 unless set
     * @return this
     */
    public Builder heads(int heads) {
      this.heads = heads;
      return this;
    }

    /**
     * Sets the hidden size of the feed-forward blocks.
     *
     * @param feedForwardSize four times the size unless set
     * @return this
     */
    public Builder feedForwardSize(int feedForwardSize) {
      this.feedForwardSize = feedForwardSize;
      return this;
    }

    /**
     * Sets the normalizer.
     *
     * @param normalizer softmax unless set
     * @return this
     */
    public Builder normalizer(Normalizer normalizer) {
      this.normalizer = normalizer;
      return this;
    }

    /**
     * Sets whether each step sees only itself and the steps before it.
     *
     * @param causal false unless set
     * @return this
     */
    public Builder causal(boolean causal) {
      this.causal = causal;
      return this;
    }

    /**
     * Sets the share of attention weights that training drops.
     *
     * @param probability the chance of each weight to be dropped, 0 unless set
     * @return this
     */
    public Builder dropout(double probability) {
      this.dropout = probability;
      return this;
    }

    /**
     * Sets what the product of query and key is multiplied with.
     *
     * @param scale finite; 1/√headSize unless set
     * @return this
     */
    public Builder scale(double scale) {
      this.scale = scale;
      return this;
    }

    /**
     * Completes the description.
     *
     * @return the blocks, to be added to any number of graphs
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    public TransformerBlocks build() {
      Requirements require = new Requirements(TransformerBlocks.class, null);
      require.positive("size", size);
      require.positive("heads", heads);
      require.that(size % heads == 0, "heads", heads, "a divisor of size " + size);
      require.that(feedForwardSize >= 0, "feedForwardSize", feedForwardSize, "at least 1");
      require.present("normalizer", normalizer, "one such as Normalizers.softmax()");
      require.that(dropout >= 0 && dropout < 1, "dropout", dropout, "at least 0 and below 1");
      require.that(
          scale == null || Double.isFinite(scale), "scale", String.valueOf(scale), "finite");
      return new TransformerBlocks(this);
    }
  }
}
