package org.attention4j.examples.compare;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.LayerOptions;
import org.attention4j.examples.support.NamedNormalizer;
import org.attention4j.examples.support.SeedOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Settings of an {@link Experiment} as far as someone named them: options of the command line, and
 * keys of the same names in a file.
 */
final class ExperimentOptions {
  private @Nullable List<String> normalizers;
  private @Nullable List<String> attention;

  @Mixin private final SeedOptions seedOptions = new SeedOptions();

  @JsonProperty("context")
  @Option(
      names = "--context",
      paramLabel = "N",
      description = "How many characters a model sees (default: 128; quick: 64).")
  private @Nullable Integer context;

  @JsonProperty("steps")
  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "How many batches each model learns from (default: 1000; quick: 150).")
  private @Nullable Integer steps;

  @JsonProperty("batch")
  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "How many windows make a batch (default: 16).")
  private @Nullable Integer batch;

  @JsonProperty("width")
  @Option(
      names = "--width",
      paramLabel = "N",
      description = "The size of the vector at each position (default: 64; quick: 48).")
  private @Nullable Integer width;

  @JsonProperty("heads")
  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "Attention heads; must divide the width (default: 8).")
  private @Nullable Integer heads;

  @JsonProperty("monitor-every")
  @Option(
      names = "--monitor-every",
      paramLabel = "N",
      description =
          "Steps from one snapshot of the attention to the next (default: 100; quick: 50).")
  private @Nullable Integer monitorEvery;

  @JsonProperty("recall")
  @Option(
      names = "--recall",
      negatable = true,
      description =
          "Measures recall at length too, with a small model for each normalizer and seed"
              + " (default: yes; quick: no).")
  private @Nullable Boolean recall;

  @JsonProperty("text")
  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = {
        "Your own UTF-8 text; blank lines part its documents.",
        "Default: the English part of the Europarl corpus, which is built in."
      })
  private @Nullable String text;

  @Option(
      names = "--normalizers",
      paramLabel = "LIST",
      description = {
        "Short forms or JSON objects, separated by commas; the others are held against the first"
            + " (default: softmax, ssmax, entmax:1.5, top-k:8; quick: softmax, ssmax).",
        "Also: sparsemax, asentmax, sink, softpick, sigmoid, log-n:128,"
            + " '{\"type\":\"entmax\",\"alpha\":1.3}' and more.",
        "Options of --attention for one model alone follow a plus sign each:"
            + " softmax,softmax+gate,softmax+window=64+first-keys=4."
      })
  void nameNormalizers(String list) {
    normalizers = NamedNormalizer.split(list);
  }

  @Option(
      names = "--attention",
      paramLabel = "LIST",
      description = {
        "Options of the attention layers of all models, separated by commas (default: none).",
        LayerOptions.HELP + "."
      })
  void nameAttention(String list) {
    attention = LayerOptions.split(list);
  }

  /** In a file they are a list of options, or one text with commas. */
  @JsonProperty("attention")
  void nameAttention(JsonNode list) {
    if (!list.isNull()) {
      attention = texts(list).stream().flatMap(text -> LayerOptions.split(text).stream()).toList();
    }
  }

  /** In a file they are a list, or one alone. */
  @JsonProperty("seeds")
  void nameSeeds(@Nullable List<Long> list) {
    seedOptions.name(list);
  }

  /** In a file they are a list of short forms, JSON in quotes, or objects. */
  @JsonProperty("normalizers")
  void nameNormalizers(JsonNode list) {
    if (!list.isNull()) {
      normalizers = texts(list);
    }
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    for (JsonNode node : list.isArray() ? list : List.of(list)) {
      texts.add(node.isTextual() ? node.textValue() : node.toString());
    }
    return texts;
  }

  /**
   * Settings from both.
   *
   * @param others what holds where these say nothing
   * @return this
   */
  ExperimentOptions or(ExperimentOptions others) {
    normalizers = first(normalizers, others.normalizers);
    attention = first(attention, others.attention);
    seedOptions.name(first(seedOptions.named(), others.seedOptions.named()));
    context = first(context, others.context);
    steps = first(steps, others.steps);
    batch = first(batch, others.batch);
    width = first(width, others.width);
    heads = first(heads, others.heads);
    monitorEvery = first(monitorEvery, others.monitorEvery);
    recall = first(recall, others.recall);
    text = first(text, others.text);
    return this;
  }

  /**
   * The whole experiment.
   *
   * @param defaults what holds where nobody said anything
   * @return the experiment
   * @throws BadArgument if a value cannot work
   */
  Experiment or(Experiment defaults) {
    return new Experiment(
        normalizers == null ? defaults.normalizers() : normalizers,
        attention == null ? defaults.attention() : attention,
        seedOptions.or(defaults.seeds()),
        context == null ? defaults.context() : context,
        steps == null ? defaults.steps() : steps,
        batch == null ? defaults.batch() : batch,
        width == null ? defaults.width() : width,
        heads == null ? defaults.heads() : heads,
        monitorEvery == null ? defaults.monitorEvery() : monitorEvery,
        recall == null ? defaults.recall() : recall,
        text == null ? defaults.text() : text);
  }

  private static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
    return one == null ? other : one;
  }
}
