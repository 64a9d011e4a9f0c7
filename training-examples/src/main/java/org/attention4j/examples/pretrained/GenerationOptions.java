package org.attention4j.examples.pretrained;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.generation.Sampler;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a language model goes on with a text. */
final class GenerationOptions {
  private static final int DEFAULT_TOKENS = 100;

  @Option(
      names = "--generate",
      paramLabel = "TEXT",
      description = "With --model: goes on with this text, and prints what follows as it is made.")
  private @Nullable String prompt;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "With --generate: how many tokens to add at most (default: 100).")
  private @Nullable Integer tokens;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description =
          "With --generate: below 1 likely tokens get likelier; 0 takes the likeliest each time"
              + " (default: 1).")
  private @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "With --generate: draws from the K likeliest tokens (default: all).")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "With --generate: draws from the smallest set of tokens that together have the"
              + " probability P (default: 1, all).")
  private @Nullable Double topP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description =
          "With --generate: the factor on log-probabilities of tokens that were there already, at"
              + " least 1 (default: 1, none).")
  private @Nullable Double repetitionPenalty;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "With --generate: fixes the draws (default: 1).")
  private @Nullable Long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "With --generate: ends before this text; may be given several times.")
  private List<String> stops = List.of();

  GenerationOptions() {}

  /** The text to go on with; null if none is wanted. */
  @Nullable String prompt() {
    return prompt;
  }

  int tokens() {
    return tokens == null ? DEFAULT_TOKENS : tokens;
  }

  List<String> stops() {
    return stops;
  }

  /**
   * Checks all options.
   *
   * @throws BadArgument if one has a value that is not possible, or needs --generate
   */
  void check() {
    Optional<String> other = other();
    if (prompt == null && other.isPresent()) {
      throw new BadArgument(other.get() + " needs --generate.");
    }
    require(prompt == null || !prompt.isEmpty(), "--generate", "empty", "a text to go on with");
    require(tokens() >= 1, "--tokens", tokens(), "at least 1");
    require(
        temperature == null || (temperature >= 0 && Double.isFinite(temperature)),
        "--temperature",
        String.valueOf(temperature),
        "at least 0 and finite");
    require(topK == null || topK >= 1, "--top-k", String.valueOf(topK), "at least 1");
    require(
        topP == null || (topP > 0 && topP <= 1),
        "--top-p",
        String.valueOf(topP),
        "above 0 and at most 1");
    require(
        repetitionPenalty == null || (repetitionPenalty >= 1 && Double.isFinite(repetitionPenalty)),
        "--repetition-penalty",
        String.valueOf(repetitionPenalty),
        "at least 1 and finite");
    require(!stops.contains(""), "--stop", "empty", "a text that ends the output");
  }

  /** The first option beside the text. */
  private Optional<String> other() {
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--tokens", tokens != null);
    given.put("--temperature", temperature != null);
    given.put("--top-k", topK != null);
    given.put("--top-p", topP != null);
    given.put("--repetition-penalty", repetitionPenalty != null);
    given.put("--seed", seed != null);
    given.put("--stop", !stops.isEmpty());
    return given.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).findFirst();
  }

  private static void require(boolean holds, String option, Object value, String expected) {
    if (!holds) {
      throw new BadArgument("%s is %s but must be %s.".formatted(option, value, expected));
    }
  }

  Sampler sampler() {
    boolean greedy = temperature != null && temperature == 0;
    return Sampler.builder()
        .greedy(greedy)
        .temperature(temperature == null || greedy ? 1 : temperature)
        .topK(topK == null ? 0 : topK)
        .topP(topP == null ? 1 : topP)
        .repetitionPenalty(repetitionPenalty == null ? 1 : repetitionPenalty)
        .seed(seed == null ? 1 : seed)
        .build();
  }
}
