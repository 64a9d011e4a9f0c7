package org.attention4j.examples;

import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How often a run is repeated, and with what. */
final class SeedOptions {
  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "The first seed; it fixes first weights and data (default: ${DEFAULT-VALUE}).")
  private long first;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many seeds, one after the other (default: 3; quick: 2).")
  private @Nullable Integer count;

  /**
   * The seeds.
   *
   * @param usual how many unless the command line says otherwise
   * @return that many neighbouring numbers
   * @throws BadArgument if there would be none
   */
  List<Long> seeds(int usual) {
    int many = count == null ? usual : count;
    if (many < 1) {
      throw new BadArgument("--seeds is %d but must be at least 1.".formatted(many));
    }
    return LongStream.range(first, first + many).boxed().toList();
  }
}
