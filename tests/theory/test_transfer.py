import numpy as np
import pytest

from ddkd import theory
from ddkd.populations import GaussianPopulation

D = 100
POPULATION = GaussianPopulation(
    np.arange(1.0, D + 1) ** -0.5, np.ones(D), labels="hard", flip_rate=0.1
)


def excess_at(law, m, *args, **student):
    hard = law.distill(m, *args, labels="hard", **student).error_rate
    return hard - law.distill(m, *args, labels="soft", **student).error_rate


@pytest.mark.parametrize("excess", [0.1, 0.01, 1e-4, 1e-8])
@pytest.mark.parametrize("alpha", [0.0, 3.0])
def test_closed_form_is_the_smallest_number_that_is_enough(excess, alpha):
    law = theory.least_squares(POPULATION, 60, features=np.arange(40), alpha=alpha)
    m = theory.transfer_size(law, excess)
    assert isinstance(m, int)
    assert excess_at(law, m) <= excess * (1 + 1e-7)
    assert m == 41 or excess_at(law, m - 1) > excess * (1 - 1e-7)


def test_search_agrees_with_the_closed_form():
    law = theory.least_squares(POPULATION, 60)
    for excess in (0.05, 0.001):
        assert theory.transfer_size(law, excess, alpha=0.0) == theory.transfer_size(law, excess)


@pytest.mark.parametrize("student", [{"alpha": 5.0}, {"features": np.arange(30)}])
def test_other_students_by_search(student):
    law = theory.least_squares(POPULATION, 60)
    m = theory.transfer_size(law, 0.01, **student)
    assert excess_at(law, m - 1, **student) > 0.01
    assert (excess_at(law, m + np.arange(200), **student) <= 0.01).all()


def test_random_feature_students_by_search():
    l = np.arange(1.0, 200) ** -1.5
    law = theory.random_features(l, np.sqrt(l), 80, 120, labels="hard")
    for student in ({}, {"n_components": 40}):
        m = theory.transfer_size(law, 0.01, **student)
        k = student.get("n_components", 120)
        assert excess_at(law, m - 1, k) > 0.01
        assert (excess_at(law, m + np.arange(200), k) <= 0.01).all()


def test_what_every_number_is_enough_for_and_what_none_is():
    linear = theory.least_squares(POPULATION, 60)
    assert theory.transfer_size(linear, 0.5) == D + 1
    assert theory.transfer_size(linear, 0.5, alpha=1.0) == 1
    with pytest.raises(ValueError, match=r"excess 1e-25 is not reached with 1\.15292e\+18"):
        theory.transfer_size(linear, 1e-25)
    # Of error rates that are found one by one such a difference would be rounding.
    with pytest.raises(ValueError, match=r"searched for must be finite and in .1e-12, inf"):
        theory.transfer_size(linear, 1e-13, alpha=5.0)


@pytest.mark.parametrize("excess", [0.0, -0.1, 0.6, np.nan])
def test_bad_excess_is_named(excess):
    with pytest.raises(ValueError, match="excess"):
        theory.transfer_size(theory.least_squares(POPULATION, 60), excess)


def test_bad_law_is_named():
    with pytest.raises(ValueError, match="law must be a single law"):
        theory.transfer_size(theory.least_squares(POPULATION, [60, 70]), 0.1)
    with pytest.raises(ValueError, match="law must be a LinearLaw"):
        theory.transfer_size(POPULATION, 0.1)
