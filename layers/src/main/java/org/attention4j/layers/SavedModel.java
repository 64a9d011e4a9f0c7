package org.attention4j.layers;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.attention4j.internal.files.WholeFile;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/**
 * Saves networks so that nothing is lost: a file that exists is replaced only once the new one is
 * complete, and not at all by a network that could not be read again.
 *
 * <p>Deeplearning4j's {@link ModelSerializer}, which {@code save} of its networks calls too,
 * empties the file first and asks for the configuration afterwards. With a lambda as normalizer, or
 * any other part that JSON cannot hold, it leaves a file of 0 bytes. No part of a network is asked
 * before, so that only another way of saving can prevent it. The files are the same: {@link
 * ModelSerializer} reads what this class writes.
 */
public final class SavedModel {
  private SavedModel() {}

  /**
   * Makes sure that a network's configuration can be written and read again.
   *
   * @param model a {@link MultiLayerNetwork} or {@link ComputationGraph}
   * @throws IllegalArgumentException if it cannot; the message says which part is in the way
   */
  public static void check(Model model) {
    try {
      if (model instanceof MultiLayerNetwork network) {
        MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson());
      } else if (model instanceof ComputationGraph graph) {
        ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson());
      } else {
        throw new IllegalArgumentException(
            "the model is %s but must be a MultiLayerNetwork or a ComputationGraph."
                .formatted(model == null ? "null" : "a " + model.getClass().getName()));
      }
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalArgumentException("The network cannot be saved: " + reason(e), e);
    }
  }

  /**
   * Saves a network.
   *
   * @param model a {@link MultiLayerNetwork} or {@link ComputationGraph}
   * @param file the file, which is created or replaced
   * @param saveUpdater whether to save the state of the updater too, to go on training
   * @throws IllegalArgumentException if the network cannot be saved; the file is as it was
   * @throws IOException if the file cannot be written; an existing one is as it was
   */
  public static void write(Model model, Path file, boolean saveUpdater) throws IOException {
    write(model, file, saveUpdater, null);
  }

  /**
   * Saves a network and the normalization of its data.
   *
   * @param model a {@link MultiLayerNetwork} or {@link ComputationGraph}
   * @param file the file, which is created or replaced
   * @param saveUpdater whether to save the state of the updater too, to go on training
   * @param normalization the normalization of the data; null for none
   * @throws IllegalArgumentException if the network cannot be saved; the file is as it was
   * @throws IOException if the file cannot be written; an existing one is as it was
   */
  public static void write(
      Model model, Path file, boolean saveUpdater, @Nullable DataNormalization normalization)
      throws IOException {
    check(model);
    WholeFile.write(
        file,
        beside -> {
          try (OutputStream out =
              new BufferedOutputStream(
                  Files.newOutputStream(beside, StandardOpenOption.CREATE_NEW))) {
            ModelSerializer.writeModel(model, out, saveUpdater);
          }
          if (normalization != null) {
            // In M2.1 writeModel itself fails with one, whose serializer closes the stream.
            ModelSerializer.addNormalizerToModel(beside.toFile(), normalization);
          }
        });
  }

  /** The innermost message: those around it tell the way through Deeplearning4j and Jackson. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.toString() : message.lines().findFirst().orElse("");
  }
}
