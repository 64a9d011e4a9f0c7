"""The coefficients of org.attention4j.internal.vector.NormalTail.

    python3 normal_tail.py        (plain Python 3, no libraries; takes about a minute)

Fits e^(a^2/2) Phi(-a) by t p(t) with t = 1 / (1 + a/4) on 0 <= a <= 6. What counts is the error of
Phi(-a), so the error of the fit is weighted by e^(-a^2/2). Weighted least squares, solved in exact
fractions; after each round the weight of a point is multiplied by its error (Lawson's algorithm),
which leads to the smallest largest error.
"""
import math
from fractions import Fraction

SCALE = 0.25
COEFFICIENTS = 7
END = 6.0
POINTS = 400
ROUNDS = 40


def solve(matrix, right):
    """Gaussian elimination in fractions."""
    n = len(right)
    rows = [[Fraction(v) for v in row] + [Fraction(r)] for row, r in zip(matrix, right)]
    for i in range(n):
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    x = [Fraction(0)] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][j] * x[j] for j in range(i + 1, n))) / rows[i][i]
    return [float(v) for v in x]


def main():
    # Chebyshev's points lie close at the ends.
    a = [END * (0.5 - 0.5 * math.cos(math.pi * (k + 0.5) / POINTS)) for k in range(POINTS)]
    t = [1 / (1 + SCALE * v) for v in a]
    wanted = [math.exp(v * v / 2) * math.erfc(v / math.sqrt(2)) / 2 for v in a]
    share = [math.exp(-v * v / 2) for v in a]
    weight = [1 / POINTS] * POINTS
    best = (math.inf, [])
    for _ in range(ROUNDS):
        matrix = [[0.0] * COEFFICIENTS for _ in range(COEFFICIENTS)]
        right = [0.0] * COEFFICIENTS
        for k in range(POINTS):
            v = weight[k] * share[k] ** 2
            powers = [t[k] ** (i + 1) for i in range(COEFFICIENTS)]
            for i in range(COEFFICIENTS):
                right[i] += v * powers[i] * wanted[k]
                for j in range(COEFFICIENTS):
                    matrix[i][j] += v * powers[i] * powers[j]
        p = solve(matrix, right)
        errors = [
            abs(sum(c * x ** (i + 1) for i, c in enumerate(p)) - w) * s
            for x, w, s in zip(t, wanted, share)
        ]
        best = min(best, (max(errors), p))
        total = sum(w * e for w, e in zip(weight, errors))
        weight = [w * e / total for w, e in zip(weight, errors)]
    print("largest error of Phi(-a): %.2g" % best[0])
    for i, c in enumerate(best[1]):
        print("C%d = %.9g" % (i, c))


if __name__ == "__main__":
    main()
