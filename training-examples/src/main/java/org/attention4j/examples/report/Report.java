package org.attention4j.examples.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.examples.support.AtomicFile;

/**
 * What a run came to, as one page that needs nothing beside it.
 *
 * @param title the page's title
 * @param lead what was done, in a sentence or two
 * @param sections from top to bottom
 * @param facts what is needed to run it again, by name, in the order to show them
 */
public record Report(String title, String lead, List<Section> sections, Map<String, String> facts) {
  /** The page's name in its directory. */
  public static final String PAGE = "report.html";

  /**
   * Copies the collections.
   *
   * @param title the page's title
   * @param lead what was done
   * @param sections from top to bottom
   * @param facts what is needed to run it again
   */
  public Report {
    sections = List.copyOf(sections);
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /**
   * Writes {@link #PAGE} and every picture as PNG.
   *
   * @param directory where they go; files of these names are replaced
   * @return the page
   */
  public Path write(Path directory) {
    figures().forEach(figure -> figure.writePng(directory));
    Path page = directory.resolve(PAGE);
    AtomicFile.write(page, HtmlPage.of(this).getBytes(StandardCharsets.UTF_8));
    return page;
  }

  private List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    for (Section section : sections) {
      for (Block block : section.blocks()) {
        if (block instanceof Gallery gallery) {
          figures.addAll(gallery.figures());
        }
      }
    }
    return figures;
  }
}
