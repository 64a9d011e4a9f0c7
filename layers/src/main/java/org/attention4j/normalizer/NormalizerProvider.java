package org.attention4j.normalizer;

/**
 * Makes one type of normalizer from its options. Providers of other projects are found by {@link
 * java.util.ServiceLoader}: name the class in {@code
 * META-INF/services/org.attention4j.normalizer.NormalizerProvider}.
 */
public interface NormalizerProvider {
  /**
   * The type name, such as {@code entmax}: lower case, words joined by hyphens.
   *
   * @return the name that stands in JSON
   */
  String type();

  /**
   * Makes a normalizer.
   *
   * @param options the options as read; an option that is not asked for is reported to the user as
   *     unknown
   * @return the normalizer
   * @throws IllegalArgumentException if an option has a value that is not possible
   */
  Normalizer create(NormalizerOptions options);
}
