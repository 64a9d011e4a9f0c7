package org.attention4j.internal.attention;

/**
 * The sizes of one attention operation. Arrays are channel-major: Q is [b, h, d, Tq], K [b, g, d,
 * Tk], V [b, g, dv, Tk], the output [b, h, dv, Tq].
 *
 * @param examples b
 * @param heads h, of the queries
 * @param keyValueHeads g, a divisor of h; each serves h / g heads of queries
 * @param queries Tq
 * @param keys Tk
 * @param headSize d
 * @param valueSize dv
 */
public record AttentionShape(
    int examples,
    int heads,
    int keyValueHeads,
    int queries,
    int keys,
    int headSize,
    int valueSize) {
  int group() {
    return heads / keyValueHeads;
  }

  /** Where the queries of a head begin in Q; with the value size in place of d, in the output. */
  int query(int example, int head, int features) {
    return (example * heads + head) * features * queries;
  }

  /** Where the keys of a head begin in K; with the value size in place of d, the values in V. */
  int key(int example, int keyValueHead, int features) {
    return (example * keyValueHeads + keyValueHead) * features * keys;
  }

  /** The index of a row of weights among all of them, [b, h, Tq]. */
  int row(int example, int head, int query) {
    return (example * heads + head) * queries + query;
  }

  /** Where the sums of a head begin among those of {@link HeadDecays}, [b, h, Tk]. */
  int decays(int example, int head) {
    return (example * heads + head) * keys;
  }

  int rows() {
    return examples * heads * queries;
  }
}
