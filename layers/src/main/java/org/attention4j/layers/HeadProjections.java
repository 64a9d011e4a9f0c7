package org.attention4j.layers;

import org.attention4j.dl4j.LayerGraph;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Queries, keys and values of each head.
 *
 * @param queries Q, shape [b, h, d, Tq]
 * @param keys K, shape [b, g, d, Tk]
 * @param values V, shape [b, g, d, Tk]
 */
record HeadProjections(SDVariable queries, SDVariable keys, SDVariable values) {
  void publish(LayerGraph graph) {
    graph.publish(AttentionLayer.QUERIES, queries);
    graph.publish(AttentionLayer.KEYS, keys);
    graph.publish(AttentionLayer.VALUES, values);
  }
}
