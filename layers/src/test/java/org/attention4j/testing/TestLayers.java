package org.attention4j.testing;

import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;

/**
 * Attention with projections for {@link TestNetworks}, of {@link Sizes#OUT} features and {@link
 * Sizes#HEADS} heads: of this library, and Deeplearning4j's own ("stock").
 */
public final class TestLayers {
  private TestLayers() {}

  public static SelfAttentionLayer.Builder selfAttention() {
    return new SelfAttentionLayer.Builder().nOut(Sizes.OUT).nHeads(Sizes.HEADS).projectInput(true);
  }

  public static LearnedSelfAttentionLayer.Builder learnedQueries(int queries) {
    return new LearnedSelfAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(Sizes.HEADS)
        .nQueries(queries)
        .projectInput(true);
  }

  public static RecurrentAttentionLayer.Builder recurrent() {
    return new RecurrentAttentionLayer.Builder().nOut(Sizes.OUT).nHeads(Sizes.HEADS);
  }

  /**
   * A vertex whose queries, keys and values come from the network's inputs of these numbers, as
   * {@link TestNetworks#of(org.deeplearning4j.nn.conf.graph.GraphVertex, int...)} takes them.
   */
  public static AttentionVertex vertex(int queries, int keys, int values) {
    return vertexBuilder(queries, keys, values).build();
  }

  /** The same before it is built. */
  public static AttentionVertex.Builder vertexBuilder(int queries, int keys, int values) {
    return new AttentionVertex.Builder()
        .nInQueries(Sizes.input(queries))
        .nInKeys(Sizes.input(keys))
        .nInValues(Sizes.input(values))
        .nOut(Sizes.OUT)
        .nHeads(Sizes.HEADS)
        .projectInput(true);
  }

  public static org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder stockSelfAttention() {
    return new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(Sizes.HEADS)
        .projectInput(true);
  }

  public static org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder stockRecurrent() {
    return new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(Sizes.HEADS)
        .projectInput(true);
  }
}
