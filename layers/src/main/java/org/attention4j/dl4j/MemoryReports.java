package org.attention4j.dl4j;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.nd4j.linalg.learning.config.IUpdater;

/** What a layer or vertex needs, as Deeplearning4j's memory reports have it. */
final class MemoryReports {
  /** Finds the updater of a parameter. */
  interface Updaters {
    IUpdater of(String parameter);
  }

  private MemoryReports() {}

  static LayerMemoryReport of(ExactSameDiffLayer layer, InputType input, InputType output) {
    return of(
        layer.getLayerName(),
        layer.getClass(),
        input,
        output,
        layer.getLayerParams(),
        layer::getUpdaterByParam,
        layer.workingMemory(input, false),
        layer.workingMemory(input, true));
  }

  static LayerMemoryReport of(
      String name,
      Class<?> type,
      InputType input,
      InputType output,
      SDLayerParams params,
      Updaters updaters,
      long inference,
      long training) {
    long parameters = 0;
    long state = 0;
    for (Map.Entry<String, long[]> parameter : params.getParamShapes().entrySet()) {
      long length = LongStream.of(parameter.getValue()).reduce(1, (a, b) -> a * b);
      IUpdater updater = updaters.of(parameter.getKey());
      parameters += length;
      state += updater == null ? 0 : updater.stateSize(length);
    }
    Map<CacheMode, Long> none = forEachMode(0);
    return new LayerMemoryReport.Builder(name, type, input, output)
        .standardMemory(parameters, state)
        .workingMemory(0, inference, none, forEachMode(training))
        .cacheMemory(none, none)
        .build();
  }

  private static Map<CacheMode, Long> forEachMode(long value) {
    Map<CacheMode, Long> result = new HashMap<>();
    for (CacheMode mode : CacheMode.values()) {
      result.put(mode, value);
    }
    return result;
  }
}
