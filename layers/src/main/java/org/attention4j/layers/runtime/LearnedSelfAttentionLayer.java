package org.attention4j.layers.runtime;

import org.attention4j.dl4j.SteppingLayerRuntime;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** The running layer behind {@link org.attention4j.layers.LearnedSelfAttentionLayer}. */
public final class LearnedSelfAttentionLayer extends SteppingLayerRuntime {
  /**
   * Makes a layer that has no parameters yet.
   *
   * @param conf its configuration
   * @param dataType the network's type
   */
  public LearnedSelfAttentionLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }
}
