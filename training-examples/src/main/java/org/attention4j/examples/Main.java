package org.attention4j.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.attention4j.examples.characters.CharactersCommand;
import org.attention4j.examples.compare.CompareCommand;
import org.attention4j.examples.normalize.NormalizeCommand;
import org.attention4j.examples.paper.PaperCommand;
import org.attention4j.examples.pretrained.PretrainedCommand;
import org.attention4j.examples.recall.RecallCommand;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.FurtherCommand;
import org.attention4j.examples.support.Launch;
import org.attention4j.examples.support.Sentences;
import org.attention4j.examples.support.VectorModule;
import org.attention4j.examples.support.Versions;
import org.attention4j.examples.temperature.TemperatureCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line's entry point. Exit status 0 means success, 2 bad arguments and 1 any other
 * failure; the last two come with one sentence on standard error.
 */
@Command(
    name = "attention4j-examples",
    description = "Trains small attention models with the normalizers of attention4j.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Versions.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CompareCommand.class,
      TemperatureCommand.class,
      RecallCommand.class,
      NormalizeCommand.class,
      PretrainedCommand.class,
      CharactersCommand.class,
      PaperCommand.class
    })
public final class Main implements Runnable {
  /** Set to true, this system property adds the stack trace to the sentence about a failure. */
  private static final String DEBUG = "attention4j.debug";

  /**
   * JavaCPP's limit on the memory of the process. To hold it, JavaCPP asks the operating system at
   * each allocation, which takes half the time of a small model's step. Its limit on native memory
   * remains.
   */
  private static final String PHYSICAL_LIMIT = "org.bytedeco.javacpp.maxphysicalbytes";

  private static final String NO_LIMIT = "0";

  private static final int FAILURE = 1;
  private static final int BAD_ARGUMENTS = 2;

  @Spec private CommandSpec spec;

  private Main() {}

  /**
   * Runs the command line and ends the JVM with its exit status.
   *
   * @param arguments the command line's arguments
   */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    Launch.endWithLauncher();
    if (!asksForHelp(arguments) && VectorModule.canBeAdded()) {
      System.exit(again(arguments));
    }
    Launch.prepare();
    if (System.getProperty(PHYSICAL_LIMIT) == null) {
      System.setProperty(PHYSICAL_LIMIT, NO_LIMIT);
    }
    PrintStream results = System.out;
    // Whatever a library prints is no result.
    System.setOut(System.err);
    System.exit(run(results, System.err, ConsoleText.charset(), arguments));
  }

  /** Whether nothing is to be computed. */
  private static boolean asksForHelp(String... arguments) {
    return arguments.length == 0
        || Arrays.stream(arguments).anyMatch(List.of("-h", "--help", "-V", "--version")::contains);
  }

  /** Runs the same in a JVM with vector instructions. */
  private static int again(String... arguments) {
    try {
      return VectorModule.run(Main.class, List.of(), List.of(arguments), System.err);
    } catch (IOException e) {
      System.err.println("Another JVM cannot be started: " + Sentences.about(e));
      return FAILURE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILURE;
    }
  }

  /**
   * Runs the command line.
   *
   * @param results where results go
   * @param messages where everything else goes
   * @param charset the character set of both
   * @param arguments the command line's arguments
   * @return the exit status
   */
  static int run(PrintStream results, PrintStream messages, Charset charset, String... arguments) {
    PrintWriter err = ConsoleText.writer(messages, charset);
    CommandLine commandLine = new CommandLine(new Main());
    ServiceLoader.load(FurtherCommand.class).forEach(commandLine::addSubcommand);
    WrongUsage.prepare(commandLine);
    commandLine.setOut(ConsoleText.writer(results, charset));
    commandLine.setErr(err);
    commandLine.setParameterExceptionHandler(
        (exception, ignored) ->
            say(err, Sentences.line(WrongUsage.sentence(exception)), exception, BAD_ARGUMENTS));
    commandLine.setExecutionExceptionHandler(
        (exception, failed, parsed) ->
            say(
                err,
                sentence(exception),
                exception,
                exception instanceof BadArgument ? BAD_ARGUMENTS : FAILURE));
    try {
      int status = commandLine.execute(arguments);
      commandLine.getOut().flush();
      return status == 0 && results.checkError() ? lost(err) : status;
    } catch (Error error) {
      return say(err, Sentences.about(error), error, FAILURE);
    }
  }

  @Override
  public void run() {
    throw new BadArgument(
        "Name a command, " + String.join(" or ", spec.subcommands().keySet()) + "; see --help.");
  }

  /** Nobody reads what was to be read. */
  private static int lost(PrintWriter err) {
    err.println("Standard output cannot be written to.");
    err.flush();
    return FAILURE;
  }

  /** Advice holds a command to be copied, whatever its length. */
  private static String sentence(Exception exception) {
    String sentence = Sentences.about(exception);
    return exception instanceof CommandFailure failure && !failure.advice().isEmpty()
        ? sentence + " " + failure.advice()
        : sentence;
  }

  private static int say(PrintWriter err, String sentence, Throwable failure, int status) {
    err.println(sentence);
    if (Boolean.getBoolean(DEBUG)) {
      failure.printStackTrace(err);
    }
    err.flush();
    return status;
  }
}
