package org.attention4j.dl4j;

import org.nd4j.autodiff.samediff.SDVariable;

/** The computation of a layer or vertex, written into a graph. */
@FunctionalInterface
interface GraphDefinition {
  /**
   * Writes the computation.
   *
   * @param graph the inputs, masks and parameters, and what else the computation may use
   * @return the output
   */
  SDVariable define(LayerGraph graph);
}
