package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.attention4j.examples.models.JsonTokenizer;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.NamedNormalizer;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.ProgressLine;
import org.attention4j.normalizer.Normalizer;
import picocli.CommandLine;

/**
 * Prints how far MiniLM's vectors of sentences move if its softmax is exchanged, before and after
 * the normalizer's own parameters were trained on other sentences to bring them back.
 */
final class SentenceNormalizerReport {
  private static final int DECIMALS = 3;

  private final PrintWriter results;
  private final PrintWriter messages;
  private final int tuning;

  /** Batches of sentences with the vectors that softmax gives. */
  private record Lesson(List<TokenBatch> batches, List<double[][]> targets) {}

  /**
   * Prepares a report.
   *
   * @param console where it is printed
   * @param tuning steps of training; 0 for none
   */
  SentenceNormalizerReport(CommandLine console, int tuning) {
    results = console.getOut();
    messages = console.getErr();
    this.tuning = tuning;
  }

  /**
   * Judges normalizers on the first sentences of a text; those after them are for training.
   *
   * @param documents text
   * @param count how many sentences are judged
   * @param normalizers what comes in softmax's stead
   * @throws BadArgument if no sentence is left to train on
   */
  void run(List<String> documents, int count, List<NamedNormalizer> normalizers)
      throws IOException {
    List<int[]> sentences = tokens(documents, count + tuning * Tuning.BATCH);
    int judgedCount = Math.min(count, sentences.size());
    if (tuning > 0 && judgedCount == sentences.size()) {
      throw new BadArgument(
          "--tune needs more sentences than the %d that are judged; name a longer --text or fewer"
                  .formatted(judgedCount)
              + " --sentences.");
    }
    List<TokenBatch> judged =
        TokenBatch.of(sentences.subList(0, judgedCount), SentenceReport.BATCH);
    List<TokenBatch> training =
        new ArrayList<>(
            TokenBatch.of(sentences.subList(judgedCount, sentences.size()), Tuning.BATCH));
    Collections.shuffle(training, new Random(1));
    List<double[][]> targets = new ArrayList<>();
    double[][] original;
    try (MiniLm model = MiniLm.load()) {
      original = SentenceVectors.of(model, judged);
      training.forEach(batch -> targets.add(SentenceVectors.of(model.features(batch), batch)));
    }
    results.printf(
        "MiniLM: %s; cosine to the vector with softmax: mean, least%n",
        Numbers.count(judgedCount, "sentence"));
    for (NamedNormalizer named : normalizers) {
      judge(named, judged, original, new Lesson(training, targets));
    }
  }

  private static List<int[]> tokens(List<String> documents, int count) throws IOException {
    try (JsonTokenizer tokenizer = MiniLm.tokenizer()) {
      return SentenceSplitter.first(documents, count).stream().map(tokenizer::encode).toList();
    }
  }

  private void judge(
      NamedNormalizer named, List<TokenBatch> judged, double[][] original, Lesson lesson)
      throws IOException {
    Normalizer normalizer = named.normalizer();
    try (MiniLm model = MiniLm.load(normalizer)) {
      row(named.label(), original, SentenceVectors.of(model, judged));
      if (tuning > 0 && !normalizer.parameters(1).isEmpty()) {
        try (ProgressLine progress = new ProgressLine(named.label(), tuning, messages)) {
          model.tune(
              normalizer, lesson.batches(), lesson.targets(), tuning, () -> progress.stepBy(1));
        }
        row(named.label() + ", tuned", original, SentenceVectors.of(model, judged));
      }
    }
  }

  private void row(String label, double[][] original, double[][] moved) {
    double[] cosines =
        IntStream.range(0, moved.length)
            .mapToDouble(i -> SentenceVectors.product(original[i], moved[i]))
            .toArray();
    results.printf(
        "  %s  %s  %s%n",
        Numbers.fixed(Arrays.stream(cosines).average().orElse(1), DECIMALS),
        Numbers.fixed(Arrays.stream(cosines).min().orElse(1), DECIMALS),
        label);
    results.flush();
  }
}
