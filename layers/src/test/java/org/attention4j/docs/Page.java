package org.attention4j.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A page of the documentation.
 *
 * @param file where it stands
 * @param text what it says
 */
record Page(Path file, String text) {
  private static final Path DOCS = Path.of("..", "docs");

  static Page read(String name) throws IOException {
    Path file = DOCS.resolve(name);
    return new Page(file, Files.readString(file));
  }

  /** The blocks of code in one language, in order. */
  List<String> blocks(String language) {
    return find("(?ms)^```%s\\n(.*?)^```$".formatted(language));
  }

  /** Where the page's links lead, images included. */
  List<String> links() {
    return new Page(file, prose()).find("\\]\\(([^)\\s]+)\\)");
  }

  /** What a link to a heading of the page has after its {@code #}, as GitHub makes it. */
  List<String> anchors() {
    List<String> anchors = new ArrayList<>();
    for (String heading : new Page(file, prose()).find("(?m)^#+ +(.*)$")) {
      String anchor =
          heading
              .replaceAll("\\[([^]]*)\\]\\([^)]*\\)", "$1")
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N}\\p{M}_ -]", "")
              .strip()
              .replace(' ', '-');
      String unique = anchor;
      for (int i = 1; anchors.contains(unique); i++) {
        unique = anchor + "-" + i;
      }
      anchors.add(unique);
    }
    return anchors;
  }

  /** The text without its blocks of code. */
  private String prose() {
    return text.replaceAll("(?ms)^ *```.*?^ *```$", "");
  }

  /** What the first group of a pattern matches, all through the page. */
  List<String> find(String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }
}
