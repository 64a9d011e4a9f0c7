package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Packed heads, alignment, window, bias beside mask, key lengths and a cache, against loops. */
class AttentionOperatorTest extends AttentionValues {
  private final Map<String, INDArray> more = new LinkedHashMap<>();
  private boolean known = true;

  /** The parts of the result by their record's names. */
  private Map<String, INDArray> run(Attention attention, boolean packed) {
    SameDiff sd = SameDiff.create();
    AttentionResult result = apply(sd, attention, packed);
    Map<String, INDArray> inputs = new HashMap<>(more);
    inputs.put("q", packed ? packed(q) : q);
    inputs.put("k", packed ? packed(k) : k);
    inputs.put("v", packed ? packed(v) : v);
    Map<String, SDVariable> parts = new LinkedHashMap<>();
    parts.put("output", result.output());
    parts.put("weights", result.weights());
    parts.put("scores", result.scores());
    parts.put("unmasked", result.unmaskedScores());
    parts.put("keys", result.presentKeys());
    parts.put("values", result.presentValues());
    List<String> names = new ArrayList<>();
    parts.values().forEach(part -> names.add(part.name()));
    Map<String, INDArray> values = sd.output(inputs, names);
    Map<String, INDArray> byPart = new LinkedHashMap<>();
    parts.forEach((part, variable) -> byPart.put(part, values.get(variable.name())));
    return byPart;
  }

  private AttentionResult apply(SameDiff sd, Attention attention, boolean packed) {
    if (more.containsKey("mask")) {
      attention.mask(input(sd, "mask", more.get("mask")));
    }
    if (more.containsKey("bias")) {
      attention.bias(input(sd, "bias", more.get("bias")));
    }
    if (more.containsKey("lengths")) {
      attention.keyLengths(input(sd, "lengths", more.get("lengths")));
    }
    if (more.containsKey("pastKeys")) {
      attention.past(
          input(sd, "pastKeys", more.get("pastKeys")),
          input(sd, "pastValues", more.get("pastValues")));
    }
    return attention.apply(
        input(sd, "q", packed ? packed(q) : q),
        input(sd, "k", packed ? packed(k) : k),
        input(sd, "v", packed ? packed(v) : v));
  }

  private SDVariable input(SameDiff sd, String name, INDArray value) {
    if (known) {
      return sd.placeHolder(name, value.dataType(), value.shape());
    }
    long[] open = value.shape().clone();
    java.util.Arrays.fill(open, -1);
    return sd.placeHolder(name, value.dataType(), open);
  }

  static INDArray packed(INDArray x) {
    return x.permute(0, 2, 1, 3).dup('c').reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
  }

  private void past(int steps) {
    more.put("pastKeys", Nd4j.randn(DataType.DOUBLE, 2, k.size(1), steps, 11));
    more.put("pastValues", Nd4j.randn(DataType.DOUBLE, 2, k.size(1), steps, 13));
  }

  private INDArray withPast(String past, INDArray x) {
    INDArray before = more.get(past);
    return before == null ? x : Nd4j.concat(2, before, x);
  }

  /** Runs unpacked and packed, known and not, and compares with the loops. */
  private void check(java.util.function.Supplier<Attention> attention) {
    INDArray keys = withPast("pastKeys", k);
    INDArray values = withPast("pastValues", v);
    INDArray wanted = expected.of(q, keys, values);
    for (boolean shapes : new boolean[] {true, false}) {
      known = shapes;
      for (boolean packed : new boolean[] {false, true}) {
        Attention description = attention.get();
        if (packed) {
          description.packedHeads((int) q.size(1), (int) k.size(1));
        }
        Map<String, INDArray> actual = run(description, packed);
        close(actual.get("output"), packed ? packed(wanted) : wanted, 1e-12);
        close(actual.get("weights"), expected.weights, 1e-12);
        close(actual.get("keys"), keys, 0);
        close(actual.get("values"), values, 0);
      }
    }
  }

