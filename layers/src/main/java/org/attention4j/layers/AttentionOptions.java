package org.attention4j.layers;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.attention4j.internal.attention.KeyRange;
import org.attention4j.internal.dotproduct.DotProductAttention;
import org.attention4j.internal.dotproduct.NormalizerTrial;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.Restriction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The options that every attention layer of this library has beyond those of the stock ones. */
final class AttentionOptions implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(AttentionOptions.class);
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  @JsonProperty Normalizer normalizer = Normalizers.softmax();
  @JsonProperty boolean causal;
  @JsonProperty int slidingWindow;
  @JsonProperty int firstKeys;
  @JsonProperty boolean hasBias;
  @JsonProperty double attentionDropout;
  @JsonProperty @Nullable Double scale;
  @JsonProperty Position position = Position.NONE;
  @JsonProperty double rotaryBase = Positions.DEFAULT_ROTARY_BASE;
  @JsonProperty int nKeyValueHeads;
  @JsonProperty boolean qkNorm;
  @JsonProperty OutputGate outputGate = OutputGate.NONE;
  @JsonProperty boolean gateStartsOpen;
  @JsonProperty Execution execution = Execution.AUTO;
  @JsonProperty double entropyPenalty;
  @JsonProperty double entropyFloor = 1;

  AttentionOptions() {}

  AttentionOptions(AttentionOptions other) {
    normalizer = other.normalizer;
    causal = other.causal;
    slidingWindow = other.slidingWindow;
    firstKeys = other.firstKeys;
    hasBias = other.hasBias;
    attentionDropout = other.attentionDropout;
    scale = other.scale;
    position = other.position;
    rotaryBase = other.rotaryBase;
    nKeyValueHeads = other.nKeyValueHeads;
    qkNorm = other.qkNorm;
    outputGate = other.outputGate;
    gateStartsOpen = other.gateStartsOpen;
    execution = other.execution;
    entropyPenalty = other.entropyPenalty;
    entropyFloor = other.entropyFloor;
  }

  /** The number of heads of keys and values; as many as of queries unless chosen. */
  int keyValueHeads(int heads) {
    return nKeyValueHeads == 0 ? heads : nKeyValueHeads;
  }

  /** Whether what is attended passes a gate. */
  boolean gated() {
    return outputGate != OutputGate.NONE;
  }

  /** Whether scores fall by what gates forget. */
  boolean forgets() {
    return position == Position.FORGETTING;
  }

  /** Which keys a query sees by their positions. */
  KeyRange range() {
    return new KeyRange(causal, slidingWindow, firstKeys);
  }

  /** Whether training computes the weights' entropy, for which it needs the weights. */
  boolean penalisesEntropy() {
    return entropyPenalty > 0;
  }

  List<NormalizerParameter> normalizerParameters(int heads) {
    return normalizer.parameters(heads);
  }

  /**
   * Checks these options beside the sizes that they have to fit.
   *
   * @param heads the number of heads
   * @param headFeatures the features of each head, 0 if not yet known
   * @param projectInput whether there are projections that could have a bias
   * @param biasOption the name of the option that gives them one
   */
  void validate(
      Requirements require, int heads, long headFeatures, boolean projectInput, String biasOption) {
    require.present("normalizer", normalizer, "one such as Normalizers.softmax()");
    require.present("position", position, "NONE, ALIBI, ROTARY or FORGETTING");
    require.present("execution", execution, "AUTO, GRAPH or FUSED");
    require.that(
        execution != Execution.FUSED || normalizer.kernel().isPresent(),
        "execution",
        execution,
        "AUTO or GRAPH, since the normalizer " + normalizer + " has no row kernel");
    require.that(
        execution != Execution.FUSED || !penalisesEntropy(),
        "execution",
        execution,
        "AUTO or GRAPH, since attentionEntropyPenalty needs the matrix of weights");
    require.that(
        attentionDropout >= 0 && attentionDropout < 1,
        "attentionDropout",
        attentionDropout,
        "at least 0 and below 1 (it is the share of weights that is dropped)");
    require.that(
        scale == null || DotProductAttention.isScale(scale),
        "scale",
        String.valueOf(scale),
        "finite");
    require.that(
        rotaryBase > 0 && Double.isFinite(rotaryBase),
        "rotaryBase",
        rotaryBase,
        "positive and finite");
    require.that(
        entropyPenalty >= 0 && Double.isFinite(entropyPenalty),
        "the strength of attentionEntropyPenalty",
        entropyPenalty,
        "at least 0 and finite (0 is off)");
    require.that(
        entropyFloor > 0 && entropyFloor <= 1,
        "the floor of attentionEntropyPenalty",
        entropyFloor,
        "above 0 and at most 1 (it is a share of the largest entropy, log n)");
    require.present("outputGate", outputGate, "NONE, PER_HEAD or PER_ELEMENT");
    require.that(
        projectInput || !gated(), "outputGate", outputGate, "NONE unless projectInput is true");
    require.that(
        gated() || !gateStartsOpen, "gateStartsOpen", true, "false unless there is an outputGate");
    require.that(
        slidingWindow >= 0,
        "slidingWindow",
        slidingWindow,
        "at least 1, or left out to hide no key by its distance");
    require.that(firstKeys >= 0, "firstKeys", firstKeys, "at least 0");
    require.that(
        firstKeys == 0 || slidingWindow > 0,
        "firstKeys",
        firstKeys,
        "0 unless there is a slidingWindow (without one every key stays visible)");
    require.that(projectInput || !hasBias, biasOption, true, "false unless projectInput is true");
    require.that(
        nKeyValueHeads >= 0 && heads % keyValueHeads(heads) == 0,
        "nKeyValueHeads",
        nKeyValueHeads,
        "a divisor of nHeads " + heads + ", or left out for nHeads");
    require.that(
        causal || !forgets(),
        "position",
        position,
        "another one than FORGETTING unless causal is true (a query forgets what was before it)");
    validatePosition(require, headFeatures);
  }

  /**
   * Checks the normalizer when a network is built: what it returns, and whether it can be saved.
   *
   * @param owner the layer, as the subject of a sentence
   * @param type the network's type
   * @param fresh whether the network is a new one and no copy
   */
  void whenBuilt(Requirements owner, int heads, DataType type, boolean fresh) {
    NormalizerTrial.complaint(normalizer, heads, type == DataType.DOUBLE ? type : DataType.FLOAT)
        .ifPresent(expected -> owner.that(false, "normalizer", normalizer, expected));
    if (normalizer instanceof Restriction) {
      return; // made for measuring, never saved
    }
    String obstacle = Normalizers.obstacleToSaving(normalizer).orElse(null);
    if (obstacle != null && (WARNED.add(normalizer.getClass().getName()) || fresh)) {
      LOG.warn(
          "{}: a network with this normalizer cannot be saved. {} Save with"
              + " SavedModel.write, which leaves an existing file as it is; ModelSerializer and"
              + " save(..) empty it before they fail.",
          owner.layer(),
          obstacle);
    }
  }

  /**
   * Checks the position, again when the head size follows from the input type.
   *
   * @param headFeatures the features of each head, 0 if not yet known
   */
  void validatePosition(Requirements require, long headFeatures) {
    require.that(
        position != Position.ROTARY || headFeatures % 2 == 0,
        "position",
        position,
        "another one than ROTARY, or the head size "
            + headFeatures
            + " an even number (rotation turns pairs of features)");
  }

  /** Adds the normalizer, and every other option that is not as it starts. */
  Description describe(Description description) {
    AttentionOptions start = new AttentionOptions();
    return description
        .with("normalizer", normalizer)
        .unless(start.causal, "causal", causal)
        .unless(start.slidingWindow, "slidingWindow", slidingWindow)
        .unless(start.firstKeys, "firstKeys", firstKeys)
        .unless(start.hasBias, "projectionBias", hasBias)
        .unless(start.attentionDropout, "attentionDropout", attentionDropout)
        .unless("", "scale", scale)
        .unless(start.position, "position", position)
        .unless(start.rotaryBase, "rotaryBase", rotaryBase)
        .unless(start.nKeyValueHeads, "nKeyValueHeads", nKeyValueHeads)
        .unless(start.qkNorm, "qkNorm", qkNorm)
        .unless(start.outputGate, "outputGate", outputGate)
        .unless(start.gateStartsOpen, "gateStartsOpen", gateStartsOpen)
        .unless(start.execution, "execution", execution)
        .unless(start.entropyPenalty, "attentionEntropyPenalty", entropyPenalty);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AttentionOptions that
        && normalizer.equals(that.normalizer)
        && causal == that.causal
        && slidingWindow == that.slidingWindow
        && firstKeys == that.firstKeys
        && hasBias == that.hasBias
        && Double.compare(attentionDropout, that.attentionDropout) == 0
        && Objects.equals(scale, that.scale)
        && position == that.position
        && Double.compare(rotaryBase, that.rotaryBase) == 0
        && nKeyValueHeads == that.nKeyValueHeads
        && qkNorm == that.qkNorm
        && outputGate == that.outputGate
        && gateStartsOpen == that.gateStartsOpen
        && execution == that.execution
        && Double.compare(entropyPenalty, that.entropyPenalty) == 0
        && Double.compare(entropyFloor, that.entropyFloor) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        normalizer,
        causal,
        slidingWindow,
        firstKeys,
        hasBias,
        attentionDropout,
        scale,
        position,
        rotaryBase,
        nKeyValueHeads,
        qkNorm,
        outputGate,
        gateStartsOpen,
        execution,
        entropyPenalty,
        entropyFloor);
  }
}
