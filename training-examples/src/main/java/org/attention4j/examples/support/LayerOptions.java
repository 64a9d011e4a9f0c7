package org.attention4j.examples.support;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.OutputGate;
import org.attention4j.layers.Position;
import org.attention4j.layers.TransformerBlock;

/**
 * Options of attention layers as a user names them, such as {@code gate,window=64}.
 *
 * @param gate what is attended passes this gate
 * @param window how many steps a query sees, its own among them; 0 for all
 * @param firstKeys how many first keys are seen besides
 * @param qkNorm whether queries and keys are normalised
 * @param forgets whether scores decay by learned gates, in place of other positions
 */
public record LayerOptions(
    OutputGate gate, int window, int firstKeys, boolean qkNorm, boolean forgets) {
  /** Layers as they are without any option. */
  public static final LayerOptions NONE = new LayerOptions(OutputGate.NONE, 0, 0, false, false);

  /** What an option of the command line says of them. */
  public static final String HELP =
      "gate (a gate for each feature of a head on what it attended), gate=head (one for each head),"
          + " window=N (a query sees N steps), first-keys=N (with a window: and the first N keys),"
          + " qk-norm (normalised queries and keys), forgetting (scores decay by learned gates, in"
          + " place of other positions)";

  private static final String GATE = "gate";
  private static final String WINDOW = "window";
  private static final String FIRST_KEYS = "first-keys";
  private static final String QK_NORM = "qk-norm";
  private static final String FORGETTING = "forgetting";
  private static final String KNOWN =
      "gate, gate=head, window=N, first-keys=N, qk-norm and forgetting";

  /**
   * Checks what belongs together.
   *
   * @param gate the gate
   * @param window the window, 0 for none
   * @param firstKeys how many first keys are seen besides
   * @param qkNorm whether queries and keys are normalised
   * @param forgets whether scores decay by learned gates
   * @throws BadArgument if there are first keys without a window
   */
  public LayerOptions {
    if (firstKeys > 0 && window == 0) {
      throw new BadArgument(
          "The option first-keys=%d needs a window, such as window=64: without one every key is visible."
              .formatted(firstKeys));
    }
  }

  /**
   * Reads options.
   *
   * @param texts each an option; blank ones say nothing
   * @return all of them together
   * @throws BadArgument if one is unknown or named twice, has a wrong value, or they do not fit
   */
  public static LayerOptions parse(List<String> texts) {
    OutputGate gate = OutputGate.NONE;
    int window = 0;
    int firstKeys = 0;
    boolean qkNorm = false;
    boolean forgets = false;
    Set<String> named = new HashSet<>();
    for (String text : texts) {
      String option = text.strip();
      if (option.isEmpty()) {
        continue;
      }
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals).strip();
      String value = equals < 0 ? "" : option.substring(equals + 1).strip();
      if (!named.add(name)) {
        throw new BadArgument(
            "The option '%s' of the attention is named twice.".formatted(Sentences.brief(name)));
      }
      switch (name) {
        case GATE -> gate = gate(option, value);
        case WINDOW -> window = count(option, value);
        case FIRST_KEYS -> firstKeys = count(option, value);
        case QK_NORM -> qkNorm = without(option, value);
        case FORGETTING -> forgets = without(option, value);
        default ->
            throw new BadArgument(
                "'%s' is no option of the attention; known are %s."
                    .formatted(Sentences.brief(option), KNOWN));
      }
    }
    return new LayerOptions(gate, window, firstKeys, qkNorm, forgets);
  }

  private static OutputGate gate(String option, String value) {
    return switch (value) {
      case "", "element" -> OutputGate.PER_ELEMENT;
      case "head" -> OutputGate.PER_HEAD;
      default ->
          throw new BadArgument(
              "The option '%s' of the attention must be gate, gate=element or gate=head."
                  .formatted(Sentences.brief(option)));
    };
  }

  private static int count(String option, String value) {
    if (value.matches("0*[1-9][0-9]{0,8}")) {
      return Integer.parseInt(value);
    }
    throw new BadArgument(
        "The option '%s' of the attention needs a whole number from 1 to 999999999, such as window=64."
            .formatted(Sentences.brief(option)));
  }

  private static boolean without(String option, String value) {
    if (!value.isEmpty()) {
      throw new BadArgument(
          "The option '%s' of the attention must stand without a value."
              .formatted(Sentences.brief(option)));
    }
    return true;
  }

  /**
   * Splits a list of options.
   *
   * @param list options separated by commas
   * @return each of them
   */
  public static List<String> split(String list) {
    return List.of(list.split(",", -1));
  }

  /**
   * Each option that is not as without any, in one order.
   *
   * @return what {@link #parse} reads
   */
  public List<String> texts() {
    List<String> texts = new ArrayList<>();
    if (gate != OutputGate.NONE) {
      texts.add(gate == OutputGate.PER_HEAD ? GATE + "=head" : GATE);
    }
    if (window > 0) {
      texts.add(WINDOW + "=" + window);
    }
    if (firstKeys > 0) {
      texts.add(FIRST_KEYS + "=" + firstKeys);
    }
    if (qkNorm) {
      texts.add(QK_NORM);
    }
    if (forgets) {
      texts.add(FORGETTING);
    }
    return texts;
  }

  /**
   * How many of a number of keys the last query sees.
   *
   * @param keys all keys, none masked
   * @return that number, or fewer with a window
   */
  public int visible(int keys) {
    return window == 0 ? keys : (int) Math.min(keys, (long) window + firstKeys);
  }

  /**
   * Sets the options of a block.
   *
   * @param builder the builder of a block
   * @param position what the block knows of positions unless it forgets
   * @return the builder, of a causal block
   */
  public TransformerBlock.Builder on(TransformerBlock.Builder builder, Position position) {
    builder
        .causal(true)
        .position(forgets ? Position.FORGETTING : position)
        .outputGate(gate)
        .qkNorm(qkNorm);
    return window == 0 ? builder : builder.slidingWindow(window).firstKeys(firstKeys);
  }

  /**
   * Sets the options of a vertex without positions, whose last query sees the last key.
   *
   * @param builder the builder of a vertex with projections
   * @return the builder
   */
  public AttentionVertex.Builder on(AttentionVertex.Builder builder) {
    builder.outputGate(gate).qkNorm(qkNorm);
    if (window > 0) {
      builder.slidingWindow(window).firstKeys(firstKeys);
    }
    if (forgets) {
      builder.causal(true).position(Position.FORGETTING);
    }
    return builder;
  }

  /** As a list, empty without any option. */
  @Override
  public String toString() {
    return String.join(",", texts());
  }
}
