package org.attention4j.bench.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The sizes of the model and its batch.
 *
 * @param name what it is called in results
 * @param vocabulary the number of different tokens
 * @param width features of a token between the blocks
 * @param blocks the number of blocks
 * @param heads attention heads of each block
 * @param context tokens of a sequence
 * @param batch sequences of a batch
 * @param heap the largest Java heap in MiB: three or four times what ours keeps from step to step,
 *     and 512 at least. The first steps of a new JVM make much garbage, for which the collector
 *     takes what it may
 */
public record ModelSize(
    String name,
    int vocabulary,
    int width,
    int blocks,
    int heads,
    int context,
    int batch,
    int heap) {
  /** For tests. */
  public static final ModelSize TINY = new ModelSize("tiny", 13, 15, 2, 3, 7, 5, 512);

  /** A first model of one's own: 0.1 million parameters. */
  public static final ModelSize S = new ModelSize("S", 97, 64, 2, 4, 128, 16, 512);

  /** A small model: 3 million parameters. */
  public static final ModelSize M = new ModelSize("M", 97, 256, 4, 8, 256, 8, 768);

  /** What one still trains on a CPU: 11 million parameters. */
  public static final ModelSize L = new ModelSize("L", 97, 384, 6, 6, 256, 4, 1024);

  private static final List<ModelSize> ALL = List.of(TINY, S, M, L);

  private static final int WIDENING = 4;

  /**
   * Finds the size of a name.
   *
   * @param name one of tiny, S, M and L
   * @return the size
   * @throws IllegalArgumentException if there is none of that name
   */
  public static ModelSize of(String name) {
    return ALL.stream()
        .filter(size -> size.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The size is '%s' but must be one of %s."
                        .formatted(
                            name,
                            ALL.stream().map(ModelSize::name).collect(Collectors.joining(", ")))));
  }

  /**
   * Hidden features of a feed-forward network.
   *
   * @return four times the width
   */
  public int feedForward() {
    return WIDENING * width;
  }

  /**
   * What one step trains on.
   *
   * @return tokens of a batch
   */
  public int tokens() {
    return batch * context;
  }
}
