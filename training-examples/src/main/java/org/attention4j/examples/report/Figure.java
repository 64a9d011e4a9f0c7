package org.attention4j.examples.report;

import java.nio.file.Path;
import java.util.Base64;
import org.attention4j.examples.support.AtomicFile;

/**
 * A picture with a caption.
 *
 * @param name the file's name without its ending
 * @param caption what can be seen; also what a reader hears who sees no pictures
 * @param drawing the chart
 */
public record Figure(String name, String caption, Drawing drawing) {
  /**
   * Writes the picture for white paper.
   *
   * @param directory where {@code name.png} goes
   */
  public void writePng(Path directory) {
    AtomicFile.write(directory.resolve(name + ".png"), Charts.png(drawing.draw(Theme.LIGHT)));
  }

  /** What is drawn, for a page that draws it. */
  String data() {
    return PlotJson.of(drawing.plot());
  }

  /** The picture for a page that carries its pictures inside, for readers without scripts. */
  String dataUri() {
    byte[] png = Charts.png(drawing.draw(Theme.LIGHT));
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }
}
