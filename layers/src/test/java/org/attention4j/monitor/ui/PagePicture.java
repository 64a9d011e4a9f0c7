package org.attention4j.monitor.ui;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.storage.FileStatsStorage;

/** Trains two little transformers and takes pictures of the page; not a test. */
final class PagePicture {
  private static final String SOFTMAX = "copy from 5 steps ago, softmax";
  private static final String ENTMAX = "copy from 5 steps ago, entmax 1.5";
  private static final String LAYER = "block-0-attention";

  /** How many iterations are between two measurements outside of training. */
  private static final int VALIDATION = 25;

  private PagePicture() {}

  /**
   * Writes monitor.db, unless it is there, and pictures of it in both widths and colours.
   *
   * @param arguments the directory and the number of iterations
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    Path file = directory.resolve("monitor.db");
    boolean trained = file.toFile().exists();
    StatsStorage storage = new FileStatsStorage(file.toFile());
    if (!trained) {
      int iterations = Integer.parseInt(arguments[1]);
      train(storage, ENTMAX, Normalizers.entmax(1.5), iterations);
      train(storage, SOFTMAX, Normalizers.softmax(), iterations);
    }
    URI page = AttentionPage.start(storage, 0);
    Map<String, Map<String, String>> pictures = new LinkedHashMap<>();
    pictures.put("monitor", Map.of("session", SOFTMAX));
    pictures.put("monitor-layer", Map.of("session", SOFTMAX, "layer", LAYER, "smooth", "0.8"));
    pictures.put("monitor-head", Map.of("session", SOFTMAX, "layer", LAYER, "head", "2"));
    pictures.put("monitor-compared", Map.of("session", SOFTMAX, "compare", ENTMAX));
    try (Browser browser = new Browser()) {
      for (boolean dark : List.of(false, true)) {
        for (int width : List.of(1280, 390)) {
          for (Map.Entry<String, Map<String, String>> picture : pictures.entrySet()) {
            String name = picture.getKey() + "-" + width + (dark ? "-dark" : "") + ".png";
            take(browser, address(page, picture.getValue()), width, dark, directory.resolve(name));
          }
        }
      }
    } finally {
      AttentionPage.stop();
      storage.close();
    }
  }

  private static void train(
      StatsStorage storage, String run, Normalizer normalizer, int iterations) {
    ShiftTask task = new ShiftTask("block", 2, 4, normalizer);
    AttentionMonitor monitor =
        AttentionMonitor.builder()
            .every(5)
            .tier(Tier.FULL)
            .alarms(AlarmRules.all())
            .reportTo(Reporters.statsStorage(storage, run))
            .build();
    task.network.setListeners(monitor);
    for (int i = 0; i < iterations; i += VALIDATION) {
      task.fit(VALIDATION);
      monitor.measure(task.network, task.batch(), "validation");
    }
  }

  private static URI address(URI page, Map<String, String> choices) {
    return URI.create(
        page
            + "#"
            + choices.entrySet().stream()
                .map(
                    e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&")));
  }

  private static void take(Browser browser, URI page, int width, boolean dark, Path file)
      throws IOException {
    browser.show(page, width, 1000, dark);
    browser.await("document.body.dataset.level");
    browser.await(
        "document.body.dataset.level === 'model' || document.querySelector('#weights canvas')");
    long height = (Long) browser.run("return document.documentElement.scrollHeight");
    browser.show(width, Math.toIntExact(height), dark);
    browser.await("innerHeight === " + height);
    // The charts draw once more in the new size.
    browser.run("return new Promise((done) => setTimeout(done, 500))");
    browser.picture(file);
  }
}
