#!/usr/bin/env python3
"""The coefficients of the quotient in FloatTanh.

Run:    python3 float_tanh.py            prints the coefficients and the error
        python3 float_tanh.py --check    fails if FloatTanh.java has others
Needs:  Python 3.8 or newer, nothing else; takes a second.

FloatTanh computes tanh(u) / u for |u| <= 9 as p(s) / q(s) with s = u^2 and polynomials of degree 4
that are 1 at s = 0, so that tanh(u) is u to the last bit for a small u. They make the largest
relative error small,

    max over u of |p(s) / (q(s) f(s)) - 1|,    f(s) = tanh(u) / u

by the algorithm of C. L. Lawson (1961): weighted least squares on fixed points, each weight then
multiplied by the error at its point. To be linear in the coefficients, a step minimizes
(p - f q) / (f q'), q' being the q of the step before. After STEPS steps the error is 2.2e-8, less
than half a unit in the last place of a float.
"""
import decimal
import pathlib
import re
import struct
import sys
from decimal import Decimal
from math import cos, pi

decimal.getcontext().prec = 40
DEGREE = 4
END = Decimal(9)
POINTS = 201
STEPS = 20
JAVA = "main/java/org/attention4j/internal/vector/FloatTanh.java"


def solve(matrix, right):
    """Gaussian elimination with row exchanges."""
    n = len(right)
    rows = [row[:] + [value] for row, value in zip(matrix, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i])]
    solution = [Decimal(0)] * n
    for i in reversed(range(n)):
        known = sum(rows[i][k] * solution[k] for k in range(i + 1, n))
        solution[i] = (rows[i][n] - known) / rows[i][i]
    return solution


def tanh(u):
    e = (-2 * u).exp()
    return (1 - e) / (1 + e)


def coefficients():
    """p_1 .. p_4, q_1 .. q_4 and the largest relative error on the points."""
    points = [END * Decimal(1 - cos(pi * i / (POINTS - 1))) / 2 for i in range(1, POINTS)]
    target = [tanh(u) / u for u in points]
    # Powers of a number up to 1, or the equations would lose all digits.
    scale = END * END
    powers = [[(u * u / scale) ** k for k in range(1, DEGREE + 1)] for u in points]
    weights = [Decimal(1)] * len(points)
    below = [Decimal(1)] * len(points)
    size = 2 * DEGREE
    best = None
    for _ in range(STEPS):
        matrix = [[Decimal(0)] * size for _ in range(size)]
        right = [Decimal(0)] * size
        for s, f, w, q in zip(powers, target, weights, below):
            row = [x / (f * q) for x in s] + [-x / q for x in s]
            wanted = (f - 1) / (f * q)
            for i in range(size):
                right[i] += w * row[i] * wanted
                for k in range(size):
                    matrix[i][k] += w * row[i] * row[k]
        c = solve(matrix, right)
        above = [1 + sum(x * y for x, y in zip(c[:DEGREE], s)) for s in powers]
        below = [1 + sum(x * y for x, y in zip(c[DEGREE:], s)) for s in powers]
        errors = [abs(p / (q * f) - 1) for p, q, f in zip(above, below, target)]
        largest = max(errors)
        if best is None or largest < best[1]:
            best = ([x / scale ** (i % DEGREE + 1) for i, x in enumerate(c)], largest)
        weights = [w * (e / largest + Decimal("1e-6")) for w, e in zip(weights, errors)]
        mean = sum(weights) / len(weights)
        weights = [w / mean for w in weights]
    return best


def to_float(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def main():
    values, error = coefficients()
    names = [f"P{k}" for k in range(1, DEGREE + 1)] + [f"Q{k}" for k in range(1, DEGREE + 1)]
    computed = {name: to_float(c) for name, c in zip(names, values)}
    if "--check" not in sys.argv[1:]:
        for name, value in computed.items():
            print(f"{name} = {value:.8e}f")
        print(f"largest relative error, before rounding: {error:.2e}")
        return
    source = pathlib.Path(__file__).resolve().parent.parent.parent / JAVA
    found = re.findall(r"float ([PQ]\d) = (\S+)f;", source.read_text(encoding="utf-8"))
    if {name: to_float(value) for name, value in found} != computed:
        sys.exit(f"{source} has other coefficients than {computed}.")


if __name__ == "__main__":
    main()
