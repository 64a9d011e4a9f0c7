package org.attention4j.monitor.ui;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.monitor.AlarmRules;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.Reporters;
import org.attention4j.monitor.Tier;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;

/** Trains a little transformer and takes pictures of the page; not a test. */
final class PagePicture {
  private PagePicture() {}

  /**
   * Writes monitor.png, and the page in both widths and colours, into a directory.
   *
   * @param arguments the directory and the number of iterations
   */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    int iterations = Integer.parseInt(arguments[1]);
    InMemoryStatsStorage storage = new InMemoryStatsStorage();
    ShiftTask task = new ShiftTask("block", 2, 4);
    task.network.setListeners(
        AttentionMonitor.builder()
            .every(5)
            .tier(Tier.FULL)
            .alarms(AlarmRules.all())
            .reportTo(Reporters.statsStorage(storage, "copy from 5 steps ago, softmax"))
            .build());
    URI page = AttentionPage.start(storage, 0);
    task.fit(iterations);
    try (Browser browser = new Browser()) {
      for (boolean dark : List.of(false, true)) {
        for (int width : List.of(1280, 390)) {
          browser.show(page, width, 1000, dark);
          browser.await("document.querySelector('#weights canvas')");
          long height = (Long) browser.run("return document.documentElement.scrollHeight");
          browser.look(width, Math.toIntExact(height), dark);
          browser.await("innerHeight === " + height);
          Thread.sleep(1000);
          String name = "monitor-" + width + (dark ? "-dark" : "") + ".png";
          browser.picture(directory.resolve(name));
        }
      }
      AttentionPage.stop();
    }
  }
}
