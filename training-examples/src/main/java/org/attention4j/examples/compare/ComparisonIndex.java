package org.attention4j.examples.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.examples.report.Csv;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.report.Table.Row;
import org.attention4j.examples.support.AtomicFile;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Damage;
import org.attention4j.examples.support.Numbers;
import org.jspecify.annotations.Nullable;

/** The comparisons in one directory, each in a directory of its own. */
final class ComparisonIndex {
  private static final String SUMMARY = "summary.json";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path directory;
  private final PrintWriter messages;

  /**
   * Reads a directory.
   *
   * @param directory of the comparisons' directories
   * @param messages where damaged files are told of
   */
  ComparisonIndex(Path directory, PrintWriter messages) {
    this.directory = directory;
    this.messages = messages;
  }

  /**
   * What stays of a comparison when others come beside it.
   *
   * @param name of the comparison and its directory
   * @param date when it ended, as ISO 8601
   * @param experiment what was trained
   * @param bits means and deviations by normalizer, in bits per character
   */
  record Summary(String name, String date, Experiment experiment, Map<String, Spread> bits) {
    /** Fails for a file that lacks something. */
    Summary {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(date, "date");
      Objects.requireNonNull(experiment, "experiment");
      Objects.requireNonNull(bits, "bits");
    }
  }

  /**
   * A mean over seeds and its standard deviation.
   *
   * @param mean the mean; NaN if training broke down
   * @param deviation NaN for one seed
   */
  record Spread(double mean, double deviation) {}

  /** Adds a comparison, or replaces the one of that name. */
  void add(Summary summary) {
    try {
      AtomicFile.write(
          directory.resolve(summary.name()).resolve(SUMMARY), JSON.writeValueAsBytes(summary));
    } catch (JsonProcessingException e) {
      throw new CommandFailure("The comparison's summary cannot be written.", e);
    }
  }

  /** The comparisons in the directory, the oldest first. */
  List<Summary> all() {
    List<Summary> summaries = new ArrayList<>();
    try (Stream<Path> directories = Files.list(directory)) {
      for (Path each : directories.toList()) {
        Path file = each.resolve(SUMMARY);
        if (Files.isRegularFile(file)) {
          summary(file).ifPresent(summaries::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The comparisons in %s cannot be read.".formatted(directory), e);
    }
    summaries.sort(Comparator.comparing(Summary::date));
    return summaries;
  }

  private Optional<Summary> summary(Path file) {
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), Summary.class));
    } catch (IOException e) {
      messages.println(
          Damage.sentence(file, e)
              + " That comparison is left out; its command with --resume adds it again.");
      messages.flush();
      return Optional.empty();
    }
  }

  /** A part of the report; none if there is but one comparison. */
  static List<Section> sections(List<Summary> all) {
    if (all.size() < 2) {
      return List.of();
    }
    List<String> labels = labels(all);
    List<SpreadChart.Group> groups = all.stream().map(each -> group(each, labels)).toList();
    Figure figure =
        new Figure(
            "side-by-side",
            "Validation bits per character of all comparisons, mean and standard deviation",
            new SpreadChart("All comparisons", "bits per character", labels, groups));
    return List.of(
        Section.of(
            "Side by side",
            Paragraph.of(
                "The comparisons in this directory, the oldest first. Each has its report and"
                    + " tables in comparisons/<its name>."),
            settings(all),
            Gallery.of(figure, bits(all, labels))));
  }

  /** The means of all comparisons as CSV. */
  static Csv csv(List<Summary> all) {
    Csv csv =
        new Csv(
            "comparison",
            "date",
            "normalizer",
            "seeds",
            "mean_validation_bits_per_character",
            "sd_validation_bits_per_character");
    for (Summary each : all) {
      each.bits()
          .forEach(
              (label, bits) ->
                  csv.row(
                      each.name(),
                      each.date(),
                      label,
                      each.experiment().seeds().size(),
                      bits.mean(),
                      bits.deviation()));
    }
    return csv;
  }

  private static Table settings(List<Summary> all) {
    return new Table(
        "Comparisons",
        List.of("name", "ended", "context", "steps", "batch", "width", "heads", "seeds", "text"),
        all.stream().map(ComparisonIndex::row).toList());
  }

  private static Row row(Summary each) {
    Experiment experiment = each.experiment();
    return Row.of(
        List.of(
            each.name(),
            each.date(),
            Integer.toString(experiment.context()),
            Integer.toString(experiment.steps()),
            Integer.toString(experiment.batch()),
            Integer.toString(experiment.width()),
            Integer.toString(experiment.heads()),
            Integer.toString(experiment.seeds().size()),
            experiment.text() == null ? "built in" : experiment.text()));
  }

  private static Table bits(List<Summary> all, List<String> labels) {
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    all.forEach(each -> headings.add(each.name()));
    List<Row> rows = new ArrayList<>();
    for (String label : labels) {
      List<String> cells = new ArrayList<>(List.of(label));
      all.forEach(each -> cells.add(cell(each.bits().get(label))));
      rows.add(Row.of(cells));
    }
    return new Table("Validation bits per character", headings, rows);
  }

  private static String cell(@Nullable Spread bits) {
    if (bits == null) {
      return "–";
    }
    return Double.isNaN(bits.deviation())
        ? Numbers.fixed(bits.mean(), 3)
        : "%s ± %s".formatted(Numbers.fixed(bits.mean(), 3), Numbers.fixed(bits.deviation(), 3));
  }

  private static SpreadChart.Group group(Summary each, List<String> labels) {
    Spread none = new Spread(Double.NaN, Double.NaN);
    return new SpreadChart.Group(
        each.name(),
        labels.stream().map(label -> each.bits().getOrDefault(label, none).mean()).toList(),
        labels.stream().map(label -> each.bits().getOrDefault(label, none).deviation()).toList());
  }

  private static List<String> labels(List<Summary> all) {
    Set<String> labels = new LinkedHashSet<>();
    all.forEach(each -> labels.addAll(each.bits().keySet()));
    return List.copyOf(labels);
  }
}
