package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.training.Alphabet;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.examples.training.Settings;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

class TextSamplerTest {
  private final ComputationGraph model =
      LanguageModel.ofAnyLength(NamedAttention.parse("softmax"), new Settings(7, 3, 2, 12, 3, 5));

  @Test
  void writesOnAndOnBeyondTheContext() {
    String text = TextSampler.write(model, "So", 17, 7, 1);

    assertThat(text).startsWith("So").hasSize(19).matches("(?s)[\\n -~]*");
    assertThat(TextSampler.write(model, "So", 17, 7, 1)).isEqualTo(text);
    assertThat(TextSampler.write(model, "So", 17, 7, 2)).isNotEqualTo(text);
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
