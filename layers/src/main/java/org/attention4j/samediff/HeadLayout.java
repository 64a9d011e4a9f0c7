package org.attention4j.samediff;

import static org.attention4j.internal.graph.GraphShapes.size;

import org.attention4j.internal.graph.RunChecks;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The sizes of one set of queries, keys and values of rank 3 or 4, taken from the graph when it
 * runs, and the shapes made of them.
 *
 * <p>Products are of rank 3, with one entry for each example and key head. The query heads that
 * share a key head are neighbours: their rows stand below one another, and no key is repeated.
 */
final class HeadLayout {
  private static final long[] FIRST = {0};
  private static final long[] STEP = {1};

  private final SameDiff sd;
  private final SDVariable queries;
  private final SDVariable keys;
  private final SDVariable values;

  HeadLayout(SDVariable queries, SDVariable keys, SDVariable values) {
    sd = queries.getSameDiff();
    this.queries = queries;
    this.keys = keys;
    this.values = values;
  }

  /** The features d of each query, a scalar. */
  SDVariable depth() {
    return size(queries, -1);
  }

  /** [b, T, heads * size] as [b, heads, T, size]. */
  static SDVariable unpack(SDVariable x, int heads) {
    SameDiff sd = x.getSameDiff();
    SDVariable shape =
        sd.stack(0, size(x, 0), size(x, 1), sd.constant((long) heads), sd.constant(-1L));
    return x.reshape(shape).permute(0, 2, 1, 3);
  }

  /** [b, heads, T, size] as [b, T, heads * size]. */
  static SDVariable pack(SDVariable x) {
    SameDiff sd = x.getSameDiff();
    SDVariable shape = sd.stack(0, size(x, 0), size(x, 2), sd.constant(-1L));
    return x.permute(0, 2, 1, 3).reshape(shape);
  }

  /** K as [b * hk, Tk, d], once the checks are passed. */
  SDVariable keys(SDVariable k, RunChecks checks) {
    SDVariable shape = sd.stack(0, sd.constant(-1L), size(keys, -2), size(keys, -1));
    return k.reshape(checks.before(shape));
  }

  /** V as [b * hk, Tk, dv]. */
  SDVariable values(SDVariable v) {
    return v.reshape(sd.stack(0, sd.constant(-1L), size(values, -2), size(values, -1)));
  }

  /** Q as [b * hk, (h / hk) * Tq, d], beside keys of {@link #keys}. */
  SDVariable queries(SDVariable q, SDVariable groupedKeys) {
    return q.reshape(sd.stack(0, size(groupedKeys, 0), sd.constant(-1L), depth()));
  }

  /** [b * hk, (h / hk) * Tq, Tk] as [b, h, Tq, Tk]. */
  SDVariable split(SDVariable product) {
    SDVariable examples = size(queries, 0);
    return product.reshape(
        sd.stack(0, examples, sd.constant(-1L), size(queries, -2), size(keys, -2)));
  }

  /** [b, h, Tq, Tk] as [b * hk, (h / hk) * Tq, Tk], beside keys of {@link #keys}. */
  SDVariable group(SDVariable rows, SDVariable groupedKeys) {
    return rows.reshape(sd.stack(0, size(groupedKeys, 0), sd.constant(-1L), size(keys, -2)));
  }

  /** [..., size] in the rank of the input: [b, Tq, size] or [b, h, Tq, size]. */
  SDVariable inRankOfInput(SDVariable x, SDVariable size) {
    SDVariable leading = sd.stridedSlice(sd.shape(queries), FIRST, new long[] {-1}, STEP);
    return x.reshape(sd.concat(0, leading, size.reshape(1)));
  }

  /** The number of keys Tk, a scalar. */
  SDVariable keyCount() {
    return size(keys, -2);
  }

  /** The features dv of each value, a scalar. */
  SDVariable valueDepth() {
    return size(values, -1);
  }

  /**
   * The shape of a mask that broadcasts to [b, Tq, Tk] or [b, h, Tq, Tk], whichever the input's
   * rank says, with as many axes as broadcast to [b, h, Tq, Tk].
   */
  SDVariable maskShape(SDVariable mask) {
    SDVariable ones = sd.constant(Nd4j.ones(DataType.INT64, 4));
    SDVariable padded = last(sd.concat(0, ones, sd.shape(mask)), 4);
    // Of rank 3 it is [1, b, Tq, Tk] now.
    SDVariable headsFirst =
        sd.concat(0, at(padded, 1), at(padded, 0), at(padded, 2), at(padded, 3));
    SDVariable withoutHeads = sd.rank(queries).castTo(DataType.INT64).rsub(4.0);
    return padded.add(headsFirst.sub(padded).mul(withoutHeads));
  }

  /** Ones of shape [1, 1, 1, Tk] for scores [b, h, Tq, Tk]. */
  static SDVariable onesForKeys(SDVariable scores) {
    SameDiff sd = scores.getSameDiff();
    SDVariable shape =
        sd.stack(0, sd.constant(1L), sd.constant(1L), sd.constant(1L), size(scores, 3));
    return sd.fill(shape, scores.dataType(), 1);
  }

  SDVariable at(SDVariable vector, long index) {
    return sd.stridedSlice(vector, new long[] {index}, new long[] {index + 1}, STEP);
  }

  private SDVariable last(SDVariable vector, long count) {
    return sd.stridedSlice(vector, new long[] {-count}, FIRST, STEP, 0, 1, 0, 0, 0);
  }
}
