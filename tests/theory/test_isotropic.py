import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory, assert_median_matches_theory


def isotropic(n_features, noise_variance, seen):
    """Truth of squared norm 2: `seen` of it within the first half, the rest beyond."""
    coef = np.zeros(n_features)
    coef[0], coef[-1] = np.sqrt(seen), np.sqrt(2 - seen)
    return GaussianPopulation(np.ones(n_features), coef, noise_variance=noise_variance)


def risks(population, n, widths, rng):
    """Risks at all widths on one training set."""
    masks = theory.prefix_masks(widths, population.n_features)
    return population.risk(simulation.least_squares(population, n, features=masks, rng=rng).coef[0])


@pytest.mark.parametrize("n", [20, 40])
def test_double_descent_is_exact_at_every_width_eight_from_the_threshold(n):
    widths = [w for w in range(1, 3 * n) if abs(w - n) >= 8 and (w % 5 == 0 or abs(w - n) <= 9)]
    population = isotropic(3 * n, noise_variance=0.5, seen=1.5)
    prediction = theory.isotropic_risk(n, widths, signal=1.5, unseen_signal=0.5, noise_variance=0.5)
    assert_matches_theory(
        lambda rng: risks(population, n, widths, rng),
        prediction,
        n_repeats=60,
        rng=n,
    )


@pytest.mark.parametrize("n", [20, 40])
def test_medians_are_exact_nearer_by_where_the_mean_is_infinite(n):
    widths = [n - 4, n - 1, n, n + 1, n + 4]
    population = isotropic(2 * n, noise_variance=0.5, seen=1.5)
    prediction = [
        theory.isotropic_risk_quantile(0.5, n, w, signal=1.5, unseen_signal=0.5, noise_variance=0.5)
        for w in widths
    ]
    assert_median_matches_theory(
        lambda rng: risks(population, n, widths, rng),
        prediction,
        n_repeats=150,
        rng=n + 1,
    )


@pytest.mark.parametrize("p", [5, 12, 13, 18, 30])
@pytest.mark.parametrize(("signal", "noise"), [(1.0, 0.3), (0.0, 1.0), (2.0, 0.0)])
def test_quantiles_of_the_risk_follow_the_exact_law(p, signal, noise):
    n, batch, quantiles = 12, 1000, (0.1, 0.5, 0.9)
    if noise == 0 and p <= n:
        for quantile in quantiles:
            assert theory.isotropic_risk_quantile(quantile, n, p, signal=signal) == 0
        return
    rng = np.random.default_rng(p)
    X = rng.standard_normal((batch, n, p))
    b = np.zeros(p)
    b[0] = np.sqrt(signal)
    y = X @ b + np.sqrt(noise) * rng.standard_normal((batch, n))
    w = (np.linalg.pinv(X) @ y[..., None])[..., 0]
    risks = noise + np.sum((w - b) ** 2, axis=1)
    options = {"signal": signal, "noise_variance": noise}
    for quantile in quantiles:
        draws = iter(risks)
        assert_median_matches_theory(
            lambda rng, draws=draws: next(draws),
            theory.isotropic_risk_quantile(quantile, n, p, **options),
            n_repeats=batch,
            quantile=quantile,
            rng=0,
        )


def test_closed_form_values_by_hand():
    # p <= n - 2: v n-1 over n-p-1, here 3 * 19/9; p >= n + 2: 2 (1 - 20/41) + 3 * 40/20.
    value = theory.isotropic_risk(20, [10, 41], signal=2.0, unseen_signal=1.0, noise_variance=2.0)
    np.testing.assert_allclose(value, [19 / 3, 2 * 21 / 41 + 6], rtol=1e-15)
    assert isinstance(theory.isotropic_risk(20, 10), float)


def test_infinite_only_where_the_mean_is_infinite():
    n, p = np.meshgrid(np.arange(1, 12), np.arange(1, 12))
    risk = theory.isotropic_risk(n, p, noise_variance=1e-9)
    np.testing.assert_array_equal(np.isinf(risk), abs(n - p) <= 1)


def test_without_noise_nothing_blows_up():
    risk = theory.isotropic_risk(20, [18, 19, 20, 21, 22], signal=2.0)
    np.testing.assert_allclose(risk, [0, 0, 0, 2 / 21, 4 / 22], rtol=1e-15)


def test_theory_at_large_sizes_is_the_limit_of_the_exact_form():
    for p in (30_000, 170_000):
        n = 100_000
        population = GaussianPopulation(np.ones(p), np.full(p, p**-0.5), noise_variance=0.3)
        law = theory.least_squares(population, n)
        assert law.risk == pytest.approx(theory.isotropic_risk(n, p, noise_variance=0.3), rel=1e-4)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: theory.isotropic_risk(0, 3), "n_samples"),
        (lambda: theory.isotropic_risk(3, 2.5), "n_features"),
        (lambda: theory.isotropic_risk(np.inf, 2), "n_samples"),
        (lambda: theory.isotropic_risk(3, [2, -1]), "n_features"),
        (lambda: theory.isotropic_risk(3, 2, signal=-1.0), "signal"),
        (lambda: theory.isotropic_risk(3, 2, unseen_signal=np.nan), "unseen_signal"),
        (lambda: theory.isotropic_risk(3, 2, noise_variance=-0.1), "noise_variance"),
        (lambda: theory.isotropic_risk_quantile(1.0, 3, 2), "quantile"),
        (lambda: theory.isotropic_risk_quantile(0.5, 3, 0), "n_features"),
    ],
)
def test_bad_arguments_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
