package org.attention4j.examples.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.examples.CommandLineRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code pretrained --generate} on a small random model. */
class GenerationTest {
  private static final int VOCABULARY = 97;

  private final SmallGpt2 model = new SmallGpt2(VOCABULARY);

  @TempDir private Path folder;

  /** Word number i, "wi", is token i. */
  @BeforeEach
  void write() throws IOException {
    model.write(folder);
    String entries =
        IntStream.range(0, VOCABULARY)
            .mapToObj("\"w%1$d\":%1$d"::formatted)
            .collect(Collectors.joining(","));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
         "decoder": null, "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "w0"}}\
        """
            .formatted(entries));
  }

  private CommandLineRun run(String prompt, String... more) {
    String[] arguments = {"pretrained", "--threads=1", "--model=" + folder, "--generate=" + prompt};
    return CommandLineRun.of(
        Stream.of(arguments, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private static String text(CommandLineRun run) {
    assertThat(run.err()).doesNotContain("Exception");
    assertThat(run.status()).isZero();
    return run.out();
  }

  /** The likeliest tokens in plain loops, as text. */
  private String likeliest(int[] prompt, int count) {
    int[] tokens = Arrays.copyOf(prompt, prompt.length + count);
    int begin = 0;
    for (int end = prompt.length; end < tokens.length; end++) {
      if (end - begin > SmallGpt2.LENGTH) {
        begin = end - (SmallGpt2.LENGTH + 1) / 2;
      }
      tokens[end] = model.likeliest(Arrays.copyOfRange(tokens, begin, end));
    }
    return IntStream.of(tokens).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
  }

  @Test
  void takesTheLikeliestTokensOfTheModelInPlainLoops() {
    int[] prompt = {5, 77, 31};
    assertThat(text(run("w5 w77 w31", "--temperature=0", "--tokens=25")).strip())
        .isEqualTo(likeliest(prompt, 25));
  }

  @Test
  void oneCandidateIsTheLikeliest() {
    assertThat(text(run("w5 w77 w31", "--top-k=1", "--tokens=8")).strip())
        .isEqualTo(likeliest(new int[] {5, 77, 31}, 8));
    assertThat(text(run("w5 w77 w31", "--top-p=0.000001", "--tokens=8")).strip())
        .isEqualTo(likeliest(new int[] {5, 77, 31}, 8));
  }

  @Test
  void theSeedFixesTheText() {
    String one = text(run("w5 w77", "--seed=3", "--tokens=12"));
    assertThat(one.strip().split(" ")).hasSize(14);
    assertThat(text(run("w5 w77", "--seed=3", "--tokens=12"))).isEqualTo(one);
    assertThat(text(run("w5 w77", "--seed=4", "--tokens=12"))).isNotEqualTo(one);
  }

  @Test
  void aStopStringEndsTheText() {
    String whole = likeliest(new int[] {5, 77, 31}, 10);
    String stop = whole.split(" ")[7];
    String expected = whole.substring(0, whole.indexOf(stop, "w5 w77 w31".length()));
    assertThat(text(run("w5 w77 w31", "--temperature=0", "--tokens=10", "--stop=" + stop)).strip())
        .isEqualTo(expected.strip());
  }

  @Test
  void theEndTokenOfTheModelEndsTheText() throws IOException {
    String[] whole = likeliest(new int[] {5, 77, 31}, 10).split(" ");
    Path config = folder.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("{\"model", "{\"eos_token_id\": " + whole[5].substring(1) + ", \"model"));
    int end = 3;
    while (!whole[end].equals(whole[5])) {
      end++;
    }
    assertThat(text(run("w5 w77 w31", "--temperature=0", "--tokens=10")).strip())
        .isEqualTo(String.join(" ", Arrays.copyOf(whole, end)));
  }

  private static void assertRefused(CommandLineRun run, String sentence) {
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(sentence).doesNotContain("Exception");
  }

  @Test
  void whatCannotBeUsedIsNamed() {
    assertRefused(run(""), "--generate is empty but must be a text to go on with.");
    assertRefused(run("w1", "--tokens=0"), "--tokens is 0 but must be at least 1.");
    assertRefused(run("w1", "--temperature=-1"), "--temperature is -1.0 but must be at least 0");
    assertRefused(run("w1", "--top-k=0"), "--top-k is 0 but must be at least 1.");
    assertRefused(run("w1", "--top-p=1.5"), "--top-p is 1.5 but must be above 0 and at most 1.");
    assertRefused(run("w1", "--repetition-penalty=0.5"), "must be at least 1 and finite.");
    assertRefused(run("w1", "--stop="), "--stop is empty but must be");
    assertRefused(run("w1", "--text=x"), "--text does not go with --generate.");
    assertRefused(
        run("w1 ".repeat(14)), "--generate has 14 tokens but must have 1 to 13, which the model");
    assertRefused(CommandLineRun.of("pretrained", "--generate=w1"), "--generate needs --model.");
    assertRefused(
        CommandLineRun.of("pretrained", "--model=" + folder, "--top-k=2", "--text=x"),
        "--top-k needs --generate.");
    assertRefused(
        CommandLineRun.of("pretrained", "--model=" + folder),
        "--model needs --text, the text to foretell, or --generate, a text to go on with.");
  }
}
