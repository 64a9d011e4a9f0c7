package org.attention4j.examples.paper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attention4j.examples.report.Csv;
import org.attention4j.examples.support.AtomicFile;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.limits.HeadAtN;
import org.attention4j.limits.Quantity;

/** All numbers of a run, as CSV and JSON. */
final class PaperFiles {
  private static final JsonMapper JSON = new JsonMapper();

  private PaperFiles() {}

  /**
   * Writes the files of numbers.
   *
   * @param directory where they go
   * @param results of all parts, or as many as there are
   */
  static void write(Path directory, PaperResults results) {
    writeHeads(directory, results);
    Csv sensitivity = new Csv("layer", "head", "rows", "temperature", "epsilon", "g");
    for (PaperPart.Steepness one : results.sensitivities()) {
      sensitivity.row(
          one.layer(), one.head(), one.rows(), one.temperature(), one.epsilon(), one.g());
    }
    sensitivity.write(directory.resolve("sensitivity.csv"));
    Csv critical = new Csv("length", "n", "heads", "p_value");
    int[] lengths = results.settings().lengths();
    for (int length : lengths) {
      for (int count : results.settings().counts(length)) {
        critical.row(
            length, count, results.at(length, count).size(), results.pValue(length, count));
      }
    }
    critical.write(directory.resolve("critical.csv"));
    Csv restriction = new Csv("length", "n", "weights", "loss", "cost");
    for (boolean renormalised : new boolean[] {false, true}) {
      for (PaperPart.OfRestriction one : results.restrictions(renormalised)) {
        for (int i = 0; i < lengths.length; i++) {
          if (one.count() < lengths[i]) {
            restriction.row(
                lengths[i],
                one.count(),
                renormalised ? "renormalised" : "kept",
                one.losses().length == 0 ? Double.NaN : one.losses()[i],
                results.cost(one, i));
          }
        }
      }
    }
    restriction.write(directory.resolve("restriction.csv"));
  }

  private static void writeHeads(Path directory, PaperResults results) {
    List<String> headings = new ArrayList<>(List.of("length", "layer", "head", "n", "rows"));
    Arrays.stream(Quantity.values())
        .forEach(quantity -> headings.add(quantity.name().toLowerCase(Locale.ROOT)));
    Csv heads = new Csv(headings.toArray(String[]::new));
    for (Map.Entry<Integer, HeadAtN> entry : results.all()) {
      HeadAtN one = entry.getValue();
      List<Object> values =
          new ArrayList<>(
              List.of(entry.getKey(), one.layer(), one.head(), one.count(), one.rows()));
      Arrays.stream(Quantity.values()).forEach(quantity -> values.add(one.mean(quantity)));
      heads.row(values.toArray());
    }
    heads.write(directory.resolve("heads.csv"));
  }

  /**
   * Writes the verdicts.
   *
   * @param directory where they go
   * @param claims of a whole run
   */
  static void write(Path directory, List<Claim> claims) {
    try {
      AtomicFile.write(
          directory.resolve("claims.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(claims));
    } catch (JsonProcessingException e) {
      throw new CommandFailure("The verdicts cannot be written.", e);
    }
  }
}
