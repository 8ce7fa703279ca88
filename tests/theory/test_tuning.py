import numpy as np
import pytest
from scipy import optimize

from ddkd import theory
from ddkd.populations import GaussianPopulation

D = 120
DECAYING = np.arange(1.0, D + 1) ** -1.2


@pytest.mark.parametrize("n", [30, 120, 400])
@pytest.mark.parametrize("width", [40, 120])
def test_isotropic_optimum_is_noise_over_signal(n, width):
    coef = np.full(D, D**-0.5)
    population = GaussianPopulation(np.ones(D), coef, noise_variance=0.8)
    seen = width / D
    law = theory.best_alpha(population, n, features=np.arange(width))
    assert law.alpha == pytest.approx(width * (0.8 + 1 - seen) / seen, rel=1e-5)


@pytest.mark.parametrize("noise", [1e-3, 0.03, 0.1, 1e6])
@pytest.mark.parametrize(("n", "width"), [(30, 40), (150, 120), (2000, 40)])
def test_isotropic_optimum_far_from_one(noise, n, width):
    # Inputs of variance 5 and a truth of norm 3: the ridge is scaled by the inputs' variance.
    coef = np.zeros(D)
    coef[:5] = 3 / np.sqrt(5)
    population = GaussianPopulation(np.full(D, 5.0), coef, noise_variance=noise)
    law = theory.best_alpha(population, n, features=np.arange(width))
    alpha = width * noise / 9
    assert law.alpha == pytest.approx(alpha, rel=1e-3)
    best = theory.least_squares(population, n, features=np.arange(width), alpha=alpha)
    assert law.risk == pytest.approx(best.risk, rel=1e-9)


@pytest.mark.parametrize("labels", ["real", "hard"])
@pytest.mark.parametrize("n", [20, 119, 500])
def test_optimum_is_where_a_search_over_alpha_finds_it(labels, n):
    noise = {"noise_variance": 0.5} if labels == "real" else {"labels": "hard", "flip_rate": 0.2}
    population = GaussianPopulation(DECAYING, np.sin(np.arange(D)), **noise)
    name = "risk" if labels == "real" else "error_rate"

    def value(log_alpha):
        return getattr(theory.least_squares(population, n, alpha=np.exp(log_alpha)), name)

    found = optimize.minimize_scalar(value, bounds=(-12, 12), method="bounded")
    law = theory.best_alpha(population, n)
    assert getattr(law, name) <= found.fun + 1e-12
    assert getattr(law, name) == pytest.approx(found.fun, rel=1e-7)


def test_no_ridge_is_best_without_noise():
    population = GaussianPopulation(np.ones(D), np.ones(D))
    law = theory.best_alpha(population, 2 * D)
    assert law.alpha == 0
    assert law.risk == 0


def test_curve_is_its_points_and_tames_the_peak():
    population = GaussianPopulation(DECAYING, np.ones(D), labels="hard", flip_rate=0.1)
    widths = [10, 50, 120]
    curve = theory.best_alpha(population, 50, features=theory.prefix_masks(widths, D))
    for i, width in enumerate(widths):
        law = theory.best_alpha(population, 50, features=np.arange(width))
        assert curve.error_rate[i] == pytest.approx(law.error_rate, rel=1e-10)
        assert curve.alpha[i] == pytest.approx(law.alpha, rel=1e-4)
    assert curve.error_rate[1] < 0.45  # ridgeless it is 0.5


def test_features_without_signal_are_best_ignored():
    population = GaussianPopulation(np.ones(4), [1.0, 0, 0, 0], noise_variance=1.0)
    law = theory.best_alpha(population, 30, features=[1, 2])
    assert law.risk == pytest.approx(2.0, rel=1e-6)


@pytest.mark.parametrize("n", [0, 3.5, np.inf])
def test_bad_arguments_are_named(n):
    population = GaussianPopulation(np.ones(4), np.ones(4))
    with pytest.raises(ValueError, match="n_samples"):
        theory.best_alpha(population, n)
    with pytest.raises(ValueError, match="population"):
        theory.best_alpha(np.ones(4), 3)
