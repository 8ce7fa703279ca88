"""Every point of every path within ten times the SVD's own error, or 1e-9, of 90 digits."""

import warnings

import numpy as np
import pytest
from scipy import linalg

from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import min_norm, width_path
from tests.helpers.reference import (
    UGLY,
    exact_solutions,
    fourier_features,
    svd_solution,
    ugly_problem,
)

# Penalty in units of the squared features.
ALPHA = 1e-4


def peer_solutions(Z, Y, rcond, alpha):
    """The SVD's solutions with the samples in five orders: its rounding errors vary."""
    found = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(Z))
        if alpha == 0:
            solved = linalg.lstsq(Z[order], Y[order], cond=rcond, lapack_driver="gelsd")[0]
        else:
            solved = svd_solution(Z[order], Y[order], rcond, alpha)[0]
        found.append(solved)
    return found


def quiet_path(*arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        return width_path(*arguments, **options)


def assert_accurate(name, n, p, widths):
    """Compare sparse, every-width and ridge paths at these widths."""
    Z, Y, T = ugly_problem(name, n, p)
    z_size, y_size = np.abs(Z).max(), np.abs(Y).max()
    alpha, points = ALPHA * z_size**2, np.vstack([T, Z])
    sparse = quiet_path(Z, Y, widths, Z_test=points)
    penalised = quiet_path(Z, Y, widths, Z_test=points, alpha=alpha)
    every = quiet_path(Z, Y, np.arange(1, p + 1), Z_test=points)
    for i, width in enumerate(widths):
        rcond = max(n, width) * 2.0**-52
        (exact, ridge), rank, s = exact_solutions(
            Z[:, :width] / z_size, Y / y_size, rcond, (0.0, ALPHA)
        )
        # A singular value this near to the cutoff may fall on either side of it.
        if ((s > rcond * s[0] / 5) & (s < 5 * rcond * s[0])).any():
            continue
        cases = [(sparse, i, exact, 0.0), (every, width - 1, exact, 0.0)]
        for path, at, coef, a in [*cases, (penalised, i, ridge, ALPHA)]:
            assert path.rank[at] == rank, (width, path.method[at])
            scaled = Y / y_size - (Z[:, :width] / z_size) @ coef
            coef = coef * (y_size / z_size)
            peers = peer_solutions(Z[:, :width], Y, rcond, a * z_size**2)
            # Errors along the largest singular vectors show only on the training samples.
            for rows in (slice(6), slice(6, None)):
                expected = points[rows, :width] @ coef
                size = np.abs(expected).max() or 1.0
                theirs = [np.abs(points[rows, :width] @ c - expected).max() for c in peers]
                peer_error = max(theirs) / size
                error = np.abs(path.predictions[at, rows] - expected).max() / size
                assert error <= max(10 * peer_error, 1e-9), (width, path.method[at])
            np.testing.assert_allclose(
                path.train_mse[at] / y_size**2,
                np.mean(scaled**2, axis=0),
                rtol=max(1e-4, 10 * peer_error),
                atol=1e-9,
            )
            norm = np.linalg.norm(coef, axis=0)
            np.testing.assert_allclose(path.coef_norm[at], norm, rtol=max(1e-9, 20 * peer_error))


@pytest.mark.parametrize("name", UGLY)
def test_ugly_inputs_against_multiple_precision(name):
    assert_accurate(name, 8, 40, [1, 7, 8, 9, 12, 40])


@pytest.mark.slow
@pytest.mark.parametrize("name", UGLY)
def test_larger_ugly_inputs_against_multiple_precision(name):
    assert_accurate(name, 24, 150, [1, 2, 12, 23, 24, 25, 26, 36, 72, 150])


@pytest.mark.parametrize("name", UGLY)
@pytest.mark.parametrize("alpha", [0.0, ALPHA])
def test_ranks_are_the_svds_at_every_width(name, alpha):
    n, p = 20, 70
    Z, Y, _ = ugly_problem(name, n, p)
    path = quiet_path(Z, Y, np.arange(1, p + 1), alpha=alpha * np.abs(Z).max() ** 2)
    for width in range(1, p + 1):
        rcond = max(n, width) * 2.0**-52
        s = np.linalg.svd(Z[:, :width], compute_uv=False)
        near = np.count_nonzero((s > rcond * s[0] / 5) & (s < 5 * rcond * s[0]))
        assert abs(path.rank[width - 1] - np.count_nonzero(s > rcond * s[0])) <= near


@pytest.mark.parametrize("shape", [(30, 10), (30, 28), (28, 28)])
@pytest.mark.parametrize("decades", [*(pytest.param(d, marks=pytest.mark.slow) for d in (2, 4)), 6])
@pytest.mark.filterwarnings("ignore::ddkd.exceptions.InterpolationWarning")
def test_samples_of_any_size_in_any_order_cost_no_digits(shape, decades):
    # The SVD, and a QR decomposition of the rows as they come, lose most of them.
    n, p = shape
    for seed in range(3):
        rng = np.random.default_rng(seed)
        sizes = 10.0 ** rng.uniform(-decades, decades, (n, 1))
        Z, Y = sizes * rng.normal(size=shape), rng.normal(size=(n, 2))
        (exact,), rank, s = exact_solutions(Z, Y, n * 2.0**-52)
        if s[-1] < 50 * n * 2.0**-52 * s[0]:
            continue
        solved, path = min_norm(Z, Y), quiet_path(Z, Y, [p], Z_test=np.eye(p))
        assert solved.rank == path.rank[0] == rank == p
        for coef in (solved.coef, path.predictions[0]):
            np.testing.assert_allclose(coef, exact, rtol=0, atol=1e-11 * np.abs(exact).max())


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1)])
def test_one_row_or_one_column(shape):
    rng = np.random.default_rng(0)
    Z, y = rng.normal(size=shape), rng.normal(size=shape[0])
    path = width_path(Z, y, np.arange(1, shape[1] + 1), Z_test=Z)
    for i in range(shape[1]):
        coef = Z[:, : i + 1].T @ y / np.sum(Z[:, : i + 1] ** 2)
        np.testing.assert_allclose(path.coef(i + 1), coef, rtol=1e-14)
        np.testing.assert_allclose(path.predictions[i, :, 0], Z[:, : i + 1] @ coef, rtol=1e-13)


