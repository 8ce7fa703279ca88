import numpy as np
import pytest
from scipy import optimize

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_converges_to_theory, assert_matches_theory
from tests.helpers import oracle
from tests.helpers.simulated import figures

D = 160
SPECTRA = {"isotropic": np.ones(D), "decaying": 1 / np.arange(1, D + 1)}
LABELS = {
    "real": {"noise_variance": 0.5},
    "hard": {"labels": "hard"},
    "flipped": {"labels": "hard", "flip_rate": 0.3},
}


def population_of(spectrum, labels):
    s = SPECTRA[spectrum]
    return GaussianPopulation(s, np.full(D, s.sum() ** -0.5), **LABELS[labels])


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("alpha", [0.0, 4.0])
def test_curves_match_simulation(spectrum, labels, alpha):
    n, population = 80, population_of(spectrum, labels)
    # Risks at a distance from the threshold; error rates, which are bounded, down to two.
    widths = np.array([40, 72, 78, 88, 120, 160])
    far = abs(widths - n) >= 8
    masks = theory.prefix_masks(widths, D)
    law = theory.least_squares(population, n, features=masks, alpha=alpha)

    def simulate(rng):
        curve = simulation.least_squares(population, n, features=masks, alpha=alpha, rng=rng)
        risk, error_rate, train_risk = figures(population, curve, "risk error_rate train_risk")
        return np.r_[risk[far], error_rate, train_risk[:3]]

    # Without a ridge the exact isotropic risk exceeds its limit by 1/|n - p| of itself.
    relative = 2 / abs(n - widths) if alpha == 0 else np.full(widths.size, 1 / n)
    allowed = np.r_[relative[far], 0.25 / n / law.error_rate, np.full(3, 1 / n)]
    prediction = np.r_[law.risk[far], law.error_rate, law.train_risk[:3]]
    assert_matches_theory(simulate, prediction, n_repeats=25, bias=allowed, rng=1)


def test_ridge_at_the_threshold_matches_simulation():
    population = population_of("decaying", "flipped")
    law = theory.least_squares(population, D, alpha=0.5)

    def simulate(rng):
        fit = simulation.least_squares(population, D, alpha=0.5, rng=rng)
        return figures(population, fit, "risk train_risk correlation error_rate")

    prediction = np.array([law.risk, law.train_risk, law.correlation, law.error_rate])
    assert_matches_theory(simulate, prediction, n_repeats=40, bias=1 / D, rng=2)


@pytest.mark.parametrize("alpha", [0.0, 2.0])
def test_law_of_the_coefficients_on_any_mask(alpha):
    s = SPECTRA["decaying"]
    population = GaussianPopulation(s, np.sin(np.arange(D)), noise_variance=0.2)
    features = np.arange(D - 1, 0, -2)  # an index array, in any order
    n, repeats = 120, 250
    law = theory.least_squares(population, n, features=features, alpha=alpha)
    rng = np.random.default_rng(0)
    coefs = np.array(
        [
            simulation.least_squares(population, n, features=features, alpha=alpha, rng=rng).coef[0]
            for _ in range(repeats)
        ]
    )
    used = np.sort(features)
    unused = np.setdiff1d(np.arange(D), used)
    assert not law.coef_mean[unused].any()
    assert not law.coef_variance[unused].any()
    mean, variance = coefs[:, used].mean(axis=0), coefs[:, used].var(axis=0, ddof=1)
    z = (mean - law.coef_mean[used]) / np.sqrt(law.coef_variance[used] / repeats)
    assert np.mean(z**2) == pytest.approx(1, abs=5 * np.sqrt(2 / len(used)))
    # A variance of 250 draws is good to 9 %, their average over 80 coefficients to 1 %.
    assert np.mean(variance / law.coef_variance[used]) == pytest.approx(1, abs=0.06)