  private void grouped() {
    q = Nd4j.randn(DataType.DOUBLE, 2, 6, 5, 11);
    k = Nd4j.randn(DataType.DOUBLE, 2, 2, 7, 11);
    v = Nd4j.randn(DataType.DOUBLE, 2, 2, 7, 13);
  }

  @Test
  void packedHeads() {
    check(Attention::attention);
    grouped();
    check(Attention::attention);
  }

  @ParameterizedTest
  @CsvSource({"5, 7", "7, 5", "5, 5", "1, 7"})
  void causalAtEitherEnd(int queries, int keys) {
    q = Nd4j.randn(DataType.DOUBLE, 2, 3, queries, 11);
    k = Nd4j.randn(DataType.DOUBLE, 2, 3, keys, 11);
    v = Nd4j.randn(DataType.DOUBLE, 2, 3, keys, 13);
    expected.mask = (example, head, query, key) -> key <= query ? 0 : HIDE;
    check(() -> Attention.attention().causal(true).align(QueryAlignment.FIRST_KEY));
    expected.mask = (example, head, query, key) -> key <= query + keys - queries ? 0 : HIDE;
    check(() -> Attention.attention().causal(true).align(QueryAlignment.LAST_KEY));
    check(() -> Attention.attention().causal(true));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 2", "-1, 1", "2, -1", "-1, -1"})
  void window(int left, int right) {
    expected.mask =
        (example, head, query, key) ->
            (left < 0 || key >= query - left) && (right < 0 || key <= query + right) ? 0 : HIDE;
    check(() -> Attention.attention().window(left, right).align(QueryAlignment.FIRST_KEY));
    expected.mask =
        (example, head, query, key) ->
            (left < 0 || key >= query + 2 - left) && key <= query + 2 ? 0 : HIDE;
    check(() -> Attention.attention().window(left, right).causal(true));
  }

  @Test
  void aBooleanMaskAndABiasAtOnce() {
    INDArray bias = Nd4j.randn(DataType.DOUBLE, 3, 5, 7).muli(3);
    INDArray mask = Nd4j.create(DataType.DOUBLE, 2, 1, 1, 7);
    fill(mask, at -> at[3] < 4 + at[0] ? 1 : 0);
    more.put("bias", bias.reshape(1, 3, 5, 7));
    more.put("mask", mask.castTo(DataType.BOOL));
    expected.mask =
        (example, head, query, key) -> key < 4 + example ? bias.getDouble(head, query, key) : HIDE;
    check(Attention::attention);
    // Two additive ones.
    INDArray additive = mask.rsub(1).muli(-10_000).addi(0.25);
    more.put("mask", additive);
    check(Attention::attention);
  }

  /** What is as low as a mask but is a bias hides nothing: this map counts the visible keys. */
  @Test
  void aBiasHidesNothing() {
    INDArray bias = Nd4j.zeros(DataType.DOUBLE, 7);
    bias.putScalar(2, -20_000);
    more.put("bias", bias);
    INDArray weights =
        run(Attention.attention().normalizer(Normalizers.relu()), false).get("weights");
    INDArray scores = run(Attention.attention(), false).get("scores");
    assertThat(scores.getDouble(0, 0, 0, 2)).isBetween(-20_010.0, -19_990.0);
    assertThat(weights.getDouble(0, 0, 0, 0))
        .isEqualTo(Math.max(0, scores.getDouble(0, 0, 0, 0)) / 7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "LONG", "UBYTE"})
  void keyLengths(String type) {
    INDArray lengths = Nd4j.createFromArray(4, 0);
    more.put("lengths", lengths.castTo(DataType.valueOf(type)));
    expected.mask = (example, head, query, key) -> key < lengths.getInt(example) ? 0 : HIDE;
    check(Attention::attention);
    lengths.putScalar(1, 7);
    more.put("lengths", lengths.castTo(DataType.valueOf(type)));
    expected.mask =
        (example, head, query, key) ->
            key < lengths.getInt(example) && key <= query + lengths.getInt(example) - 5 ? 0 : HIDE;
    check(() -> Attention.attention().causal(true));
    expected.mask =
        (example, head, query, key) -> key < lengths.getInt(example) && key <= query ? 0 : HIDE;
    check(() -> Attention.attention().causal(true).align(QueryAlignment.FIRST_KEY));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void pastKeysAndValues(int steps) {
    past(steps);
    check(Attention::attention);
    expected.mask = (example, head, query, key) -> key <= query + steps ? 0 : HIDE;
    check(() -> Attention.attention().causal(true).align(QueryAlignment.FIRST_KEY));
    expected.mask = (example, head, query, key) -> key <= query + steps + 2 ? 0 : HIDE;
    check(() -> Attention.attention().causal(true));
    grouped();
    past(steps);
    INDArray lengths = Nd4j.createFromArray(4L, 6L + steps);
    more.put("lengths", lengths);
    INDArray bias = Nd4j.randn(DataType.DOUBLE, 5, 7 + steps);
    more.put("bias", bias);
    expected.mask =
        (example, head, query, key) ->
            key < lengths.getInt(example) && key <= query + steps && key >= query + steps - 3
                ? bias.getDouble(query, key)
                : HIDE;
    check(() -> Attention.attention().causal(true).window(3, 0).align(QueryAlignment.FIRST_KEY));
  }

  /** One step after another, each with the cache that the one before has left. */
  @Test
  void decodingStepByStepIsTheWhole() {
    k = Nd4j.randn(DataType.DOUBLE, 2, 3, 5, 11);
    v = Nd4j.randn(DataType.DOUBLE, 2, 3, 5, 13);
    expected.causal = true;
    INDArray wanted = expected.of(q, k, v);
    INDArray allQueries = q;
    INDArray allKeys = k;
    INDArray allValues = v;
    known = false;
    more.put("pastKeys", Nd4j.create(DataType.DOUBLE, 2, 3, 0, 11));
    more.put("pastValues", Nd4j.create(DataType.DOUBLE, 2, 3, 0, 13));
    for (int step = 0; step < 5; step++) {
      q = step(allQueries, step);
      k = step(allKeys, step);
      v = step(allValues, step);
      Map<String, INDArray> actual = run(Attention.attention().causal(true), false);
      close(actual.get("output"), step(wanted, step), 1e-12);
      more.put("pastKeys", actual.get("keys"));
      more.put("pastValues", actual.get("values"));
    }
    assertThat(more.get("pastKeys")).isEqualTo(allKeys);
    assertThat(more.get("pastValues")).isEqualTo(allValues);
  }

  private static INDArray step(INDArray x, int step) {
    return x.get(
            NDArrayIndex.all(),
            NDArrayIndex.all(),
            NDArrayIndex.interval(step, step + 1),
            NDArrayIndex.all())
        .dup();
  }

  /** A cache for inputs of one head without an axis for it. */
  @Test
  void rankThreeWithACache() {
    q = Nd4j.randn(DataType.DOUBLE, 2, 1, 5, 11);
    k = Nd4j.randn(DataType.DOUBLE, 2, 1, 7, 11);
    v = Nd4j.randn(DataType.DOUBLE, 2, 1, 7, 13);
    past(3);
    expected.causal = true;
    INDArray wanted = expected.of(q, withPast("pastKeys", k), withPast("pastValues", v));
    q = q.reshape(2, 5, 11);
    k = k.reshape(2, 7, 11);
    v = v.reshape(2, 7, 13);
    more.replaceAll((name, value) -> value.reshape(2, 3, value.size(3)));
    for (boolean shapes : new boolean[] {true, false}) {
      known = shapes;
      Map<String, INDArray> actual = run(Attention.attention().causal(true), false);
      close(actual.get("output"), wanted.reshape(2, 5, 13), 1e-12);
      assertThat(actual.get("keys").shape()).containsExactly(2, 10, 11);
    }
  }

  @ParameterizedTest
  @CsvSource({"HALF, 4e-3", "FLOAT, 1e-5"})
  void narrowTypes(String type, double tolerance) {
    grouped();
    past(3);
    expected.mask = (example, head, query, key) -> key <= query + 3 ? 0 : HIDE;
    INDArray wanted = expected.of(q, withPast("pastKeys", k), withPast("pastValues", v));
    DataType narrow = DataType.valueOf(type);
    q = q.castTo(narrow);
    k = k.castTo(narrow);
    v = v.castTo(narrow);
    more.replaceAll((name, value) -> value.castTo(narrow));
    Map<String, INDArray> actual =
        run(
            Attention.attention().packedHeads(6, 2).causal(true).align(QueryAlignment.FIRST_KEY),
            true);
    assertThat(actual.get("keys").dataType()).isEqualTo(narrow);
    close(actual.get("output"), packed(wanted), tolerance);
  }

  /** All at once, by every floating-point input. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gradientsAreExact(boolean packed) {
    grouped();
    past(3);
    INDArray mask = Nd4j.create(DataType.DOUBLE, 2, 1, 1, 10);
    fill(mask, at -> (at[0] + at[3]) % 4 == 1 ? 0 : 1);
    more.put("mask", mask.castTo(DataType.BOOL));
    more.put("bias", Nd4j.randn(DataType.DOUBLE, 6, 5, 10).reshape(1, 6, 5, 10));
    more.put("lengths", Nd4j.createFromArray(9, 6));
    Map<String, INDArray> values = new LinkedHashMap<>(more);
    values.put("q", packed ? packed(q) : q);
    values.put("k", packed ? packed(k) : k);
    values.put("v", packed ? packed(v) : v);
    SameDiff sd = SameDiff.create();
    known = false;
    Attention attention = Attention.attention().normalizer(Normalizers.entmax(1.3)).causal(true);
    if (packed) {
      attention.packedHeads(6, 2);
    }
    AttentionResult result = apply(sd, attention.window(6, 0).softcap(3), packed);
    SDVariable factors =
        sd.constant(
            Nd4j.randn(DataType.DOUBLE, packed ? new long[] {2, 5, 78} : new long[] {2, 6, 5, 13}));
    // The framework differentiates no graph without a variable.
    SDVariable one = sd.var("one", Nd4j.scalar(1.0));
    SDVariable squares = result.weights().mul(result.weights()).sum();
    SDVariable loss = result.output().mul(factors).sum().add(squares).mul(one);
    sd.setLossVariables(loss);
    String[] wanted = {"q", "k", "v", "bias", "pastKeys", "pastValues"};
    sd.createGradFunction(wanted); // for placeholders, too
    Map<String, INDArray> gradients = sd.calculateGradients(values, wanted);
    for (String name : wanted) {
      INDArray start = values.get(name);
      INDArray direction = Nd4j.randn(DataType.DOUBLE, start.shape());
      double step = 1e-6;
      values.put(name, start.add(direction.mul(step)));
      double above = sd.output(values, loss.name()).get(loss.name()).getDouble(0);
      values.put(name, start.sub(direction.mul(step)));
      double below = sd.output(values, loss.name()).get(loss.name()).getDouble(0);
      values.put(name, start);
      double slope = gradients.get(name).mul(direction).sumNumber().doubleValue();
      assertThat(slope)
          .as(name)
          .isCloseTo((above - below) / (2 * step), org.assertj.core.data.Offset.offset(1e-6));
      assertThat(gradients.get(name).amaxNumber().doubleValue()).as(name).isPositive();
    }
  }

  @Test
  void withoutAnything() {
    @Nullable INDArray none = more.get("mask");
    assertThat(none).isNull();
    close(run(Attention.attention(), false).get("output"), expected.of(q, k, v), 1e-12);
  }
}
