package org.attention4j.normalizer;

import java.util.Optional;

/**
 * Makes one type of normalizer from its options. Providers of other projects are found as by {@link
 * java.util.ServiceLoader}: name the class, which is public and has a public constructor without
 * arguments, in {@code META-INF/services/org.attention4j.normalizer.NormalizerProvider}.
 *
 * <p>A provider that cannot be loaded or made, whose {@link #type()} throws, is blank, built in or
 * taken by an earlier provider, is left out with one warning; all others can be used.
 */
public interface NormalizerProvider {
  /**
   * The type name, such as {@code entmax}: lower case, words joined by hyphens.
   *
   * @return the name that stands in JSON
   */
  String type();

  /**
   * The option that the number in a short form sets: {@code alpha} makes {@code entmax:1.5} the
   * same as {@code {"type":"entmax","alpha":1.5}}.
   *
   * @return the option's name; none by default, and then the short form is the type alone
   */
  default Optional<String> mainOption() {
    return Optional.empty();
  }

  /**
   * Makes a normalizer.
   *
   * @param options the options as read; an option that is not asked for is reported to the user as
   *     unknown
   * @return the normalizer; never null
   * @throws IllegalArgumentException if an option has a value that is not possible
   */
  Normalizer create(NormalizerOptions options);
}
