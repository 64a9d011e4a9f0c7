#!/usr/bin/env python3
"""Golden vectors of the normalizers: writes ../resources/vectors/normalizers.json.

Run:    python3 normalizer_vectors.py            writes the file
        python3 normalizer_vectors.py --check    fails if the file differs
Needs:  Python 3.8 or newer and mpmath (pip install mpmath); takes under a minute.

Each normalizer is computed from its definition in 50-digit arithmetic, without any code of the
library. For scores x, visible where they are not null, and g = dL/dp it gives

    p       the weights f(x), over the visible keys; 0 at masked ones
    dx      dL/dx_i = sum_j g_j dp_j/dx_i, by differences with h = 1e-20 to both sides
    dparam  dL/dparameter likewise, for the normalizers that can learn their parameter

dx and dparam are null where the normalizer has no derivative: the differences to the left and to the
right disagree (a score on the boundary of the support, relu at 0, a tie of top-k).
"""
import json
import pathlib
import random
import sys

import mpmath
from mpmath import mpf

mpmath.mp.dps = 50
STEP = mpf(10) ** -20
KINK = mpf(10) ** -9
FILE = pathlib.Path(__file__).resolve().parent.parent / "resources" / "vectors" / "normalizers.json"

NOTE = (
    "50-digit mpmath; masked = null; p and dx are 0 at masked slots; n = number of unmasked keys; "
    "top-k ties broken by lowest index; dx/dparam null where the map is not differentiable (left and "
    "right derivatives differ: support boundary, relu at 0, top-k tie)"
)


# The normalizers, on the visible scores z.


def softmax(z, extra=None):
    """e^z_i / (extra + sum e^z)."""
    powers = [mpmath.e**t for t in z]
    total = sum(powers) + (extra if extra is not None else 0)
    return [t / total for t in powers]


def log_n(z, train_length):
    """softmax(z max(1, log n / log train_length))."""
    return softmax([t * max(mpf(1), mpmath.log(len(z)) / mpmath.log(train_length)) for t in z])


def adaptive_temperature(z):
    """softmax(beta z), beta a polynomial of the entropy H of softmax(z), 1 at least and for H <= 1/2.

    P. Velickovic et al., softmax is not enough (for sharp out-of-distribution), arXiv 2410.01104.
    """
    coefficients = [mpf(c) for c in ("-0.037", "0.481", "-2.3", "4.917", "-1.791")]
    entropy = -sum(t * mpmath.log(t) for t in softmax(z) if t > 0)
    beta = mpf(1)
    if entropy > mpf("0.5"):
        beta = max(mpmath.polyval(coefficients, entropy), mpf(1))
    return softmax([t * beta for t in z])


def entmax(z, alpha):
    """max((alpha-1) z - tau, 0)^(1/(alpha-1)), tau by bisection so that the sum is 1."""
    excess = alpha - 1
    scaled = [t * excess for t in z]
    largest = max(scaled)

    def surplus(tau):
        return sum((s - tau) ** (1 / excess) for s in scaled if s > tau) - 1

    low, high = largest - 1, largest - (mpf(1) / len(scaled)) ** excess
    for _ in range(170):
        middle = (low + high) / 2
        if surplus(middle) >= 0:
            low = middle
        else:
            high = middle
    return [(s - low) ** (1 / excess) if s > low else mpf(0) for s in scaled]


def top_k(z, k):
    """softmax over the k largest scores; of equal ones the lowest index."""
    kept = sorted(range(len(z)), key=lambda i: (-z[i], i))[: min(k, len(z))]
    weights = [mpf(0)] * len(z)
    for i, weight in zip(kept, softmax([z[i] for i in kept])):
        weights[i] = weight
    return weights


def softpick(z):
    """relu(e^z - 1) / sum |e^z - 1|, 0 if that sum is 0."""
    differences = [mpmath.e**t - 1 for t in z]
    total = sum(abs(t) for t in differences)
    return [max(t, mpf(0)) / total if total > 0 else mpf(0) for t in differences]


def sigmoid(z):
    """sigma(z - log n)."""
    return [1 / (1 + mpmath.e ** (-(t - mpmath.log(len(z))))) for t in z]


def self_adjust(z):
    """(z - low) / (high - low) softmax(z), low = min(min z, 0), high = max(max z, 0)."""
    low, high = min(min(z), mpf(0)), max(max(z), mpf(0))
    return [(t - low) / (high - low) * p for t, p in zip(z, softmax(z))]


def soft_cap(z, cap):
    """softmax(cap tanh(z / cap))."""
    return softmax([cap * mpmath.tanh(t / cap) for t in z])


