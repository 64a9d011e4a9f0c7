package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** What is not possible fails with one sentence when the graph is made. */
class AttentionErrorTest {
  private final SameDiff sd = SameDiff.create();
  private final SDVariable q = input("q", -1, 6, 5, 7);
  private final SDVariable k = input("k", -1, 2, 11, 7);
  private final SDVariable v = input("v", -1, 2, 11, 13);

  private SDVariable input(String name, long... shape) {
    return sd.placeHolder(name, DataType.FLOAT, shape);
  }

  private static void assertSays(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }

  @Test
  void whatFitsIsTaken() {
    AttentionResult result = Attention.attention().mask(input("m", -1, 1, 1, 11)).apply(q, k, v);
    assertThat(result.output().dataType()).isEqualTo(DataType.FLOAT);
  }

  @Test
  void options() {
    Attention attention = Attention.attention();
    assertSays(
        () -> attention.softcap(0), "Attention: softcap is 0.0 but must be positive and finite.");
    assertSays(
        () -> attention.softcap(Double.NaN),
        "Attention: softcap is NaN but must be positive and finite.");
    assertSays(
        () -> attention.scale(Double.POSITIVE_INFINITY),
        "Attention: scale is Infinity but must be finite.");
    assertSays(() -> attention.heads(0), "Attention: heads is 0 but must be at least 1.");
    assertSays(() -> attention.name(" "), "Attention: name is ' ' but must be not blank.");
    assertSays(
        () -> attention.heads(3).apply(q, k, v),
        "Attention: heads is 3 but must be the number of heads of the queries, 6.");
  }

  @Test
  void shapes() {
    Attention attention = Attention.attention();
    assertSays(
        () -> attention.apply(input("q2", -1, 5), k, v),
        "Attention: 'q2' of shape [-1, 5] has rank 2 but must have [b, T, d] or [b, h, T, d].");
    assertSays(
        () -> attention.apply(q, input("k3", -1, 11, 7), v),
        "Attention: 'k3' of shape [-1, 11, 7] has rank 3 but must have the queries' rank 4.");
    assertSays(
        () -> attention.apply(q, input("k4", -1, 2, 11, 8), v),
        "Attention: 'k4' of shape [-1, 2, 11, 8] has 8 features but must have the 7 features of"
            + " 'q'.");
    assertSays(
        () -> attention.apply(q, k, input("v4", -1, 2, 12, 13)),
        "Attention: 'v4' of shape [-1, 2, 12, 13] has 12 steps but must have the 11 steps of 'k'.");
    assertSays(
        () -> attention.apply(q, input("k5", -1, 4, 11, 7), input("v5", -1, 4, 11, 7)),
        "Attention: 'k5' of shape [-1, 4, 11, 7] has 4 heads but must have a number of heads that"
            + " divides the queries' 6.");
  }

  @Test
  void types() {
    SDVariable wide = sd.placeHolder("wide", DataType.DOUBLE, -1, 2, 11, 7);
    assertSays(
        () -> Attention.attention().apply(q, wide, v),
        "Attention: 'wide' of shape [-1, 2, 11, 7] has type DOUBLE but must have HALF, FLOAT or"
            + " DOUBLE, the same for queries, keys and values.");
  }

  @Test
  void masks() {
    assertSays(
        () -> Attention.attention().mask(input("m", -1, 7)).apply(q, k, v),
        "Attention: 'm' of shape [-1, 7] has size 7 on axis -1 but must have 1 or the number of"
            + " keys, 11.");
    SDVariable one = input("one", -1, 11, 7);
    assertSays(
        () -> Attention.attention().mask(input("m4", -1, 1, 1, 11)).apply(one, one, one),
        "Attention: 'm4' of shape [-1, 1, 1, 11] has rank 4 but must have a mask that broadcasts"
            + " to [b, Tq, Tk].");
  }

  /** All axes count, and what a mask of rank 3 means must be clear. */
  @Test
  void masksOnEveryAxis() {
    SDVariable four = input("four", 2, 4, 5, 3);
    assertSays(
        () -> Attention.attention().mask(input("m1", 3, 1, 1, 5)).apply(four, four, four),
        "Attention: 'm1' of shape [3, 1, 1, 5] has size 3 on axis -4 but must have 1 or the number"
            + " of examples, 2.");
    assertSays(
        () -> Attention.attention().mask(input("m2", 2, 5, 5)).apply(four, four, four),
        "Attention: 'm2' of shape [2, 5, 5] has size 2 on axis -3 but must have 1 or the number of"
            + " heads, 4; for one mask an example, [b, 1, Tq, Tk].");
    assertSays(
        () -> Attention.attention().bias(input("m3", 2, 2, 5, 5)).apply(four, four, four),
        "Attention: 'm3' of shape [2, 2, 5, 5] has size 2 on axis -3 but must have 1 or the number"
            + " of heads, 4.");
    SDVariable square = input("square", 4, 4, 5, 3);
    assertSays(
        () -> Attention.attention().mask(input("m5", 4, 5, 5)).apply(square, square, square),
        "Attention: 'm5' of shape [4, 5, 5] has rank 3 where examples and heads are both 4 but must"
            + " have [b, 1, Tq, Tk] for one mask an example or [1, h, Tq, Tk] for one a head.");
    SDVariable one = input("one", 2, 5, 3);
    assertSays(
        () -> Attention.attention().mask(input("m6", 3, 5, 5)).apply(one, one, one),
        "Attention: 'm6' of shape [3, 5, 5] has size 3 on axis -3 but must have 1 or the number of"
            + " examples, 2.");
    Attention.attention().mask(input("m7", 4, 1, 5)).apply(four, four, four);
    Attention.attention().mask(input("m8", 1, 5, 5)).apply(square, square, square);
    Attention.attention().mask(input("m9", 2, 5, 5)).apply(one, one, one);
  }

