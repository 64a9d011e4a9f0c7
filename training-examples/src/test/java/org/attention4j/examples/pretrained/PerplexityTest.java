package org.attention4j.examples.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.models.SmallGpt2;
import org.attention4j.examples.models.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code pretrained} on small random models. */
class PerplexityTest {
  private static final int VOCABULARY = 97;
  private static final int GPT2_VOCABULARY = 50_257;

  @TempDir private Path folder;

  private CommandLineRun run(String text, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("text.txt"), text);
    String[] arguments = {"pretrained", "--threads=1", "--model=" + folder, "--text=" + file};
    return CommandLineRun.of(
        Stream.of(arguments, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private static double perplexity(CommandLineRun run, int context) {
    assertThat(run.err()).doesNotContain("Exception");
    assertThat(run.status()).isZero();
    Matcher matcher =
        Pattern.compile("Perplexity at context " + context + ": ([0-9.]+)\\R$").matcher(run.out());
    assertThat(matcher.find()).as(run.out()).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  private static int[] tokens() {
    return new Random(7).ints(41, 0, VOCABULARY).toArray();
  }

  private static String text(int[] tokens) {
    return IntStream.of(tokens).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
  }

  /** Windows that are full, windows that are not, one token at a time. */
  @ParameterizedTest
  @ValueSource(ints = {13, 8, 7, 1})
  void isThatOfTheModelInPlainLoops(int context) throws IOException {
    SmallGpt2 model = new SmallGpt2(VOCABULARY);
    model.write(folder);
    SmallGpt2.writeTokenizer(folder, VOCABULARY);
    double expected = model.perplexity(tokens(), context);
    assertThat(expected).isNotCloseTo(VOCABULARY, within(9.0)); // it depends on the weights
    String[] more =
        context == SmallGpt2.LENGTH ? new String[0] : new String[] {"--context=" + context};
    CommandLineRun run = run(text(tokens()), more);
    assertThat(perplexity(run, context)).isCloseTo(expected, within(2e-5 * expected));
    assertThat(run.out())
        .contains("Model: gpt2, 1 blocks, 6 features, 97 tokens of vocabulary")
        .contains("41 tokens");
  }

  /** The ids are those that OpenAI's tokenizer gives. */
  @Test
  void gpt2NeedsNoTokenizer() throws IOException {
    assertThat(Tokenizer.gpt2().encode("Hello, world!")).containsExactly(15496, 11, 995, 0);
    SmallGpt2 model = new SmallGpt2(GPT2_VOCABULARY);
    model.write(folder);
    double expected = model.perplexity(new int[] {15496, 11, 995, 0}, 2);
    assertThat(perplexity(run("Hello, world!", "--context=2"), 2))
        .isCloseTo(expected, within(2e-5 * expected));
  }

  private static void assertRefused(CommandLineRun run, String sentence) {
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(sentence).doesNotContain("Exception");
  }

  @Test
  void whatCannotBeUsedIsNamed() throws IOException {
    new SmallGpt2(VOCABULARY).write(folder);
    assertRefused(run("w1 w2"), "must hold tokenizer.json, the tokenizer.");
    Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": 3}");
    assertRefused(run("w1 w2"), "tokenizer.json: it must describe a tokenizer (");
    SmallGpt2.writeTokenizer(folder, VOCABULARY + 2);
    assertRefused(
        run("w1 w98 w3"), "the tokenizer gives token 98 but the model has tokens up to 96.");
    assertRefused(run("w1"), "--text has 1 token but must have at least 2.");
    assertRefused(
        run("w1 w2", "--context=14"),
        "--context is 14 but must be at most 13, which the model was trained for.");
    assertRefused(run("w1 w2", "--context=0"), "--context is 0 but must be at least 1.");
    Files.write(folder.resolve("model.safetensors"), new byte[11]);
    assertRefused(run("w1 w2"), "model.safetensors: ");
  }

  @Test
  void otherFamiliesAreRefused() throws IOException {
    new SmallGpt2(VOCABULARY).write(folder);
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"t5\"}");
    assertRefused(run("w1 w2"), "config.json: model_type is 't5' but must be ");
  }
}
