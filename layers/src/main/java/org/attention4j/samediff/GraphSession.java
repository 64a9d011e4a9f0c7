package org.attention4j.samediff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs one graph and forgets everything after each run. The stock session remembers the id of every
 * array it ever released, and holds the arrays of the last run.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class GraphSession extends InferenceSession {
  /**
   * A session for a graph, with memory that is released as soon as it is not needed.
   *
   * @param sd the graph
   */
  public GraphSession(SameDiff sd) {
    super(sd);
  }

  /**
   * Computes variables of the graph.
   *
   * @param variables the variables to compute
   * @param placeholders the values of the placeholders that they depend on
   * @param memory where arrays are allocated during this run
   * @return the values in the order of the variables
   */
  public List<INDArray> run(
      List<SDVariable> variables, Map<String, INDArray> placeholders, SessionMemMgr memory) {
    setMmgr(memory);
    List<String> names = variables.stream().map(SDVariable::name).toList();
    try {
      Map<String, INDArray> values =
          output(names, placeholders, null, List.of(), List.of(), At.defaultAt());
      List<INDArray> result = new ArrayList<>(names.size());
      names.forEach(name -> result.add(Objects.requireNonNull(values.get(name), name)));
      return result;
    } finally {
      freedArrays.clear();
      nodeValueOutputs.clear();
      getArrayUseTracker().clear();
      sameDiff.clearOpInputs();
    }
  }

  /**
   * What the session holds on to between runs; it must not grow with the number of runs.
   *
   * @return the number of remembered arrays
   */
  int retained() {
    return freedArrays.size() + nodeValueOutputs.size();
  }
}
