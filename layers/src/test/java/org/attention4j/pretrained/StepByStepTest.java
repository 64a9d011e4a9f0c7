package org.attention4j.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Loaded language models, token by token against whole passes. */
final class StepByStepTest {
  private static final int STEPS = 11;

  @TempDir Path folder;

  static Stream<LlamaTest.Variant> variants() {
    return LlamaTest.variants().map(arguments -> (LlamaTest.Variant) arguments.get()[0]);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void llamaMistralAndQwen(LlamaTest.Variant variant) throws IOException {
    check(Pretrained.load(variant.files().write(folder, variant.config())).network());
  }

  @Test
  void gpt2() throws IOException {
    check(Pretrained.load(RandomModels.gpt2(folder)).network());
  }

  private static void check(MultiLayerNetwork network) {
    int[][] tokens = Logits.tokens(97);
    INDArray ids = Nd4j.createFromArray(tokens).reshape(tokens.length, 1, STEPS);
    INDArray expected = network.output(ids);
    List<INDArray> outputs = new ArrayList<>();
    int[] bounds = {0, 4, 5, 6, 8, 9, 10, STEPS};
    for (int i = 0; i + 1 < bounds.length; i++) {
      INDArray some =
          ids.get(
              NDArrayIndex.all(),
              NDArrayIndex.all(),
              NDArrayIndex.interval(bounds[i], bounds[i + 1]));
      outputs.add(network.rnnTimeStep(some.dup('c')));
    }
    INDArray actual = Nd4j.concat(2, outputs.toArray(INDArray[]::new));
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
  }

  @Test
  void theConfigurationNamesTheTokensThatEndAText() throws IOException {
    RandomModels.gpt2(folder);
    assertThat(Pretrained.load(folder).endTokens()).isEmpty();
    assertThat(withEnd("[96, 3]").endTokens()).containsExactly(96, 3);
    assertThat(withEnd("7").endTokens()).containsExactly(7);
    assertThat(withEnd("null").endTokens()).isEmpty();
    for (String wrong : List.of("\"</s>\"", "-1", "1.5", "[2, {}]")) {
      assertThatThrownBy(() -> withEnd(wrong))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("eos_token_id")
          .hasMessageContaining("must be a token id, or a list of them");
    }
  }

  private Pretrained withEnd(String tokens) throws IOException {
    Files.writeString(
        folder.resolve("config.json"), Gpt2Test.config(", \"eos_token_id\": " + tokens));
    return Pretrained.load(folder);
  }
}
