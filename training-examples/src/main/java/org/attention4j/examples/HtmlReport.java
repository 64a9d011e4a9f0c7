package org.attention4j.examples;

import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One page that needs nothing beside it: the table, the curves, the heads and what was run. */
final class HtmlReport {
  private static final String TEMPLATE = "report.ftlh";

  private HtmlReport() {}

  /**
   * Writes the page.
   *
   * @param file the page
   * @param results the models
   * @param unigramEntropy the baseline, in bits per character
   * @param facts what was run
   */
  static void write(
      Path file, List<ModelResult> results, double unigramEntropy, Map<String, String> facts) {
    StringWriter page = new StringWriter();
    try {
      configuration()
          .getTemplate(TEMPLATE)
          .process(
              Map.of(
                  "headings", ResultTable.HEADINGS,
                  "rows", rows(results),
                  "unigramEntropy", Numbers.fixed(unigramEntropy, 3),
                  "curves", LossChart.dataUri(results, unigramEntropy, Theme.LIGHT),
                  "curvesOnDark", LossChart.dataUri(results, unigramEntropy, Theme.DARK),
                  "heads", heads(results),
                  "facts", facts),
              page);
    } catch (IOException | TemplateException e) {
      throw new CommandFailure("The report cannot be written.", e);
    }
    AtomicFile.write(file, page.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Configuration configuration() {
    // The ending ftlh makes FreeMarker escape every value for HTML.
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
    configuration.setClassForTemplateLoading(HtmlReport.class, "");
    configuration.setDefaultEncoding(StandardCharsets.UTF_8.name());
    configuration.setLocale(Locale.ROOT);
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    return configuration;
  }

  private static List<Map<String, Object>> rows(List<ModelResult> results) {
    double best =
        results.stream().mapToDouble(ModelResult::validationBits).min().orElse(Double.NaN);
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      rows.add(
          Map.of(
              "index", Integer.toString(i),
              "light", Theme.LIGHT.curve(i),
              "dark", Theme.DARK.curve(i),
              "best", results.get(i).validationBits() == best,
              "cells", ResultTable.cells(results.get(i))));
    }
    return rows;
  }

  private static List<Map<String, Object>> heads(List<ModelResult> results) {
    List<Map<String, Object>> heads = new ArrayList<>();
    for (ModelResult result : results) {
      heads.add(
          Map.of(
              "label", result.normalizer().label(),
              "cells", result.heads().stream().map(HtmlReport::cells).toList()));
    }
    return heads;
  }

  private static Map<String, String> cells(HeadStatistics head) {
    return Map.of(
        "name", "%s head %d".formatted(head.layer().replace("-attention", ""), head.head()),
        "entropy", Numbers.fixed(head.entropy(), 2),
        "effectiveTokens", Numbers.fixed(head.effectiveTokens(), 1));
  }
}
