package org.attention4j.layers.runtime;

import org.attention4j.dl4j.SteppingLayerRuntime;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** The running layer behind {@link org.attention4j.layers.FirstStep}. */
public final class FirstStep extends SteppingLayerRuntime {
  /**
   * Makes a layer.
   *
   * @param conf its configuration
   * @param dataType the network's type
   */
  public FirstStep(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }
}
