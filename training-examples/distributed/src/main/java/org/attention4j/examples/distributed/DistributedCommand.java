package org.attention4j.examples.distributed;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.report.Csv;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.FurtherCommand;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.NamedNormalizer;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.OutputDirectory;
import org.attention4j.examples.training.BitsPerCharacter;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Europarl;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.examples.training.NativeThreads;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.TextFile;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.reporters.Reporter;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The model of {@code compare}, trained by several workers on Apache Spark. */
@Command(
    name = "distributed",
    description = {
      "Trains the model of compare on Apache Spark: each worker trains a copy on batches of its"
          + " own, and after some batches all get the mean of the parameters.",
      "Prints the loss of each round, and at the end the validation loss beside that of the same"
          + " training on one machine.",
      "Writes rounds.csv, validation.csv, model.zip, and what the monitor saw at each worker in"
          + " attention.jsonl and alarms.jsonl."
    })
public final class DistributedCommand implements FurtherCommand {
  private static final int MAX_PORT = 0xFFFF;

  @Spec private CommandSpec spec;

  @Option(
      names = "--master",
      defaultValue = "local[2]",
      paramLabel = "MASTER",
      description = {
        "Spark's master: local[2] for two threads, local-cluster[2,1,2048] for two workers with one"
            + " core and 2048 MB in JVMs of their own, spark://HOST:PORT or another for a cluster"
            + " (default: ${DEFAULT-VALUE})."
      })
  private String master;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "How many workers train at the same time (default: as many as local masters have; on a"
              + " cluster it must be given).")
  private @Nullable Integer workers;

  @Option(
      names = "--average-every",
      defaultValue = "5",
      paramLabel = "N",
      description =
          "After how many batches of each worker the parameters are averaged (default:"
              + " ${DEFAULT-VALUE}).")
  private int averageEvery;

  @Option(
      names = "--normalizer",
      defaultValue = "softmax",
      paramLabel = "NAME",
      description = "A short form or a JSON object, as in compare (default: ${DEFAULT-VALUE}).")
  private String normalizer;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Fixes first weights and batches (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "How many characters a model sees (default: 128; quick: 64).")
  private @Nullable Integer context;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "How many batches all workers learn from together; what does not fill a round is left out"
              + " (default: 960; quick: 120).")
  private @Nullable Integer steps;

  @Option(
      names = "--batch",
      defaultValue = "16",
      paramLabel = "N",
      description = "How many windows make a batch (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--width",
      paramLabel = "N",
      description = "The size of the vector at each position (default: 64; quick: 48).")
  private @Nullable Integer width;

  @Option(
      names = "--heads",
      defaultValue = "8",
      paramLabel = "N",
      description = "Attention heads; must divide the width (default: ${DEFAULT-VALUE}).")
  private int heads;

  @Option(
      names = "--monitor-every",
      defaultValue = "20",
      paramLabel = "N",
      description =
          "A worker's iterations from one snapshot of its attention to the next (default:"
              + " ${DEFAULT-VALUE}).")
  private int monitorEvery;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = {
        "Your own UTF-8 text; blank lines part its documents.",
        "Default: the English part of the Europarl corpus, which is built in."
      })
  private @Nullable String text;

  @Option(
      names = "--data",
      paramLabel = "URI",
      description =
          "The folder for the batches, where every worker finds it under the same name, such as"
              + " hdfs://HOST/batches (default: the folder batches in DIR).")
  private @Nullable URI data;

  @Option(
      names = "--fail-in-round",
      paramLabel = "N",
      description =
          "Ends a worker in the middle of this round, counted from 1: its process, or its task"
              + " where workers are threads. Shows what a failure costs.")
  private @Nullable Integer failInRound;

  @Option(
      names = "--speed",
      description = {
        "Trains nothing to its end but measures windows per second on local[1], local[2] and"
            + " local-cluster[2,1,2048] with averages every 1, 5 and 20 batches.",
        "--master and --average-every are not used then."
      })
  private boolean speed;

  @Option(
      names = "--submit",
      description =
          "Prints the spark-submit line that runs the same on a cluster, and nothing else.")
  private boolean submit;

  @Option(
      names = "--ui",
      arity = "0..1",
      fallbackValue = "9000",
      paramLabel = "PORT",
      description = {
        "Shows the attention of each worker while it trains on a page at"
            + " http://localhost:PORT/attention, until the run ends (default port:"
            + " ${FALLBACK-VALUE}; 0: any that is free)."
      })
  private @Nullable Integer ui;

  @Option(names = "--quick", description = "A smaller run that takes less than a minute.")
  private boolean quick;

  @Option(
      names = "--out",
      defaultValue = "attention4j-distributed",
      paramLabel = "DIR",
      description = "Where the results go (default: ${DEFAULT-VALUE}).")
  private Path out;

  /** Made by the command line. */
  public DistributedCommand() {}

  private void requirePort() {
    if (ui != null && (ui < 0 || ui > MAX_PORT)) {
      throw new BadArgument("--ui is %d but must be from 0 to %d.".formatted(ui, MAX_PORT));
    }
  }

  @Override
  public Integer call() {
    requirePort();
    SparkMaster where = new SparkMaster(master);
    Settings settings = settings();
    NamedNormalizer named = NamedNormalizer.parse(normalizer);
    PrintWriter console = spec.commandLine().getOut();
    if (submit) {
      console.println(
          SubmitLine.of(master, Jars.program(), Jars.folder(Jars.OWN), argumentsToSubmit()));
      console.flush();
      return 0;
    }
    NativeThreads.use(1);
    try (OutputDirectory directory = OutputDirectory.open(out, spec.commandLine().getErr())) {
      if (speed) {
        SpeedTable table =
            new SpeedTable(named, settings, corpus(settings).train(), folder(), console);
        table.run().write(directory.path().resolve("speed.csv"));
      } else {
        train(where, plan(where), named, settings, console);
      }
    }
    return 0;
  }

  private void train(
      SparkMaster where, Plan plan, NamedNormalizer named, Settings all, PrintWriter console) {
    Settings ofWorker = plan.ofWorker(all);
    SparkTraining.Fault fault = fault(where, plan.rounds(all.steps()));
    Corpus corpus = corpus(all);
    List<DataSet> batches = BatchFiles.draw(corpus.train(), all);
    NamedAttention attention = NamedAttention.of(named.normalizer());
    ComputationGraph network = LanguageModel.ofAnyLength(attention, ofWorker);
    WorkerRecords records;
    try (WorkerFiles files =
            new WorkerFiles(out.resolve("attention.jsonl"), out.resolve("alarms.jsonl"));
        WorkerPage page = new WorkerPage(ui);
        OpenSpark spark = new OpenSpark(where)) {
      page.address().ifPresent(address -> say("attention while it trains: " + address));
      DriverMonitor monitor =
          new DriverMonitor(AlarmRules.all(), worker -> reporters(files, page, worker));
      List<String> paths = BatchFiles.write(batches, folder());
      console.println(
          "%s, average every %s of each, %s in all"
              .formatted(
                  Numbers.count(plan.workers(), "worker"),
                  plan.averageEvery() == 1 ? "batch" : plan.averageEvery() + " batches",
                  Numbers.count(plan.rounds(paths.size()), "round")));
      console.println(traffic(network));
      records =
          new SparkTraining(spark.context(), plan)
              .train(
                  network,
                  paths,
                  fault,
                  round -> {
                    monitor.accept(round);
                    files.flush();
                    console.println(line(round, all.context()));
                    console.flush();
                  });
      console.println("alarms: " + monitor.raised().size());
    }
    save(network);
    writeRounds(records, all.context());
    new OneMachineComparison(attention, corpus, all, plan)
        .run(network, batches, console)
        .write(out.resolve("validation.csv"));
  }

  private static String traffic(ComputationGraph network) {
    long state = network.getUpdater().getStateViewArray().length();
    return "%d parameters and %d numbers of the updater: %d bytes to each worker and back in a round"
        .formatted(network.numParams(), state, Float.BYTES * (network.numParams() + state));
  }

  private List<Reporter> reporters(WorkerFiles files, WorkerPage page, int worker) {
    List<Reporter> reporters = new ArrayList<>(page.reporters(worker));
    reporters.add(files.of(worker));
    return reporters;
  }

  private String line(WorkerRecords.Round round, int context) {
    String repeated =
        round.repeated().isEmpty()
            ? ""
            : ", run again: worker "
                + round.repeated().stream().map(String::valueOf).collect(joining(", "));
    return "round %d: %s bits/char, %s s%s"
        .formatted(
            round.number() + 1,
            Numbers.fixed(BitsPerCharacter.of(round.score(), context), 3),
            Numbers.fixed(round.seconds(), 2),
            repeated);
  }

  private void writeRounds(WorkerRecords records, int context) {
    Csv csv = new Csv("round", "bits_per_character", "seconds", "repeated_workers");
    for (WorkerRecords.Round round : records.rounds()) {
      csv.row(
          round.number() + 1,
          BitsPerCharacter.of(round.score(), context),
          round.seconds(),
          round.repeated().size());
    }
    csv.write(out.resolve("rounds.csv"));
  }

  private void save(ComputationGraph network) {
    Path file = out.resolve("model.zip");
    try {
      network.save(file.toFile(), false);
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be written.".formatted(file), e);
    }
  }

  private SparkTraining.@Nullable Fault fault(SparkMaster where, int rounds) {
    if (failInRound == null) {
      return null;
    }
    if (failInRound < 1 || failInRound > rounds) {
      throw new BadArgument(
          "--fail-in-round is %d but must be from 1 to %d, the number of rounds."
              .formatted(failInRound, rounds));
    }
    return new SparkTraining.Fault(failInRound - 1, !where.isLocal());
  }

  private Plan plan(SparkMaster where) {
    if (workers == null && where.workers().isEmpty()) {
      throw new BadArgument(
          "--workers must be given for --master %s: how many workers shall train at the same time?"
              .formatted(master));
    }
    int count = workers == null ? where.workers().orElseThrow() : workers;
    return new Plan(count, averageEvery, batch, monitorEvery);
  }

  private URI folder() {
    try {
      return data == null
          ? Files.createDirectories(out.resolve("batches")).toAbsolutePath().toUri()
          : data;
    } catch (IOException e) {
      throw new BadArgument("--out %s cannot be written to.".formatted(out), e);
    }
  }

  private Corpus corpus(Settings settings) {
    Corpus corpus = text == null ? Europarl.load() : TextFile.load(text);
    int shortest = Math.min(corpus.train().length(), corpus.validation().length());
    if (shortest <= settings.context()) {
      throw new BadArgument(
          "The text is too short for --context %d: each part of it needs more characters."
              .formatted(settings.context()));
    }
    return corpus;
  }

  private Settings settings() {
    return new Settings(
        context == null ? (quick ? 64 : 128) : context,
        steps == null ? (quick ? 120 : 960) : steps,
        batch,
        width == null ? (quick ? 48 : 64) : width,
        heads,
        seed);
  }

  private void say(String line) {
    PrintWriter messages = spec.commandLine().getErr();
    messages.println(line);
    messages.flush();
  }

  /** Those given here but for the option that asks for the line. */
  private List<String> argumentsToSubmit() {
    List<String> arguments =
        new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
    arguments.removeIf("--submit"::equals);
    return arguments;
  }
}
