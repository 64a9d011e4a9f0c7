package org.attention4j.examples.support;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which seeds a run is repeated with; the same option in every command that trains. */
public final class SeedOptions {
  @Option(
      names = {"--seeds", "--seed"},
      split = ",",
      paramLabel = "LIST",
      description = {
        "The seeds, separated by commas; each fixes first weights and data (default: 1,2,3).",
        "With fewer than three nothing is concluded."
      })
  private @Nullable List<Long> seeds;

  /** No seed is named yet. */
  public SeedOptions() {}

  /**
   * Names the seeds, as a file does.
   *
   * @param list the seeds; null if it says nothing of them
   */
  public void name(@Nullable List<Long> list) {
    seeds = list;
  }

  /**
   * The seeds that were named.
   *
   * @return the seeds; null if none were named
   */
  public @Nullable List<Long> named() {
    return seeds;
  }

  /**
   * The seeds.
   *
   * @param usual those to take unless others were named
   * @return at least one, each once
   * @throws BadArgument if none is named, or one twice
   */
  public List<Long> or(List<Long> usual) {
    return checked(seeds == null ? usual : seeds);
  }

  /**
   * Checks seeds wherever they come from.
   *
   * @param seeds the seeds
   * @return a copy
   * @throws BadArgument if there is none, or one twice
   */
  public static List<Long> checked(Collection<Long> seeds) {
    if (seeds.isEmpty()) {
      throw new BadArgument("--seeds names no seed but must name at least one.");
    }
    if (seeds.stream().anyMatch(Objects::isNull)) {
      throw new BadArgument("--seeds has an empty entry but must name whole numbers only.");
    }
    if (new HashSet<>(seeds).size() < seeds.size()) {
      throw new BadArgument(
          "--seeds is %s but must not name a seed twice."
              .formatted(Sentences.brief(seeds.toString())));
    }
    return List.copyOf(seeds);
  }
}
