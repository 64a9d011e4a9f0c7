package org.attention4j.badinput;

import static org.attention4j.badinput.Wrong.wrong;

import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.samediff.Attention;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** What the facade for SameDiff graphs refuses when the graph is made. */
class FacadeTest {
  private static final SameDiff SD = SameDiff.create();
  private static final SDVariable Q = input(-1, 6, 5, 7);
  private static final SDVariable K = input(-1, 2, 11, 7);
  private static final SDVariable V = input(-1, 2, 11, 13);
  private static final SDVariable PACKED = input(-1, 5, 12);

  private static SDVariable input(long... shape) {
    return SD.placeHolder("in" + SD.variables().size(), DataType.FLOAT, shape);
  }

  private static Attention attention() {
    return Attention.attention();
  }

  static Stream<Wrong> options() {
    double infinity = Double.POSITIVE_INFINITY;
    return Stream.of(
        wrong(
            "no normalizer",
            () -> attention().normalizer(null),
            "Attention",
            "normalizer is null",
            "Normalizers.softmax()"),
        wrong(
            "no normalizer, but parameters",
            () -> attention().normalizer(null, Map.of()),
            "Attention",
            "normalizer is null",
            "Normalizers.softmax()"),
        wrong(
            "no parameters",
            () -> attention().normalizer(Normalizers.ssmax(), null),
            "Attention",
            "parameters is null",
            "a map"),
        wrong(
            "parameters that lack one",
            () -> attention().normalizer(Normalizers.ssmax(), Map.of()).apply(Q, K, V),
            "Attention",
            "'s' is missing",
            "all that it declares"),
        wrong(
            "soft cap 0", () -> attention().softcap(0), "Attention", "softcap is 0.0", "positive"),
        wrong(
            "soft cap below 0",
            () -> attention().softcap(-2),
            "Attention",
            "softcap is -2.0",
            "positive"),
        wrong(
            "soft cap NaN",
            () -> attention().softcap(Double.NaN),
            "Attention",
            "softcap is NaN",
            "positive"),
        wrong(
            "soft cap infinite",
            () -> attention().softcap(infinity),
            "Attention",
            "softcap is Infinity",
            "finite"),
        wrong(
            "scale NaN",
            () -> attention().scale(Double.NaN),
            "Attention",
            "scale is NaN",
            "finite"),
        wrong(
            "scale infinite",
            () -> attention().scale(-infinity),
            "Attention",
            "scale is -Infinity",
            "finite"),
        wrong("no heads", () -> attention().heads(0), "Attention", "heads is 0", "at least 1"),
        wrong(
            "other heads",
            () -> attention().heads(3).apply(Q, K, V),
            "Attention",
            "heads is 3",
            "6"),
        wrong("a blank name", () -> attention().name(" "), "Attention", "name is ' '", "not blank"),
        wrong("no name", () -> attention().name(null), "Attention", "name is null", "not blank"),
        wrong(
            "no alignment",
            () -> attention().align(null),
            "Attention",
            "align is null",
            "LAST_KEY"),
        wrong(
            "no dropout",
            () -> attention().dropout(null),
            "Attention",
            "dropout is null",
            "a function"),
        wrong(
            "window to the left below -1",
            () -> attention().window(-2, 0),
            "Attention",
            "left side is -2",
            "at least 0"),
        wrong(
            "window to the right below -1",
            () -> attention().window(0, -7),
            "Attention",
            "right side is -7",
            "at least 0"),
        wrong(
            "no packed heads",
            () -> attention().packedHeads(0),
            "Attention",
            "packedHeads is 0",
            "at least 1"),
        wrong(
            "packed heads that do not divide",
            () -> attention().packedHeads(6, 4),
            "Attention",
            "packed key heads is 4",
            "divisor"),
        wrong(
            "no packed key heads",
            () -> attention().packedHeads(6, 0),
            "Attention",
            "packed key heads is 0",
            "divisor"),
        wrong(
            "no past keys",
            () -> attention().past(null, V),
            "Attention",
            "past keys is null",
            "a variable"),
        wrong(
            "no past values",
            () -> attention().past(K, null),
            "Attention",
            "past values is null",
            "a variable"));
  }

  static Stream<Wrong> variables() {
    SDVariable whole = SD.placeHolder("whole", DataType.INT32, -1, 2, 11, 7);
    return Stream.of(
        wrong(
            "no queries",
            () -> attention().apply(null, K, V),
            "Attention",
            "queries is null",
            "a variable"),
        wrong(
            "no keys",
            () -> attention().apply(Q, null, V),
            "Attention",
            "keys is null",
            "a variable"),
        wrong(
            "no values",
            () -> attention().apply(Q, K, null),
            "Attention",
            "values is null",
            "a variable"),
        wrong(
            "rank 2",
            () -> attention().apply(input(-1, 5), K, V),
            "Attention",
            "[-1, 5]",
            "rank 2",
            "[b, T, d]"),
        wrong(
            "another rank",
            () -> attention().apply(Q, input(-1, 11, 7), V),
            "Attention",
            "rank 3",
            "the queries' rank 4"),
        wrong(
            "other features",
            () -> attention().apply(Q, input(-1, 2, 11, 8), V),
            "Attention",
            "8 features",
            "7 features"),
        wrong(
            "other steps",
            () -> attention().apply(Q, K, input(-1, 2, 12, 13)),
            "Attention",
            "12 steps",
            "11 steps"),
        wrong(
            "heads that do not divide",
            () -> attention().apply(Q, input(-1, 4, 11, 7), input(-1, 4, 11, 7)),
            "Attention",
            "4 heads",
            "divides the queries' 6"),
        wrong(
            "whole numbers",
            () -> attention().apply(Q, whole, V),
            "Attention",
            "type INT",
            "HALF, FLOAT or DOUBLE"),
        wrong(
            "no steps",
            () -> attention().apply(Q, input(-1, 2, 0, 7), input(-1, 2, 0, 13)),
            "Attention",
            "[-1, 2, 0, 7]",
            "at least 1"),
        wrong(
            "a mask of other keys",
            () -> attention().mask(input(-1, 7)).apply(Q, K, V),
            "Attention",
            "size 7 on axis -1",
            "11"),
        wrong(
            "a mask of rank 5",
            () -> attention().mask(input(1, 1, 1, 1, 11)).apply(Q, K, V),
            "Attention",
            "rank 5",
            "[b, h, Tq, Tk]"),
        wrong(
            "a bias of whole numbers",
            () -> attention().bias(whole).apply(Q, K, V),
            "Attention",
            "bias's type is INT",
            "floating point"),
        wrong(
            "lengths that are fractions",
            () -> attention().keyLengths(input(3)).apply(Q, K, V),
            "Attention",
            "type FLOAT",
            "whole number"),
        wrong(
            "past keys of other heads",
            () -> attention().past(input(-1, 3, 4, 7), V).apply(Q, K, V),
            "Attention",
            "3 heads",
            "2 heads"),
        wrong(
            "packed features that do not divide",
            () -> attention().packedHeads(5).apply(PACKED, PACKED, PACKED),
            "Attention",
            "12 features",
            "multiple of its 5 heads"));
  }

  @ParameterizedTest
  @MethodSource({"options", "variables"})
  void isRefused(Wrong wrong) {
    wrong.assertRefused();
  }
}
