package org.attention4j.samediff;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What a graph knows of the shapes of queries, keys and values while it is made: those of
 * placeholders, variables and constants. A size of -1 is not known, nor is any of a variable that
 * is computed.
 */
final class AttentionInputs {
  private static final int UNKNOWN = -1;

  private final SDVariable queries;
  private final SDVariable keys;
  private final SDVariable values;

  AttentionInputs(SDVariable queries, SDVariable keys, SDVariable values) {
    this.queries = queries;
    this.keys = keys;
    this.values = values;
  }

  void check(@Nullable SDVariable mask) {
    checkTypes();
    for (SDVariable input : new SDVariable[] {queries, keys, values}) {
      int rank = rank(input);
      require(
          rank == UNKNOWN || rank == 3 || rank == 4,
          input,
          "rank " + rank,
          "[b, T, d] or [b, h, T, d]");
      require(
          rank == UNKNOWN || rank() == rank, input, "rank " + rank, "the queries' rank " + rank());
    }
    same("examples", 0, keys, queries);
    same("examples", 0, values, queries);
    same("features", -1, keys, queries);
    same("steps", -2, values, keys);
    if (rank() == 4) {
      same("heads", 1, values, keys);
      long heads = size(queries, 1);
      long shared = size(keys, 1);
      require(
          heads == UNKNOWN || shared == UNKNOWN || (shared > 0 && heads % shared == 0),
          keys,
          shared + " heads",
          "a number of heads that divides the queries' " + heads);
    }
    if (mask != null) {
      checkMask(mask);
    }
  }

  private void checkTypes() {
    for (SDVariable input : new SDVariable[] {queries, keys, values}) {
      require(
          input.dataType() == queries.dataType() && input.dataType().isFPType(),
          input,
          "type " + input.dataType(),
          "HALF, FLOAT or DOUBLE, the same for queries, keys and values");
    }
  }

  private void checkMask(SDVariable mask) {
    int rank = rank(mask);
    require(
        rank == UNKNOWN || (rank >= 1 && (rank() == UNKNOWN || rank <= rank())),
        mask,
        "rank " + rank,
        "a mask that broadcasts to " + (rank() == 3 ? "[b, Tq, Tk]" : "[b, h, Tq, Tk]"));
    broadcasts(mask, -1, size(keys, -2), "keys");
    broadcasts(mask, -2, size(queries, -2), "queries");
  }

  private static void broadcasts(SDVariable mask, int axis, long expected, String what) {
    long size = size(mask, axis);
    require(
        size == UNKNOWN || size == 1 || expected == UNKNOWN || size == expected,
        mask,
        "size %d on axis %d".formatted(size, axis),
        "1 or the number of %s, %d".formatted(what, expected));
  }

  private static void same(String what, int axis, SDVariable input, SDVariable other) {
    long size = size(input, axis);
    long expected = size(other, axis);
    require(
        size == UNKNOWN || expected == UNKNOWN || size == expected,
        input,
        size + " " + what,
        "the %d %s of '%s'".formatted(expected, what, other.name()));
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
    return Math.max(size(queries, -1), size(keys, -1));
  }

  /** The query heads; -1 if not known. */
  long heads() {
    return rank() == 3 ? 1 : size(queries, 1);
  }

  /** The number of axes, the same for all three; -1 if not known. */
  private int rank() {
    return Math.max(rank(queries), Math.max(rank(keys), rank(values)));
  }

  private static int rank(SDVariable variable) {
    long[] shape = shape(variable);
    return shape == null ? UNKNOWN : shape.length;
  }

  /** The known shape, with -1 for sizes that are not; null if not even the rank is known. */
  private static long @Nullable [] shape(SDVariable variable) {
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
