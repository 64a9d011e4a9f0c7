package org.attention4j.testing;

/**
 * The sizes of test networks and their data: small and distinct, so that no swapped axis passes.
 */
public final class Sizes {
  /** Examples of a batch. */
  public static final int EXAMPLES = 3;

  /**
   * Features of each input of a network; a vertex takes queries, keys and values of these sizes.
   */
  private static final int[] INPUTS = {5, 7, 11};

  /** Features of the input of a network with one. */
  public static final int SIZE = INPUTS[0];

  /** Output features of an attention layer, with {@link #HEADS} heads of 7. */
  public static final int OUT = 14;

  public static final int HEADS = 2;

  /** Steps of a sequence, for networks with one input. */
  public static final int STEPS = 11;

  /** Steps of the queries where keys have their own. */
  public static final int QUERIES = 17;

  public static final int KEYS = 19;

  /** Output features of a network. */
  public static final int CLASSES = 13;

  private Sizes() {}

  /** The features of a network's input, of three at most. */
  public static int input(int index) {
    return INPUTS[index];
  }
}
