package org.attention4j.examples.training;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.attention4j.examples.support.Numbers;

/** What a report tells of the text, the model and the training of language models. */
public final class LanguageModelFacts {
  private LanguageModelFacts() {}

  /**
   * Collects the facts.
   *
   * @param settings what the models have in common
   * @param corpus the text
   * @return facts by name
   */
  public static Map<String, String> of(Settings settings, Corpus corpus) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Text", corpus.name() + ": " + corpus.split());
    facts.put(
        "Characters",
        String.format(
            Locale.ROOT,
            "%,d for training, %,d for validation; %s %% outside the alphabet of %d",
            corpus.train().length(),
            corpus.validation().length(),
            Numbers.fixed(100 * corpus.otherShare(), 2),
            Alphabet.SIZE));
    facts.put(
        "Model",
        "%d causal pre-norm blocks, width %d, %s, feed-forward %d, context %d"
            .formatted(
                Settings.BLOCKS,
                settings.width(),
                Numbers.count(settings.heads(), "head"),
                Settings.FEED_FORWARD_FACTOR * settings.width(),
                settings.context()));
    facts.put(
        "Training",
        "%s of %s, Adam"
            .formatted(
                Numbers.count(settings.steps(), "step"),
                Numbers.count(settings.batch(), "window")));
    return facts;
  }
}
