package org.attention4j.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.examples.report.Report;

/** Trains one model for each normalizer and keeps the results in a directory as they come. */
final class Comparison {
  private static final String LOSSES = "losses.csv";
  private static final String RESULTS = "results.csv";
  private static final String HEADS = "attention.csv";
  private static final String CURVES = "losses.png";

  private final Settings settings;
  private final Corpus corpus;
  private final Training training;
  private final Path directory;
  private final PrintWriter messages;

  /**
   * Prepares a comparison.
   *
   * @param settings what the models have in common
   * @param corpus the text
   * @param directory an existing directory for the results
   * @param messages where the progress is shown
   */
  Comparison(Settings settings, Corpus corpus, Path directory, PrintWriter messages) {
    this.settings = settings;
    this.corpus = corpus;
    this.directory = directory;
    this.messages = messages;
    training = new Training(settings, corpus);
  }

  /**
   * Trains the models one after the other. The losses are in {@code losses.csv} whenever the run
   * ends; the results of the models that were finished are in {@code results.csv}.
   *
   * @param normalizers one for each model
   * @return the results in the same order
   * @throws CommandFailure if a model cannot be trained
   */
  List<ModelResult> run(List<NamedNormalizer> normalizers) {
    Native.workOnOneThread();
    clear();
    List<ModelResult> results = new ArrayList<>();
    try (LossLog log = new LossLog(directory.resolve(LOSSES))) {
      Thread farewell = new Thread(() -> interrupted(log), "farewell");
      Runtime.getRuntime().addShutdownHook(farewell);
      try {
        for (NamedNormalizer normalizer : normalizers) {
          String task =
              "%s (%d/%d)".formatted(normalizer.label(), results.size() + 1, normalizers.size());
          results.add(train(normalizer, task, log));
          ResultTable.writeResults(directory.resolve(RESULTS), results);
          ResultTable.writeHeads(directory.resolve(HEADS), results);
        }
      } catch (RuntimeException e) {
        throw new CommandFailure(
            "%s The %d losses so far are in %s."
                .formatted(Sentences.about(e), log.rows(), directory.resolve(LOSSES)),
            e);
      } finally {
        Runtime.getRuntime().removeShutdownHook(farewell);
      }
    }
    return results;
  }

  /**
   * Writes the picture and the page.
   *
   * @param results the finished models
   * @param facts what was run
   * @return the page
   */
  Path report(List<ModelResult> results, Map<String, String> facts) {
    return ComparisonReport.of(results, corpus.unigramEntropy(), facts).write(directory);
  }

  private ModelResult train(NamedNormalizer normalizer, String task, LossLog log) {
    try (TrainingBar bar = new TrainingBar(messages, task, settings.steps())) {
      return training.run(
          normalizer,
          (step, bits) -> {
            log.add(normalizer.label(), step, bits);
            bar.onStep(step, bits);
          });
    }
  }

  private void interrupted(LossLog log) {
    log.close();
    messages.printf(
        "%nInterrupted; the %d losses so far are in %s.%n", log.rows(), directory.resolve(LOSSES));
    messages.flush();
  }

  /** Files of an earlier run beside those of this one would tell two stories. */
  private void clear() {
    for (String name : List.of(RESULTS, HEADS, CURVES, Report.PAGE)) {
      try {
        Files.deleteIfExists(directory.resolve(name));
      } catch (IOException e) {
        throw new CommandFailure("%s cannot be replaced.".formatted(directory.resolve(name)), e);
      }
    }
  }
}
