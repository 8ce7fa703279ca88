"""Deflation of a few small singular values against the whole SVD."""

import numpy as np
import pytest
from scipy import linalg

from ddkd.solvers._deflation import Deflation, smallest_vectors
from ddkd.solvers._lapack import tall_qr
from ddkd.solvers._small import solve_by_extremes

RCOND = 1e-12


def triangle_with(values, seed=0):
    """Triangular factor of a matrix with the given singular values."""
    rng = np.random.default_rng(seed)
    m = len(values)
    left, right = (linalg.qr(rng.normal(size=(m, m)))[0] for _ in range(2))
    return tall_qr(left * values @ right)[1]


def spectra(m=320):
    """Singular values by name, and how many of them the cutoff `RCOND` drops."""
    gap = np.geomspace(1, 1e-6, m)
    gap[-3:] = 1e-15
    zero = np.geomspace(1, 1e-6, m)
    zero[-5:] = 0.0
    flat = np.ones(m)
    flat[-7:] = 1e-14
    return {
        "nothing dropped": (np.geomspace(1, 3e-12, m), 0),
        "just above the cutoff": (np.geomspace(1, 1.05e-12, m), 0),
        "gap": (gap, 3),
        "zeros": (zero, 5),
        "two levels": (flat, 7),
        "through the cutoff": (np.geomspace(1, 1e-13, m), 25),
    }


@pytest.mark.parametrize("name", spectra())
def test_the_space_that_the_svd_drops(name):
    values, n_dropped = spectra()[name]
    triangle = triangle_with(values)
    vectors, largest, smallest = smallest_vectors(triangle, RCOND)
    _, s, right = linalg.svd(triangle)
    rank = len(s) - n_dropped
    assert np.count_nonzero(s > RCOND * s[0]) == rank
    assert vectors.shape[1] == n_dropped
    assert (largest, smallest) == pytest.approx((s[0], s[rank - 1]), rel=1e-2)
    # A backward error of a hundred roundings turns the space by as much over the gap.
    gap = s[rank - 1] - (s[rank] if n_dropped else 0.0)
    assert np.linalg.norm(right[:rank] @ vectors) < 100 * 2.0**-52 * s[0] / gap


def test_lifting_keeps_the_other_singular_values():
    values = np.geomspace(1, 1e-9, 180)
    values[-6:] = 1e-14
    triangle = triangle_with(values)
    vectors, largest, _ = smallest_vectors(triangle, RCOND)
    lifted = linalg.svdvals(Deflation.of(triangle, vectors, largest).triangle)
    expected = np.sort(np.append(values[:-6], np.full(6, largest)))[::-1]
    np.testing.assert_allclose(lifted, expected, rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.0, 1e-8])
@pytest.mark.parametrize("name", ["qr", "lq"])
def test_solutions_are_those_of_the_truncated_svd(name, alpha):
    values = np.geomspace(1, 1e-4, 160)
    values[-4:] = 3e-15
    triangle = triangle_with(values)
    targets = np.random.default_rng(1).normal(size=(160, 3))
    left, s, right = linalg.svd(triangle if name == "qr" else triangle.T)
    filters = s / (s**2 + alpha) * (s > RCOND)
    expected = right.T @ (filters[:, None] * (left.T @ targets))
    small = solve_by_extremes(triangle, targets, alpha, RCOND, name, 1.0, 1e-15)
    assert (small.method, small.rank) == (f"{name}+deflation", 156)
    np.testing.assert_allclose(small.coef, expected, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize(
    "values",
    [np.geomspace(1, 1e-15, 60), np.append(np.ones(100), np.full(100, 1e-15)), np.zeros(200)],
)
def test_small_or_mostly_deficient_triangles_are_left_to_the_svd(values):
    triangle = triangle_with(values)
    assert smallest_vectors(triangle, RCOND) is None
    targets = np.ones((len(values), 1))
    small = solve_by_extremes(triangle, targets, 0.0, RCOND, "qr", 1.0, 0.0)
    assert small.method == "qr+svd"
    assert small.rank == np.linalg.matrix_rank(triangle, rtol=RCOND)
