package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Conditions that only a run of the graph can check, made of stock operations, so that they hold in
 * inference, in training and in a graph that was saved and loaded.
 *
 * <p>Each condition is a reshape of one number that fails where the condition is broken; the name
 * of that operation, which the framework puts into its message, is the sentence.
 */
public final class RunChecks {
  private final SameDiff sd;
  private final String owner;
  private final List<SDVariable> ones = new ArrayList<>();

  /**
   * Starts with no condition.
   *
   * @param sd the graph
   * @param owner what the sentences are about
   */
  public RunChecks(SameDiff sd, String owner) {
    this.sd = sd;
    this.owner = owner;
  }

  /**
   * Adds a condition.
   *
   * @param broken a whole number, positive where the condition is broken and zero where it holds
   * @param sentence what must be, such as {@code the mask must not have NaN}
   */
  public void add(SDVariable broken, String sentence) {
    SDVariable size = sd.stack(0, broken.add(1.0));
    try (NameScope scope = sd.withNameScope("Attention '%s': %s".formatted(owner, sentence))) {
      ones.add(sd.constant(Nd4j.createFromArray(1L)).reshape(size));
    }
  }

  /**
   * Makes a shape wait for the conditions so far, which are then forgotten.
   *
   * @param shape a vector of whole numbers
   * @return the same, once all conditions hold
   */
  public SDVariable before(SDVariable shape) {
    SDVariable result = shape;
    for (SDVariable one : ones) {
      result = result.mul(one);
    }
    ones.clear();
    return result;
  }
}
