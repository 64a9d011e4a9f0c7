package org.attention4j.samediff;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a graph knows of the shapes of queries, keys, values and masks while it is made: those of
 * placeholders, variables and constants. A size of -1 is not known, nor is any of a variable that
 * is computed.
 *
 * @param queries Q
 * @param keys K, without past ones
 * @param values V, without past ones
 * @param pastKeys past keys; null if there is no cache
 * @param pastValues past values; null if there is no cache
 * @param packing the heads in the last axis of all three; null if they have an axis, or are one
 */
record AttentionInputs(
    SDVariable queries,
    SDVariable keys,
    SDVariable values,
    @Nullable SDVariable pastKeys,
    @Nullable SDVariable pastValues,
    @Nullable PackedHeads packing) {
  static final int UNKNOWN = -1;

  /** From the last axis: keys, queries, heads, examples. */
  private static final String[] AXES = {"keys", "queries", "heads", "examples"};

  void check() {
    for (SDVariable input : new SDVariable[] {queries, keys, values}) {
      checkInput(input, false);
    }
    if (pastKeys != null && pastValues != null) {
      checkInput(pastKeys, true);
      checkInput(pastValues, true);
    }
    same("examples", 0, keys, queries);
    same("examples", 0, values, queries);
    same("steps", -2, values, keys);
    if (packing == null) {
      same("features", -1, keys, queries);
    } else {
      checkPacked(packing);
    }
    if (rank() == 4 && packing == null) {
      same("heads", 1, values, keys);
      long heads = size(queries, 1);
      long shared = size(keys, 1);
      require(
          heads == UNKNOWN || shared == UNKNOWN || (shared > 0 && heads % shared == 0),
          keys,
          shared + " heads",
          "a number of heads that divides the queries' " + heads);
    }
    if (pastKeys != null && pastValues != null) {
      checkPast(pastKeys, keys, depth());
      checkPast(pastValues, values, valueDepth());
      same("steps", -2, pastValues, pastKeys);
    }
  }

  private void checkInput(SDVariable input, boolean past) {
    DataType type = queries.dataType();
    require(
        input.dataType() == type
            && (type == DataType.FLOAT16 || type == DataType.FLOAT || type == DataType.DOUBLE),
        input,
        "type " + input.dataType(),
        "HALF, FLOAT or DOUBLE, the same for queries, keys and values");
    int rank = rank(input);
    if (packing != null && !past) {
      require(rank == UNKNOWN || rank == 3, input, "rank " + rank, "[b, T, heads * d]");
    } else {
      require(
          rank == UNKNOWN || rank == 3 || rank == 4,
          input,
          "rank " + rank,
          "[b, T, d] or [b, h, T, d]");
      require(
          rank == UNKNOWN || rank() == rank, input, "rank " + rank, "the queries' rank " + rank());
    }
    long[] shape = shape(input);
    for (int axis = 0; shape != null && axis < shape.length; axis++) {
      // A cache may be empty yet.
      require(
          shape[axis] != 0 || (past && axis == shape.length - 2),
          input,
          "size 0 on axis " + axis,
          "at least 1 there");
    }
  }

  private void checkPacked(PackedHeads heads) {
    long ofQueries = featuresOfHead(queries, heads.queries());
    long ofKeys = featuresOfHead(keys, heads.keys());
    featuresOfHead(values, heads.keys());
    require(
        ofKeys == UNKNOWN || ofQueries == UNKNOWN || ofKeys == ofQueries,
        keys,
        ofKeys + " features a head",
        "the %d features a head of '%s'".formatted(ofQueries, queries.name()));
  }

  private static long featuresOfHead(SDVariable input, int heads) {
    long features = size(input, -1);
    require(
        features == UNKNOWN || features % heads == 0,
        input,
        features + " features",
        "a multiple of its %d heads".formatted(heads));
    return features == UNKNOWN ? UNKNOWN : features / heads;
  }

  private void checkPast(SDVariable past, SDVariable present, long depth) {
    same("examples", 0, past, queries);
    long features = size(past, -1);
    require(
        features == UNKNOWN || depth == UNKNOWN || features == depth,
        past,
        features + " features",
        "the %d features of '%s'".formatted(depth, present.name()));
    long heads = rank() == 4 ? size(past, 1) : UNKNOWN;
    long expected = packing == null ? size(present, 1) : packing.keys();
    require(
        heads == UNKNOWN || expected == UNKNOWN || heads == expected,
        past,
        heads + " heads",
        "the %d heads of '%s'".formatted(expected, present.name()));
  }

  /**
   * Checks what must broadcast to the scores.
   *
   * @return whether a run has to check it again, since some sizes are not known
   */
  boolean checkMask(SDVariable mask) {
    int rank = rank(mask);
    require(
        rank == UNKNOWN || (rank >= 1 && rank <= (rank() == UNKNOWN ? 4 : rank())),
        mask,
        "rank " + rank,
        "a mask that broadcasts to " + (rank() == 3 ? "[b, Tq, Tk]" : "[b, h, Tq, Tk]"));
    boolean open = rank == UNKNOWN || rank() == UNKNOWN;
    long[] scores = scores();
    for (int fromEnd = 1; fromEnd <= Math.max(rank, 0); fromEnd++) {
      int axis = rank() == 3 && fromEnd == 3 ? 4 : fromEnd;
      long expected = rank() == UNKNOWN && fromEnd > 2 ? UNKNOWN : scores[4 - axis];
      long size = size(mask, -fromEnd);
      require(
          size == UNKNOWN || size == 1 || expected == UNKNOWN || size == expected,
          mask,
          "size %d on axis -%d".formatted(size, fromEnd),
          "1 or the number of %s, %d%s"
              .formatted(
                  AXES[axis - 1],
                  expected,
                  axis == 3 && rank == 3 ? "; for one mask an example, [b, 1, Tq, Tk]" : ""));
      open |= size == UNKNOWN || (size != 1 && expected == UNKNOWN);
    }
    if (rank == 3 && rank() != 3 && size(mask, 0) != 1) {
      boolean oneReading = scores[0] != UNKNOWN && scores[1] != UNKNOWN && scores[0] != scores[1];
      require(
          scores[0] == UNKNOWN || scores[1] == UNKNOWN || oneReading,
          mask,
          "rank 3 where examples and heads are both " + scores[0],
          "[b, 1, Tq, Tk] for one mask an example or [1, h, Tq, Tk] for one a head");
      open |= !oneReading;
    }
    return open;
  }

  /** Checks how many keys of each example count. */
  void checkLengths(SDVariable lengths) {
    require(
        lengths.dataType().isIntType(),
        lengths,
        "type " + lengths.dataType(),
        "a whole number type");
    int rank = rank(lengths);
    require(rank == UNKNOWN || rank == 1, lengths, "rank " + rank, "the shape [b]");
    same("lengths", 0, lengths, queries);
  }

  /** Whether a mask of rank 3, or one that may be, could mean examples as well as heads. */
  boolean maybeAmbiguous(SDVariable mask) {
    int rank = rank(mask);
    return rank() != 3 && (rank == UNKNOWN || rank == 3) && size(mask, 0) != 1;
  }

  /** The shape [b, h, Tq, Tk], or [b, 1, Tq, Tk] of rank 3, as far as it is known. */
  long[] scores() {
    long past = pastKeys == null ? 0 : size(pastKeys, -2);
    long present = size(keys, -2);
    long keyCount = past == UNKNOWN || present == UNKNOWN ? UNKNOWN : past + present;
    long examples = Math.max(size(queries, 0), Math.max(size(keys, 0), size(values, 0)));
    return new long[] {examples, heads(), size(queries, -2), keyCount};
  }

  private static void same(
      long size, long expected, String what, SDVariable input, SDVariable other) {
    require(
        size == UNKNOWN || expected == UNKNOWN || size == expected,
        input,
        size + " " + what,
        "the %d %s of '%s'".formatted(expected, what, other.name()));
  }

  private static void same(String what, int axis, SDVariable input, SDVariable other) {
    same(size(input, axis), size(other, axis), what, input, other);
  }

  private static void require(boolean holds, SDVariable input, String found, String expected) {
    if (!holds) {
      long[] shape = shape(input);
      throw new IllegalArgumentException(
          "Attention: '%s'%s has %s but must have %s."
              .formatted(
                  input.name(),
                  shape == null ? "" : " of shape " + Arrays.toString(shape),
                  found,
                  expected));
    }
  }

  /** The features of each query; -1 if not known. */
  long depth() {
    if (packing == null) {
      return Math.max(size(queries, -1), size(keys, -1));
    }
    long ofQueries = size(queries, -1);
    return ofQueries == UNKNOWN ? UNKNOWN : ofQueries / packing.queries();
  }

  private long valueDepth() {
    long features = size(values, -1);
    return features == UNKNOWN || packing == null ? features : features / packing.keys();
  }

  /** The query heads; -1 if not known. */
  long heads() {
    return packing != null ? packing.queries() : rank() == 3 ? 1 : size(queries, 1);
  }

  /** The number of axes once heads have one, the same for all three; -1 if not known. */
  int rank() {
    return packing != null ? 4 : Math.max(rank(queries), Math.max(rank(keys), rank(values)));
  }

  private static int rank(SDVariable variable) {
    long[] shape = shape(variable);
    return shape == null ? UNKNOWN : shape.length;
  }

  /** The known shape, with -1 for sizes that are not; null if not even the rank is known. */
  static long @Nullable [] shape(SDVariable variable) {
    long[] shape = variable.getShape();
    // A placeholder declared without a shape says that it has none.
    boolean undeclared = shape != null && shape.length == 0 && variable.isPlaceHolder();
    return undeclared ? null : shape;
  }

  private static long size(SDVariable variable, int axis) {
    long[] shape = shape(variable);
    int index = shape == null || axis >= 0 ? axis : shape.length + axis;
    return shape == null || index < 0 || index >= shape.length ? UNKNOWN : shape[index];
  }
}
