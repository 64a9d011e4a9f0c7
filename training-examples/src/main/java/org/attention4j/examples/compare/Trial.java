package org.attention4j.examples.compare;

import java.util.Locale;
import org.attention4j.examples.support.Digest;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.training.Settings;

/**
 * One model of a comparison.
 *
 * @param attention what is in its attention layers
 * @param settings what it has in common with the others of its seed, and the seed
 * @param writes whether it shall write a few lines when it is trained
 * @param recall whether {@link RecallAtLength} is measured
 */
record Trial(NamedAttention attention, Settings settings, boolean writes, boolean recall) {
  /** The seed. */
  long seed() {
    return settings.seed();
  }

  /** What it is called in messages. */
  String title() {
    return "%s, seed %d".formatted(attention.label(), seed());
  }

  /** The name of its directory: readable, and another one for each attention and seed. */
  String directory() {
    String plain = attention.label().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
    boolean readable = plain.length() == attention.label().length();
    return "%s-seed%d"
        .formatted(readable ? plain : plain + "-" + Digest.of(attention.key()), seed());
  }
}
