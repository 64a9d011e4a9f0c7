package org.attention4j.monitor.alarms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.attention4j.internal.monitor.AlarmEngine;
import org.attention4j.monitor.metrics.MetricRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All rules on what {@link HealthyRuns#record} has recorded of trainings that went far past
 * convergence: nothing is raised. The same recordings with a fault put in: it is.
 */
final class RecordedRunsTest {
  /** One layer on one iteration. */
  private record Step(int iteration, String layer, double score, List<Map<String, Double>> heads) {
    List<MetricRecord> records() {
      List<MetricRecord> records = new ArrayList<>();
      for (int head = 0; head < heads.size(); head++) {
        records.add(new MetricRecord(iteration, 0, layer, head, heads.get(head)));
      }
      return records;
    }

    /** The same with a metric of all heads changed. */
    Step with(String metric, UnaryOperator<Double> change) {
      List<Map<String, Double>> changed = new ArrayList<>();
      for (Map<String, Double> head : heads) {
        Map<String, Double> copy = new LinkedHashMap<>(head);
        copy.replaceAll((name, value) -> name.startsWith(metric) ? change.apply(value) : value);
        changed.add(copy);
      }
      return new Step(iteration, layer, score, changed);
    }

    Step withScore(double newScore) {
      return new Step(iteration, layer, newScore, heads);
    }
  }

  private record Recording(String run, List<Step> steps) {
    @Override
    public String toString() {
      return run;
    }
  }

  private static InputStream stored() throws IOException {
    String given = System.getProperty("attention4j.recordings");
    return given != null
        ? Files.newInputStream(Path.of(given))
        : Objects.requireNonNull(RecordedRunsTest.class.getResourceAsStream("healthy-runs.csv.gz"));
  }

  static List<Recording> recordings() throws IOException {
    Map<String, List<Step>> runs = new LinkedHashMap<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(new GZIPInputStream(stored()), UTF_8))) {
      lines.readLine(); // the header
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(",", -1);
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (String metric : fields[5].split(";", -1)) {
          String[] pair = metric.split("=", -1);
          metrics.put(pair[0], Double.valueOf(pair[1]));
        }
        List<Step> steps = runs.computeIfAbsent(fields[0], run -> new ArrayList<>());
        if (fields[3].equals("0")) {
          steps.add(
              new Step(
                  Integer.parseInt(fields[1]),
                  fields[2],
                  Double.parseDouble(fields[4]),
                  new ArrayList<>()));
        }
        steps.get(steps.size() - 1).heads().add(metrics);
      }
    }
    return runs.entrySet().stream()
        .map(run -> new Recording(run.getKey(), run.getValue()))
        .toList();
  }

  private static List<Alarm> raised(List<Step> steps) {
    List<Alarm> raised = new ArrayList<>();
    AlarmEngine alarms = new AlarmEngine(AlarmRules.all(), List.of(raised::add), alarm -> false);
    steps.forEach(step -> alarms.check(step.score(), step.records()));
    return raised;
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void nothingIsRaised(Recording recording) {
    assertThat(recording.steps()).hasSizeGreaterThan(250);
    assertThat(raised(recording.steps())).extracting(Alarm::message).isEmpty();
  }

  /** The recordings without their end, then some iterations with a fault. */
  private static List<Alarm> broken(
      Recording recording, UnaryOperator<Step> fault, int iterations) {
    List<Step> steps = new ArrayList<>();
    List<Step> healthy = recording.steps();
    int layers = (int) healthy.stream().map(Step::layer).distinct().count();
    int start = healthy.size() - iterations * layers;
    for (int i = 0; i < healthy.size(); i++) {
      steps.add(i < start ? healthy.get(i) : fault.apply(healthy.get(i)));
    }
    return raised(steps);
  }

  /** In all of them the score goes back to where it began, as the faults would have it. */
  @Test
  void faultsAreFoundInConvergedRunsToo() throws IOException {
    Map<String, UnaryOperator<Step>> faults =
        Map.of(
            "exploding-gradient", step -> step.with("gradientNorm.", value -> 1e6),
            "entropy-collapse", step -> step.with("normalizedEntropy", value -> 0.001),
            "logit-blow-up", step -> step.with("maxLogit", value -> 1e4),
            "saturated-head", step -> step.with("separableShare", value -> 0.1));
    for (Recording recording : recordings()) {
      double start = recording.steps().get(0).score();
      faults.forEach(
          (rule, fault) ->
              assertThat(broken(recording, step -> fault.apply(step).withScore(start), 30))
                  .as("%s in %s", rule, recording)
                  .extracting(Alarm::rule)
                  .contains(rule));
      assertThat(
              broken(
                  recording,
                  step ->
                      step.with("largestOverUniform", value -> 1.1)
                          .with("visibleKeys", value -> 16.0)
                          .withScore(start),
                  60))
          .extracting(Alarm::rule)
          .contains("vanishing-attention");
      assertThat(broken(recording, step -> step.with("nonFinite", value -> 7.0), 3))
          .extracting(Alarm::rule)
          .containsOnly("not-finite")
          .hasSize((int) recording.steps().stream().map(Step::layer).distinct().count());
    }
  }
}
