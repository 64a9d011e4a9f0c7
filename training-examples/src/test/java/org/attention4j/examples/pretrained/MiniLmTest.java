package org.attention4j.examples.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.models.JsonTokenizer;
import org.attention4j.examples.models.MiniLmFiles;
import org.attention4j.examples.training.Europarl;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published weights, held against ONNX Runtime. */
class MiniLmTest {
  private static final int SENTENCES = 211;
  private static final int BATCH = 17;

  @TempDir private Path folder;

  /** As the vocabulary of BERT numbers them. */
  @Test
  void tokensAreThoseOfBert() throws IOException {
    try (JsonTokenizer tokenizer = MiniLm.tokenizer()) {
      assertThat(tokenizer.encode("Hello, World!"))
          .containsExactly(101, 7592, 1010, 2088, 999, 102);
      assertThat(tokenizer.encode("word ".repeat(1009))).hasSize(256).endsWith(2773, 102);
    }
  }

  @Test
  @Tag("slow")
  void featuresAreThoseOfOnnxRuntime() throws IOException {
    List<TokenBatch> batches;
    try (JsonTokenizer tokenizer = MiniLm.tokenizer()) {
      batches =
          TokenBatch.of(
              SentenceSplitter.first(Europarl.documents(), SENTENCES).stream()
                  .map(tokenizer::encode)
                  .toList(),
              BATCH);
    }
    int[] lengths = batches.stream().flatMapToInt(b -> Arrays.stream(b.lengths())).toArray();
    assertThat(lengths).hasSize(SENTENCES);
    assertThat(Arrays.stream(lengths).min().getAsInt()).isLessThan(8);
    assertThat(Arrays.stream(lengths).max().getAsInt()).isGreaterThan(64);
    try (MiniLm ours = MiniLm.load();
        OnnxModel theirs = OnnxModel.load(MiniLmFiles.onnx(), 1)) {
      for (TokenBatch batch : batches) {
        assertSame(batch, ours.features(batch), theirs.features(batch));
      }
    }
  }

  private static void assertSame(TokenBatch batch, float[] ours, float[] theirs) {
    assertThat(ours).hasSameSizeAs(theirs);
    for (int b = 0; b < batch.size(); b++) {
      double[] ourMean = new double[MiniLm.SIZE];
      double[] theirMean = new double[MiniLm.SIZE];
      for (int t = 0; t < batch.lengths()[b]; t++) {
        for (int i = 0; i < MiniLm.SIZE; i++) {
          int at = (b * batch.steps() + t) * MiniLm.SIZE + i;
          assertThat(ours[at]).isCloseTo(theirs[at], within(1e-4f));
          ourMean[i] += ours[at];
          theirMean[i] += theirs[at];
        }
      }
      double product = 0;
      double ourSquare = 0;
      double theirSquare = 0;
      for (int i = 0; i < MiniLm.SIZE; i++) {
        product += ourMean[i] * theirMean[i];
        ourSquare += ourMean[i] * ourMean[i];
        theirSquare += theirMean[i] * theirMean[i];
      }
      assertThat(product / Math.sqrt(ourSquare * theirSquare)).isGreaterThan(0.99999);
      double[] vector = SentenceVectors.of(ours, batch)[b];
      for (int i = 0; i < MiniLm.SIZE; i++) {
        assertThat(vector[i]).isCloseTo(ourMean[i] / Math.sqrt(ourSquare), within(1e-12));
      }
    }
  }

  @Test
  @Tag("slow")
  void theCommandComparesAndTimes() {
    CommandLineRun run = CommandLineRun.of("pretrained", "--sentences=5", "--threads=1", "--time");
    assertThat(run.err()).doesNotContain("Exception");
    assertThat(run.status()).isZero();
    assertThat(run.out().lines())
        .hasSize(9)
        .first()
        .asString()
        .matches("MiniLM: 5 sentences, \\d+ tokens");
    assertThat(run.out())
        .containsPattern(
            "Largest difference from ONNX Runtime: [0-9.]+e-0[5-9] in a feature of a token, "
                + "-?[0-9.]+e[+-][0-9]+ in the cosine\\.")
        .containsPattern(
            "Sentences per second on 1 thread: [0-9.]+; ONNX Runtime [0-9.]+; ratio [0-9.]+\\s$");
  }

  private static double[] cosines(CommandLineRun run, String label) {
    return run.out()
        .lines()
        .filter(line -> line.endsWith("  " + label))
        .flatMap(line -> Arrays.stream(line.strip().split(" +")).limit(2))
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  /** The optimum is known: a temperature of 1 in each head, which gives softmax. */
  @Test
  @Tag("slow")
  void vectorsComeBackIfTheTemperatureIsTuned() {
    String warm = Normalizers.toJson(Normalizers.softmaxWithLearnableTemperature(1.5));
    CommandLineRun run =
        CommandLineRun.of(
            "pretrained",
            "--sentences=13",
            "--threads=1",
            "--normalizer=softmax," + warm,
            "--tune=8");
    assertThat(run.err()).doesNotContain("Exception");
    assertThat(run.status()).isZero();
    assertThat(run.out().lines())
        .hasSize(4)
        .first()
        .isEqualTo("MiniLM: 13 sentences; cosine to the vector with softmax: mean, least");
    assertThat(cosines(run, "softmax")).containsExactly(1, 1);
    double[] moved = cosines(run, warm);
    double[] tuned = cosines(run, warm + ", tuned");
    assertThat(moved[0]).isLessThan(1);
    // eight steps of 0.02 take a third of the way from log 1.5 to 0
    assertThat(tuned[0]).isGreaterThan(moved[0]).isLessThanOrEqualTo(1);
  }

  @Test
  void tuningNeedsSentencesOfItsOwn() throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "One. Two. Three.");
    CommandLineRun run =
        CommandLineRun.of("pretrained", "--text=" + text, "--normalizer=sink", "--tune=5");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "--tune needs more sentences than the 3 that are judged; name a longer --text or fewer"
                + " --sentences.");
  }
}