def test_gap_to_simulation_vanishes_like_one_over_n():
    def make(n):
        p = 3 * n // 2
        s = 1 / (1 + 4 * np.arange(p) / p)
        return GaussianPopulation(s, np.full(p, s.sum() ** -0.5), noise_variance=0.3)

    assert_converges_to_theory(
        lambda n, rng: make(n).risk(simulation.least_squares(make(n), n, rng=rng).coef[0]),
        lambda n: theory.least_squares(make(n), n).risk,
        [12, 24, 48, 96],
        n_repeats=80,
        rng=3,
    )


def published_min_norm(s, b, noise, n):
    """Theorem 3 of arXiv 1903.08560 in its own symbols, for p > n, with the noise added."""
    p = s.size
    gamma = p / n
    c0 = np.exp(
        optimize.brentq(
            lambda t: np.mean(1 / (1 + np.exp(t) * gamma * s)) - (1 - 1 / gamma),
            -40,
            40,
            xtol=1e-15,
            rtol=1e-15,
        )
    )
    down = (1 + c0 * gamma * s) ** 2
    factor = gamma * c0 * np.mean(s**2 / down) / np.mean(s / down)
    norm2 = np.sum(b**2)
    G = b**2 / norm2
    bias = norm2 * (1 + factor) * np.sum(G * s / down)
    return bias + noise * factor + noise


@pytest.mark.parametrize("n", [10, 60, 140])
@pytest.mark.parametrize("power", [0.0, 0.7, 1.5])
def test_min_norm_risk_is_the_published_one(n, power):
    s = np.arange(1.0, D + 1) ** -power
    b = np.cos(np.arange(D))
    population = GaussianPopulation(s, b, noise_variance=0.4)
    expected = published_min_norm(s, b, 0.4, n)
    assert theory.least_squares(population, n).risk == pytest.approx(expected, rel=1e-12)


def test_isotropic_closed_forms():
    p, noise = 200, 0.7
    population = GaussianPopulation(np.ones(p), np.full(p, p**-0.5), noise_variance=noise)
    n = np.array([100, 150, 300, 1000])
    over = 1 - n / p + noise * (1 + n / np.where(p > n, p - n, np.inf))
    under = noise * (1 + p / np.where(p < n, n - p, np.inf))
    law = theory.least_squares(population, n)
    np.testing.assert_allclose(law.risk, np.where(n < p, over, under), rtol=1e-13)
    np.testing.assert_allclose(law.train_risk, noise * np.maximum(1 - p / n, 0), atol=1e-15)
    # Ridge: kappa solves a quadratic.
    alpha = 30.0
    t = n - p - alpha
    kappa = (-t + np.sqrt(t**2 + 4 * n * alpha)) / (2 * n)
    np.testing.assert_allclose(
        theory.least_squares(population, n, alpha=alpha).kappa, kappa, rtol=1e-12
    )
    # A single column is no less: n k^2 + (n - 1 - alpha) k = alpha.
    one = theory.least_squares(population, 30, features=[0], alpha=0.6).kappa
    assert one == pytest.approx(np.roots([30, 29 - 0.6, -0.6]).max(), rel=1e-12)


def test_hard_label_errors_of_an_independent_replica_calculation():
    ratio = np.array([0.25, 0.5, 0.9, 1.1, 1.5, 2, 4])
    replica = [0.377033, 0.339478, 0.380618, 0.373809, 0.260530, 0.205952, 0.130925]
    p = 1000
    population = GaussianPopulation(np.ones(p), np.ones(p), labels="hard")
    law = theory.least_squares(population, ratio * p)
    np.testing.assert_allclose(law.error_rate, replica, atol=2e-5)


def test_hard_labels_below_the_threshold_by_hand():
    # Overlap c, noise (1 - c^2) p/(n - p), with c = (1 - 2 eta) sqrt(2/pi).
    n, p, eta = 300, 120, 0.15
    c = (1 - 2 * eta) * np.sqrt(2 / np.pi)
    rho = c / np.sqrt(c**2 + (1 - c**2) * p / (n - p))
    population = GaussianPopulation(np.ones(p), np.ones(p), labels="hard", flip_rate=eta)
    law = theory.least_squares(population, n)
    assert law.correlation == pytest.approx(rho, rel=1e-13)
    assert law.error_rate == pytest.approx(np.arccos(rho) / np.pi, rel=1e-13)
    assert law.risk == pytest.approx((1 - c**2) / (1 - p / n), rel=1e-13)


