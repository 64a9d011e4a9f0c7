package org.attention4j.badinput;

import static org.attention4j.badinput.Wrong.wrong;

import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.RowEvaluation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Normalizers whose options or JSON are refused. */
class NormalizerOptionsTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double[] ONE = {1};

  static Stream<Wrong> factories() {
    Normalizer scaled = Normalizers.scaledByLogLength(Normalizers.softmax());
    return Stream.of(
        wrong("T = 0", () -> Normalizers.softmax(0), "'softmax'", "'temperature' is 0", "positive"),
        wrong(
            "T below 0",
            () -> Normalizers.softmax(-1),
            "'softmax'",
            "'temperature' is -1",
            "positive"),
        wrong(
            "T NaN",
            () -> Normalizers.softmax(NAN),
            "'softmax'",
            "'temperature' is NaN",
            "positive"),
        wrong(
            "T infinite",
            () -> Normalizers.softmax(INF),
            "'softmax'",
            "'temperature' is Infinity",
            "1e9"),
        wrong(
            "T too small for FLOAT",
            () -> Normalizers.softmax(1e-10),
            "'temperature' is 1.0E-10",
            "1e-9"),
        wrong(
            "learned T = 0",
            () -> Normalizers.softmaxWithLearnableTemperature(0),
            "'temperature' is 0",
            "positive"),
        wrong("c = 0", () -> Normalizers.softmax1(0), "'softmax1'", "'c' is 0", "positive"),
        wrong(
            "c infinite",
            () -> Normalizers.softmax1(INF),
            "'softmax1'",
            "'c' is Infinity",
            "finite"),
        wrong("sink NaN", () -> Normalizers.sink(NAN), "'sink'", "'initialLogit' is NaN", "1e28"),
        wrong(
            "sink out of range",
            () -> Normalizers.sink(1e29),
            "'sink'",
            "'initialLogit' is 1.0E29",
            "1e28"),
        wrong("k = 0", () -> Normalizers.topK(0), "'top-k'", "'k' is 0", "at least 1"),
        wrong("k below 0", () -> Normalizers.topK(-8), "'top-k'", "'k' is -8", "at least 1"),
        wrong(
            "straight through, k = 0",
            () -> Normalizers.topKStraightThrough(0, 1),
            "'k' is 0",
            "at least 1"),
        wrong(
            "straight through, T = 0",
            () -> Normalizers.topKStraightThrough(3, 0),
            "'temperature' is 0",
            "positive"),
        wrong(
            "fraction 0",
            () -> Normalizers.topFraction(0),
            "'top-fraction'",
            "'fraction' is 0",
            "above 0"),
        wrong(
            "fraction above 1",
            () -> Normalizers.topFraction(1.01),
            "'fraction' is 1.01",
            "at most 1"),
        wrong("fraction NaN", () -> Normalizers.topFraction(NAN), "'fraction' is NaN", "above 0"),
        wrong(
            "power: a = 0",
            () -> Normalizers.topPower(0, 0.5),
            "'top-power'",
            "'a' is 0",
            "above 0"),
        wrong(
            "power: b = 1", () -> Normalizers.topPower(1, 1), "'top-power'", "'b' is 1", "below 1"),
        wrong("power: b below 0", () -> Normalizers.topPower(1, -0.5), "'b' is -0.5", "above 0"),
        wrong("p = 0", () -> Normalizers.topP(0), "'top-p'", "'p' is 0", "above 0"),
        wrong("p = 1", () -> Normalizers.topP(1), "'top-p'", "'p' is 1", "0.999999"),
        wrong("alpha = 1", () -> Normalizers.entmax(1), "'entmax'", "'alpha' is 1", "above 1"),
        wrong("alpha NaN", () -> Normalizers.entmax(NAN), "'entmax'", "'alpha' is NaN", "above 1"),
        wrong(
            "alpha too large",
            () -> Normalizers.entmax(33),
            "'entmax'",
            "'alpha' is 33",
            "at most 32"),
        wrong(
            "learned alpha = 2",
            () -> Normalizers.entmaxWithLearnableAlpha(2),
            "'alpha' is 2",
            "below 2"),
        wrong(
            "asentmax, alpha 0",
            () -> Normalizers.asentmax(0),
            "'asentmax'",
            "'alpha' is 0",
            "above 1"),
        wrong(
            "scale infinite", () -> Normalizers.ssmax(-INF), "'ssmax'", "'s' is -Infinity", "1e7"),
        wrong(
            "scale out of range",
            () -> Normalizers.ssmax(1e8),
            "'ssmax'",
            "'s' is 100000000",
            "1e7"),
        wrong("length 1", () -> Normalizers.logN(1), "'log-n'", "'trainLength' is 1", "above 1"),
        wrong(
            "length NaN",
            () -> Normalizers.logN(NAN),
            "'log-n'",
            "'trainLength' is NaN",
            "above 1"),
        wrong("cap 0", () -> Normalizers.softCap(0), "'soft-cap'", "'cap' is 0", "positive"),
        wrong(
            "cap infinite",
            () -> Normalizers.softCap(INF),
            "'soft-cap'",
            "'cap' is Infinity",
            "1e6"),
        wrong(
            "beta below 0",
            () -> Normalizers.llama4Scale(-1, 8),
            "'llama4-scale'",
            "'beta' is -1",
            "from 0"),
        wrong("beta NaN", () -> Normalizers.llama4Scale(NAN, 8), "'beta' is NaN", "from 0"),
        wrong("length 0", () -> Normalizers.llama4Scale(0.1, 0), "'length' is 0", "at least 1"),
        wrong(
            "scaled twice",
            () -> Normalizers.scaledByLogLength(scaled),
            "'scaled-by-log-length'",
            "'normalizer'",
            "must not itself be"),
        wrong(
            "scaled by NaN",
            () -> Normalizers.scaledByLogLength(Normalizers.relu(), NAN),
            "'s' is NaN",
            "1e7"),
        wrong(
            "nothing scaled",
            () -> Normalizers.scaledByLogLength(null),
            "'scaled-by-log-length'",
            "'normalizer' is null",
            "Normalizers.softmax()"),
        wrong(
            "nothing capped",
            () -> Normalizers.softCap(2, null),
            "'soft-cap'",
            "'normalizer' is null",
            "Normalizers.softmax()"),
        wrong(
            "nothing scaled in steps",
            () -> Normalizers.llama4Scale(0.1, 8, null),
            "'llama4-scale'",
            "'normalizer' is null",
            "Normalizers.softmax()"));
  }

  private static Wrong json(String text, String... words) {
    return wrong(
        text.length() > 60 ? text.substring(0, 60) : text, () -> Normalizers.parse(text), words);
  }

  static Stream<Wrong> texts() {
    return Stream.of(
        wrong("no text", () -> Normalizers.parse(null), "null", "entmax:1.5"),
        wrong("nothing to write", () -> Normalizers.toJson(null), "null", "Normalizers.softmax()"),
        json("", "'' is not a normalizer", "entmax:1.5"),
        json("quux", "'quux'", "known are softmax"),
        json("{\"type\":\"quux\"}", "'quux'", "known are softmax"),
        json("{\"type\":7}", "needs a type", "known are softmax"),
        json("{}", "needs a type", "known are softmax"),
        json("{\"type\":\"softmax\"", "is not a normalizer", "top-k"),
        json("{\"type\":\"softmax\"} x", "is not a normalizer", "top-k"),
        json("{\"type\":\"softmax\",\"type\":\"relu\"}", "is not a normalizer", "top-k"),
        json("[1]", "'[1]' is not a normalizer", "entmax:1.5"),
        json("softmax:", "softmax:", "1.5"),
        json("softmax:x", "'x'", "decimal number"),
        json("softmax:NaN", "'NaN'", "decimal number"),
        json("softmax:0", "'temperature' is 0", "positive"),
        json("sparsemax:2", "'sparsemax' takes no number", "alone"),
        json("top-k", "'top-k'", "'k' is missing", "a whole number"),
        json("top-k:2.5", "'top-k'", "'k' is 2.5", "a whole number"),
        json("top-k:1e99", "'top-k'", "'k' is 1.0E99", "a whole number"),
        json("{\"type\":\"top-k\",\"k\":\"8\"}", "'k' is 8", "a whole number"),
        json("{\"type\":\"top-k\",\"k\":null}", "'k' is null", "a whole number"),
        json("{\"type\":\"entmax\",\"alfa\":1.5}", "'alfa' is unknown", "it takes alpha"),
        json("{\"type\":\"entmax\",\"learnable\":1}", "'learnable' is 1", "true or false"),
        json(
            "{\"type\":\"soft-cap\",\"normalizer\":7}",
            "'soft-cap'",
            "'normalizer' is 7",
            "a normalizer"),
        json(
            "{\"type\":\"soft-cap\",\"normalizer\":{\"type\":\"java.lang.Runtime\"}}",
            "'java.lang.Runtime'",
            "known are softmax"),
        json(
            "{\"type\":\"" + "x".repeat(100_000) + "\"}",
            "There is no normalizer 'xxx",
            "known are"),
        json("softmax:" + "9".repeat(100_000), "is '999", "decimal number"));
  }

  static Stream<Wrong> rows() {
    Normalizer softmax = Normalizers.softmax();
    Normalizer noKernel = (sd, scores, context) -> sd.nn.softmax(scores, -1);
    double[] empty = {};
    return Stream.of(
        wrong(
            "an empty row",
            () -> RowEvaluation.of(softmax, empty, empty, DataType.DOUBLE),
            "at least one score",
            "0 scores"),
        wrong(
            "a short gradient",
            () -> RowEvaluation.of(softmax, new double[3], ONE, DataType.DOUBLE),
            "as many gradients",
            "3 scores and 1 gradients"),
        wrong(
            "an empty row for a kernel",
            () -> RowEvaluation.ofKernel(softmax, empty, empty, DataType.DOUBLE),
            "at least one score",
            "0 scores"),
        wrong(
            "no kernel",
            () -> RowEvaluation.ofKernel(noKernel, ONE, ONE, DataType.DOUBLE),
            "no row kernel"),
        wrong(
            "a kernel in HALF",
            () -> RowEvaluation.ofKernel(softmax, ONE, ONE, DataType.FLOAT16),
            "FLOAT or DOUBLE",
            "HALF"));
  }

  @ParameterizedTest
  @MethodSource({"factories", "texts", "rows"})
  void isRefused(Wrong wrong) {
    wrong.assertRefused();
  }
}
