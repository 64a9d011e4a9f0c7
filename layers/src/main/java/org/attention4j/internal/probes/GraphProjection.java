package org.attention4j.internal.probes;

import org.attention4j.internal.graph.HostArrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Queries, keys or values of a graph that are x W + b, the columns of W one head after the other.
 *
 * <p>The graph says only that there is such a product, and not how its columns become heads. So
 * some vectors are computed again from x, W and b, and compared.
 */
final class GraphProjection {
  /** How far a vector may be from x W + b, as a share of the sum of sizes of its terms. */
  private static final double TOLERANCE = 1e-2; // HALF has 11 bits

  private final SameDiff graph;
  private final GraphSources.Product product;
  private @Nullable INDArray input;
  private int heads;

  GraphProjection(SameDiff graph, GraphSources.Product product) {
    this.graph = graph;
    this.product = product;
  }

  GraphSources.Product product() {
    return product;
  }

  /** Copies x [b * T, nIn]. */
  void take(INDArray x) {
    input = x.dup();
  }

  /**
   * Compares heads with the product, while W is what they were computed with.
   *
   * @param vectors [b, heads, T, d]
   */
  void compare(INDArray vectors) {
    heads = isProduct(vectors) ? Math.toIntExact(vectors.size(1)) : 0;
  }

  private boolean isProduct(INDArray vectors) {
    INDArray x = input;
    INDArray matrix = graph.getVariable(product.weights()).getArr();
    long examples = vectors.size(0);
    long steps = vectors.size(2);
    if (x == null
        || x.rank() != 2
        || x.size(0) != examples * steps
        || matrix.size(0) != x.size(1)
        || matrix.size(1) != vectors.size(1) * vectors.size(3)) {
      return false;
    }
    double[] w = HostArrays.numbers(matrix);
    String biasName = product.bias();
    double[] b =
        biasName == null
            ? new double[Math.toIntExact(matrix.size(1))]
            : HostArrays.numbers(graph.getVariable(biasName).getArr());
    long[] checked = {0, steps - 1, (examples - 1) * steps, examples * steps - 1};
    for (long row : checked) {
      double[] xRow = HostArrays.numbers(x.getRow(row));
      INDArray ofStep = vectors.slice(row / steps).permute(1, 0, 2).slice(row % steps);
      if (!isProduct(xRow, w, b, HostArrays.numbers(ofStep))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isProduct(double[] x, double[] w, double[] b, double[] found) {
    for (int column = 0; column < found.length; column++) {
      double sum = b[column];
      double sizes = Math.abs(b[column]);
      for (int i = 0; i < x.length; i++) {
        double term = x[i] * w[i * found.length + column];
        sum += term;
        sizes += Math.abs(term);
      }
      // Where there is NaN on one side nothing is known.
      if (Math.abs(sum - found[column]) > TOLERANCE * sizes) {
        return false;
      }
    }
    return true;
  }

  /** x [b, nIn, T], if the vectors are the product; otherwise null. */
  @Nullable INDArray tokens(long examples) {
    INDArray x = input;
    return heads == 0 || x == null
        ? null
        : x.reshape('c', examples, x.size(0) / examples, x.size(1)).permute(0, 2, 1);
  }

  /** The shares of all query heads in W, in its gradient or its update. */
  HeadParameterNorms[] ofWeights(INDArray array, int queryHeads) {
    return heads == 0
        ? new HeadParameterNorms[0]
        : HeadParameterNorms.ofBlocks(array.permute(1, 0), heads, queryHeads);
  }

  /** The same of b. */
  HeadParameterNorms[] ofBias(INDArray array, int queryHeads) {
    return heads == 0
        ? new HeadParameterNorms[0]
        : HeadParameterNorms.ofBlocks(array, heads, queryHeads);
  }
}
