package org.attention4j.examples.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What was run, on what and with what: enough to run it again. */
public final class RunInfo {
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
  public static Map<String, String> collect(List<String> arguments, Map<String, String> ofCommand) {
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

  /**
   * The command as the system's shell would take it again.
   *
   * @param arguments the command line's arguments
   * @return the whole command
   */
  public static String commandLine(List<String> arguments) {
    return Launch.command() + " " + Quoting.ofThisSystem().line(arguments);
  }

  private static String date() {
    return ZonedDateTime.now(ZoneId.systemDefault())
        .truncatedTo(ChronoUnit.SECONDS)
        .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
  }
}
