package org.attention4j.examples.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.attention4j.monitor.alarms.Alarm;
import org.jspecify.annotations.Nullable;

/**
 * What one model of a comparison came to.
 *
 * @param label the normalizer as the user named it
 * @param normalizer the normalizer as JSON
 * @param seed what fixed first weights and batches
 * @param validationBits bits per character on the validation text; NaN if training broke down
 * @param brokeDownAt the step whose loss was not a number; null if training went well
 * @param parameters how many numbers were learned
 * @param seconds the time that training took, monitor included
 * @param charactersPerSecond the characters of a batch over the median time of a step without the
 *     monitor
 * @param memory what the training needed
 * @param heads the spread of attention of each head at the end; empty if training broke down
 * @param losses the training loss at each step, in bits per character
 * @param alarms what the monitor raised
 * @param sample what the model writes; empty if it was not asked to
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TrialResult(
    String label,
    String normalizer,
    long seed,
    double validationBits,
    @Nullable Integer brokeDownAt,
    long parameters,
    double seconds,
    double charactersPerSecond,
    Memory memory,
    List<HeadStatistics> heads,
    List<Double> losses,
    List<Alarm> alarms,
    String sample) {
  /** Fails for a file that lacks something. */
  TrialResult {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(normalizer, "normalizer");
    Objects.requireNonNull(memory, "memory");
    heads = List.copyOf(heads);
    losses = List.copyOf(losses);
    alarms = List.copyOf(alarms);
    Objects.requireNonNull(sample, "sample");
  }

  /** The same under another name of the normalizer. */
  TrialResult withLabel(String other) {
    return new TrialResult(
        other,
        normalizer,
        seed,
        validationBits,
        brokeDownAt,
        parameters,
        seconds,
        charactersPerSecond,
        memory,
        heads,
        losses,
        alarms,
        sample);
  }
}
