import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory
from tests.helpers.simulated import figures


def population(p=120, decay=0.8, **options):
    return GaussianPopulation(3 * np.arange(1.0, p + 1) ** -decay, np.ones(p), **options)


def test_one_bag_is_its_own_fit_and_whole_bags_are_the_whole():
    people = population(noise_variance=2.0)
    one = theory.bagging(people, 150, 90, 1, alpha=2.0)
    fit = theory.least_squares(people, 90, alpha=2.0)
    assert one.risk == pytest.approx(fit.risk, rel=1e-12)
    whole = theory.bagging(people, 150, 150, [1, 7, np.inf], alpha=2.0)
    assert whole.risk == pytest.approx(
        np.full(3, theory.least_squares(people, 150, alpha=2.0).risk), rel=1e-10
    )
    assert whole.equivalent_alpha == pytest.approx(np.full(3, 2.0), rel=1e-10)


def test_isotropic_bags_without_a_ridge_have_this_ridge():
    people = GaussianPopulation(np.ones(100), np.ones(100), noise_variance=1.0)
    # kappa = p/k - 1, sum A = k.
    bags = theory.bagging(people, 100, 40, np.inf)
    assert bags.equivalent_alpha == pytest.approx((100 / 40 - 1) * (100 - 40))
    ridge = theory.least_squares(people, 100, alpha=bags.equivalent_alpha)
    assert bags.risk == pytest.approx(ridge.risk, rel=1e-12)
    assert bags.train_risk == pytest.approx(ridge.train_risk, rel=1e-12)


def test_on_the_threshold_only_infinitely_many_bags_are_finite():
    bags = theory.bagging(population(noise_variance=1.0), 300, 120, [1, 10, np.inf])
    assert np.isinf(bags.risk).tolist() == [True, True, False]
    assert bags.error_rate[2] < 0.5


@pytest.mark.parametrize(
    ("n", "k", "models", "alpha", "options"),
    [
        (150, 80, 5, 0.0, {"noise_variance": 1.0}),
        (300, 120, 3, 4.0, {"noise_variance": 4.0}),
        (250, 100, 8, 1.0, {"labels": "hard", "flip_rate": 0.1}),
    ],
)
def test_law_and_simulation(n, k, models, alpha, options):
    people = population(**options)
    names = "risk train_risk error_rate"
    law = theory.bagging(people, n, k, models, alpha=alpha)
    predicted = np.array([getattr(law, name) for name in names.split()])

    def simulate(rng):
        model = simulation.bagging(people, n, k, models, alpha=alpha, rng=rng)
        return figures(people, model, names)

    assert_matches_theory(simulate, predicted, n_repeats=30, bias=0.015, rng=0)


def test_subsamples_are_no_larger_than_the_sample():
    with pytest.raises(ValueError, match="n_subsample must be at most n_samples; got 60 of 50"):
        theory.bagging(population(), 50, 60, 3)
    with pytest.raises(ValueError, match="n_subsample"):
        simulation.bagging(population(), 50, 60, 3)
