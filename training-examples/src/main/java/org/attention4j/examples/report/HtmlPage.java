package org.attention4j.examples.report;

import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** Puts a report into the template of the page. */
final class HtmlPage {
  private static final String TEMPLATE = "report.ftlh";
  private static final String SCRIPT = "report.js";
  private static final String NO_CURVE = "";

  private HtmlPage() {}

  static String of(Report report) {
    StringWriter page = new StringWriter();
    try {
      configuration()
          .getTemplate(TEMPLATE)
          .process(
              Map.of(
                  "title", report.title(),
                  "lead", report.lead(),
                  "sections", report.sections().stream().map(HtmlPage::section).toList(),
                  "light", Theme.LIGHT.curveColors(),
                  "dark", Theme.DARK.curveColors(),
                  "facts", report.facts(),
                  "library", ChartLibrary.script(),
                  "script", script()),
              page);
    } catch (IOException e) {
      throw new UncheckedIOException("The report cannot be written.", e);
    } catch (TemplateException e) {
      throw new IllegalStateException("The report cannot be written.", e);
    }
    return page.toString();
  }

  private static String script() throws IOException {
    try (InputStream stream = HtmlPage.class.getResourceAsStream(SCRIPT)) {
      if (stream == null) {
        throw new FileNotFoundException("%s is not on the class path.".formatted(SCRIPT));
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Configuration configuration() {
    // The ending ftlh makes FreeMarker escape every value for HTML.
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
    configuration.setClassForTemplateLoading(HtmlPage.class, "");
    configuration.setDefaultEncoding(StandardCharsets.UTF_8.name());
    configuration.setLocale(Locale.ROOT);
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    return configuration;
  }

  private static Map<String, Object> section(Section section) {
    return Map.of(
        "heading", section.heading(),
        "blocks", section.blocks().stream().map(HtmlPage::block).toList());
  }

  private static Map<String, Object> block(Block block) {
    if (block instanceof Paragraph paragraph) {
      return Map.of(
          "kind", "paragraph", "text", paragraph.text(), "style", paragraph.tone().style());
    }
    if (block instanceof Gallery gallery) {
      return Map.of(
          "kind", "gallery",
          "figures", gallery.figures().stream().map(HtmlPage::figure).toList(),
          "tables", gallery.numbers().stream().map(HtmlPage::table).toList());
    }
    if (block instanceof Code code) {
      return Map.of("kind", "code", "text", code.text());
    }
    return Map.of("kind", "table", "table", table((Table) block));
  }

  private static Map<String, Object> figure(Figure figure) {
    return Map.of(
        "name", figure.name(),
        "caption", figure.caption(),
        "data", figure.data(),
        "picture", figure.dataUri());
  }

  private static Map<String, Object> table(Table table) {
    return Map.of(
        "caption", table.caption(),
        "headings", table.headings(),
        "words", table.words(),
        "rows", table.rows().stream().map(HtmlPage::row).toList());
  }

  private static Map<String, Object> row(Table.Row row) {
    return Map.of(
        "cells", row.cells(),
        "style", row.emphasis().name().toLowerCase(Locale.ROOT),
        "curve",
            row.curve().isPresent()
                ? Integer.toString(Theme.LIGHT.index(row.curve().getAsInt()))
                : NO_CURVE);
  }
}
