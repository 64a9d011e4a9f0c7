package org.attention4j.examples;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What was run, on what and with what: enough to run it again. */
final class RunInfo {
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

  private RunInfo() {}

  /**
   * Collects the facts.
   *
   * @param arguments the command line's arguments
   * @param settings what the models have in common
   * @param corpus the text
   * @return facts by name, in the order to show them
   */
  static Map<String, String> collect(List<String> arguments, Settings settings, Corpus corpus) {
    Versions versions = new Versions();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Command", commandLine(arguments));
    facts.put("Date", date());
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
        "%d causal pre-norm blocks, width %d, %d heads, feed-forward %d, context %d"
            .formatted(
                Settings.BLOCKS,
                settings.width(),
                settings.heads(),
                Settings.FEED_FORWARD_FACTOR * settings.width(),
                settings.context()));
    facts.put(
        "Training",
        "%d steps of %d windows, Adam, seed %d"
            .formatted(settings.steps(), settings.batch(), settings.seed()));
    facts.put("attention4j", versions.attention4j());
    facts.put("Deeplearning4j", versions.deeplearning4j());
    facts.put("Java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    facts.put(
        "Machine",
        "%s %s, %d processors"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors()));
    return facts;
  }

  /** The command as a POSIX shell would take it again. */
  static String commandLine(List<String> arguments) {
    return arguments.stream()
        .map(RunInfo::quoted)
        .collect(Collectors.joining(" ", "java -jar attention4j-examples.jar ", ""));
  }

  private static String quoted(String argument) {
    return PLAIN.matcher(argument).matches()
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  private static String date() {
    return ZonedDateTime.now(ZoneId.systemDefault())
        .truncatedTo(ChronoUnit.SECONDS)
        .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
  }
}
