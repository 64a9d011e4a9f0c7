package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.monitor.HeadProbe.Norms;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One layer on one scheduled iteration, from its forward pass to its update. */
final class Look {
  private static final Logger LOG = LoggerFactory.getLogger(Look.class);

  private final Watched layer;
  private final Map<String, double[]> values = new HashMap<>();
  private final Map<String, double[]> before = new HashMap<>();
  private final Map<String, double[]> after = new HashMap<>();
  private Probe probe;

  Look(Watched layer, int[] examples) {
    this.layer = layer;
    probe = layer.probe(examples);
    if (layer.gradients() != null) {
      layer.gradients().accept(this::arrived);
    }
  }

  String name() {
    return layer.name();
  }

  Probe probe() {
    return probe;
  }

  /** Happens within the network's backward pass, which no failure in here may end. */
  private void arrived(INDArray outputGradient) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      probe = probe.withAttendedGradient(layer.attendedGradient(outputGradient, probe.examples()));
    } catch (RuntimeException e) {
      LOG.warn("The gradient at the output of '{}' could not be looked at.", layer.name(), e);
    }
  }

  /** Remembers the norms of parameters and gradients, which the updater is about to change. */
  void beforeUpdate(Map<String, INDArray> gradients) {
    layer
        .parameters()
        .forEach(
            (name, value) -> {
              values.put(name, norms(name, value));
              before.put(name, norms(name, gradients.get(layer.gradientPrefix() + name)));
            });
  }

  /** Completes the norms, now that the network's gradient holds the update. */
  void afterUpdate(Map<String, INDArray> updates) {
    for (String name : values.keySet()) {
      after.put(name, norms(name, updates.get(layer.gradientPrefix() + name)));
    }
  }

  /** One norm a head; none if there is no such array or it belongs to no single head. */
  private double[] norms(String name, @Nullable INDArray array) {
    return array == null
        ? new double[0]
        : HeadShare.norms(layer.rule(), name, array).orElse(new double[0]);
  }

  private Map<String, Norms> norms(int head) {
    Map<String, Norms> norms = new HashMap<>();
    after.forEach(
        (name, update) -> {
          if (head < update.length) {
            norms.put(
                name,
                new Norms(
                    Objects.requireNonNull(values.get(name))[head],
                    Objects.requireNonNull(before.get(name))[head],
                    update[head]));
          }
        });
    return norms;
  }

  /** What metrics see of each head. */
  List<HeadProbe> heads(List<List<AttentionRow>> rows) {
    List<HeadProbe> heads = new ArrayList<>();
    for (int head = 0; head < rows.size(); head++) {
      heads.add(
          new HeadProbe(
              layer.name(),
              head,
              rows.get(head),
              RowRecomputation.ofHead(probe.normalizerParameters(), head),
              norms(head)));
    }
    return heads;
  }
}
