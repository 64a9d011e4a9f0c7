package org.attention4j.examples.support;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;

/**
 * The attention of a model as a user names it: a normalizer and, each after a plus sign, options of
 * the layers, such as {@code softmax+gate+window=64}.
 *
 * @param normalizer the normalizer
 * @param options the options of the layers
 */
public record NamedAttention(NamedNormalizer normalizer, LayerOptions options) {
  private static final char PLUS = '+';

  /**
   * Reads one.
   *
   * @param text a normalizer and options
   * @return the attention
   * @throws BadArgument if one of them cannot be read
   */
  @JsonCreator
  public static NamedAttention parse(String text) {
    return parse(text, List.of());
  }

  private static NamedAttention parse(String text, List<String> ofAll) {
    List<String> parts = parts(text);
    List<String> options = new ArrayList<>(ofAll);
    options.addAll(parts.subList(1, parts.size()));
    return new NamedAttention(NamedNormalizer.parse(parts.get(0)), LayerOptions.parse(options));
  }

  /**
   * Reads several.
   *
   * @param texts each a normalizer and options
   * @param ofAll options that each of them has besides
   * @return the attentions in the order given
   * @throws BadArgument if one cannot be read, one stands there twice, or there is none
   */
  public static List<NamedAttention> parseAll(List<String> texts, List<String> ofAll) {
    if (texts.isEmpty()) {
      throw new BadArgument("--normalizers names no normalizer but must name at least one.");
    }
    List<NamedAttention> all = texts.stream().map(text -> parse(text, ofAll)).toList();
    NamedNormalizer.requireDistinct(
        "--normalizers", all, NamedAttention::key, NamedAttention::label);
    return all;
  }

  /**
   * Attention without options.
   *
   * @param normalizer a normalizer that has JSON, which is then its name
   * @return the attention
   */
  public static NamedAttention of(Normalizer normalizer) {
    return new NamedAttention(
        new NamedNormalizer(Normalizers.toJson(normalizer), normalizer), LayerOptions.NONE);
  }

  /** Splits at the plus signs before a name, which are those outside numbers and JSON. */
  private static List<String> parts(String text) {
    return NamedNormalizer.split(
        text,
        i ->
            text.charAt(i) == PLUS
                && i + 1 < text.length()
                && Character.isLetter(text.charAt(i + 1)));
  }

  /**
   * What stands in tables and charts: the normalizer as it was named, and the options.
   *
   * @return what {@link #parse} reads
   */
  @JsonValue
  public String label() {
    StringBuilder label = new StringBuilder(normalizer.label());
    options.texts().forEach(option -> label.append(PLUS).append(option));
    return label.toString();
  }

  /**
   * The map from scores to weights.
   *
   * @return the normalizer itself
   */
  public Normalizer map() {
    return normalizer.normalizer();
  }

  /**
   * All that determines what is computed.
   *
   * @return the same text for the same attention, whatever it was called
   */
  public String key() {
    return options.equals(LayerOptions.NONE)
        ? normalizer.json()
        : normalizer.json() + " " + options;
  }
}
