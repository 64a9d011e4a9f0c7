package org.attention4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.attention4j.examples.support.NamedAttention;
import org.attention4j.generation.TokenGenerator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

class TextSamplerTest {
  private final ComputationGraph model =
      LanguageModel.ofAnyLength(NamedAttention.parse("softmax"), new Settings(7, 3, 2, 12, 3, 5));

  @Test
  void writesOnAndOnBeyondTheContext() {
    String text = TextSampler.write(TokenGenerator.of(model, 7), "So", 17, 1);

    assertThat(text).startsWith("So").hasSize(19).matches("(?s)[\\n -~]*");
    assertThat(TextSampler.write(TokenGenerator.of(model, 7), "So", 17, 1)).isEqualTo(text);
    assertThat(TextSampler.write(TokenGenerator.of(model, 7), "So", 17, 2)).isNotEqualTo(text);
  }

  @Test
  void everyCharacterIsThatOfItsSymbol() {
    String all = "\n !09AZaz~";

    for (int i = 0; i < all.length(); i++) {
      char each = all.charAt(i);
      int symbol = Alphabet.encode(String.valueOf(each)).symbol(0);
      assertThat(Alphabet.character(symbol)).isEqualTo(each);
    }
  }
}
