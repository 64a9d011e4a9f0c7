package org.attention4j.examples.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SentenceSplitterTest {
  private static final List<String> DOCUMENTS =
      List.of("It rains. Does it?\n. It does!  ", "A third of 3.5 is more than 1.");

  @Test
  void sentencesComeInOrder() {
    assertThat(SentenceSplitter.first(DOCUMENTS, 10))
        .containsExactly("It rains.", "Does it?", "It does!", "A third of 3.5 is more than 1.");
  }

  @Test
  void noMoreThanAskedFor() {
    assertThat(SentenceSplitter.first(DOCUMENTS, 2)).containsExactly("It rains.", "Does it?");
  }
}
