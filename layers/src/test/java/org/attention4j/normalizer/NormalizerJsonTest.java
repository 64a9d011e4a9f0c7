package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Normalizers to JSON and back, and the errors for JSON that is wrong. */
class NormalizerJsonTest {
  private static final List<NormalizerUnderTest> MAPS = NormalizerUnderTest.all();

  @ParameterizedTest
  @FieldSource("MAPS")
  void comesBackEqual(NormalizerUnderTest map) {
    String json = Normalizers.toJson(map.normalizer());
    Normalizer back = Normalizers.fromJson(json);
    assertThat(back).isEqualTo(map.normalizer()).hasSameHashCodeAs(map.normalizer());
    assertThat(Normalizers.toJson(back)).isEqualTo(json);
  }

  @Test
  void everyTypeIsTested() {
    assertThat(MAPS.stream().map(map -> map.normalizer().type()).distinct().toList())
        .containsAll(
            NormalizerTypes.providers().keySet().stream()
                .filter(type -> !type.equals(Strangers.TYPE))
                .toList());
  }

  @Test
  void differentOptionsAreNotEqual() {
    assertThat(MAPS.stream().map(NormalizerUnderTest::normalizer)).doesNotHaveDuplicates();
  }

  @Test
  void optionsWithADefaultMayBeLeftOut() {
    assertThat(Normalizers.fromJson("{\"type\":\"softmax\"}")).isEqualTo(Normalizers.softmax());
    assertThat(Normalizers.fromJson("{\"type\":\"entmax\"}")).isEqualTo(Normalizers.entmax15());
    assertThat(
            Normalizers.fromJson(
                "{\"type\":\"scaled-by-log-length\",\"normalizer\":{\"type\":\"entmax\"}}"))
        .isEqualTo(Normalizers.scaledByLogLength(Normalizers.entmax15()));
    assertThat(Normalizers.fromJson("{\"type\":\"softmax1\"}")).isEqualTo(Normalizers.softmax1(1));
    assertThat(Normalizers.fromJson("{\"type\":\"sink\"}")).isEqualTo(Normalizers.sink());
    assertThat(Normalizers.fromJson("{\"type\":\"asentmax\"}")).isEqualTo(Normalizers.asentmax());
    assertThat(Normalizers.fromJson("{\"type\":\"ssmax\"}")).isEqualTo(Normalizers.ssmax());
    assertThat(Normalizers.fromJson("{\"type\":\"log-n\"}")).isEqualTo(Normalizers.logN(512));
    assertThat(Normalizers.fromJson("{\"type\":\"top-fraction\"}"))
        .isEqualTo(Normalizers.topFraction(0.06));
    assertThat(Normalizers.fromJson("{\"type\":\"top-power\"}"))
        .isEqualTo(Normalizers.topPower(1, 0.5));
    assertThat(Normalizers.fromJson("{\"type\":\"top-p\"}")).isEqualTo(Normalizers.topP(0.9));
    assertThat(Normalizers.fromJson("{\"type\":\"soft-cap\"}")).isEqualTo(Normalizers.softCap(50));
    assertThat(Normalizers.fromJson("{\"type\":\"llama4-scale\"}"))
        .isEqualTo(Normalizers.llama4Scale(0.1, 8192));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "softmax | {'type':'softmax'}",
        "softmax:0.5 | {'type':'softmax','temperature':0.5}",
        "softmax1:2 | {'type':'softmax1','c':2}",
        "sink:-1.5 | {'type':'sink','initialLogit':-1.5}",
        "log-n:32 | {'type':'log-n','trainLength':32}",
        "ssmax:.4 | {'type':'ssmax','s':0.4}",
        "adaptive-temperature | {'type':'adaptive-temperature'}",
        "sparsemax | {'type':'sparsemax'}",
        "entmax:1.5 | {'type':'entmax','alpha':1.5}",
        "asentmax:1.25 | {'type':'asentmax','alpha':1.25}",
        "top-k:8 | {'type':'top-k','k':8}",
        "top-k:8.0 | {'type':'top-k','k':8}",
        "top-fraction:6e-2 | {'type':'top-fraction','fraction':0.06}",
        "top-power:0.25 | {'type':'top-power','a':1,'b':0.25}",
        "top-p:.95 | {'type':'top-p','p':0.95}",
        "soft-cap:30 | {'type':'soft-cap','cap':30,'normalizer':'softmax'}",
        "llama4-scale:64 | {'type':'llama4-scale','beta':0.1,'length':64,'normalizer':'softmax'}",
        "{'type':'llama4-scale','beta':0.2,'normalizer':'sink'} |"
            + " {'type':'llama4-scale','beta':0.2,'length':8192,'normalizer':{'type':'sink'}}",
        "strangers | {'type':'strangers','leak':0}",
        "strangers:0.25 | {'type':'strangers','leak':0.25}",
        "{'type':'scaled-by-log-length','normalizer':'entmax:1.3'} |"
            + " {'type':'scaled-by-log-length','normalizer':{'type':'entmax','alpha':1.3}}",
      })
  void theShortFormSaysTheSame(String shortForm, String json) {
    Normalizer expected = Normalizers.fromJson(json.replace('\'', '"'));
    String text = shortForm.replace('\'', '"');
    assertThat(Normalizers.parse(text)).isEqualTo(expected);
    assertThat(Normalizers.parse("  " + text + "\n")).isEqualTo(expected);
    assertThat(Normalizers.fromJson(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hardmax | There is no normalizer 'hardmax'; known are softmax, ",
        "hardmax:2 | There is no normalizer 'hardmax'; known are softmax, ",
        "3 | There is no normalizer '3'; known are softmax, ",
        "Softmax | There is no normalizer 'Softmax'; known are softmax, ",
        "sparsemax:2 | Normalizer 'sparsemax' takes no number; write it alone or as a JSON object.",
        "scaled-by-log-length | option 'normalizer' is missing but must be a normalizer",
        "top-k | Normalizer 'top-k': option 'k' is missing but must be a whole number.",
        "top-k:2.5 | Normalizer 'top-k': option 'k' is 2.5 but must be a whole number.",
        "top-k:0 | Normalizer 'top-k': option 'k' is 0 but must be at least 1.",
        "entmax: | The number in normalizer 'entmax:' is '' but must be a decimal number such as",
        "entmax:x | The number in normalizer 'entmax:x' is 'x' but must be a decimal number",
        "entmax:1,5 | The number in normalizer 'entmax:1,5' is '1,5' but must be a decimal number",
        "entmax:1.5d | is '1.5d' but must be a decimal number",
        "entmax:0x1p1 | is '0x1p1' but must be a decimal number",
        "entmax:NaN | is 'NaN' but must be a decimal number",
        "entmax:1.5:2 | is '1.5:2' but must be a decimal number",
        "entmax:1e999 | option 'alpha' is Infinity but must be above 1 and at most 32",
      })
  void aWrongShortFormIsTold(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.parse(text))
        .withMessageContaining(message);
  }

  /** Nothing long is read or shown. */
  @ParameterizedTest
  @ValueSource(strings = {"entmax:", "x", "[", "{"})
  void aLongTextIsCutInMessages(String start) {
    String text = start + "1".repeat(200_001);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.parse(text))
        .satisfies(e -> assertThat(e.getMessage()).contains("111...").hasSizeLessThan(600));
  }

  @Test
  void inAConfigurationTheShortFormWillDo() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    assertThat(mapper.readValue("\"entmax:1.3\"", Normalizer.class))
        .isEqualTo(Normalizers.entmax(1.3));
    assertThat(mapper.readValue("{\"type\":\"entmax\",\"alpha\":1.3}", Normalizer.class))
        .isEqualTo(Normalizers.entmax(1.3));
  }

  @Test
  void anUnknownTypeIsToldTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.fromJson("{\"type\":\"hardmax\"}"))
        .withMessageStartingWith("There is no normalizer 'hardmax'; known are softmax, ")
        .withMessageContaining("entmax")
        .withMessageContaining(Strangers.TYPE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"k\":3}", "{\"type\":3}", "{\"type\":null}"})
  void aMissingTypeIsToldTheKnownOnes(String json) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.fromJson(json))
        .withMessageStartingWith("A normalizer needs a type; known are softmax, ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "soft max",
        "\"softmax\"",
        "[1]",
        "{\"type\":\"softmax\"",
        "{",
        ":",
        ":3"
      })
  void textThatIsNoObjectIsShownAnExample(String json) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.fromJson(json))
        .withMessageContaining(
            "is not a normalizer; write a short form such as entmax:1.5 or a JSON object such as"
                + " {\"type\":\"top-k\",\"k\":8}.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"softmax\"} x",
        "{\"type\":\"softmax\"}{\"type\":\"relu\"}",
        "{\"type\":\"top-k\",\"k\":1,\"k\":2}"
      })
  void nothingInTheTextIsIgnored(String json) {
    assertThatIllegalArgumentException().isThrownBy(() -> Normalizers.fromJson(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'sparsemax','k':3} | Normalizer 'sparsemax': option 'k' is unknown; it takes no"
            + " options.",
        "{'type':'top-k','k':3,'K':4} | Normalizer 'top-k': option 'K' is unknown; it takes k",
        "{'type':'top-k'} | Normalizer 'top-k': option 'k' is missing but must be a whole number.",
        "{'type':'top-k','k':2.5} | Normalizer 'top-k': option 'k' is 2.5 but must be a whole"
            + " number.",
        "{'type':'top-k','k':'3'} | Normalizer 'top-k': option 'k' is 3 but must be a whole"
            + " number.",
        "{'type':'top-k','k':null} | Normalizer 'top-k': option 'k' is null but must be a whole"
            + " number.",
        "{'type':'top-k','k':0} | Normalizer 'top-k': option 'k' is 0 but must be at least 1.",
        "{'type':'top-k','k':1e12} | Normalizer 'top-k': option 'k' is 1.0E12 but must be a whole"
            + " number",
        "{'type':'entmax','alpha':1} | Normalizer 'entmax': option 'alpha' is 1 but must be above"
            + " 1",
        "{'type':'entmax','alpha':1e999} | Normalizer 'entmax': option 'alpha' is Infinity but must"
            + " be",
        "{'type':'entmax','alpha':[2]} | Normalizer 'entmax': option 'alpha' is [2] but must be a"
            + " number.",
        "{'type':'softmax','temperature':0} | option 'temperature' is 0 but must be positive",
        "{'type':'softmax','temperature':-0.5} | option 'temperature' is -0.5 but must be positive",
        "{'type':'softmax','temperature':1e-40} | option 'temperature' is 1.0E-40 but must be"
            + " positive, from 1e-9 to 1e9.",
        "{'type':'softmax','temperature':1e10} | option 'temperature' is 10000000000 but must be",
        "{'type':'ssmax','s':1e300} | option 's' is 1.0E300 but must be from -1e7 to 1e7.",
        "{'type':'sink','initialLogit':-1e308} | option 'initialLogit' is -1.0E308 but must be from"
            + " -1e28 to 1e28.",
        "{'type':'entmax','alpha':50} | option 'alpha' is 50 but must be above 1 and at most 32.",
        "{'type':'asentmax','alpha':1e308} | option 'alpha' is 1.0E308 but must be above 1 and at"
            + " most 32.",
        "{'type':'log-n','trainLength':1.0000000001} | option 'trainLength' is 1.0000000001 but"
            + " must be above 1, at least 1.000001, and finite.",
        "{'type':'softmax','learnable':1} | option 'learnable' is 1 but must be true or false.",
        "{'type':'top-fraction','fraction':1.5} | option 'fraction' is 1.5 but must be above 0 and"
            + " at most 1.",
        "{'type':'top-fraction','fraction':0} | option 'fraction' is 0 but must be above 0",
        "{'type':'log-n','trainLength':1} | option 'trainLength' is 1 but must be above 1",
        "{'type':'softmax1','c':0} | Normalizer 'softmax1': option 'c' is 0 but must be positive",
        "{'type':'sink','initialLogit':'a'} | option 'initialLogit' is a but must be a number.",
        "{'type':'asentmax','alpha':0.5} | Normalizer 'asentmax': option 'alpha' is 0.5 but must be"
            + " above 1",
        "{'type':'entmax','alpha':2,'learnable':true} | option 'alpha' is 2 but must be above 1.01"
            + " and below 2 if learnable",
        "{'type':'top-k','k':2,'temperature':2} | Normalizer 'top-k': option 'temperature' is"
            + " unknown; it takes k, straightThrough",
        "{'type':'top-k','k':2,'straightThrough':true,'temperature':0} | option 'temperature' is 0"
            + " but must be positive",
        "{'type':'scaled-by-log-length'} | option 'normalizer' is missing but must be a normalizer,"
            + " such as",
        "{'type':'scaled-by-log-length','normalizer':3} | option 'normalizer' is 3 but must"
            + " be a normalizer",
        "{'type':'scaled-by-log-length','normalizer':'top-k:2.5'} | option 'k' is 2.5 but must",
        "{'type':'scaled-by-log-length','normalizer':{'type':'top-k'}} | Normalizer 'top-k': option"
            + " 'k' is missing",
        "{'type':'scaled-by-log-length','normalizer':{'type':'hardmax'}} | There is no normalizer"
            + " 'hardmax'",
        "{'type':'scaled-by-log-length','normalizer':{'type':'scaled-by-log-length','normalizer':{'type':'relu'}}}"
            + " | must not itself be",
        "{'type':'top-power','a':0} | Normalizer 'top-power': option 'a' is 0 but must be above 0"
            + " and at most 1e6.",
        "{'type':'top-power','b':1} | option 'b' is 1 but must be above 0 and below 1.",
        "{'type':'top-p','p':1} | Normalizer 'top-p': option 'p' is 1 but must be above 0 and at"
            + " most 0.999999.",
        "{'type':'top-p','p':'all'} | option 'p' is all but must be a number.",
        "{'type':'soft-cap','cap':0} | Normalizer 'soft-cap': option 'cap' is 0 but must be"
            + " positive, from 1e-6 to 1e6.",
        "{'type':'soft-cap','normalizer':3} | option 'normalizer' is 3 but must be a normalizer",
        "{'type':'soft-cap','normalizer':'top-k:0'} | option 'k' is 0 but must be at least 1.",
        "{'type':'llama4-scale','beta':-0.1} | option 'beta' is -0.1 but must be from 0 to 1e7.",
        "{'type':'llama4-scale','length':2.5} | option 'length' is 2.5 but must be a whole number.",
        "{'type':'llama4-scale','length':0} | Normalizer 'llama4-scale': option 'length' is 0 but"
            + " must be at least 1.",
        "{'type':'ssmax','s':-1e999} | option 's' is -Infinity but must be from -1e7 to 1e7."
      })
  void aWrongOptionIsNamedWithItsValueAndWhatIsRight(String json, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.fromJson(json.replace('\'', '"')))
        .withMessageContaining(message);
  }

  @Test
  void factoriesCheckTheirArgumentsToo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.entmax(Double.NaN))
        .withMessage(
            "Normalizer 'entmax': option 'alpha' is NaN but must be above 1 and at most 32.");
  }

  @Test
  void aLambdaCannotBeSaved() {
    Normalizer lambda = (sd, scores, context) -> sd.nn.softmax(scores, NormalizerContext.KEYS);
    assertThatIllegalStateException()
        .isThrownBy(() -> Normalizers.toJson(lambda))
        .withMessageContaining("has no type name and cannot be saved")
        .withMessageContaining("NormalizerProvider");
  }

  @Test
  void aLambdaInsideAnotherMapCannotBeSaved() {
    Normalizer lambda = (sd, scores, context) -> scores;
    assertThatIllegalStateException()
        .isThrownBy(() -> Normalizers.toJson(Normalizers.scaledByLogLength(lambda)))
        .withMessageContaining("has no type name and cannot be saved");
  }

  @Test
  void aStrangersNormalizerJoinsThroughTheServiceLoader() {
    Normalizer strangers = new Strangers(0.25);
    String json = Normalizers.toJson(strangers);
    assertThat(json).isEqualTo("{\"type\":\"strangers\",\"leak\":0.25}");
    assertThat(Normalizers.fromJson(json)).isEqualTo(strangers);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.fromJson("{\"type\":\"strangers\",\"leak\":-1}"))
        .withMessage("Normalizer 'strangers': option 'leak' is -1.0 but must not be negative.");
  }

  /** Somebody else's map, written against the public interface alone. */
  record Strangers(double leak) implements Normalizer {
    static final String TYPE = "strangers";

    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return sd.nn.softmax(scores, NormalizerContext.KEYS).add(leak);
    }

    @Override
    public String type() {
      return TYPE;
    }

    @Override
    public Map<String, Object> options() {
      return Map.of("leak", leak);
    }
  }

  /** Announced in META-INF/services. */
  public static final class StrangersProvider implements NormalizerProvider {
    @Override
    public String type() {
      return Strangers.TYPE;
    }

    @Override
    public Optional<String> mainOption() {
      return Optional.of("leak");
    }

    @Override
    public Normalizer create(NormalizerOptions options) {
      double leak = options.number("leak", 0);
      if (leak < 0) {
        throw new IllegalArgumentException(
            "Normalizer 'strangers': option 'leak' is " + leak + " but must not be negative.");
      }
      return new Strangers(leak);
    }
  }
}
