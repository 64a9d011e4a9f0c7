package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What cannot be and shows only when the graph runs: one sentence, and never the end of the JVM.
 */
class AttentionRunChecksTest {
  private static final String CONTENT =
      "Attention 'attention': queries, keys and values must have at least 1 on every axis";
  private static final String MASK =
      "Attention 'attention': the mask must broadcast to the scores, [b, h, Tq, Tk] or [b, Tq, Tk]";

  private SameDiff sd = SameDiff.create();
  private String loss = "";

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(5);
  }

  /** Rank 4, no size known; or nothing known at all. */
  private void graph(Attention attention, boolean ranks) {
    SDVariable one = sd.var("one", Nd4j.scalar(1f));
    AttentionResult result =
        attention.apply(input("q", ranks), input("k", ranks), input("v", ranks));
    SDVariable total = result.output().sum().mul(one);
    sd.setLossVariables(total);
    loss = total.name();
  }

  private SDVariable input(String name, boolean ranks) {
    return ranks
        ? sd.placeHolder(name, DataType.FLOAT, -1, -1, -1, -1)
        : sd.placeHolder(name, DataType.FLOAT);
  }

  private static Map<String, INDArray> inputs(long[] q, long[] k) {
    Map<String, INDArray> values = new HashMap<>();
    values.put("q", Nd4j.rand(DataType.FLOAT, q));
    values.put("k", Nd4j.rand(DataType.FLOAT, k));
    values.put("v", Nd4j.rand(DataType.FLOAT, k));
    return values;
  }

  private static Map<String, INDArray> inputs() {
    return inputs(new long[] {2, 4, 5, 3}, new long[] {2, 4, 7, 3});
  }

  private void assertSays(Map<String, INDArray> values, String sentence) {
    assertThatThrownBy(() -> sd.output(values, loss)).hasMessageContaining(sentence);
    assertThatThrownBy(() -> sd.calculateGradients(values, "one")).hasMessageContaining(sentence);
  }

  private void assertRuns(Map<String, INDArray> values) {
    assertThatCode(() -> sd.output(values, loss)).doesNotThrowAnyException();
    assertThat(sd.calculateGradients(values, "one").get("one").getDouble(0)).isFinite();
  }

  @Test
  void emptyInputs() {
    for (boolean ranks : new boolean[] {true, false}) {
      sd = SameDiff.create();
      graph(Attention.attention(), ranks);
      assertRuns(inputs());
      long[][][] empty = {
        {{0, 4, 5, 3}, {0, 4, 7, 3}},
        {{2, 4, 5, 3}, {2, 4, 0, 3}},
        {{2, 4, 0, 3}, {2, 4, 7, 3}},
        {{2, 0, 5, 3}, {2, 0, 7, 3}},
        {{2, 4, 5, 0}, {2, 4, 7, 0}}
      };
      for (long[][] shapes : empty) {
        Map<String, INDArray> values = new HashMap<>();
        values.put("q", Nd4j.create(DataType.FLOAT, shapes[0]));
        values.put("k", Nd4j.create(DataType.FLOAT, shapes[1]));
        values.put("v", Nd4j.create(DataType.FLOAT, shapes[1]));
        assertSays(values, CONTENT);
      }
    }
  }

  /** The usual graph: the number of examples is all that is not known. */
  @Test
  void emptyBatchOfKnownSizes(@TempDir Path directory) throws IOException {
    SDVariable x = sd.placeHolder("x", DataType.FLOAT, -1, 4, 5, 3);
    SDVariable output = Attention.attention().causal(true).apply(x, x, x).output();
    INDArray empty = Nd4j.create(DataType.FLOAT, 0, 4, 5, 3);
    assertThatThrownBy(() -> sd.output(Map.of("x", empty), output.name()))
        .hasMessageContaining(CONTENT);
    INDArray some = Nd4j.rand(DataType.FLOAT, 2, 4, 5, 3);
    INDArray expected = sd.output(Map.of("x", some), output.name()).get(output.name());
    File file = directory.resolve("graph").toFile();
    sd.save(file, false);
    SameDiff loaded = SameDiff.load(file, false);
    assertThat(loaded.output(Map.of("x", some), output.name()).get(output.name()))
        .isEqualTo(expected);
    assertThatThrownBy(() -> loaded.output(Map.of("x", empty), output.name()))
        .hasMessageContaining(CONTENT);
  }

  @Test
  void masks() {
    for (boolean ranks : new boolean[] {true, false}) {
      sd = SameDiff.create();
      graph(Attention.attention().mask(sd.placeHolder("m", DataType.BOOL)), ranks);
      Map<String, INDArray> values = inputs();
      long[][] right = {{7}, {1}, {5, 7}, {5, 1}, {4, 5, 7}, {1, 5, 7}, {2, 1, 1, 7}, {2, 4, 5, 7}};
      for (long[] shape : right) {
        values.put("m", Nd4j.ones(DataType.BOOL, shape));
        assertRuns(values);
      }
      long[][] wrong = {
        {5}, {7, 5}, {2, 5, 7}, {3, 1, 1, 7}, {2, 2, 5, 7}, {4, 2, 5, 7}, {2, 4, 7, 7}
      };
      for (long[] shape : wrong) {
        values.put("m", Nd4j.ones(DataType.BOOL, shape));
        assertSays(values, MASK);
      }
      // As many examples as heads.
      values.putAll(inputs(new long[] {4, 4, 5, 3}, new long[] {4, 4, 7, 3}));
      values.put("m", Nd4j.ones(DataType.BOOL, 4, 5, 7));
      assertSays(
          values,
          "with as many examples as heads the mask must be [b, 1, Tq, Tk] for one an example or"
              + " [1, h, Tq, Tk] for one a head");
      values.put("m", Nd4j.ones(DataType.BOOL, 4, 1, 5, 7));
      assertRuns(values);
      values.put("m", Nd4j.ones(DataType.BOOL, 1, 5, 7));
      assertRuns(values);
    }
  }

  /** A mask without an entry is no mask; keys there are, and so it does not fit. */
  @Test
  void emptyMasks() {
    for (boolean additive : new boolean[] {true, false}) {
      sd = SameDiff.create();
      DataType type = additive ? DataType.FLOAT : DataType.BOOL;
      graph(Attention.attention().mask(sd.placeHolder("m", type)), true);
      Map<String, INDArray> values = inputs();
      values.put("m", Nd4j.create(type, 2, 1, 1, 0));
      assertThatThrownBy(() -> sd.output(values, loss))
          .hasMessageContaining("Attention 'attention': the mask must");
    }
    sd = SameDiff.create();
    graph(Attention.attention().keyLengths(sd.placeHolder("n", DataType.INT32, -1)), true);
    Map<String, INDArray> values = inputs();
    values.put("n", Nd4j.create(DataType.INT32, 0));
    assertThatThrownBy(() -> sd.output(values, loss))
        .hasMessageContaining("Attention 'attention': key lengths must");
  }

  @Test
  void noNumbers() {
    graph(Attention.attention().mask(sd.placeHolder("m", DataType.FLOAT, -1)), true);
    Map<String, INDArray> values = inputs();
    values.put("m", Nd4j.createFromArray(0f, 0, Float.NEGATIVE_INFINITY, 0, 0, 0, 0));
    assertRuns(values);
    values.put("m", Nd4j.createFromArray(0f, 0, Float.NaN, 0, 0, 0, 0));
    assertSays(values, "Attention 'attention': the mask must not have NaN");
    sd = SameDiff.create();
    graph(Attention.attention().bias(sd.placeHolder("m", DataType.FLOAT, -1)), true);
    assertSays(values, "Attention 'attention': the bias must be finite");
    values.put("m", Nd4j.createFromArray(0f, 0, Float.NEGATIVE_INFINITY, 0, 0, 0, 0));
    assertSays(values, "Attention 'attention': the bias must be finite");
  }

  @Test
  void keyLengths() {
    graph(Attention.attention().keyLengths(sd.placeHolder("n", DataType.INT32, -1)), true);
    Map<String, INDArray> values = inputs();
    values.put("n", Nd4j.createFromArray(0, 7));
    assertRuns(values);
    for (int wrong : new int[] {-1, 8}) {
      values.put("n", Nd4j.createFromArray(3, wrong));
      assertSays(values, "key lengths must be from 0 to the number of keys");
    }
    values.put("n", Nd4j.createFromArray(3));
    assertSays(values, "key lengths must have the shape [b]");
  }
}
