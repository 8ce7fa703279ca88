"""Ridges below zero: the law goes on as far as kappa is above the root of df2 = n."""

import numpy as np
import pytest
from scipy import optimize

from ddkd import theory
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.testing import assert_matches_theory

STRONG = np.arange(600) < 10
SPIKED = GaussianPopulation(np.where(STRONG, 30.0, 1.0), 0.3 * STRONG, noise_variance=0.05)


def even(p):
    return GaussianPopulation(np.ones(p), np.full(p, 0.2), noise_variance=0.5)


@pytest.mark.parametrize(("n", "p"), [(50, 200), (200, 50), (99, 100), (7, 1000)])
def test_the_edge_is_the_smallest_eigenvalue_of_marchenko_and_pastur(n, p):
    edge = -((np.sqrt(p) - np.sqrt(n)) ** 2)
    assert np.isfinite(theory.least_squares(even(p), n, alpha=edge * (1 - 1e-9)).risk)
    with pytest.raises(ValueError, match=f"alpha must be above {edge:.6g}, the edge of the law"):
        theory.least_squares(even(p), n, alpha=[0.0, edge * (1 + 1e-9)])


def test_at_the_threshold_no_ridge_is_below_the_edge():
    with pytest.raises(ValueError, match=r"alpha must be above 0, the edge .*; got -1e-18"):
        theory.least_squares(even(50), 50, alpha=-1e-18)
    law, best = (theory.best_alpha(even(50), [30, 50], negative=n) for n in (False, True))
    np.testing.assert_allclose(best.alpha, law.alpha, rtol=1e-5)
    blind = GaussianPopulation([1.0, 0.0], [1.0, 0.0])
    with pytest.raises(ValueError, match="alpha must be above 0, the edge"):
        theory.least_squares(blind, 9, features=[1], alpha=-1.0)


@pytest.mark.parametrize(("n", "width"), [(40, 100), (60, 100), (160, 100), (60, 25)])
@pytest.mark.parametrize("share", [1e-9, 0.1, 0.7])
def test_the_law_by_its_implicit_ridge(n, width, share):
    """alpha = kappa (n - sum A) and E = (v + sum e (1 - A)^2)/(1 - df2/n), for a given kappa."""
    s, b = np.arange(1.0, 101) ** -1.1, np.cos(np.arange(100))
    used = np.arange(100) < width
    zero = theory.implicit_ridge(s[:width], n)
    lowest = optimize.brentq(
        lambda k: np.sum((s[:width] / (s[:width] + k)) ** 2) - n, -s[width - 1] * 0.999999, 100.0
    )
    kappa = zero + share * (lowest - zero)
    A = np.where(used, s / (s + kappa), 0.0)
    alpha = kappa * (n - A.sum())
    risk = (0.7 + np.sum(s * b**2 * (1 - A) ** 2)) / (1 - np.sum(A**2) / n)
    law = theory.least_squares(
        GaussianPopulation(s, b, noise_variance=0.7), n, features=used, alpha=[1.0, alpha]
    )
    tolerance = 1e-9 if share > 1e-6 else 1e-6
    assert law.kappa[1] == pytest.approx(kappa, rel=tolerance)
    assert law.risk[1] == pytest.approx(risk, rel=tolerance)
    assert law.train_risk[1] == pytest.approx((1 - A.sum() / n) ** 2 * risk, rel=tolerance)
    np.testing.assert_allclose(law.coef_mean[1], A * b, rtol=tolerance)


@pytest.mark.parametrize(("n", "p"), [(30, 90), (90, 30)])
def test_it_passes_smoothly_through_zero(n, p):
    s = np.linspace(0.1, 2, p)
    population = GaussianPopulation(s, np.ones(p), noise_variance=0.5)
    below, at, above = theory.least_squares(population, n, alpha=[-1e-7, 0.0, 1e-7]).risk
    assert at == pytest.approx((below + above) / 2, rel=1e-12)
    assert abs(below - above) < 1e-6 * at


@pytest.mark.parametrize(
    ("n", "p", "share", "kind"),
    [(240, 800, 0.4, "real"), (400, 100, 0.3, "hard"), (300, 90, 0.4, "clusters")],
)
def test_negative_ridges_match_fits_by_numpy_alone(n, p, share, kind):
    s = np.where(np.arange(p) < 8, 10.0, 1.0)
    b = np.where(np.arange(p) < 8, 0.5, 0.02)
    if kind == "clusters":
        population = MixturePopulation(s, b, flip_rate=0.1)
    else:
        noise = {"noise_variance": 0.5} if kind == "real" else {"labels": "hard", "flip_rate": 0.1}
        population = GaussianPopulation(s, b, **noise)
    alpha = -share * (np.sqrt(n) - np.sqrt(p)) ** 2
    law = theory.least_squares(population, n, alpha=alpha)

    def simulate(rng):
        X = population.sample(n, rng=rng)
        y = population.label(X, rng=rng)
        if p > n:
            w = X.T @ np.linalg.solve(X @ X.T + alpha * np.eye(n), y)
        else:
            w = np.linalg.solve(X.T @ X + alpha * np.eye(p), X.T @ y)
        return [population.risk(w), population.error_rate(w), np.mean((y - X @ w) ** 2)]

    figures = np.array([law.risk, law.error_rate, law.train_risk])
    assert_matches_theory(simulate, figures, n_repeats=40, bias=0.03, rng=p)


