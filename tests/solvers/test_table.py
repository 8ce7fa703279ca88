"""Every solver on every kind of matrix, against the SVD, or 90 digits where that is in doubt.

A new solver is one row of `SOLVERS`, a new kind of matrix one row of `KINDS`.
"""

import warnings
from functools import cache

import numpy as np
import pytest

from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import StreamingLeastSquares, leave_one_out, min_norm, ridge, width_path
from tests.helpers.reference import exact_solutions, fourier_features, svd_solution

SHAPES = [(24, 10), (10, 10), (10, 28)]
PENALTIES = (0.0, 1e-6, 1.0)
# Conditions from which the reference has 90 digits.
DOUBTFUL = 1e5


class Blocks:
    """Columns of a matrix on demand."""

    def __init__(self, Z):
        self.Z, self.shape, self.dtype = Z, Z.shape, Z.dtype

    def columns(self, start, stop):
        return self.Z[:, start:stop]


def stream(Z, Y, size):
    solver = StreamingLeastSquares(Z.shape[1], Y[0].size)
    for start in range(0, len(Z), size):
        solver.update(Z[start : start + size], Y[start : start + size])
    return solver


def last_width(path):
    """The widest model of a path, with its fields as `ridge` has them."""
    values = {name: getattr(path, name)[-1] for name in ("rank", "condition", "interpolates")}
    values |= {name: getattr(path, name)[-1] for name in ("train_mse", "coef_norm")}
    return path.coef(int(path.widths[-1])), values


def solution(solved, index=...):
    """Coefficients and fields of one penalty."""
    names = "condition", "interpolates", "train_mse", "coef_norm"
    values = {name: np.asarray(getattr(solved, name))[index] for name in names}
    return solved.coef[index], values | {"rank": solved.rank}


def all_widths(Z, Y, alpha, rcond, **options):
    widths = np.arange(1, Z.shape[1] + 1)
    return last_width(width_path(Z, Y, widths, alpha=alpha, rcond=rcond, **options))


# Name: coefficients and reported fields for features, targets, penalty and cutoff.
SOLVERS = {
    "min_norm": lambda Z, Y, alpha, rcond: solution(min_norm(Z, Y, rcond=rcond)),
    "ridge": lambda Z, Y, alpha, rcond: solution(ridge(Z, Y, alpha, rcond=rcond)),
    "several ridges": lambda Z, Y, alpha, rcond: solution(
        ridge(Z, Y, [1.0, alpha], rcond=rcond), 1
    ),
    "path": all_widths,
    "path, kept": lambda *given: all_widths(*given, keep_coefs=True),
    "path, on demand": lambda Z, *given: all_widths(Blocks(Z), *given),
    "stream": lambda Z, Y, alpha, rcond: solution(stream(Z, Y, 7).solve(alpha, rcond=rcond)),
    "merged streams": lambda Z, Y, alpha, rcond: solution(
        stream(Z[:5], Y[:5], 2).merge(stream(Z[5:], Y[5:], 9)).solve(alpha, rcond=rcond)
    ),
}


def one_direction_first(n, p, rng):
    """One direction of the samples that only the first n columns have, and larger ones after."""
    Z = rng.normal(size=(n, p))
    direction = np.linalg.qr(Z)[0][:, 0]
    Z[:, n:] -= np.outer(direction, direction @ Z[:, n:])
    return Z * np.where(np.arange(p) < n, 1.0, 30.0)


def repeated(Z, axis):
    """The second half of rows, or columns, equal to the first."""
    half = Z.shape[axis] // 2
    return np.take(Z, np.arange(Z.shape[axis]) % half, axis=axis)


def gaussian(n, p, rng):
    return rng.normal(size=(n, p))


KINDS = {
    "orthogonal": lambda n, p, rng: np.linalg.qr(gaussian(max(n, p), max(n, p), rng))[0][:n, :p],
    "Gaussian": gaussian,
    **{
        f"Fourier {d}": lambda n, p, rng, d=d: fourier_features(n, p, d, rng)[0]
        for d in (1, 2, 3, 5, 20)
    },
    "repeated rows": lambda n, p, rng: repeated(gaussian(n, p, rng), 0),
    "repeated columns": lambda n, p, rng: repeated(gaussian(n, p, rng), 1),
    "zero columns": lambda n, p, rng: gaussian(n, p, rng) * (np.arange(p) % 3 > 0),
    "scaled by 1e80": lambda n, p, rng: 1e80 * gaussian(n, p, rng),
    "scaled by 1e-80": lambda n, p, rng: 1e-80 * gaussian(n, p, rng),
    "one direction first": one_direction_first,
}


