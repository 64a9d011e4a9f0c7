package org.attention4j.limits;

/** What is measured of a head at one N. */
public enum Quantity {
  /** ᾱ, the mass of the N largest weights. */
  MASS,
  /** d̃, the distance of the tokens that were not chosen. */
  DISTANCE,
  /** The upper bound of Theorem 1 for the N largest; it holds if weights sum to one. */
  DISTANCE_BOUND,
  /** d̃ of N random tokens, the mean over some draws. */
  RANDOM_DISTANCE,
  /** The lower bound of Theorem 1 for random tokens. */
  RANDOM_LOWER,
  /** The upper bound of Theorem 1 for random tokens. */
  RANDOM_UPPER,
  /** N_s/N of the N largest, with vectors scaled to length one. */
  SEPARABLE_SHARE,
  /** The lower side of Theorem 2, zero where it is below. */
  SEPARABLE_LOWER,
  /** The upper side of Theorem 2, a heuristic. */
  SEPARABLE_UPPER,
  /** Recall of the N largest weights, of values. */
  RECALL,
  /** Precision of the N largest weights, of values. */
  PRECISION,
  /** F of the N largest weights, of values. */
  F,
  /** Recall of the N largest products of weight and norm of the value. */
  RECALL_BY_NORM,
  /** Precision of the N largest products of weight and norm of the value. */
  PRECISION_BY_NORM,
  /** F of the N largest products of weight and norm of the value. */
  F_BY_NORM
}