SMALL = np.r_[1.0, 0.3, 1e-2, 1e-5, 1e-9, 1e-15, 0.7, 0.05]


@pytest.mark.parametrize("n", [3, 7, 8, 12])
@pytest.mark.parametrize("alpha", [1e-12, 1e-3, 1e4, 1e12])
def test_ridge_law_against_fifty_digits(n, alpha):
    b = np.linspace(1, 3, SMALL.size)
    kappa, risk, second = oracle.mp_linear(SMALL, b, 0.25, n, alpha)
    population = GaussianPopulation(SMALL, b, noise_variance=0.25)
    law = theory.least_squares(population, n, alpha=alpha)
    assert law.kappa == pytest.approx(kappa, rel=2e-14)
    assert law.risk == pytest.approx(risk, rel=1e-13)
    np.testing.assert_allclose(law.coef_mean**2 + law.coef_variance, second, rtol=2e-13)


@pytest.mark.parametrize("n", [1, 3, 7])
def test_min_norm_law_against_fifty_digits_next_to_the_threshold(n):
    b = np.linspace(1, 3, SMALL.size)
    kappa, risk, second = oracle.mp_linear(SMALL, b, 0.25, n, 0)
    law = theory.least_squares(GaussianPopulation(SMALL, b, noise_variance=0.25), n)
    assert law.kappa == pytest.approx(kappa, rel=2e-14)
    assert law.risk == pytest.approx(risk, rel=1e-13)
    np.testing.assert_allclose(law.coef_mean**2 + law.coef_variance, second, rtol=2e-13)


def test_a_hundred_thousand_eigenvalues_over_fifteen_decades():
    p = 100_000
    s = np.logspace(0, -15, p)
    population = GaussianPopulation(s, s**-0.5, noise_variance=1.0)
    for n, alpha in ((p - 1, 0.0), (p - 1, 1e-12), (p, 1e-12), (50, 0.0), (50, 1e12)):
        law = theory.least_squares(population, n, alpha=alpha)
        kappa = law.kappa
        # The equation, without the cancellation of n against p large terms.
        below = np.sum(np.where(s > kappa, -kappa, s) / (s + kappa)) + alpha / kappa
        assert np.count_nonzero(s > kappa) + below == pytest.approx(n, abs=1e-9 * n)
        assert np.isfinite(law.risk)
        assert law.risk >= 1
        assert 0 < law.error_rate < 0.5


def test_small_ridge_is_the_min_norm_limit():
    population = population_of("decaying", "flipped")
    for n in (80, 240):
        tiny = theory.least_squares(population, n, alpha=1e-12)
        none = theory.least_squares(population, n)
        assert tiny.error_rate == pytest.approx(none.error_rate, rel=1e-10)
        assert tiny.risk == pytest.approx(none.risk, rel=1e-10)


def test_huge_ridge_predicts_nothing_but_keeps_its_direction():
    population = population_of("decaying", "hard")
    law = theory.least_squares(population, 80, alpha=[1e8, 1e12])
    np.testing.assert_allclose(law.risk, 1, rtol=1e-5)
    np.testing.assert_allclose(law.error_rate[0], law.error_rate[1], rtol=1e-5)


def test_threshold_is_infinite_in_risk_and_a_coin_in_error():
    law = theory.least_squares(population_of("decaying", "hard"), D)
    assert law.risk == np.inf
    assert law.train_risk == 0
    assert law.correlation == 0
    assert law.error_rate == 0.5
    noiseless = GaussianPopulation(SPECTRA["decaying"], np.ones(D))
    exact = theory.least_squares(noiseless, D)
    assert exact.risk == 0
    assert exact.error_rate == pytest.approx(0, abs=1e-15)


