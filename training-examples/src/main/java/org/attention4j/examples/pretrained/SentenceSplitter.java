package org.attention4j.examples.pretrained;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Takes sentences out of documents. */
final class SentenceSplitter {
  private SentenceSplitter() {}

  /**
   * The first sentences.
   *
   * @param documents English text
   * @param count how many at most
   * @return the sentences, each with a letter, no white space around them
   */
  static List<String> first(List<String> documents, int count) {
    List<String> sentences = new ArrayList<>();
    BreakIterator ends = BreakIterator.getSentenceInstance(Locale.ENGLISH);
    for (String document : documents) {
      ends.setText(document);
      int from = ends.first();
      for (int to = ends.next(); to != BreakIterator.DONE; to = ends.next()) {
        if (sentences.size() == count) {
          return sentences;
        }
        String sentence = document.substring(from, to).strip();
        if (sentence.chars().anyMatch(Character::isLetter)) {
          sentences.add(sentence);
        }
        from = to;
      }
    }
    return sentences;
  }
}
