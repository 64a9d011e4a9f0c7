package org.attention4j.normalizer;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.MulOp;

/**
 * A product with a mask of zeros and ones that broadcasts to the first factor. No gradient is
 * computed for the mask: the stock rule sums one over all broadcast axes, at many times the cost of
 * the product, and nobody asks for it.
 */
final class MaskProduct extends MulOp {
  private MaskProduct(SameDiff sd, SDVariable x, SDVariable mask) {
    super(sd, x, mask);
  }

  /**
   * Multiplies by a mask.
   *
   * @param x values of the full shape
   * @param mask zeros and ones, broadcastable to that shape
   * @return x where the mask is one, zero elsewhere
   */
  static SDVariable of(SDVariable x, SDVariable mask) {
    return new MaskProduct(x.getSameDiff(), x, mask).outputVariable();
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> outputGradients) {
    return List.of(of(outputGradients.get(0), rarg()));
  }
}
