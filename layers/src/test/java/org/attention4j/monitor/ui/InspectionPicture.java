package org.attention4j.monitor.ui;

import java.io.IOException;
import java.nio.file.Path;
import org.attention4j.monitor.AttentionInspector;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains a little transformer, and takes a picture of its attention to one sentence; not a test.
 */
final class InspectionPicture {
  private static final String SYMBOLS = "abcdefghijklmnopqrstuvwxyz .";
  private static final String SENTENCE = "the quick brown fox jumps.";
  private static final int WIDTH = 1500;
  private static final int HEIGHT = 1040;

  private InspectionPicture() {}

  /**
   * Writes inspector.html and inspector.png.
   *
   * @param arguments the directory and the number of iterations
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    Path page = directory.resolve("inspector.html");
    ShiftTask task = new ShiftTask("block", 2, SYMBOLS.length() / ShiftTask.HEAD_SIZE);
    task.fit(Integer.parseInt(arguments[1]));
    INDArray input = Nd4j.zeros(DataType.FLOAT, 1, SYMBOLS.length(), SENTENCE.length());
    for (int step = 0; step < SENTENCE.length(); step++) {
      input.putScalar(0, SYMBOLS.indexOf(SENTENCE.charAt(step)), step, 1);
    }
    AttentionInspector.of(task.network)
        .tokens(SENTENCE.chars().mapToObj(Character::toString).toList())
        .inspect(input)
        .save(page);
    try (Browser browser = new Browser()) {
      browser.show(page.toUri(), WIDTH, HEIGHT, false);
      browser.await("document.querySelectorAll('canvas').length > 0");
      int height = browser.json("document.body.offsetHeight").asInt();
      browser.show(WIDTH, Math.min(HEIGHT, height), false);
      // A letter and that of five steps before, which the network has to say.
      browser.run(
          """
          const map = maps[1], box = map.canvas.getBoundingClientRect();
          map.canvas.dispatchEvent(new PointerEvent("pointerdown", {
            clientX: box.left + map.left + 12.5 * map.cell, clientY: box.top + map.top + 17.5 * map.cell,
          }));
          """);
      browser.picture(directory.resolve("inspector.png"));
    }
  }
}
