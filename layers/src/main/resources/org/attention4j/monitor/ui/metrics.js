// What the built-in metrics mean. A metric of the user's own is shown under its name alone.
const ROWS = "mean over the sampled queries";
const KNOWN = {
  Spread: {
    entropy: ["Entropy", `−Σ p log p in nats, ${ROWS}. A fall towards 0 means a head stares at single keys; log n means it looks at all alike.`],
    normalizedEntropy: ["Entropy / log n", `Entropy as a share of the greatest possible, ${ROWS}: 1 is uniform, 0 one key.`],
    effectiveTokens: ["Effective tokens", `e to the entropy, ${ROWS}: how many keys a query really uses.`],
    support: ["Support", `Weights that are not exactly zero, ${ROWS}.`],
    rowMass: ["Row mass", `Sum of the weights of a query, ${ROWS}: 1 for softmax and its kin.`],
    largestWeight: ["Largest weight", `Greatest weight of a query, ${ROWS}.`],
    largestOverUniform: ["Largest weight × n", `Greatest weight over the uniform one, ${ROWS}: 1 where attention has vanished.`],
    topMass: ["Mass of the top N", `Share of the N largest weights, ${ROWS}.`],
    sinkMass: ["Sink mass", `Weight of the first key of the sequence, ${ROWS}.`],
    sinkRate: ["Sink", "1 where more than 0.3 of the weight goes to the first key, else 0."],
    visibleKeys: ["Visible keys n", `Keys that a query may see, ${ROWS}.`],
  },
  Logits: {
    maxLogit: ["Largest logit", "Greatest score of all sampled rows. Steady growth is an early sign of divergence."],
    logSumExp: ["Log-sum-exp", `log Σ exp z of the scores, ${ROWS}.`],
    temperature: ["Temperature", "T where the map is softmax(z / T). Gradients grow as 1/T."],
  },
  Gradients: {
    scoresGradientNorm: ["Gradient of the scores", `‖dL/dz‖ of a query, ${ROWS}.`],
    nonFinite: ["NaN and ∞", "Numbers that are not finite among scores, weights and gradients. Anything but 0 is a fault."],
    jacobianSpectral: ["Jacobian, spectral norm", `‖dp/dz‖₂ of the normalizer, ${ROWS}.`],
    jacobianFrobenius: ["Jacobian, Frobenius norm", `‖dp/dz‖F of the normalizer, ${ROWS}.`],
    jacobianBound: ["Bound 1/(2T)", "The tight bound of the Jacobian's spectral norm."],
    jacobianEntryBound: ["Line 1/(4T)", "The paper's line, which bounds single entries of the Jacobian."],
  },
  Separation: {
    distance: ["Distance d̃", "Of the N largest weights' tokens to the rest; see Theorem 1 of arXiv 2508.17821."],
    distanceBound: ["Bound of d̃", "What Theorem 1 allows."],
    separableShare: ["Separable share Nₛ/N", "Share of the chosen tokens that can be told from the others. Long above 0.85 a head is at its limit."],
  },
};

const OWN = "Other";

function describe(name) {
  for (const [group, metrics] of Object.entries(KNOWN)) {
    if (metrics[name]) return { group, label: metrics[name][0], text: metrics[name][1] };
  }
  const [kind, parameter] = [name.split(".")[0], name.split(".").slice(1).join(".")];
  if (kind === "gradientNorm") return { group: "Gradients", label: `Gradient of ${parameter}`, text: `Norm of the gradient of this head's share of ${parameter}, before the updater.` };
  if (kind === "updateRatio") return { group: "Updates", label: `Update : parameter, ${parameter}`, text: `‖update‖ / ‖parameter‖ of this head's share of ${parameter}; around 0.001 is usual.` };
  if (kind === "normalizer") return { group: "Normalizer", label: `Learned ${parameter}`, text: `The normalizer's own parameter ${parameter}.` };
  return { group: OWN, label: name, text: "" };
}

export const label = (name) => describe(name).label;
export const text = (name) => describe(name).text;

/** Names by group, in the order of the groups above. */
export function grouped(names) {
  const order = ["Spread", "Logits", "Gradients", "Updates", "Normalizer", "Separation", OWN];
  return order
    .map((group) => [group, names.filter((name) => describe(name).group === group)])
    .filter(([, members]) => members.length > 0);
}
