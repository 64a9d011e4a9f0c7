package org.attention4j.examples.training;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.apache.commons.io.FileUtils;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Interruption;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.RunInfo;
import org.attention4j.examples.support.Sentences;

/**
 * What a command leaves behind if it does not come to its end, as after Ctrl-C or a failure: the
 * numbers of the trainings that are finished, as CSV in a directory of their own, and the command
 * that goes on from there. Safe for use by several threads.
 */
public final class Unfinished<T> implements AutoCloseable {
  private static final String PARTIAL = "partial";
  private static final String RESUME = "--resume";

  private final Path directory;
  private final List<String> arguments;
  private final String one;
  private final int all;
  private final PrintWriter messages;
  private final BiConsumer<Path, List<T>> files;
  private final ConcurrentSkipListMap<Integer, T> finished = new ConcurrentSkipListMap<>();
  private final Interruption interruption;

  /**
   * Begins; what an earlier run left unfinished is removed.
   *
   * @param out the directory of the command's results
   * @param arguments the command line's arguments
   * @param all how many trainings there are
   * @param messages where an interruption is told of
   * @param files writes the numbers of some trainings into a directory
   */
  public Unfinished(
      Path out,
      List<String> arguments,
      int all,
      PrintWriter messages,
      BiConsumer<Path, List<T>> files) {
    this(out, arguments, "training", all, messages, files);
  }

  /**
   * Begins a command that does not train.
   *
   * @param out the directory of the command's results
   * @param arguments the command line's arguments
   * @param one what a part of the work is called, in the singular
   * @param all how many there are
   * @param messages where an interruption is told of
   * @param files writes the numbers of some parts into a directory
   */
  public Unfinished(
      Path out,
      List<String> arguments,
      String one,
      int all,
      PrintWriter messages,
      BiConsumer<Path, List<T>> files) {
    this.one = one;
    directory = out.resolve(PARTIAL);
    this.arguments = List.copyOf(arguments);
    this.all = all;
    this.messages = messages;
    this.files = files;
    remove();
    interruption = new Interruption(this::interrupted);
  }

  /** A training is finished. */
  void add(int index, T result) {
    finished.put(index, result);
  }

  /**
   * Leaves the numbers behind.
   *
   * @param cause why the command ends
   * @return what to throw
   */
  CommandFailure failure(Throwable cause) {
    return new CommandFailure(Sentences.about(cause), cause, leave());
  }

  private void interrupted() {
    String advice = leave();
    messages.println();
    messages.println("Interrupted. " + advice);
    messages.flush();
  }

  private String leave() {
    List<T> results = new ArrayList<>(finished.values());
    String where = "";
    if (!results.isEmpty()) {
      try {
        Files.createDirectories(directory);
        files.accept(directory, results);
        where = "; their numbers are in " + directory;
      } catch (IOException | UncheckedIOException e) {
        where = "; their numbers cannot be written: " + e.getMessage();
      }
    }
    List<String> again = new ArrayList<>(arguments);
    if (!again.contains(RESUME)) {
      again.add(RESUME);
    }
    return "%d of %s %s finished%s. Go on with: %s"
        .formatted(
            results.size(),
            Numbers.count(all, one),
            all == 1 ? "is" : "are",
            where,
            RunInfo.commandLine(again));
  }

  private void remove() {
    try {
      FileUtils.deleteDirectory(directory.toFile());
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be removed.".formatted(directory), e);
    }
  }

  @Override
  public void close() {
    interruption.close();
  }
}
