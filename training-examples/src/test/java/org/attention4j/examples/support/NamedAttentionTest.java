package org.attention4j.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.attention4j.layers.OutputGate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedAttentionTest {
  @Test
  void optionsFollowThePlusSignsOutsideNumbersAndJson() {
    assertThat(NamedAttention.parse("log-n:1e+2+gate=head+window=7").options())
        .isEqualTo(new LayerOptions(OutputGate.PER_HEAD, 7, 0, false, false));
    assertThat(NamedAttention.parse("log-n:1e+2").normalizer().json()).contains("100");
    NamedAttention json = NamedAttention.parse("{\"type\":\"top-k\",\"k\":3}+gate+qk-norm");
    assertThat(json.options())
        .isEqualTo(new LayerOptions(OutputGate.PER_ELEMENT, 0, 0, true, false));
    assertThat(json.normalizer().json()).contains("top-k");
  }

  @ParameterizedTest
  @CsvSource({
    "softmax, softmax",
    "softmax+gate=element, softmax+gate",
    "softmax+first-keys=4+window=64, softmax+window=64+first-keys=4",
    "ssmax+qk-norm+gate=head, ssmax+gate=head+qk-norm",
    "ssmax+forgetting+gate, ssmax+gate+forgetting"
  })
  void aLabelIsReadAsTheSameAttention(String text, String label) {
    NamedAttention attention = NamedAttention.parse(text);

    assertThat(attention.label()).isEqualTo(label);
    assertThat(NamedAttention.parse(label)).isEqualTo(attention);
    assertThat(LayerOptions.parse(LayerOptions.split(attention.options().toString())))
        .isEqualTo(attention.options());
  }

  @Test
  void everyModelHasTheOptionsOfAllAndItsOwn() {
    List<NamedAttention> all =
        NamedAttention.parseAll(
            List.of("softmax", "ssmax+qk-norm"), List.of("gate", "first-keys=2", "window=3"));
    assertThat(all.get(0).label()).isEqualTo("softmax+gate+window=3+first-keys=2");
    assertThat(
            NamedAttention.parseAll(List.of("softmax", "ssmax+window=64"), List.of("gate")).get(1))
        .isEqualTo(NamedAttention.parse("ssmax+gate+window=64"));
  }

  @Test
  void theSameNormalizerMayStandThereWithOtherOptions() {
    assertThat(NamedAttention.parseAll(List.of("softmax", "softmax+gate"), List.of()))
        .extracting(NamedAttention::key)
        .doesNotHaveDuplicates();
    assertThatThrownBy(
            () -> NamedAttention.parseAll(List.of("softmax+gate", "softmax"), List.of("gate")))
        .isInstanceOf(BadArgument.class);
    assertThatThrownBy(
            () ->
                NamedAttention.parseAll(
                    List.of("softmax+gate", "softmax:1+gate=element"), List.of()))
        .isInstanceOf(BadArgument.class)
        .hasMessage("Normalizer 'softmax:1+gate' is named twice in --normalizers.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gates | 'gates' is no option of the attention; known are gate, gate=head, ",
        "gate=half | The option 'gate=half' of the attention must be gate, gate=element or"
            + " gate=head.",
        "window | The option 'window' of the attention needs a whole number from 1 to",
        "window=0 | The option 'window=0' of the attention needs a whole number from 1 to",
        "window=x | The option 'window=x' of the attention needs a whole number from 1 to",
        "qk-norm=1 | The option 'qk-norm=1' of the attention must stand without a value.",
        "gate,gate=head | The option 'gate' of the attention is named twice.",
        "first-keys=4 | The option first-keys=4 needs a window, such as window=64"
      })
  void whatCannotBeGetsASentence(String options, String sentence) {
    assertThatThrownBy(() -> LayerOptions.parse(LayerOptions.split(options)))
        .isInstanceOf(BadArgument.class)
        .hasMessageStartingWith(sentence);
  }

  @Test
  void theLastQuerySeesItsWindowAndTheFirstKeys() {
    assertThat(LayerOptions.NONE.visible(11)).isEqualTo(11);
    LayerOptions window = LayerOptions.parse(List.of("window=5", "first-keys=2"));
    assertThat(window.visible(11)).isEqualTo(7);
    assertThat(window.visible(3)).isEqualTo(3);
  }
}
