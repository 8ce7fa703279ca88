"""Slow, independent solutions: multiple precision, and a float64 SVD for every width."""

import mpmath
import numpy as np


def exact_min_norm(Z, Y, rcond):
    """Truncated minimum-norm solution in 90 digits, from the eigenvectors of a Gram matrix."""
    n, p = Z.shape
    with mpmath.workdps(90):
        A, B = mpmath.matrix(Z.tolist()), mpmath.matrix(Y.tolist())
        gram = A * A.T if n <= p else A.T * A
        values, vectors = mpmath.eigsy(gram)
        largest = max(values)
        right = B if n <= p else A.T * B
        coef = mpmath.matrix(gram.rows, Y.shape[1])
        rank = 0
        for j in range(gram.rows):
            if values[j] > mpmath.mpf(rcond) ** 2 * largest:
                rank += 1
                v = vectors[:, j]
                coef += v * (v.T * right) / values[j]
        coef = A.T * coef if n <= p else coef
        singular = sorted((mpmath.sqrt(abs(v)) for v in values), reverse=True)
        found = np.array(coef.tolist(), dtype=float).reshape(p, Y.shape[1])
        return found, rank, np.array([float(s) for s in singular])


def svd_min_norm(Z, Y, rcond):
    """Truncated minimum-norm solution by numpy's SVD."""
    u, s, vt = np.linalg.svd(Z, full_matrices=False)
    rank = int((s > rcond * s[0]).sum())
    return vt[:rank].T @ ((u[:, :rank].T @ Y) / s[:rank, None]), rank, s


def fourier_features(n, p, dimension, rng, n_test=0):
    """Random Fourier features of Gaussian inputs: numerically rank deficient in low dimension."""
    X = rng.normal(size=(n + n_test, dimension))
    W = rng.normal(size=(dimension, p)) * np.sqrt(2.0)
    Z = np.sqrt(2 / p) * np.cos(X @ W + rng.uniform(0, 2 * np.pi, p))
    return Z[:n], Z[n:]