def test_infinitely_many_samples_find_the_best_linear_predictor():
    population = population_of("decaying", "flipped")
    law = theory.least_squares(population, np.inf, alpha=3.0)
    np.testing.assert_allclose(law.coef_mean, population.label_scale * population.coef)
    assert not law.coef_variance.any()
    assert law.error_rate == pytest.approx(0, abs=1e-15)
    assert law.risk == pytest.approx(population.label_noise)


def test_columns_without_variance_change_nothing():
    s, b = np.array([1.0, 0.5, 0.0, 0.0]), np.array([1.0, 2.0, 7.0, 0.0])
    with_zeros = theory.least_squares(GaussianPopulation(s, b, noise_variance=1.0), 10, alpha=0.1)
    without = theory.least_squares(
        GaussianPopulation(s[:2], b[:2], noise_variance=1.0), 10, alpha=0.1
    )
    assert with_zeros.risk == without.risk
    np.testing.assert_array_equal(with_zeros.coef_mean[2:], 0)


def test_a_curve_is_its_points():
    population = population_of("decaying", "flipped")
    widths = [3, 80, 81, 160]
    masks = theory.prefix_masks(widths, D)
    curve = theory.least_squares(population, 80, features=masks, alpha=0.3)
    students = curve.distill(200, features=np.arange(100))
    for i, width in enumerate(widths):
        law = theory.least_squares(population, 80, features=np.arange(width), alpha=0.3)
        student = law.distill(200, features=np.arange(100))
        for name in ("risk", "train_risk", "correlation", "error_rate", "kappa"):
            assert getattr(curve, name)[i] == pytest.approx(getattr(law, name), rel=1e-12)
        for name in ("risk", "error_rate", "agreement"):
            assert getattr(students, name)[i] == pytest.approx(getattr(student, name), rel=1e-12)
    samples = theory.least_squares(population, [[50], [80]], alpha=[0.0, 0.3, 4.0])
    assert samples.risk.shape == (2, 3)
    assert samples.risk[1, 1] == pytest.approx(theory.least_squares(population, 80, alpha=0.3).risk)


def test_first_generation_has_no_agreement():
    assert theory.least_squares(population_of("isotropic", "hard"), 10).agreement is None


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"n_samples": 0}, "n_samples"),
        ({"n_samples": -3}, "n_samples"),
        ({"n_samples": 2.5}, "n_samples"),
        ({"n_samples": np.nan}, "n_samples"),
        ({"n_samples": "10"}, "n_samples"),
        ({"alpha": -1e3}, "alpha"),
        ({"alpha": np.inf}, "alpha"),
        ({"features": []}, "features"),
        ({"features": [0, 0]}, "features"),
        ({"features": [D]}, "features"),
        ({"features": np.zeros(D, dtype=bool)}, "features"),
        ({"features": np.ones((2, D - 1), dtype=bool)}, "features"),
        ({"features": np.zeros((2, D), dtype=bool)}, "features"),
        ({"population": "isotropic"}, "population"),
    ],
)
def test_bad_arguments_are_named(kwargs, named):
    arguments = {"population": population_of("isotropic", "real"), "n_samples": 10} | kwargs
    with pytest.raises(ValueError, match=named):
        theory.least_squares(**arguments)


def test_bad_widths_are_named():
    with pytest.raises(ValueError, match="widths"):
        theory.prefix_masks([3, 5], 4)


@pytest.mark.parametrize("alpha", [0.0, 3.0])
def test_the_implicit_ridge_solves_its_equation(alpha):
    s = np.arange(1.0, 41.0) ** -1.5
    n = np.array([5.0, 20.0, 39.0])
    kappa = theory.implicit_ridge(s, n, alpha=alpha)
    np.testing.assert_allclose(
        (s / (s + kappa[:, None])).sum(axis=1) + alpha / kappa, n, rtol=1e-12
    )
    assert theory.implicit_ridge(s, 20, alpha=alpha) == pytest.approx(kappa[1], rel=1e-14)
    assert theory.implicit_ridge(np.zeros(3), 4, alpha=alpha) == alpha / 4
    with pytest.raises(ValueError, match="n_samples must be positive"):
        theory.implicit_ridge(s, 0)
