"""Students of chosen inputs on two clusters, and the same law without any."""

import numpy as np
import pytest
from scipy import optimize, stats

from ddkd import theory
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.testing import assert_matches_theory

P, RADIUS, MARGIN, POOL = 100, 2.0, 0.62, 3000
CLUSTERS = MixturePopulation(np.ones(P), RADIUS * np.eye(P)[0])
TEACHER = theory.mixture_model(CLUSTERS, np.r_[MARGIN, (RADIUS**2 - MARGIN**2) ** 0.5, [0] * 98])


def bound(share):
    """The size below which a share of the scores lies, in their standard deviations."""

    def excess(x):
        at = np.array([x, -x]) * np.sqrt(1 + MARGIN**2) - MARGIN
        return -np.diff(stats.norm.cdf(at))[0] - share

    return optimize.brentq(excess, 0.0, 10.0)


@pytest.mark.parametrize(
    ("share", "least", "surest", "random"),
    [
        (0.73, 0.267, 0.245, 0.252),
        (0.5, 0.268, 0.241, 0.254),
        (0.3, 0.268, 0.240, 0.258),
        (0.1, 0.268, 0.246, 0.282),
    ],
)
def test_on_clusters_the_surest_rows_teach_the_truth_best(share, least, surest, random):
    windows = (0.0, bound(share)), (bound(1 - share), np.inf), None
    errors = [
        TEACHER.distill(round(share * POOL), keep=keep, features="all").error_rate
        for keep in windows
    ]
    np.testing.assert_allclose(errors, [least, surest, random], atol=5e-4)


def test_without_a_ridge_it_is_least_squares_in_two_directions():
    """w = C^-1 c by moments of truncated normal scores, and noise (1 - c'w) p/(m - p)."""
    a, e, low, high, m = MARGIN, np.sqrt(RADIUS**2 - MARGIN**2), 0.3, 1.1, 700
    t = np.linspace(low, high, 200_001) * np.sqrt(1 + a**2)
    density = stats.norm.pdf(t - a), stats.norm.pdf(-t - a)
    total = np.trapezoid(density[0] + density[1], t)
    sign, score = (np.trapezoid((density[0] - density[1]) * f, t) / total for f in (1.0, t))
    size, square = (np.trapezoid((density[0] + density[1]) * f, t) / total for f in (t, t**2))
    moments, C = np.array([size, e * sign]), np.array([[square, e * score], [e * score, 1 + e**2]])
    w = np.linalg.solve(C, moments)
    margin = w @ [a, e] / np.sqrt(w @ w + (1 - moments @ w) * P / (m - P))
    law = TEACHER.distill(m, keep=(low, high), features="all")
    assert law.margin == pytest.approx(margin, rel=1e-8)
    assert law.target_risk == pytest.approx((1 - moments @ w) / (1 - P / m), rel=1e-8)


@pytest.mark.parametrize(
    ("keep", "m", "options"),
    [
        ((0.0, 0.6), 300, {}),
        ((0.8, np.inf), 60, {"alpha": 5.0}),
        ((0.4, 1.2), 150, {"alpha": 3.0, "features": np.arange(70), "label_noise": 0.1}),
    ],
)
def test_students_of_chosen_rows_match_fits_by_numpy_alone(keep, m, options):
    s, mu = 2 * np.arange(1.0, P + 1) ** -0.5, 0.25 * np.cos(np.arange(P))
    population = MixturePopulation(s, mu)
    coef = mu + 0.3 * np.sin(np.arange(P))
    law = theory.mixture_model(population, coef).distill(m, keep=keep, **options)
    alpha, columns = options.get("alpha", 0.0), options.get("features", np.arange(P))
    sd = np.sqrt(np.sum(s * coef**2) + (mu @ coef) ** 2)

    def simulate(rng):
        X = rng.standard_normal((8 * m, P)) * np.sqrt(s)
        X += rng.choice([-1, 1], size=(len(X), 1)) * mu
        sizes = np.abs(X @ coef) / sd
        X = X[(sizes >= keep[0]) & (sizes <= keep[1])][:m]
        assert len(X) == m
        y = np.sign(X @ coef) * np.where(rng.random(m) < options.get("label_noise", 0), -1, 1)
        Z, w = X[:, columns], np.zeros(P)
        w[columns] = np.linalg.solve(Z.T @ Z + alpha * np.eye(len(columns)), Z.T @ y)
        figures = population.risk(w), population.error_rate(w), population.agreement(w, coef)
        return np.array([*figures, np.mean((y - X @ w) ** 2)])

    figures = np.array([law.risk, law.error_rate, law.agreement, law.train_risk])
    assert_matches_theory(simulate, figures, n_repeats=80, bias=0.02, rng=m)


@pytest.mark.parametrize(
    "population", [CLUSTERS, GaussianPopulation(np.ones(P), np.ones(P), labels="hard")]
)
@pytest.mark.parametrize("options", [{}, {"alpha": 4.0, "features": np.arange(60)}])
def test_to_keep_all_is_to_keep_what_there_is(population, options):
    teacher = theory.least_squares(population, [70, 250])
    kept, plain = (teacher.distill(150, keep=keep, **options) for keep in ((0.0, np.inf), None))
    for name in ("risk", "error_rate", "agreement", "target_risk", "train_risk"):
        np.testing.assert_allclose(getattr(kept, name), getattr(plain, name), rtol=1e-11)


def test_clusters_far_apart_and_windows_that_hold_next_to_nothing():
    """Of clusters 40 deviations apart all decisions are right, whatever is kept."""
    far = MixturePopulation(np.ones(20), 40 * np.eye(20)[0])
    teacher = theory.mixture_model(far, np.eye(20)[0] + 0.1)
    for keep in ((0.0, 0.01), (0.5, 0.6), (3.0, np.inf), (1.0, 1.001)):
        law = teacher.distill(400, keep=keep)
        assert law.error_rate < 1e-12
        assert 0 <= law.target_risk < 1.1
    nothing = theory.least_squares(CLUSTERS, P)  # at the threshold its margin is zero
    student = nothing.distill(400, keep=(0.5, np.inf))
    assert student.error_rate == pytest.approx(0.5, abs=1e-12)
