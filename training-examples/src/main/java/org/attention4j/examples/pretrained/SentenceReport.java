package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import org.attention4j.examples.models.JsonTokenizer;
import org.attention4j.examples.models.MiniLmFiles;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.ProgressLine;
import org.attention4j.examples.support.Sentences;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Prints which sentences are similar to MiniLM, and how it compares with ONNX Runtime. */
final class SentenceReport {
  static final int DEFAULT_SENTENCES = 200;

  /** Sentences that are computed together. */
  static final int BATCH = 16;

  private static final int PAIRS = 3;
  private static final int COSINE_DECIMALS = 3;
  private static final int SPEED_DECIMALS = 1;
  private static final int RATIO_DECIMALS = 2;

  private final PrintWriter results;
  private final PrintWriter messages;
  private final int threads;

  /** Two sentences and the cosine of their vectors. */
  private record Pair(int first, int second, double cosine) {}

  SentenceReport(CommandLine console, int threads) {
    results = console.getOut();
    messages = console.getErr();
    this.threads = threads;
  }

  /**
   * Runs MiniLM.
   *
   * @param documents text
   * @param count how many sentences of it
   * @param time whether to measure speed
   */
  void run(List<String> documents, int count, boolean time) throws IOException {
    List<String> sentences = SentenceSplitter.first(documents, count);
    List<TokenBatch> batches;
    try (JsonTokenizer tokenizer = MiniLm.tokenizer()) {
      batches = TokenBatch.of(sentences.stream().map(tokenizer::encode).toList(), BATCH);
    }
    try (MiniLm ours = MiniLm.load();
        @Nullable Encoder peer =
            OnnxModel.isPossible() ? OnnxModel.load(MiniLmFiles.onnx(), threads) : null) {
      compare(sentences, batches, ours, peer);
      if (time) {
        time(sentences.size(), batches, ours, peer);
      }
    }
  }

  private void compare(
      List<String> sentences, List<TokenBatch> batches, Encoder ours, @Nullable Encoder peer) {
    double[][] vectors = new double[sentences.size()][];
    Deviation deviation = new Deviation();
    int tokens = 0;
    try (ProgressLine progress = new ProgressLine("sentences", sentences.size(), messages)) {
      for (TokenBatch batch : batches) {
        float[] features = ours.features(batch);
        SentenceVectors.put(SentenceVectors.of(features, batch), batch, vectors);
        if (peer != null) {
          deviation.add(batch, features, peer.features(batch));
        }
        for (int length : batch.lengths()) {
          tokens += length;
        }
        progress.stepBy(batch.size());
      }
    }
    results.printf(
        "MiniLM: %s, %s%n",
        Numbers.count(sentences.size(), "sentence"), Numbers.count(tokens, "token"));
    for (Pair pair : similar(vectors)) {
      results.printf(
          "  %s  %s%n         %s%n",
          Numbers.fixed(pair.cosine(), COSINE_DECIMALS),
          Sentences.brief(sentences.get(pair.first())),
          Sentences.brief(sentences.get(pair.second())));
    }
    results.println(
        peer == null
            ? "ONNX Runtime is not on the class path; nothing to compare with."
            : "Largest difference from ONNX Runtime: %s in a feature of a token, %s in the cosine."
                .formatted(small(deviation.feature()), small(1 - deviation.cosine())));
    results.flush();
  }

  private static String small(double value) {
    return String.format(Locale.ROOT, "%.1e", value);
  }

  /** The most similar pairs of sentences. */
  private static List<Pair> similar(double[][] vectors) {
    PriorityQueue<Pair> pairs = new PriorityQueue<>(Comparator.comparingDouble(Pair::cosine));
    for (int i = 0; i < vectors.length; i++) {
      for (int j = 0; j < i; j++) {
        pairs.add(new Pair(j, i, SentenceVectors.product(vectors[i], vectors[j])));
        if (pairs.size() > PAIRS) {
          pairs.remove();
        }
      }
    }
    return pairs.stream().sorted(Comparator.comparingDouble(Pair::cosine).reversed()).toList();
  }

  private void time(int sentences, List<TokenBatch> batches, Encoder ours, @Nullable Encoder peer) {
    List<Encoder> encoders = peer == null ? List.of(ours) : List.of(ours, peer);
    double[] seconds;
    try (ProgressLine progress = new ProgressLine("rounds", Timing.ALL_ROUNDS, messages)) {
      seconds = Timing.seconds(encoders, batches, () -> progress.stepBy(1));
    }
    results.printf(
        "Sentences per second on %s: %s",
        Numbers.count(threads, "thread"), speed(sentences, seconds[0]));
    if (peer != null) {
      results.printf(
          "; ONNX Runtime %s; ratio %s",
          speed(sentences, seconds[1]), Numbers.fixed(seconds[1] / seconds[0], RATIO_DECIMALS));
    }
    results.println();
  }

  private static String speed(int sentences, double seconds) {
    return Numbers.fixed(sentences / seconds, SPEED_DECIMALS);
  }
}