@pytest.mark.parametrize(
    ("dimension", "n"),
    [(1, 200), (2, 100), (3, 150), (5, 100), pytest.param(3, 600, marks=pytest.mark.slow)],
)
def test_low_dimensional_features_are_as_accurate_as_gelsd(dimension, n):
    # Large enough for compression (dimension 1) and for every switch between algorithms. The
    # reference is the SVD's solution, after orthogonal changes of the samples that change
    # nothing; gelsd, near the cutoff, can be a percent from it.
    rng = np.random.default_rng(1)
    p = 4 * n
    Z, T = fourier_features(n, p, dimension, rng, n_test=40)
    Y = np.sign(Z @ rng.normal(size=(p, 2)))
    widths = np.array([0.1, 0.5, 0.9, 1, 1.01, 1.1, 1.3, 2, 4]) * n
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        path = width_path(Z, Y, widths.astype(int), Z_test=T)
    if n == 600:
        assert {"qr+svd", "lq+svd", "lq"} <= set(path.method)
    turns = [linalg.qr(rng.normal(size=(n, n)))[0] for _ in range(3)]
    for i, width in enumerate(path.widths):
        rcond = max(n, width) * 2.0**-52
        _, rank, s = svd_solution(Z[:, :width], Y, rcond)
        near = np.count_nonzero((s > rcond * s[0] / 5) & (s < 5 * rcond * s[0]))
        assert abs(path.rank[i] - rank) <= near
        if path.rank[i] != rank:
            continue
        ours, theirs = path.predictions[i], []
        centre = np.median(
            [T[:, :width] @ svd_solution(q @ Z[:, :width], q @ Y, rcond)[0] for q in turns], axis=0
        )
        for q in turns:
            coef = linalg.lstsq(q @ Z[:, :width], q @ Y, rcond, lapack_driver="gelsd")[0]
            theirs.append(np.abs(T[:, :width] @ coef - centre).max())
        allowed = max(10 * np.median(theirs), 1e-9 * np.abs(centre).max())
        assert np.abs(ours - centre).max() <= allowed, (width, path.method[i])


def test_compression_is_used_and_gives_the_solution():
    rng = np.random.default_rng(2)
    Z, T = fourier_features(300, 1000, 1, rng, n_test=20)
    y = np.cos(3 * np.arange(300))
    with pytest.warns(InterpolationWarning):
        path = width_path(Z, y, [100, 300, 1000], Z_test=T)
    assert path.rank.max() < 40
    for i, width in enumerate(path.widths):
        coef, rank, _ = svd_solution(Z[:, :width], y[:, None], max(300, width) * 2.0**-52)
        assert path.rank[i] == rank
        fitted = Z[:, :width] @ coef
        assert path.train_mse[i, 0] == pytest.approx(np.mean((y - fitted[:, 0]) ** 2), rel=1e-4)


@pytest.mark.parametrize("order", ["C", "F", "strided", "read-only", "float32", "integer"])
def test_memory_layout_and_type_do_not_matter(order):
    rng = np.random.default_rng(4)
    wide = rng.integers(-50, 50, size=(30, 160)).astype(float)
    Y = rng.normal(size=(30, 2))
    Z = wide[:, ::2]
    expected = width_path(np.ascontiguousarray(Z), Y, [10, 30, 32, 80], Z_test=Z)
    given = {
        "C": np.ascontiguousarray(Z),
        "F": np.asfortranarray(Z),
        "strided": Z,
        "read-only": np.ascontiguousarray(Z),
        "float32": Z.astype(np.float32),
        "integer": Z.astype(int),
    }[order]
    given.flags.writeable = order != "read-only"
    before = given.copy()
    path = width_path(given, Y, [10, 30, 32, 80], Z_test=given)
    np.testing.assert_allclose(path.predictions, expected.predictions, rtol=1e-9, atol=1e-10)
    np.testing.assert_array_equal(given, before)
    np.testing.assert_allclose(
        min_norm(given, Y).coef, min_norm(np.ascontiguousarray(Z), Y).coef, rtol=1e-9, atol=1e-12
    )