  @Test
  void emptyShapes() {
    for (long[] shape : new long[][] {{0, 4, 5, 3}, {2, 0, 5, 3}, {2, 4, 0, 3}, {2, 4, 5, 0}}) {
      SDVariable empty =
          sd.placeHolder("empty" + java.util.Arrays.hashCode(shape), DataType.FLOAT, shape);
      assertThatThrownBy(() -> Attention.attention().apply(empty, empty, empty))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("but must have at least 1 there.");
    }
  }

  @Test
  void packedHeads() {
    Attention attention = Attention.attention();
    assertSays(
        () -> attention.packedHeads(0), "Attention: packedHeads is 0 but must be at least 1.");
    assertSays(
        () -> attention.packedHeads(6, 4),
        "Attention: the number of packed key heads is 4 but must be a divisor of the number of"
            + " query heads, 6.");
    SDVariable packed = input("packed", -1, 5, 12);
    assertSays(
        () -> Attention.attention().packedHeads(5).apply(packed, packed, packed),
        "Attention: 'packed' of shape [-1, 5, 12] has 12 features but must have a multiple of its 5"
            + " heads.");
    assertSays(
        () -> Attention.attention().packedHeads(3, 1).apply(packed, packed, packed),
        "Attention: 'packed' of shape [-1, 5, 12] has 12 features a head but must have the 4"
            + " features a head of 'packed'.");
    assertSays(
        () -> Attention.attention().packedHeads(3).apply(q, k, v),
        "Attention: 'q' of shape [-1, 6, 5, 7] has rank 4 but must have [b, T, heads * d].");
    assertSays(
        () -> Attention.attention().heads(3).apply(packed, packed, packed),
        "Attention: heads is 3 but must be the number of heads of the queries, 1; for [b, T, heads"
            + " * d] say packedHeads.");
  }

  @Test
  void pastLengthsAndBias() {
    assertSays(
        () -> Attention.attention().past(input("p", -1, 3, 4, 7), v).apply(q, k, v),
        "Attention: 'p' of shape [-1, 3, 4, 7] has 3 heads but must have the 2 heads of 'k'.");
    assertSays(
        () ->
            Attention.attention()
                .past(input("p1", -1, 2, 4, 7), input("p2", -1, 2, 5, 13))
                .apply(q, k, v),
        "Attention: 'p2' of shape [-1, 2, 5, 13] has 5 steps but must have the 4 steps of 'p1'.");
    assertSays(
        () -> Attention.attention().keyLengths(input("n", 3)).apply(q, k, v),
        "Attention: 'n' of shape [3] has type FLOAT but must have a whole number type.");
    SDVariable bool = sd.placeHolder("bool", DataType.BOOL, 5, 11);
    assertSays(
        () -> Attention.attention().bias(bool).apply(q, k, v),
        "Attention: the bias's type is BOOL but must be floating point; give what hides keys to"
            + " mask.");
    assertSays(
        () -> Attention.attention().window(-2, 0),
        "Attention: the window's left side is -2 but must be at least 0, or -1 for all keys.");
  }

  @Test
  void learnableParameters() {
    SDVariable computed = q.add(1);
    Normalizer learnable = Normalizers.ssmax();
    assertSays(
        () -> Attention.attention().normalizer(learnable).apply(computed, k, v),
        "Attention: heads is not known but must be said with heads(h) for a normalizer with"
            + " learnable parameters.");
    assertSays(
        () -> Attention.attention().normalizer(learnable, Map.of()).apply(q, k, v),
        "Attention: normalizer's parameters is [] but must be all that it declares, and 's' is"
            + " missing.");
    Attention.attention().normalizer(learnable).heads(6).apply(computed, k, v);
    assertThat(sd.getVariable("attention/s").getShape()).containsExactly(6);
  }

  @Test
  void aNormalizerThatAsksForUnknownHeads() {
    SDVariable computed = q.add(1);
    Normalizer curious = (graph, scores, context) -> scores.mul(context.heads());
    assertThatThrownBy(() -> Attention.attention().normalizer(curious).apply(computed, k, v))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The graph does not know the number of heads; say it with Attention.heads(h).");
  }
}
