#!/usr/bin/env python3
"""The coefficients of the polynomial in FloatExp.

Run:    python3 float_exp.py            prints the coefficients and the error
        python3 float_exp.py --check    fails if FloatExp.java has others
Needs:  Python 3.8 or newer, nothing else; takes a few seconds.

FloatExp computes e^r for |r| <= ln 2 / 2 as 1 + r + r^2 p(r). p has degree 4 and makes the largest
relative error small,

    max over r of |r^2 (p(r) - g(r))| / e^r,    g(r) = (e^r - 1 - r) / r^2 = sum_k r^k / (k + 2)!

by the algorithm of C. L. Lawson (1961): weighted least squares on fixed points, each weight then
multiplied by the error at its point. The interval is a little longer than needed, since r is
rounded. After STEPS steps the error is 3.0595e-9; the smallest possible one is 3.0591e-9. Rounding
the coefficients to float makes it 3.8e-9.
"""
import decimal
import pathlib
import re
import struct
import sys
from decimal import Decimal
from math import cos, factorial, pi

decimal.getcontext().prec = 40
DEGREE = 4
HALF_LENGTH = Decimal("0.3466")
POINTS = 1001
STEPS = 43
JAVA = "main/java/org/attention4j/internal/vector/FloatExp.java"


def solve(matrix, right):
    """Gaussian elimination; the matrix is positive definite."""
    n = len(right)
    rows = [row[:] + [value] for row, value in zip(matrix, right)]
    for i in range(n):
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i])]
    solution = [Decimal(0)] * n
    for i in reversed(range(n)):
        known = sum(rows[i][k] * solution[k] for k in range(i + 1, n))
        solution[i] = (rows[i][n] - known) / rows[i][i]
    return solution


def coefficients():
    """c_0 .. c_4 of p, and the largest relative error on the points."""
    points = [HALF_LENGTH * Decimal(cos(pi * i / (POINTS - 1))) for i in range(POINTS)]
    scale = [r * r * (-r).exp() for r in points]
    target = [sum(r**k / factorial(k + 2) for k in range(20)) * s for r, s in zip(points, scale)]
    basis = [[s * r**k for k in range(DEGREE + 1)] for r, s in zip(points, scale)]
    weights = [Decimal(1)] * POINTS
    for _ in range(STEPS):
        weighted = [[w * x for x in row] for w, row in zip(weights, basis)]
        columns = range(DEGREE + 1)
        matrix = [[sum(a[i] * b[k] for a, b in zip(weighted, basis)) for k in columns] for i in columns]
        right = [sum(a[i] * t for a, t in zip(weighted, target)) for i in columns]
        c = solve(matrix, right)
        errors = [abs(t - sum(x * y for x, y in zip(c, row))) for t, row in zip(target, basis)]
        largest = max(errors)
        weights = [w * e / largest for w, e in zip(weights, errors)]
        mean = sum(weights) / POINTS
        weights = [w / mean for w in weights]
    return c, largest


def to_float(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def main():
    values, error = coefficients()
    computed = {f"C{k}": to_float(c) for k, c in enumerate(values)}
    if "--check" not in sys.argv[1:]:
        for name, value in computed.items():
            print(f"{name} = {value:.8e}f")
        print(f"largest relative error, before rounding: {error:.2e}")
        return
    source = pathlib.Path(__file__).resolve().parent.parent.parent / JAVA
    found = re.findall(r"float (C\d) = (\S+)f;", source.read_text(encoding="utf-8"))
    if {name: to_float(value) for name, value in found} != computed:
        sys.exit(f"{source} has other coefficients than {computed}.")


if __name__ == "__main__":
    main()
