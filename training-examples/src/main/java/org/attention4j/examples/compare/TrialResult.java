package org.attention4j.examples.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.attention4j.monitor.alarms.Alarm;
import org.jspecify.annotations.Nullable;

/**
 * What one model of a comparison came to.
 *
 * @param label the attention as the user named it
 * @param normalizer the normalizer as JSON
 * @param options the options of the attention layers; empty without any
 * @param seed what fixed first weights and batches
 * @param bitsAtLength bits per character on the validation text, of the same characters with 1, 2,
 *     4 and 8 times the context of the training, as far as the text is long enough; none if
 *     training broke down
 * @param recall the accuracy of {@link RecallAtLength} at each of its multiples of the length of
 *     its training; NaN if that training broke down, null if it was not asked for
 * @param brokeDownAt the step whose loss was not a number; null if training went well
 * @param parameters how many numbers were learned
 * @param seconds the time that training took, monitor included, checkpoints not
 * @param cpuSeconds the processor time of the training thread in it
 * @param charactersPerSecond the characters of a batch over the median time of a step without the
 *     monitor
 * @param memory what the training needed
 * @param heads the spread of attention of each head at the end; empty if training broke down
 * @param losses the training loss at each step, in bits per character
 * @param checkpoints what it needed on the validation text on the way
 * @param alarms what the monitor raised
 * @param sample what the model writes; empty if it was not asked to
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TrialResult(
    String label,
    String normalizer,
    String options,
    long seed,
    List<Double> bitsAtLength,
    @Nullable List<Double> recall,
    @Nullable Integer brokeDownAt,
    long parameters,
    double seconds,
    double cpuSeconds,
    double charactersPerSecond,
    Memory memory,
    List<HeadStatistics> heads,
    List<Double> losses,
    List<Checkpoint> checkpoints,
    List<Alarm> alarms,
    String sample) {
  /** Fails for a file that lacks something. */
  TrialResult {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(normalizer, "normalizer");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(memory, "memory");
    bitsAtLength = List.copyOf(bitsAtLength);
    recall = recall == null ? null : List.copyOf(recall);
    heads = List.copyOf(heads);
    losses = List.copyOf(losses);
    checkpoints = List.copyOf(checkpoints);
    alarms = List.copyOf(alarms);
    Objects.requireNonNull(sample, "sample");
  }

  /** Bits per character at the context of the training; NaN if training broke down. */
  double validationBits() {
    return bitsAtLength.isEmpty() ? Double.NaN : bitsAtLength.get(0);
  }

  /** The same under another name of the attention. */
  TrialResult withLabel(String other) {
    return new TrialResult(
        other,
        normalizer,
        options,
        seed,
        bitsAtLength,
        recall,
        brokeDownAt,
        parameters,
        seconds,
        cpuSeconds,
        charactersPerSecond,
        memory,
        heads,
        losses,
        checkpoints,
        alarms,
        sample);
  }
}
