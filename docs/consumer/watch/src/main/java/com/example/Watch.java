package com.example;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.ui.AttentionPage;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.ui.model.storage.FileStatsStorage;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Watches a network with every reporter. All of them must report the same number. */
public final class Watch {
  /** The argument is a new directory for the files. */
  public static void main(String[] args) throws Exception {
    Path directory = Files.createDirectories(Path.of(args[0]));
    Path json = directory.resolve("metrics.jsonl");
    Path csv = directory.resolve("metrics.csv");
    History history = Reporters.history(1000);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    StatsStorage storage = new FileStatsStorage(new File(directory.toFile(), "monitor.db"));
    URI page = AttentionPage.start(storage, 0);
    AttentionMonitor monitor =
        AttentionMonitor.builder()
            .every(10)
            .alarms(AlarmRules.all())
            .reportTo(Reporters.log())
            .reportTo(Reporters.jsonLines(json))
            .reportTo(Reporters.csv(csv))
            .reportTo(history)
            .reportTo(Reporters.micrometer(registry))
            .reportTo(Reporters.statsStorage(storage, "run"))
            .build();
    train(monitor);
    monitor.close();

    var entropies = history.values("attention", 0, "entropy");
    print("history", Double.toString(entropies.lastEntry().getValue()));
    print("JSON", last(Files.readString(json), "\"head\":0,.*?\"entropy\":([^,}]+)"));
    print("CSV", last(Files.readString(csv), "attention,0,entropy,([^,]+)"));
    var gauge = registry.get("attention.entropy").tag("layer", "attention").tag("head", "0");
    print("Micrometer", Double.toString(gauge.gauge().value()));
    URI data = page.resolve("/attention/data?session=run&metric=entropy");
    HttpRequest request = HttpRequest.newBuilder(data).build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    print("page", last(answer, "\"values\":\\[([^,\\]]+)"));
    AttentionPage.stop();
    storage.close();
  }

  private static void train(AttentionMonitor monitor) {
    var attention = new SelfAttentionLayer.Builder().nOut(16).nHeads(2).projectInput(true);
    var output = new RnnOutputLayer.Builder(LossFunction.MSE).nOut(4);
    var network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-2))
                .list(
                    attention.name("attention").build(),
                    output.activation(Activation.IDENTITY).build())
                .setInputType(InputType.recurrent(4))
                .build());
    network.init();
    network.setListeners(monitor);
    INDArray x = Nd4j.randn(16, 4, 12); // examples, features, steps
    INDArray y = x.max(true, 2).broadcast(x.shape());
    for (int i = 0; i <= 30; i++) {
      network.fit(x, y);
    }
  }

  private static void print(String reporter, String entropy) {
    System.out.printf("entropy of head 0: %s %s%n", reporter, entropy);
  }

  private static String last(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    String value = "none";
    while (matcher.find()) {
      value = matcher.group(1);
    }
    return value;
  }
}
