#!/usr/bin/env python3
"""The coefficients of the quotient and the polynomials in FloatTanh.

Run:    python3 float_tanh.py            prints the coefficients and the error
        python3 float_tanh.py --check    fails if FloatTanh.java has others
Needs:  Python 3.8 or newer, nothing else; takes a second.

With s = u^2, FloatTanh computes

    tanh(u) / u     for |u| <= 9 as p(s) / q(s) with polynomials of degree 4,
    tanh(u) / u     for |u| <= 1 as a polynomial t(s) of degree 7,
    1 - tanh(u)^2   for |u| <= 1 as a polynomial of degree 8.

All of them are 1 at s = 0, so that tanh(u) is u to the last bit for a small u. They make the
largest relative error small,

    max over u of |p(s) / (q(s) f(u)) - 1|,    f the function, q = 1 for a single polynomial

by the algorithm of C. L. Lawson (1961): weighted least squares on fixed points, each weight then
multiplied by the error at its point. To be linear in the coefficients, a step minimizes
(p - f q) / (f q'), q' being the q of the step before. After STEPS steps the errors are 2.2e-8,
4.6e-9 and 8.2e-9, less than half a unit in the last place of a float.
"""
import decimal
import pathlib
import re
import struct
import sys
from decimal import Decimal
from math import cos, pi

decimal.getcontext().prec = 40
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


# Letters of the coefficients, function, largest u, degrees above and below the line.
FUNCTIONS = [
    ("PQ", lambda u: tanh(u) / u, Decimal(9), 4, 4),
    ("T", lambda u: tanh(u) / u, Decimal(1), 7, 0),
    ("S", lambda u: 1 - tanh(u) ** 2, Decimal(1), 8, 0),
]


def coefficients(function, end, above, below):
    """The coefficients of the two polynomials in s, and the largest relative error on the points."""
    points = [end * Decimal(1 - cos(pi * i / (POINTS - 1))) / 2 for i in range(1, POINTS)]
    target = [function(u) for u in points]
    # Powers of a number up to 1, or the equations would lose all digits.
    scale = end * end
    powers = [[(u * u / scale) ** k for k in range(1, max(above, below) + 1)] for u in points]
    weights = [Decimal(1)] * len(points)
    q = [Decimal(1)] * len(points)
    size = above + below
    best = None
    for _ in range(STEPS):
        matrix = [[Decimal(0)] * size for _ in range(size)]
        right = [Decimal(0)] * size
        for s, f, w, old in zip(powers, target, weights, q):
            row = [x / (f * old) for x in s[:above]] + [-x / old for x in s[:below]]
            wanted = (f - 1) / (f * old)
            for i in range(size):
                right[i] += w * row[i] * wanted
                for k in range(size):
                    matrix[i][k] += w * row[i] * row[k]
        c = solve(matrix, right)
        p = [1 + sum(x * y for x, y in zip(c[:above], s)) for s in powers]
        q = [1 + sum(x * y for x, y in zip(c[above:], s)) for s in powers]
        errors = [abs(x / (y * f) - 1) for x, y, f in zip(p, q, target)]
        largest = max(errors)
        if best is None or largest < best[1]:
            degrees = [*range(1, above + 1), *range(1, below + 1)]
            best = ([x / scale**k for x, k in zip(c, degrees)], largest)
        weights = [w * (e / largest + Decimal("1e-6")) for w, e in zip(weights, errors)]
        mean = sum(weights) / len(weights)
        weights = [w / mean for w in weights]
    return best


def to_float(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def main():
    computed = {}
    errors = {}
    for names, function, end, above, below in FUNCTIONS:
        values, errors[names] = coefficients(function, end, above, below)
        degrees = [*range(1, above + 1), *range(1, below + 1)]
        letters = names[0] * above + names[1:] * below
        for letter, degree, value in zip(letters, degrees, values):
            computed[f"{letter}{degree}"] = to_float(value)
    if "--check" not in sys.argv[1:]:
        for name, value in computed.items():
            print(f"{name} = {value:.8e}f")
        for names, error in errors.items():
            print(f"{names}: largest relative error, before rounding: {error:.2e}")
        return
    source = pathlib.Path(__file__).resolve().parent.parent.parent / JAVA
    found = re.findall(r"float ([PQTS]\d) = (\S+)f;", source.read_text(encoding="utf-8"))
    if {name: to_float(value) for name, value in found} != computed:
        sys.exit(f"{source} has other coefficients than {computed}.")


if __name__ == "__main__":
    main()
