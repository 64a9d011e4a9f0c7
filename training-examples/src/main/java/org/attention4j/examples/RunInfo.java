package org.attention4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.stream.Stream;

/** What was run, on what and with what: enough to run it again. */
final class RunInfo {
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String CPU_MODEL = "model name";
  private static final String UNKNOWN_CPU = "processor of unknown make";

  private RunInfo() {}

  /**
   * Collects the facts.
   *
   * @param arguments the command line's arguments
   * @param ofCommand what only this command knows: its data, model, training and seeds, by name
   * @return all facts by name, in the order to show them
   */
  static Map<String, String> collect(List<String> arguments, Map<String, String> ofCommand) {
    Versions versions = new Versions();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Command", commandLine(arguments));
    facts.put("Date", date());
    facts.putAll(ofCommand);
    facts.put("attention4j", versions.attention4j());
    facts.put("Deeplearning4j", versions.deeplearning4j());
    facts.put("Java", java());
    facts.put("Machine", machine());
    return facts;
  }

  /**
   * What a command knows that trains language models.
   *
   * @param settings what the models have in common
   * @param corpus the text
   * @return facts by name
   */
  static Map<String, String> ofLanguageModels(Settings settings, Corpus corpus) {
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

  private static String java() {
    return "%s, %s, vector module %s"
        .formatted(
            Runtime.version(),
            System.getProperty("java.vm.name"),
            VectorModule.isPresent() ? "present" : "absent");
  }

  private static String machine() {
    return "%s, %s, %s %s"
        .formatted(
            processor(),
            Numbers.count(Runtime.getRuntime().availableProcessors(), "processor"),
            System.getProperty("os.name"),
            System.getProperty("os.arch"));
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith(CPU_MODEL))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(UNKNOWN_CPU);
    } catch (IOException e) {
      return UNKNOWN_CPU;
    }
  }

  /** The command as a POSIX shell would take it again. */
  static String commandLine(List<String> arguments) {
    return Launch.command() + " " + shell(arguments);
  }

  /** Words as a POSIX shell takes them. */
  static String shell(List<String> words) {
    return words.stream().map(RunInfo::quoted).collect(Collectors.joining(" "));
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
