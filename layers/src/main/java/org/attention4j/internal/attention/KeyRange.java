package org.attention4j.internal.attention;

/**
 * Which keys a query sees, by the positions of both and besides a mask: a query at position i sees
 *
 * <pre>
 *   causal:      the keys i - window + 1 .. i,      and of the first keys those up to i
 *   not causal:  the keys with |i - j| &lt; window,   and the first keys
 * </pre>
 *
 * <p>Positions count masked keys; the first keys are the first ones that are not masked, so that
 * padding on either side changes nothing.
 *
 * @param causal whether keys at later positions than the query's are hidden
 * @param window w, at least 1; 0 if the distance hides no key
 * @param first how many first keys every query sees although they are farther away, at least 0
 * @see <a href="https://arxiv.org/abs/2004.05150">Beltagy, Peters and Cohan 2020, on windows</a>
 * @see <a href="https://arxiv.org/abs/2309.17453">Xiong et al. 2024, on the first keys</a>
 */
public record KeyRange(boolean causal, int window, int first) {
  /**
   * Without a window.
   *
   * @param causal whether keys at later positions are hidden
   * @return the range
   */
  public static KeyRange causal(boolean causal) {
    return new KeyRange(causal, 0, 0);
  }

  /** Whether queries see different keys. */
  boolean isBounded() {
    return causal || window > 0;
  }

  /**
   * Whether a query sees a key that is not masked.
   *
   * @param position that of the query
   * @param key the position of the key
   * @param rank how many keys before it are not masked
   * @return whether it does
   */
  public boolean sees(int position, int key, int rank) {
    return (!causal || key <= position)
        && (window == 0 || Math.abs(position - key) < window || rank < first);
  }

  /** Where the keys of a query end, among those that are not masked. */
  int end(VisibleKeys keys, int position) {
    if (causal) {
      return keys.upTo(position);
    }
    return window == 0
        ? keys.count()
        : Math.max(keys.upTo((long) position + window - 1), Math.min(first, keys.count()));
  }

  /** Where they begin: 0 also if nothing is hidden between the first keys and the others. */
  int start(VisibleKeys keys, int position) {
    if (window == 0) {
      return 0;
    }
    int start = keys.upTo((long) position - window);
    return start <= first ? 0 : start;
  }

  /** The keys of the given number of neighbouring queries, at most, without the first ones. */
  long most(int queries) {
    if (window == 0) {
      return Integer.MAX_VALUE;
    }
    return queries + (causal ? 1L : 2L) * (window - 1L);
  }
}
