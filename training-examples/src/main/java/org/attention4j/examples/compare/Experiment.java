package org.attention4j.examples.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.KebabCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.LayerOptions;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.SeedOptions;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Europarl;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.TextFile;
import org.jspecify.annotations.Nullable;

/**
 * All that the numbers of a comparison depend on, but for the machine.
 *
 * @param normalizers short forms or JSON objects, each perhaps with options of the layers; the
 *     first one is what the others are held against
 * @param attention options of the attention layers of all models
 * @param seeds each fixes first weights and batches; every normalizer is trained with every seed
 * @param context how many characters a model sees
 * @param steps how many batches each model learns from
 * @param batch how many windows make a batch
 * @param width the size of the vector at each position
 * @param heads into how many attention heads the width is divided
 * @param monitorEvery the steps from one snapshot of the attention to the next
 * @param recall whether recall at length is measured beside
 * @param text a file to learn from; null for the corpus that is built in
 */
@JsonNaming(KebabCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Experiment(
    List<String> normalizers,
    List<String> attention,
    List<Long> seeds,
    int context,
    int steps,
    int batch,
    int width,
    int heads,
    int monitorEvery,
    boolean recall,
    @Nullable String text) {

  /**
   * What runs where nothing else is asked for: softmax, one that is length-aware, one with a
   * support that each row finds, and one with a support of fixed size.
   */
  static final Experiment FULL =
      new Experiment(
          List.of("softmax", "ssmax", "entmax:1.5", "top-k:8"),
          List.of(),
          List.of(1L, 2L, 3L),
          128,
          1000,
          16,
          64,
          8,
          100,
          true,
          null);

  /**
   * Fewer normalizers, smaller models and no recall, but steps enough to come below the bigram;
   * under a minute.
   */
  static final Experiment QUICK =
      new Experiment(
          List.of("softmax", "ssmax"),
          List.of(),
          List.of(1L, 2L, 3L),
          64,
          150,
          16,
          48,
          8,
          50,
          false,
          null);

  /**
   * Checks what the command line cannot.
   *
   * @throws BadArgument if a value cannot work
   */
  Experiment {
    normalizers = List.copyOf(normalizers);
    attention = LayerOptions.parse(attention).texts();
    seeds = SeedOptions.checked(seeds);
    if (monitorEvery < 1) {
      throw new BadArgument(
          "--monitor-every is %d but must be at least 1.".formatted(monitorEvery));
    }
    if (text != null && text.isBlank()) {
      throw new BadArgument("--text is empty but must name a file.");
    }
    NamedAttention.parseAll(normalizers, attention);
    new Settings(context, steps, batch, width, heads, seeds.get(0));
  }

  /** What the models with one seed have in common. */
  Settings settings(long seed) {
    return new Settings(context, steps, batch, width, heads, seed);
  }

  /** The models to train, seed by seed, so that each normalizer meets the machine's every mood. */
  List<Trial> trials() {
    List<NamedAttention> named = NamedAttention.parseAll(normalizers, attention);
    List<Trial> trials = new ArrayList<>();
    for (long seed : seeds) {
      named.forEach(
          each -> trials.add(new Trial(each, settings(seed), seed == seeds.get(0), recall)));
    }
    return trials;
  }

  /** The text to learn from. */
  Corpus corpus() {
    Corpus corpus = text == null ? Europarl.load() : TextFile.load(text);
    int shortest = Math.min(corpus.train().length(), corpus.validation().length());
    if (shortest <= context) {
      throw new BadArgument(
          ("The text is too short for --context %d: it has %d characters for training and %d for"
                  + " validation, and each part needs more than the context.")
              .formatted(context, corpus.train().length(), corpus.validation().length()));
    }
    return corpus;
  }
}
