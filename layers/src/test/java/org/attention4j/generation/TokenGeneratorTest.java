package org.attention4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.Position;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Generated tokens against those of whole passes over all tokens so far. */
class TokenGeneratorTest {
  private static final int VOCABULARY = 31;
  private static final int CONTEXT = 17;
  private static final int SIZE = 10;
  private static final int[] PROMPT = {3, 1, 29, 7};

  /** Keeps the text from going round in circles. */
  private static final double PENALTY = 3;

  private static Sampler penalised() {
    return Sampler.builder().greedy(true).repetitionPenalty(PENALTY).build();
  }

  private static Sampler drawn() {
    return Sampler.builder().temperature(4).seed(5).build();
  }

  private static TestNetworks model(Layer... between) {
    List<Layer> layers = new ArrayList<>();
    layers.add(new TokenEmbedding.Builder().nIn(VOCABULARY).nOut(SIZE).build());
    layers.addAll(List.of(between));
    for (int i = 0; i < 2; i++) {
      layers.add(
          new TransformerBlock.Builder()
              .nHeads(2)
              .headSize(4)
              .feedForwardSize(13)
              .causal(true)
              .position(between.length == 0 ? Position.ROTARY : Position.NONE)
              .build());
    }
    return TestNetworks.of(layers.toArray(Layer[]::new))
        .inputSizes(1)
        .output(new LanguageModelHead.Builder().nOut(VOCABULARY).build())
        .perturbed(0.4);
  }

  private static TestNetworks positioned() {
    return model(new LearnedPositionEmbedding.Builder().maxLength(CONTEXT).build());
  }

  private static int[] greedy(MultiLayerNetwork network, int[] prompt, int count) {
    return whole(network, prompt, count, TokenGeneratorTest::likeliest);
  }

  private interface Choice {
    int of(double[] probabilities, int[] text);
  }

  /** Tokens by passes over all that was there, as the context allows. */
  private static int[] whole(MultiLayerNetwork network, int[] prompt, int count, Choice choice) {
    int[] text = Arrays.copyOf(prompt, prompt.length + count);
    int begin = 0;
    for (int end = prompt.length; end < text.length; end++) {
      if (end - begin > CONTEXT) {
        begin = end - (CONTEXT + 1) / 2;
      }
      int[] seen = Arrays.copyOfRange(text, begin, end);
      INDArray output = network.output(Nd4j.createFromArray(seen).reshape(1, 1, seen.length));
      double[] last = new double[VOCABULARY];
      for (int token = 0; token < VOCABULARY; token++) {
        last[token] = output.getDouble(0, token, seen.length - 1);
      }
      text[end] = choice.of(last, Arrays.copyOf(text, end));
    }
    return Arrays.copyOfRange(text, prompt.length, text.length);
  }

  /** With the penalty, in a loop of its own. */
  private static int likeliest(double[] probabilities, int[] text) {
    int best = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (int token = 0; token < VOCABULARY; token++) {
      int own = token;
      boolean repeated = Arrays.stream(text).anyMatch(other -> other == own);
      double score = Math.log(probabilities[token]) * (repeated ? PENALTY : 1);
      if (score > highest) {
        highest = score;
        best = token;
      }
    }
    return best;
  }

  @Test
  void goesOnAsWholePassesWouldBeyondTheContextToo() {
    for (TestNetworks model : List.of(positioned(), model())) {
      MultiLayerNetwork network = model.network(DataType.FLOAT);
      int[] expected = whole(network, PROMPT, 40, drawn()::next);
      assertThat(Arrays.stream(expected).distinct().count()).isGreaterThan(5);
      TokenGenerator generator = TokenGenerator.of(network, CONTEXT);
      assertThat(generator.generate(PROMPT, 40, drawn())).isEqualTo(expected);
      assertThat(generator.generate(PROMPT, 40, drawn())).isEqualTo(expected);
      assertThat(network.rnnGetPreviousState(2)).isEmpty();
    }
  }

  @Test
  void aGraphGivesTheSame() {
    MultiLayerNetwork network = positioned().network(DataType.FLOAT);
    ComputationGraph graph = positioned().graph(DataType.FLOAT);
    graph.setParams(network.params());
    assertThat(TokenGenerator.of(graph, CONTEXT).generate(PROMPT, 30, penalised()))
        .isEqualTo(greedy(network, PROMPT, 30));
  }

  @Test
  void severalLengthsAtOnce() {
    MultiLayerNetwork network = positioned().network(DataType.FLOAT);
    int[][] prompts = {{3, 1, 29, 7}, {5}, {11, 2, 2, 30, 8, 8, 1, 0, 4}};
    int[][] actual =
        TokenGenerator.of(network, CONTEXT)
            .generate(prompts, 8, penalised(), (sequence, token) -> true);
    for (int i = 0; i < prompts.length; i++) {
      assertThat(actual[i]).isEqualTo(greedy(network, prompts[i], 8));
    }
  }

