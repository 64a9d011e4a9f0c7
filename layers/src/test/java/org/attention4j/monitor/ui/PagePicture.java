package org.attention4j.monitor.ui;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.storage.FileStatsStorage;

/** Trains a little transformer and takes pictures of the page; not a test. */
final class PagePicture {
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
      train(storage, Integer.parseInt(arguments[1]));
    }
    URI page = AttentionPage.start(storage, 0);
    try (Browser browser = new Browser()) {
      for (boolean dark : List.of(false, true)) {
        for (int width : List.of(1280, 390)) {
          take(browser, page, width, dark, directory);
        }
      }
    } finally {
      AttentionPage.stop();
      storage.close();
    }
  }

  private static void train(StatsStorage storage, int iterations) {
    ShiftTask task = new ShiftTask("block", 2, 4);
    task.network.setListeners(
        AttentionMonitor.builder()
            .every(5)
            .tier(Tier.FULL)
            .alarms(AlarmRules.all())
            .reportTo(Reporters.statsStorage(storage, "copy from 5 steps ago, softmax"))
            .build());
    task.fit(iterations);
  }

  private static void take(Browser browser, URI page, int width, boolean dark, Path directory)
      throws IOException {
    browser.show(page, width, 1000, dark);
    browser.await("document.querySelector('#weights canvas')");
    long height = (Long) browser.run("return document.documentElement.scrollHeight");
    browser.show(width, Math.toIntExact(height), dark);
    browser.await(
        "innerHeight === %d && document.querySelector('#map canvas').clientWidth > innerWidth / 2"
            .formatted(height));
    browser.picture(directory.resolve("monitor-" + width + (dark ? "-dark" : "") + ".png"));
  }
}
