#!/usr/bin/env python3
"""The coefficients of the polynomials in FloatExp and FloatTanh.

Run:    python3 float_functions.py            prints the coefficients and the errors
        python3 float_functions.py --check    fails if one of the Java classes has others
Needs:  Python 3.8 or newer, nothing else; takes a few seconds.

Both make the largest relative error small by the algorithm of C. L. Lawson (1961): weighted least
squares on fixed points, each weight then multiplied by the error at its point.

FloatExp computes e^r for |r| <= ln 2 / 2 as 1 + r + r^2 p(r). p has degree 4 and makes small

    max over r of |r^2 (p(r) - g(r))| / e^r,    g(r) = (e^r - 1 - r) / r^2 = sum_k r^k / (k + 2)!

The interval is a little longer than needed, since r is rounded. The error is 3.0595e-9; the smallest
possible one is 3.0591e-9. Rounding the coefficients to float makes it 3.8e-9.

With s = u^2, FloatTanh computes

    tanh(u) / u     for |u| <= 9 as p(s) / q(s) with polynomials of degree 4,
    tanh(u) / u     for |u| <= 1 as a polynomial t(s) of degree 7,
    1 - tanh(u)^2   for |u| <= 1 as a polynomial of degree 8.

All of them are 1 at s = 0, so that tanh(u) is u to the last bit for a small u. They make small

    max over u of |p(s) / (q(s) f(u)) - 1|,    f the function, q = 1 for a single polynomial

To be linear in the coefficients, a step minimizes (p - f q) / (f q'), q' being the q of the step
before. The errors are 2.2e-8, 4.6e-9 and 8.2e-9, less than half a unit in the last place of a float.
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
JAVA = "main/java/org/attention4j/internal/vector"


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


def least_squares(rows, wanted, weights):
    """The c with the smallest sum over rows of weight * (row . c - wanted)^2."""
    columns = range(len(rows[0]))
    weighted = [[w * x for x in row] for w, row in zip(weights, rows)]
    matrix = [[sum(a[i] * b[k] for a, b in zip(weighted, rows)) for k in columns] for i in columns]
    right = [sum(a[i] * t for a, t in zip(weighted, wanted)) for i in columns]
    return solve(matrix, right)


def lawson(equations, errors, steps, least):
    """The best coefficients of all steps, and their largest error.

    equations(c) gives the rows and the wanted values, c being what the step before found or None;
    errors(c) gives the error at each point; least is what no factor of a weight falls below.
    """
    c, best, weights = None, None, None
    for _ in range(steps):
        rows, wanted = equations(c)
        weights = weights or [Decimal(1)] * len(rows)
        c = least_squares(rows, wanted, weights)
        found = errors(c)
        largest = max(found)
        if best is None or largest < best[1]:
            best = (c, largest)
        weights = [w * (e / largest + Decimal(least)) for w, e in zip(weights, found)]
        mean = sum(weights) / len(weights)
        weights = [w / mean for w in weights]
    return best


def exponential():
    """C0 .. C4, the coefficients of p, and the largest error on the points."""
    last = 1000
    points = [Decimal("0.3466") * Decimal(cos(pi * i / last)) for i in range(last + 1)]
    scale = [r * r * (-r).exp() for r in points]
    wanted = [sum(r**k / factorial(k + 2) for k in range(20)) * s for r, s in zip(points, scale)]
    rows = [[s * r**k for k in range(DEGREE + 1)] for r, s in zip(points, scale)]

    def errors(c):
        return [abs(t - sum(x * y for x, y in zip(c, row))) for t, row in zip(wanted, rows)]

    c, error = lawson(lambda before: (rows, wanted), errors, steps=43, least=0)
    return {f"C{k}": x for k, x in enumerate(c)}, error


def tanh(u):
    e = (-2 * u).exp()
    return (1 - e) / (1 + e)


def quotient(function, end, names, above, below):
    """Coefficients of p (degree above) and q (degree below) in u^2, both 1 at 0, for 0 < u <= end."""
    last = 200
    points = [end * Decimal(1 - cos(pi * i / last)) / 2 for i in range(1, last + 1)]
    target = [function(u) for u in points]
    # Powers of a number up to 1, or the equations would lose all digits.
    powers = [[(u * u / (end * end)) ** k for k in range(1, max(above, below) + 1)] for u in points]

    def polynomial(c):
        return [1 + sum(x * y for x, y in zip(c, s)) for s in powers]

    def equations(before):
        under = [Decimal(1)] * len(points) if before is None else polynomial(before[above:])
        rows = [
            [x / (f * q) for x in s[:above]] + [-x / q for x in s[:below]]
            for s, f, q in zip(powers, target, under)
        ]
        return rows, [(f - 1) / (f * q) for f, q in zip(target, under)]

    def errors(c):
        fractions = zip(polynomial(c[:above]), polynomial(c[above:]), target)
        return [abs(p / (q * f) - 1) for p, q, f in fractions]

    c, error = lawson(equations, errors, steps=20, least="1e-6")
    degrees = [*range(1, above + 1), *range(1, below + 1)]
    letters = names[0] * above + names[1:] * below
    return {f"{n}{k}": x / end ** (2 * k) for n, k, x in zip(letters, degrees, c)}, error


def hyperbolic_tangent():
    """The coefficients of all quotients and polynomials, and the largest error of any of them."""
    parts = [
        quotient(lambda u: tanh(u) / u, Decimal(9), "PQ", 4, 4),
        quotient(lambda u: tanh(u) / u, Decimal(1), "T", 7, 0),
        quotient(lambda u: 1 - tanh(u) ** 2, Decimal(1), "S", 8, 0),
    ]
    return {k: x for c, _ in parts for k, x in c.items()}, max(error for _, error in parts)


def to_float(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def main():
    source = pathlib.Path(__file__).resolve().parent.parent.parent / JAVA
    for name, coefficients in [("FloatExp", exponential), ("FloatTanh", hyperbolic_tangent)]:
        exact, error = coefficients()
        computed = {key: to_float(x) for key, x in exact.items()}
        if "--check" in sys.argv[1:]:
            text = (source / f"{name}.java").read_text(encoding="utf-8")
            found = re.findall(r"float ([CPQST]\d) = (\S+)f;", text)
            if {key: to_float(x) for key, x in found} != computed:
                sys.exit(f"{name}.java has other coefficients than {computed}.")
        else:
            print(name)
            for key, value in computed.items():
                print(f"{key} = {value:.8e}f")
            print(f"largest relative error, before rounding: {error:.2e}")


if __name__ == "__main__":
    main()