  /** A sequence that ends leaves the others as they are. */
  @Test
  void theListenerEndsSequences() {
    MultiLayerNetwork network = positioned().network(DataType.FLOAT);
    int[][] prompts = {{3, 1, 29, 7}, {5}};
    Map<Integer, Integer> ends = Map.of(0, 2, 1, 5);
    int[] told = new int[2];
    int[][] actual =
        TokenGenerator.of(network, CONTEXT)
            .generate(
                prompts,
                9,
                penalised(),
                (sequence, token) -> ++told[sequence] < ends.get(sequence));
    for (int i = 0; i < prompts.length; i++) {
      assertThat(actual[i]).isEqualTo(greedy(network, prompts[i], ends.get(i)));
    }
    assertThat(told).containsExactly(2, 5);
  }

  @Test
  void wrongPromptsAreNamed() {
    TokenGenerator generator = TokenGenerator.of(positioned().network(DataType.FLOAT), CONTEXT);
    assertThatThrownBy(() -> generator.generate(new int[0], 1, Sampler.greedy()))
        .hasMessage("TokenGenerator: a prompt has 0 tokens but must have 1 to 17, the context.");
    assertThatThrownBy(() -> generator.generate(new int[18], 1, Sampler.greedy()))
        .hasMessageContaining("18 tokens");
    assertThatThrownBy(() -> generator.generate(new int[1], -1, Sampler.greedy()))
        .hasMessage("TokenGenerator: tokens is -1 but must be at least 0.");
    assertThatThrownBy(() -> TokenGenerator.of(positioned().network(DataType.FLOAT), 1))
        .hasMessage("TokenGenerator: context is 1 but must be at least 2.");
  }

  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDE";

  private static int[] encode(String text) {
    return text.chars().map(ALPHABET::indexOf).toArray();
  }

  private static String decode(int[] tokens) {
    StringBuilder text = new StringBuilder();
    Arrays.stream(tokens).forEach(token -> text.append(ALPHABET.charAt(token)));
    return text.toString();
  }

  private static TextGenerator.Builder text(MultiLayerNetwork network) {
    return TextGenerator.builder(
            TokenGenerator.of(network, CONTEXT),
            TokenGeneratorTest::encode,
            TokenGeneratorTest::decode)
        .sampler(Sampler.builder().seed(4).build())
        .tokens(30);
  }

  @Test
  void aTextEndsBeforeTheEarliestStopString() {
    MultiLayerNetwork network = positioned().network(DataType.FLOAT);
    String whole = text(network).build().goOn("db");
    assertThat(whole).hasSize(30);
    for (int length : new int[] {1, 3}) {
      String stop = whole.substring(11, 11 + length);
      List<String> parts = new ArrayList<>();
      String stopped =
          text(network)
              .stopStrings(List.of("zzzzzz", stop, stop + "z"))
              .streamTo(parts::add)
              .build()
              .goOn("db");
      assertThat(stopped).isEqualTo(whole.substring(0, whole.indexOf(stop)));
      assertThat(String.join("", parts)).isEqualTo(stopped);
    }
  }

  @Test
  void whatMayBecomeAStopStringWaits() {
    MultiLayerNetwork network = positioned().network(DataType.FLOAT);
    String whole = text(network).build().goOn("db");
    String nearly = whole.substring(0, 2) + (whole.charAt(2) == 'E' ? "D" : "E");
    List<String> parts = new ArrayList<>();
    text(network).stopStrings(List.of(nearly)).streamTo(parts::add).build().goOn("db");
    assertThat(String.join("", parts)).isEqualTo(whole);
    assertThat(parts.get(0)).hasSizeGreaterThanOrEqualTo(1);
    assertThat(parts.get(0).length()).isNotEqualTo(1);
  }

  @Test
  void anEndTokenEndsTheText() {
    MultiLayerNetwork network = positioned().network(DataType.FLOAT);
    String whole = text(network).build().goOn("db");
    String stopped = text(network).endTokens(99, encode(whole)[7]).build().goOn("db");
    assertThat(stopped).isEqualTo(whole.substring(0, whole.indexOf(whole.charAt(7))));
  }

  /** Two tokens make one character, as bytes do. */
  @Test
  void halfACharacterWaits() {
    MultiLayerNetwork network = positioned().network(DataType.FLOAT);
    List<String> parts = new ArrayList<>();
    String made =
        TextGenerator.builder(
                TokenGenerator.of(network, CONTEXT),
                TokenGeneratorTest::encode,
                tokens -> {
                  String letters = decode(tokens);
                  return letters.length() % 2 == 0
                      ? letters
                      : letters.substring(0, letters.length() - 1) + "\uFFFD";
                })
            .tokens(6)
            .streamTo(parts::add)
            .build()
            .goOn("db");
    assertThat(made).hasSize(6);
    assertThat(parts).hasSize(3).allMatch(part -> part.length() == 2);
  }

  @Test
  void wrongTextOptionsAreNamed() {
    MultiLayerNetwork network = positioned().network(DataType.FLOAT);
    assertThatThrownBy(() -> text(network).tokens(0).build())
        .hasMessage("TextGenerator: tokens is 0 but must be at least 1.");
    assertThatThrownBy(() -> text(network).stopStrings(List.of("a", "")).build())
        .hasMessageContaining("a stop string is empty");
  }
}