def test_a_small_negative_ridge_helps_where_the_criterion_says_so():
    rng = np.random.default_rng(0)
    helped = []
    for _ in range(100):
        n, p = 30, int(rng.integers(40, 200))
        s = np.exp(rng.normal(scale=1.5, size=p))
        b = rng.standard_normal(p) * s ** rng.uniform(-0.5, 1.5)
        v = np.sum(s * b**2) * 10 ** rng.uniform(-4, 0)
        population = GaussianPopulation(s, b, noise_variance=v)
        A, e = s / (s + theory.implicit_ridge(s, n)), s * b**2
        gain = np.sum(e * A * (1 - A) ** 2) * (n - np.sum(A**2))
        loss = (v + np.sum(e * (1 - A) ** 2)) * np.sum(A**2 * (1 - A))
        kappa = theory.implicit_ridge(s, n)
        none, little = theory.least_squares(population, n, alpha=[0.0, -1e-5 * kappa * n]).risk
        helped.append(gain > loss)
        assert (little < none) == helped[-1]
    assert 10 < sum(helped) < 90


def test_the_best_ridge_of_all_is_the_one_of_the_example():
    best, least = (theory.best_alpha(SPIKED, 60, negative=n) for n in (True, False))
    assert (least.alpha, least.risk) == (0.0, pytest.approx(2.165, abs=5e-4))
    assert best.risk == pytest.approx(0.885, abs=5e-4)
    assert best.alpha == pytest.approx(-272, abs=0.5)


@pytest.mark.parametrize("labels", ["real", "hard"])
@pytest.mark.parametrize(
    ("n", "truth"), [(60, "strong"), (60, "weak"), (300, "strong"), (300, "weak")]
)
def test_the_best_ridge_of_all_is_where_a_search_finds_it(labels, n, truth):
    s = np.where(np.arange(200) < 20, 5.0, 0.5)
    b = np.where((np.arange(200) < 20) == (truth == "strong"), 1.0, 0.01)
    noise = {"noise_variance": 0.5} if labels == "real" else {"labels": "hard", "flip_rate": 0.1}
    population = GaussianPopulation(s, b, **noise)
    name = "risk" if labels == "real" else "error_rate"
    with pytest.raises(ValueError, match="alpha must be above") as refused:
        theory.least_squares(population, n, alpha=-1e9)
    edge = float(str(refused.value).split("above ")[1].split(",")[0])

    def value(log_room):
        return getattr(theory.least_squares(population, n, alpha=edge + np.exp(log_room)), name)

    grid = np.linspace(np.log(-edge) - 5, np.log(-edge) + 9, 60)
    start = grid[np.argmin([value(x) for x in grid])]
    search = optimize.minimize_scalar(value, bounds=(start - 0.4, start + 0.4), method="bounded")
    law = theory.best_alpha(population, n, negative=True)
    assert getattr(law, name) == pytest.approx(min(search.fun, value(np.log(-edge))), rel=1e-6)
    assert getattr(law, name) <= getattr(theory.best_alpha(population, n), name) * (1 + 1e-12)


def test_for_isotropic_inputs_and_for_a_risk_below_the_threshold_no_negative_ridge_is_best():
    masks = theory.prefix_masks([20, 100], 100)
    law = theory.best_alpha(even(100), [[50], [300]], features=masks, negative=True)
    assert (law.alpha >= 0).all()
    s = np.linspace(0.1, 2, 50)
    assert theory.best_alpha(GaussianPopulation(s, s), 70, negative=True).alpha == 0


def test_infinitely_many_examples_need_no_ridge_of_any_sign():
    law = theory.least_squares(even(30), [np.inf, 100], alpha=[-1e6, -1.0])
    assert law.risk[0] == 0.5


def test_what_was_not_derived_for_a_negative_ridge_refuses_it():
    law = theory.least_squares(SPIKED, 60, alpha=-100.0)
    for call in (
        lambda: law.distill(90, alpha=-3.0),
        lambda: theory.bagging(SPIKED, 60, 40, 5, alpha=-3.0),
    ):
        with pytest.raises(ValueError, match="alpha must be non-negative; got -3"):
            call()
    for call in (
        lambda: theory.self_distill(law, alpha=1.0),
        lambda: law.distill(90, with_labels="own"),
    ):
        with pytest.raises(ValueError, match="derived for alpha >= 0; the law has -100"):
            call()
    assert law.distill(900).risk == pytest.approx(law.risk, rel=1e-12)  # it may teach
