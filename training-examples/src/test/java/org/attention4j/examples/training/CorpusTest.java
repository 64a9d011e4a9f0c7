package org.attention4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CorpusTest {
  @Test
  void everyTenthDocumentIsForValidation() {
    // Document i is the letter a, b, ... repeated, so that each symbol tells its document.
    List<String> documents =
        IntStream.range(0, 23).mapToObj(i -> String.valueOf((char) ('a' + i)).repeat(7)).toList();

    Corpus corpus = Corpus.of("letters", documents);

    Text tenthAndTwentieth = Alphabet.encode("j".repeat(7) + "\n" + "t".repeat(7) + "\n");
    assertThat(corpus.validation().counts()).isEqualTo(tenthAndTwentieth.counts());
    assertThat(corpus.train().counts()[symbol('j')]).isZero();
    assertThat(corpus.train().counts()[symbol('t')]).isZero();
    assertThat(corpus.train().counts()[symbol('a')]).isEqualTo(7);
    assertThat(corpus.train().length()).isEqualTo(21 * 8);
  }

  @Test
  void aTextWithoutDocumentsIsSplitAtItsLastTenth() {
    Corpus corpus = Corpus.of("one", List.of("a".repeat(89) + "b".repeat(10)));

    assertThat(corpus.train().length()).isEqualTo(90);
    assertThat(corpus.train().counts()[symbol('b')]).isEqualTo(1);
    assertThat(corpus.validation().length()).isEqualTo(10);
  }

  @Test
  void theUnigramEntropyIsTheHandComputedOne() {
    // Train "aab\n": N = 4 with three different symbols, so p(a) = (2 + 3/97)/7, p(b) = (1 +
    // 3/97)/7.
    Corpus corpus = new Corpus("hand", Alphabet.encode("aab\n"), Alphabet.encode("ab"), "");

    double expected =
        -(Math.log((2 + 3 / 97.0) / 7) + Math.log((1 + 3 / 97.0) / 7)) / 2 / Math.log(2);

    assertThat(corpus.unigramEntropy()).isCloseTo(expected, within(1e-12));
    assertThat(expected).isCloseTo(2.2743, within(1e-4));
  }

  @Test
  void europarlIsEnglishAndTheSameEachTime() {
    Corpus corpus = Europarl.load();
    Corpus again = Europarl.load();

    assertThat(corpus.train().counts()).isEqualTo(again.train().counts());
    assertThat(corpus.train().length()).isGreaterThan(1_000_000);
    assertThat(corpus.validation().length()).isBetween(80_000, 200_000);
    assertThat(corpus.otherShare()).isLessThan(0.001);
    assertThat(corpus.unigramEntropy()).isBetween(4.0, 4.6);
  }

  @Test
  void wordsTellEnglish() {
    assertThat(Europarl.isEnglish("We have to vote on the report of the committee.")).isTrue();
    assertThat(Europarl.isEnglish("Wir haben über den Bericht des Ausschusses abzustimmen."))
        .isFalse();
  }

  @Test
  void unknownCharactersBecomeOneSymbolAndTypographyBecomesPlain() {
    Text text = Alphabet.encode("’é\ud83d\ude00\r\n");

    assertThat(text.length()).isEqualTo(4);
    assertThat(text.symbol(0)).isEqualTo(symbol('\''));
    assertThat(text.symbol(1)).isEqualTo(Alphabet.OTHER);
    assertThat(text.symbol(2)).isEqualTo(Alphabet.OTHER);
    assertThat(text.symbol(3)).isEqualTo(Alphabet.NEWLINE);
  }

  private static int symbol(char c) {
    return Alphabet.encode(String.valueOf(c)).symbol(0);
  }
}