def llama4_scale(z, beta):
    """softmax((1 + beta log(1 + floor(n / 3))) z)."""
    return softmax([t * (1 + beta * mpmath.log(1 + len(z) // 3)) for t in z])


def top_power(z, power):
    """softmax over the ceil(n^power) largest scores."""
    exact = mpf(len(z)) ** power
    near = mpmath.nint(exact)
    return top_k(z, int(near if abs(exact - near) < KINK else mpmath.ceil(exact)))


def top_p(z, mass):
    """softmax over the fewest largest scores whose weights sum to mass; of equal ones the lowest
    index. A mass within 1e-12 counts as reached."""
    weights = softmax(z)
    order = sorted(range(len(z)), key=lambda i: (-z[i], i))
    count, total = 0, mpf(0)
    while total < mass * (1 - mpf(10) ** -12):
        total += weights[order[count]]
        count += 1
    return top_k(z, count)


# name: (function of z and the parameter, the parameter's name and values)
NORMALIZERS = {
    "softmax": (lambda z, t: softmax([s / t for s in z]), "temperature", ["1", "0.5", "2"]),
    "softmax1": (softmax, "n", ["1", "4"]),
    "sink": (lambda z, s: softmax(z, mpmath.e**s), "sink", ["0", "1.5"]),
    "logn_train512": (log_n, "trainLength", ["512", "3"]),
    "ssmax": (
        lambda z, s: softmax([t * s * mpmath.log(len(z)) for t in z]),
        "s",
        ["0.43", "1"],
    ),
    "adaptive_temperature": (lambda z, _: adaptive_temperature(z), "unused", ["0"]),
    "entmax": (entmax, "alpha", ["1.25", "1.5", "1.75", "2", "3"]),
    "topk": (lambda z, k: top_k(z, int(k)), "k", ["1", "2", "100"]),
    "softpick": (lambda z, _: softpick(z), "unused", ["0"]),
    "sigmoid_neglogn": (lambda z, _: sigmoid(z), "unused", ["0"]),
    "relu_over_L": (lambda z, _: [max(t, mpf(0)) / len(z) for t in z], "unused", ["0"]),
    "sa_softmax_norm": (lambda z, _: self_adjust(z), "unused", ["0"]),
    "softcap": (soft_cap, "cap", ["2", "50"]),
    "llama4_scale": (llama4_scale, "beta", ["0.1", "1"]),
    "top_power": (top_power, "b", ["0.5", "0.75"]),
    "top_p": (top_p, "p", ["0.5", "0.75", "0.99"]),
}

WITH_PARAMETER_GRADIENT = ("entmax", "ssmax", "sink", "softmax")

# None is a masked key.
SCORES = [
    ["1", "2", "3", "4"],
    ["0.3", "-0.2", "1.7", "0.9", "-3"],
    ["5", "1", "-3", None, None],
    ["0", "0.25", "0.5", "0.75", "1"],
    ["-100", "-101", "-99.5"],
    ["1000", "999", "990"],
    ["0.1", "0.7", "-1.3", "2.2", "0.05", "-0.6", "1.1", "0.4", None, "3.3"],
    ["-2", "-2", "-2", "-2", "-2", "-2", "-2", "3"],
]


def case(name, function, parameter_name, parameter, scores, g):
    visible = [i for i, t in enumerate(scores) if t is not None]
    z = [mpf(scores[i]) for i in visible]
    value = mpf(parameter)
    p = function(z, value)

    dx = []
    differentiable = True
    for j in range(len(z)):
        after, before = list(z), list(z)
        after[j] += STEP
        before[j] -= STEP
        above, below = function(after, value), function(before, value)
        right = sum(gi * (s - t) / STEP for gi, s, t in zip(g, above, p))
        left = sum(gi * (s - t) / STEP for gi, s, t in zip(g, p, below))
        dx.append((right + left) / 2)
        differentiable = differentiable and abs(right - left) <= KINK * (1 + abs(right))

    def among_all(values):
        row = [mpf(0)] * len(scores)
        for i, t in zip(visible, values):
            row[i] = t
        return [float(t) for t in row]

    record = {
        "normalizer": name,
        "param": {parameter_name: float(parameter)},
        "x": [None if t is None else float(t) for t in scores],
        "g": among_all(g),
        "p": among_all(p),
        "dx": among_all(dx) if differentiable else None,
    }
    if name in WITH_PARAMETER_GRADIENT:
        above, below = function(z, value + STEP), function(z, value - STEP)
        slope = sum(gi * (s - t) / (2 * STEP) for gi, s, t in zip(g, above, below))
        record["dparam"] = float(slope) if differentiable else None
    return record


def cases():
    random.seed(7)
    for name, (function, parameter_name, parameters) in NORMALIZERS.items():
        for parameter in parameters:
            for scores in SCORES:
                count = sum(t is not None for t in scores)
                g = [mpf(random.randint(-20, 20)) / 10 for _ in range(count)]
                yield case(name, function, parameter_name, parameter, scores, g)


def main():
    text = json.dumps({"note": NOTE, "cases": list(cases())})
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != text:
        sys.exit(f"{FILE} is not what this program computes.")


if __name__ == "__main__":
    main()