@cache
def problems(kind):
    """Features, targets and cutoff: one target or three, and one in single precision."""
    found = []
    for shape in SHAPES:
        for dtype, targets in ((np.float64, ()), (np.float64, (3,)), (np.float32, ())):
            rng = np.random.default_rng(21)
            Z, Y = KINDS[kind](*shape, rng), rng.normal(size=(shape[0], *targets))
            if dtype is np.float64 or 1e-30 < np.abs(Z).max() < 1e30:
                found.append((Z.astype(dtype), Y, max(shape) * float(np.finfo(dtype).eps)))
    return found


def solve(name, *given):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        return SOLVERS[name](*given)


def reference(Z, Y, rcond):
    """Coefficients of each penalty, their error in double precision, rank and singular values."""
    solved = [svd_solution(Z, Y, rcond, alpha) for alpha in PENALTIES]
    coefs, (_, rank, s) = [coef for coef, _, _ in solved], solved[0]
    exact = coefs
    if s[0] >= DOUBTFUL * s[rank - 1]:
        exact, _, _ = exact_solutions(Z, Y, rcond, PENALTIES)
    errors = [a - b for a, b in zip(coefs, exact, strict=True)]
    return dict(zip(PENALTIES, zip(exact, errors, strict=True), strict=True)), rank, s


@cache
def solved_problems(kind):
    """Each problem with its largest entry and the reference, which is the same for all solvers."""
    found = []
    for features, targets, rcond in problems(kind):
        Z, Y = features.astype(np.float64), targets.reshape(len(targets), -1)
        size = np.abs(Z).max()
        found.append((features, targets, rcond, size, reference(Z / size, Y, rcond)))
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "penalty"),
    [(name, a) for name in SOLVERS for a in PENALTIES if a == 0 or name != "min_norm"],
)
def test_every_solver_on_every_kind_of_matrix(name, kind, penalty):
    for features, targets, rcond, size, (references, rank, s) in solved_problems(kind):
        Z, Y = features.astype(np.float64), targets.reshape(len(targets), -1)
        exact, error = references[penalty]
        # A singular value this near to the cutoff may fall on either side of it.
        if ((s > rcond * s[0] / 5) & (s < 5 * rcond * s[0])).any():
            continue
        # The cutoff is the same whether it is given or not: one shape of Y has it given.
        given = None if targets.ndim == 1 else rcond
        coef, values = solve(name, features, targets, penalty * size**2, given)
        assert values["rank"] == rank
        assert coef.shape == (Z.shape[1], *targets.shape[1:])
        coef = coef.reshape(exact.shape) * size
        # On new samples and on those of the training set, where they are Z.
        for points in (np.random.default_rng(22).normal(size=(6, Z.shape[1])), Z / size):
            largest = np.abs(points @ exact).max()
            allowed = max(10 * np.abs(points @ error).max(), 1e-10 * largest)
            assert np.abs(points @ (coef - exact)).max() <= allowed, (Z.shape, Z.dtype)
        norm = np.linalg.norm(exact, axis=0)
        mse = np.mean((Y - Z / size @ exact) ** 2, axis=0)
        # What the rounding of the products alone leaves.
        least = (10 * 2.0**-52 * s[0] * norm.max()) ** 2
        np.testing.assert_allclose(
            np.ravel(values["train_mse"]), mse, rtol=1e-6, atol=1e-20 + least
        )
        # Coefficients move by the rounding of the features times their condition.
        tolerance = 1e-9 + 10 * 2.0**-52 * s[0] / s[rank - 1]
        np.testing.assert_allclose(np.ravel(values["coef_norm"]) * size, norm, rtol=tolerance)
        extremes = np.hypot(s[[0, rank - 1]], np.sqrt(penalty))
        assert 0.4 < values["condition"] * extremes[1] / extremes[0] < 1 + 1e-3
        if s[0] < 1e6 * s[rank - 1]:
            assert values["interpolates"] == (mse < 1e-16).all()


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("kind", KINDS)
def test_leave_one_out_on_every_kind_of_matrix(kind, penalty):
    for features, targets, rcond in problems(kind):
        Z, Y = features.astype(np.float64), targets.reshape(len(targets), -1)
        size, n = np.abs(Z).max(), len(Z)
        _, rank, s = svd_solution(Z / size, Y, rcond)
        if s[rank - 1] < 1e-3 * s[0] or ((s > rcond * s[0] / 5) & (s < 5 * rcond * s[0])).any():
            continue
        found = leave_one_out(features, targets, [penalty * size**2])
        rest = [np.delete(np.arange(n), i) for i in range(n)]
        expected = [
            Z[i] / size @ svd_solution(Z[r] / size, Y[r], 1e-10, penalty)[0]
            for i, r in enumerate(rest)
        ]
        assert found.predictions[0].shape == targets.shape
        np.testing.assert_allclose(
            found.predictions[0].reshape(Y.shape), expected, rtol=0, atol=1e-9 * np.abs(Y).max()
        )
