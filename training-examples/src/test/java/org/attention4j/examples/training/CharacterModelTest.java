package org.attention4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.attention4j.pretrained.Pretrained;
import org.junit.jupiter.api.Test;

class CharacterModelTest {
  /** The file says what the alphabet does, so that other programs read the same tokens. */
  @Test
  void theTokenizerIsTheAlphabet() throws IOException {
    StringBuilder text = new StringBuilder("a\r\nb\u2018\u2019\u201c\u201d\u2010\u2014\u00a0\t");
    text.append("\u202fé ß  \n\n");
    for (char each = ' '; each <= '~'; each++) {
      text.append(each);
    }
    Text symbols = Alphabet.encode(text.toString());
    byte[] file = CharacterModel.tokenizer().getBytes(StandardCharsets.UTF_8);

    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(file), Map.of())) {
      long[] ids = tokenizer.encode(text.toString()).getIds();

      assertThat(ids).hasSize(symbols.length());
      for (int i = 0; i < ids.length; i++) {
        assertThat(ids[i]).as("character %d", i).isEqualTo(symbols.symbol(i));
      }
    }
  }

  @Test
  void theBuiltInModelForetellsEnglish() throws IOException {
    Pretrained model = CharacterModel.trained().load();

    assertThat(model.network().numParams()).isEqualTo(828_800);
    assertThat(model.unusedTensors()).isEmpty();
    Corpus corpus = Europarl.load();
    Windows windows = new Windows(corpus.validation(), CharacterModel.CONTEXT);
    double bits =
        BitsPerCharacter.of(model.network(), windows.spread(16, 16), CharacterModel.CONTEXT);
    // Below the trigram's 2.71: what it writes has words.
    assertThat(bits).isBetween(1.0, 2.2);
  }

  @Test
  void aTextIsWrittenAsItsCharacters() {
    assertThat(Alphabet.encode("So,\n\u201cé\u201d").characters()).isEqualTo("So,\n\"\ufffd\"");
  }
}
