package org.attention4j.bench;

import java.io.IOException;
import org.attention4j.bench.compare.History;
import org.attention4j.bench.compare.LayerPeer;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;

/** A layer in a JVM of its own, after some history; {@link HistoryComparison} is the other end. */
final class HistoryServer {
  /** Asks for a training step. */
  static final String FIT = "FIT";

  private HistoryServer() {}

  /**
   * Lives through the history, builds the layer and answers until the standard input ends.
   *
   * @param arguments a normalizer and the name of a {@link History}
   */
  public static void main(String[] arguments) throws IOException {
    Answers.serve(
        () -> {
          Normalizer normalizer = Normalizers.parse(arguments[0]);
          History.valueOf(arguments[1]).run();
          LayerPeer layer = LayerPeer.ours(normalizer, HistoryComparison.SIZES, true);
          return request -> answer(layer, request);
        });
  }

  private static String answer(LayerPeer layer, String request) {
    if (!request.equals(FIT)) {
      throw new IllegalArgumentException("There is no request '%s'.".formatted(request));
    }
    layer.run();
    return Answers.DONE;
  }
}
