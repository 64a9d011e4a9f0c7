package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Settings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrialStoreTest {
  private static final String LINE =
      "{\"iteration\":0,\"epoch\":0,\"layer\":\"a\",\"head\":1,\"metrics\":{\"entropy\":null}}\n";

  @TempDir Path directory;
  private final StringWriter messages = new StringWriter();
  private TrialStore store;
  private Trial trial;

  @BeforeEach
  void keepATrial() throws IOException {
    Corpus corpus = Corpus.of("text", List.of("The quick brown fox. ".repeat(20)));
    store = new TrialStore(directory, corpus, 5, new PrintWriter(messages, true));
    trial = new Trial(NamedAttention.parse("softmax"), new Settings(7, 3, 2, 8, 2, 5), true, false);
    Files.writeString(store.begin(trial).resolve("attention.jsonl"), LINE + LINE);
    store.finish(
        trial,
        new TrialResult(
            "softmax",
            trial.attention().normalizer().json(),
            "",
            5,
            List.of(),
            null,
            null,
            11,
            1.5,
            1.25,
            13,
            new Memory(17, 19),
            List.of(),
            List.of(4.5, 4.25),
            List.of(new Checkpoint(1, 0.5, 0.25, 4.75)),
            List.of(),
            "x"));
  }

  @Test
  void whatIsKeptIsFoundAsItWas() {
    assertThat(store.find(trial).orElseThrow().losses()).containsExactly(4.5, 4.25);
    assertThat(store.find(trial).orElseThrow().validationBits()).isNaN();
    assertThat(store.find(trial).orElseThrow().checkpoints())
        .containsExactly(new Checkpoint(1, 0.5, 0.25, 4.75));
    assertThat(messages.toString()).isEmpty();
  }

  @Test
  void aTrialWithoutTheRecallThatIsAskedForIsTrainedAgain() {
    Trial withRecall = new Trial(trial.attention(), trial.settings(), trial.writes(), true);

    assertThat(store.find(withRecall)).isEmpty();
    assertThat(messages.toString()).isEmpty();
    store.begin(withRecall);
    assertThat(store.directory(withRecall)).isEqualTo(store.directory(trial));
  }

  @ParameterizedTest
  @CsvSource({
    "result.json, '{\"label\": \"softmax\", '",
    "result.json, '{}'",
    "result.json, '[]'",
    "result.json, '{\"label\":\"softmax\",\"normalizer\":\"x\",\"losses\":null}'",
    "result.json, ''",
    "result.json,",
    "attention.jsonl, '{\"iteration\":0'",
    "attention.jsonl, 'garbage'",
    "attention.jsonl, '{}'",
    "attention.jsonl, '{\"layer\":\"a\"}'",
    "attention.jsonl, ''",
    "attention.jsonl,"
  })
  void whatIsDamagedIsNotFoundButTold(String name, @Nullable String content) throws IOException {
    Path file = store.directory(trial).resolve(name);
    if (content == null) {
      Files.delete(file);
    } else {
      Files.writeString(file, content);
    }

    assertThat(store.find(trial)).isEmpty();

    assertThat(messages.toString().lines()).hasSize(1);
    assertThat(messages.toString().strip())
        .startsWith(file + (content == null ? " is missing." : " is damaged"))
        .endsWith("softmax, seed 5 is trained again.")
        .doesNotContain("Exception");
  }
}
