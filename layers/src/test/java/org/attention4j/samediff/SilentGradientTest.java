package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.normalizer.Normalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The framework's gradient function clones every operation of a graph, and logs a line for each
 * property that it does not find again. The facade has no such operation.
 */
class SilentGradientTest {
  private static final String COMPLAINT = "No fields found for property name";

  static List<Normalizer> normalizers() {
    return AttentionTrainingTest.normalizers();
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void everyOptionOfTheFacade(Normalizer normalizer) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.FLOAT, -1, 4, -1, 6);
    SDVariable wq = sd.var("wq", Nd4j.rand(DataType.FLOAT, 6));
    SDVariable memory = sd.placeHolder("memory", DataType.FLOAT, -1, 2, -1, 6);
    SDVariable past = sd.placeHolder("past", DataType.FLOAT, -1, 2, -1, 6);
    SDVariable mask = sd.placeHolder("mask", DataType.FLOAT, -1, 1, 1, -1);
    SDVariable bias = sd.placeHolder("bias", DataType.FLOAT, -1, -1);
    SDVariable lengths = sd.placeHolder("lengths", DataType.INT32, -1);
    AttentionResult result =
        Attention.attention()
            .normalizer(normalizer)
            .causal(true)
            .window(3, 0)
            .mask(mask)
            .bias(bias)
            .keyLengths(lengths)
            .past(past, past)
            .softcap(20)
            .heads(4)
            .apply(x.mul(wq), memory, memory);
    sd.setLossVariables(result.output().mul(result.output()).sum());
    Map<String, INDArray> inputs = new HashMap<>();
    inputs.put("x", Nd4j.rand(DataType.FLOAT, 2, 4, 3, 6));
    inputs.put("memory", Nd4j.rand(DataType.FLOAT, 2, 2, 4, 6));
    inputs.put("past", Nd4j.rand(DataType.FLOAT, 2, 2, 1, 6));
    inputs.put("mask", Nd4j.zeros(DataType.FLOAT, 2, 1, 1, 5));
    inputs.put("bias", Nd4j.rand(DataType.FLOAT, 3, 5));
    inputs.put("lengths", Nd4j.createFromArray(5, 4));
    assertThat(complaints(sd, inputs, "wq")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void packedHeads(Normalizer normalizer) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, -1, 12);
    SDVariable w = sd.var("w", Nd4j.rand(DataType.DOUBLE, 12));
    SDVariable q = x.mul(w);
    AttentionResult result =
        Attention.attention()
            .normalizer(normalizer)
            .packedHeads(4)
            .causal(true)
            .align(QueryAlignment.FIRST_KEY)
            .apply(q, q, q);
    sd.setLossVariables(result.output().mul(result.output()).sum());
    Map<String, INDArray> inputs = Map.of("x", Nd4j.rand(DataType.DOUBLE, 2, 5, 12));
    assertThat(complaints(sd, inputs, "w")).isEmpty();
  }

  /** This test sees the lines at all. */
  @Test
  void theFrameworksOwnSizeIsHeard() {
    SameDiff sd = SameDiff.create();
    SDVariable w = sd.var("w", Nd4j.rand(DataType.DOUBLE, 3));
    sd.setLossVariables(w.mul(sd.sizeAt(w, 0).castTo(DataType.DOUBLE)).sum());
    assertThat(complaints(sd, Map.of(), "w")).isNotEmpty();
  }

  private static List<String> complaints(
      SameDiff sd, Map<String, INDArray> inputs, String variable) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      INDArray gradient = sd.calculateGradients(inputs, variable).get(variable);
      assertThat(gradient.castTo(DataType.DOUBLE).toDoubleVector()).doesNotContain(Double.NaN);
    } finally {
      System.setErr(before);
    }
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(COMPLAINT))
        .distinct()
        .toList();
  }
}
