"""Slow, obvious solutions that every fast one is compared with, and inputs that break solvers."""

import mpmath
import numpy as np
from scipy import linalg


def svd_solution(Z, Y, rcond, alpha=0.0):
    """Truncated least squares by numpy's SVD: coefficients, rank and singular values."""
    u, s, vt = np.linalg.svd(Z, full_matrices=False)
    rank = int((s > rcond * s[0]).sum())
    kept = s[:rank, None]
    return vt[:rank].T @ ((u[:, :rank].T @ Y) / (kept + alpha / kept)), rank, s


def kernel_ridge_without_each_row(X, targets, gamma, alpha):
    """What kernel ridge regression, fitted anew without a row, says of that row, for every row."""
    K = np.exp(-gamma * np.sum((X[:, None] - X[None]) ** 2, axis=2))
    rest = np.array([np.delete(np.arange(len(X)), i) for i in range(len(X))])
    rows = np.arange(len(X))[:, None]
    targets = np.reshape(targets, (len(X), -1))
    others = K[rest[:, :, None], rest[:, None]] + alpha * np.eye(len(X) - 1)
    dual = np.linalg.solve(others, targets[rest])
    return np.squeeze(K[rows, rest][:, None] @ dual, axis=1)


def exact_product(A, B):
    """The transpose of A times B, without rounding: floats are whole numbers over powers of two."""
    wholes, exponents = [], []
    for matrix in (A, B):
        mantissas, powers = np.frexp(matrix)
        exponent = int(powers[mantissas != 0].min(initial=0)) - 53
        shifts = np.where(mantissas == 0, 0, powers - 53 - exponent)
        digits = np.ldexp(mantissas, 53).astype(np.int64).astype(object)
        wholes.append(digits * 2 ** shifts.astype(object))
        exponents.append(exponent)
    scale = mpmath.ldexp(1, sum(exponents))
    return mpmath.matrix([[value * scale for value in row] for row in wholes[0].T @ wholes[1]])


def exact_solutions(Z, Y, rcond, alphas=(0.0,)):
    """The same in 90 digits for every penalty, from the eigenvectors of a Gram matrix."""
    n, p = Z.shape
    with mpmath.workdps(90):
        A = mpmath.matrix(Z.tolist()) if n <= p else None
        values, vectors = mpmath.eigsy(exact_product(Z.T, Z.T) if n <= p else exact_product(Z, Z))
        largest = max(values)
        right = mpmath.matrix(Y.tolist()) if n <= p else exact_product(Z, Y)
        kept = [j for j in range(min(n, p)) if values[j] > mpmath.mpf(rcond) ** 2 * largest]
        found = []
        for alpha in alphas:
            coef = mpmath.zeros(min(n, p), Y.shape[1])
            for j in kept:
                v = vectors[:, j]
                coef += v * (v.T * right) / (values[j] + mpmath.mpf(alpha))
            coef = A.T * coef if n <= p else coef
            found.append(np.array(coef.tolist(), dtype=float).reshape(p, Y.shape[1]))
        singular = sorted((float(mpmath.sqrt(abs(v))) for v in values), reverse=True)
    return found, len(kept), np.array(singular)


def fourier_features(n, p, dimension, rng, n_test=0):
    """Random Fourier features of Gaussian inputs: numerically rank deficient in low dimension."""
    X = rng.normal(size=(n + n_test, dimension))
    W = rng.normal(size=(dimension, p)) * np.sqrt(2.0)
    Z = np.sqrt(2 / p) * np.cos(X @ W + rng.uniform(0, 2 * np.pi, p))
    return Z[:n], Z[n:]


def features_of_condition(n, p, condition, rng):
    """Features (n, p), n <= p, with singular values from 1 down to 1 / condition."""
    left, right = (linalg.qr(rng.normal(size=(m, n)), mode="economic")[0] for m in (n, p))
    return left * np.geomspace(1, 1 / condition, n) @ right.T


UGLY = [
    "gaussian",
    *(f"fourier {d}" for d in (20, 10, 5, 3, 2, 1)),
    "equal rows, equal targets",
    "equal rows, conflicting targets",
    "bootstrap rows",
    "nearly equal rows",
    "equal columns",
    "zero columns",
    "a large column",
    "a small column",
    "low rank",
    "falling columns",
    "rising columns",
    "falling rows",
    "rising rows",
    "more targets than rows",
    "tiny",
    "huge",
    "tiny targets",
    "huge targets",
]


def ugly_problem(name, n, p):
    """Features, targets and test features of one of the inputs that break solvers."""
    rng = np.random.default_rng(3)
    Z, Y, T = rng.normal(size=(n, p)), rng.normal(size=(n, 2)), rng.normal(size=(6, p))
    if name.startswith("fourier"):
        Z, T = fourier_features(n, p, int(name.split()[1]), rng, n_test=6)
    elif name == "equal rows, equal targets":
        Z[n // 2 :], Y[n // 2 :] = Z[: n - n // 2], Y[: n - n // 2]
    elif name == "equal rows, conflicting targets":
        Z[n // 2 :] = Z[: n - n // 2]
    elif name == "bootstrap rows":
        Z = Z[rng.integers(n, size=n)]
    elif name == "nearly equal rows":
        Z[-1] = Z[0] * (1 + 1e-9 * rng.normal(size=p))
    elif name == "equal columns":
        Z[:, 1::2], T[:, 1::2] = Z[:, ::2], T[:, ::2]
    elif name == "zero columns":
        Z[:, :3] = 0
    elif name == "a large column":
        Z[:, n + n // 4] *= 1e8
    elif name == "a small column":
        Z[:, n // 2] *= 1e-8
    elif name == "low rank":
        Z = rng.normal(size=(n, 3)) @ rng.normal(size=(3, p))
    elif name == "falling columns":
        Z, T = Z * np.geomspace(1, 1e-12, p), T * np.geomspace(1, 1e-12, p)
    elif name == "rising columns":
        Z, T = Z * np.geomspace(1e-12, 1, p), T * np.geomspace(1e-12, 1, p)
    elif name == "falling rows":
        Z *= np.geomspace(1, 1e-9, n)[:, None]
    elif name == "rising rows":
        Z *= np.geomspace(1e-9, 1, n)[:, None]
    elif name == "more targets than rows":
        Y = rng.normal(size=(n, 3 * n))
    elif name == "tiny":
        Z, T = Z * 1e-80, T * 1e-80
    elif name == "huge":
        Z, T = Z * 1e80, T * 1e80
    elif name == "tiny targets":
        Y = Y * 1e-80
    elif name == "huge targets":
        Y = Y * 1e80
    return Z, Y, T
