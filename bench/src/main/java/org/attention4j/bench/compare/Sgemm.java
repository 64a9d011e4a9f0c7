package org.attention4j.bench.compare;

import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A large square matrix product in ND4J's BLAS: what the machine can do at most. */
public final class Sgemm implements Peer {
  private static final int SIZE = 1536;
  private static final double FLOPS = 2;

  private final INDArray left = matrix();
  private final INDArray right = matrix();
  private final INDArray product = matrix();

  /** Draws the matrices. */
  public Sgemm() {}

  private static INDArray matrix() {
    return Nd4j.rand(DataType.FLOAT, SIZE, SIZE).dup('f');
  }

  /**
   * The work of one product.
   *
   * @return floating point operations
   */
  public double flops() {
    return FLOPS * SIZE * SIZE * SIZE;
  }

  @Override
  public void run() {
    left.mmuli(right, product);
  }

  @Override
  public Map<String, float[]> results() {
    run();
    return Map.of("product", product.data().asFloat());
  }
}
