package org.attention4j.examples.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.examples.compare.ComparisonIndex.Spread;
import org.attention4j.examples.compare.ComparisonIndex.Summary;
import org.attention4j.examples.support.AtomicFile;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Digest;
import org.attention4j.examples.training.Baselines;
import org.attention4j.examples.training.Corpus;

/**
 * The results of comparisons in one directory. Each comparison has {@code comparisons/<name>} with
 * its report, tables and settings; at the top are the report of the newest one, with all of them
 * side by side, and their results as CSV.
 */
final class ComparisonFolder {
  private final Path top;
  private final PrintWriter messages;

  /**
   * Opens a directory.
   *
   * @param top an existing directory
   * @param messages where damaged files are told of
   */
  ComparisonFolder(Path top, PrintWriter messages) {
    this.top = top;
    this.messages = messages;
  }

  /** What a comparison and its directory are called: the same settings give the same name. */
  static String name(Experiment experiment, Corpus corpus) {
    return "context%d-steps%d-%s"
        .formatted(
            experiment.context(),
            experiment.steps(),
            Digest.of(ExperimentFile.write(experiment) + corpus.fingerprint()));
  }

  /**
   * Adds a comparison, or replaces the one with the same settings.
   *
   * @param experiment what was trained
   * @param corpus on what
   * @param baselines of that
   * @param comparison knows where the trials are
   * @param results what came of it
   * @param facts what is needed to run it again
   * @return the page at the top
   */
  Path add(
      Experiment experiment,
      Corpus corpus,
      Baselines baselines,
      Comparison comparison,
      List<NormalizerResult> results,
      Map<String, String> facts) {
    String name = name(experiment, corpus);
    Path directory = top.resolve("comparisons").resolve(name);
    makeDirectories(directory);
    AtomicFile.write(
        directory.resolve("config.yaml"),
        ExperimentFile.write(experiment).getBytes(StandardCharsets.UTF_8));
    ComparisonFiles.write(directory, results, baselines);
    ComparisonIndex sideBySide = new ComparisonIndex(directory.resolveSibling(""), messages);
    sideBySide.add(new Summary(name, now(), experiment, spreads(results)));
    List<Summary> all = sideBySide.all();
    ComparisonIndex.csv(all).write(top.resolve("results.csv"));
    ComparisonReport report = new ComparisonReport(experiment, baselines, results);
    List<MonitorLog> logs = logs(experiment, comparison);
    Path page = report.of(logs, List.of(), facts).write(directory);
    if (all.size() > 1) {
      return report.of(logs, ComparisonIndex.sections(all), facts).write(top);
    }
    copyPages(directory);
    return top.resolve(page.getFileName());
  }

  /** Drawing all pictures again would take longer. */
  private void copyPages(Path from) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(from, "*.{html,png}")) {
      for (Path file : files) {
        AtomicFile.write(top.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be copied.".formatted(from), e);
    }
  }

  private static Map<String, Spread> spreads(List<NormalizerResult> results) {
    Map<String, Spread> spreads = new LinkedHashMap<>();
    results.forEach(
        result ->
            spreads.put(result.label(), new Spread(result.meanBits(), result.deviationOfBits())));
    return spreads;
  }

  private static List<MonitorLog> logs(Experiment experiment, Comparison comparison) {
    Map<String, MonitorLog> logs = new LinkedHashMap<>();
    for (Trial trial : experiment.trials()) {
      logs.computeIfAbsent(trial.attention().label(), label -> new MonitorLog())
          .add(comparison.directory(trial).resolve(TrialTraining.MEASUREMENTS));
    }
    return new ArrayList<>(logs.values());
  }

  private static String now() {
    return ZonedDateTime.now(ZoneId.systemDefault())
        .truncatedTo(ChronoUnit.SECONDS)
        .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
  }

  private static void makeDirectories(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be made.".formatted(directory), e);
    }
  }
}
