package org.attention4j.samediff;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An operation of a graph that a {@link GraphProgram} runs in Java, not through the backend. */
interface JavaOperation {
  /**
   * Computes the outputs.
   *
   * @param inputs the inputs in their order
   * @param outputs where to get arrays for the outputs, each once and in any order
   */
  void run(INDArray[] inputs, Outputs outputs);

  /** Hands out arrays for outputs. */
  interface Outputs {
    /**
     * An array for one output.
     *
     * @param index which output
     * @param type the data type
     * @param shape the shape
     * @return an array in C order with arbitrary content
     */
    INDArray allocate(int index, DataType type, long... shape);
  }
}
