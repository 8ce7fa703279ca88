"""Blocks of matrices worked on in place, against numpy, and against the way with copies."""

import numpy as np
import pytest

from ddkd.solvers import _in_place, width_path

ROUTINES = ("_GEMM", "_SYRK", "_TRSM", "_POTRF")


@pytest.fixture(params=["in place", "with copies"])
def way(request, monkeypatch):
    if request.param == "with copies":
        for name in ROUTINES:
            monkeypatch.setattr(_in_place, name, None)
    elif any(getattr(_in_place, name) is None for name in ROUTINES):
        pytest.skip("this scipy is built on other integers than C's int")
    return request.param


def layouts(m, n, rng):
    """A matrix (m, n) as blocks of larger ones, and in layouts that BLAS does not know."""
    wide, tall = rng.normal(size=(m + 3, 2 * n + 5)), rng.normal(size=(2 * n + 5, m + 3))
    return {
        "rows": wide[2 : 2 + m, 3 : 3 + n],
        "columns": tall[3 : 3 + n, 2 : 2 + m].T,
        "every other column": wide[:m, : 2 * n : 2],
        "backwards": wide[:m, :n][::-1],
        "one row, repeated": np.broadcast_to(wide[0, :n], (m, n)),
    }


@pytest.mark.parametrize("scale", [1.0, -0.5])
@pytest.mark.parametrize(("m", "k", "n"), [(1, 1, 1), (5, 1, 7), (1, 4, 3), (6, 70, 9)])
def test_products_are_added_and_nothing_else_is_touched(way, m, k, n, scale):
    rng = np.random.default_rng(0)
    for left_name, left in layouts(m, k, rng).items():
        for right_name, right in layouts(k, n, rng).items():
            whole = rng.normal(size=(m + 4, n + 6))
            before = whole.copy()
            expected = whole.copy()
            expected[1 : 1 + m, 2 : 2 + n] += scale * np.einsum("ij,jk->ik", left, right)
            _in_place.add_product(whole[1 : 1 + m, 2 : 2 + n], left, right, scale=scale)
            np.testing.assert_allclose(whole, expected, atol=1e-13, err_msg=left_name + right_name)
            outside = np.ones(whole.shape, dtype=bool)
            outside[1 : 1 + m, 2 : 2 + n] = False
            np.testing.assert_array_equal(whole[outside], before[outside])


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 6), (5, 1), (30, 80)])
def test_gram_matrices_of_blocks(way, m, n):
    rng = np.random.default_rng(1)
    for name, columns in layouts(m, n, rng).items():
        gram = np.asfortranarray(rng.normal(size=(m, m)))
        expected = gram + np.tril(np.einsum("ij,kj->ik", columns, columns))
        _in_place.add_gram(gram, columns)
        np.testing.assert_allclose(gram, expected, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("n", [1, 64, 499, 500, 512, 577])
def test_cholesky_factors(way, n):
    Z = np.random.default_rng(2).normal(size=(n, 2 * n))
    gram = np.asfortranarray(Z @ Z.T)
    expected = np.linalg.cholesky(gram)
    assert _in_place.factor(gram)
    np.testing.assert_allclose(np.tril(gram), expected, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("at", [0, 100, 599])
def test_indefinite_matrices_have_no_factor(way, at):
    gram = np.asfortranarray(np.eye(600))
    gram[at, at] = -1.0
    assert not _in_place.factor(gram)


def test_every_width_with_copies_is_the_same_path(monkeypatch):
    rng = np.random.default_rng(4)
    Z, Y, T = rng.normal(size=(60, 400)), rng.normal(size=(60, 2)), rng.normal(size=(9, 400))
    here = width_path(Z, Y, np.arange(1, 401), Z_test=T)
    assert np.count_nonzero(here.method == "running sums") > 300
    for name in ROUTINES:
        monkeypatch.setattr(_in_place, name, None)
    copied = width_path(Z, Y, np.arange(1, 401), Z_test=T)
    np.testing.assert_array_equal(copied.method, here.method)
    np.testing.assert_allclose(copied.predictions, here.predictions, rtol=1e-8, atol=1e-10)


def test_a_path_with_copies_is_the_same_path(monkeypatch):
    rng = np.random.default_rng(3)
    Z, Y, T = rng.normal(size=(600, 1500)), rng.normal(size=(600, 2)), rng.normal(size=(9, 1500))
    widths = [50, 600, 620, 800, 1500]
    here = width_path(Z, Y, widths, Z_test=T)
    for name in ROUTINES:
        monkeypatch.setattr(_in_place, name, None)
    copied = width_path(Z, Y, widths, Z_test=T)
    np.testing.assert_array_equal(copied.method, here.method)
    np.testing.assert_allclose(copied.predictions, here.predictions, rtol=1e-9, atol=1e-11)
