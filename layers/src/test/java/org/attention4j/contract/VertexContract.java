package org.attention4j.contract;

import org.deeplearning4j.nn.conf.graph.GraphVertex;

/**
 * What every vertex over sequences must keep, as tests; the same as {@link LayerContract}, for any
 * number of inputs. A vertex' author extends this class with two methods:
 *
 * <pre>{@code
 * class CrossAttentionTest extends VertexContract {
 *   @Override
 *   protected GraphVertex vertex() {
 *     return new CrossAttention(5, 7, 14);
 *   }
 *
 *   @Override
 *   protected int[] inputSizes() {
 *     return new int[] {5, 7};
 *   }
 * }
 * }</pre>
 */
public abstract class VertexContract extends NetworkContract {
  private static final int LONGER = 4;

  /** For subclasses. */
  protected VertexContract() {}

  /**
   * The vertex to be held to the contract, small: each of its parameters is moved on its own.
   *
   * @return a new configuration
   */
  protected abstract GraphVertex vertex();

  /**
   * The number of features of each input.
   *
   * @return as many sizes as the vertex has inputs
   */
  protected abstract int[] inputSizes();

  /**
   * Whether all inputs must have the same number of steps.
   *
   * @return false: the second and later ones, keys and values, get more than the first, the queries
   */
  protected boolean inputsShareSteps() {
    return false;
  }

  @Override
  final Subject subject() {
    return Subject.of(vertex(), inputsShareSteps() ? 0 : LONGER, inputSizes());
  }
}
