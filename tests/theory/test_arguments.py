"""Shapes and ranges of the laws' arguments."""

import numpy as np
import pytest

from ddkd import theory
from ddkd.populations import GaussianPopulation, MixturePopulation

GAUSSIAN = GaussianPopulation(np.ones(8), np.ones(8), labels="hard")
MIXTURE = MixturePopulation(np.ones(8), np.ones(8))
MASKS = theory.prefix_masks([2, 4, 8], 8)


@pytest.mark.parametrize("population", [GAUSSIAN, MIXTURE])
def test_shapes_that_do_not_broadcast_are_listed(population):
    with pytest.raises(
        ValueError, match=r"shapes are n_samples \(2,\), alpha \(\), features \(3,\)"
    ):
        theory.least_squares(population, [4, 5], features=MASKS)
    teacher = theory.least_squares(population, [4, 5, 6])
    with pytest.raises(ValueError, match=r"n_transfer \(\), alpha \(2,\), .*teacher \(3,\)"):
        teacher.distill(9, alpha=[0.0, 1.0], labels="soft")


def test_shapes_of_random_features_are_listed():
    with pytest.raises(ValueError, match=r"n_samples \(2,\), n_components \(3,\), alpha \(\)"):
        theory.random_features([1.0, 0.5], [1.0, 1.0], [4, 5], [1, 2, 3])
    teacher = theory.random_features([1.0, 0.5], [1.0, 1.0], 4, 5)
    with pytest.raises(ValueError, match=r"n_transfer \(2,\), n_components \(3,\)"):
        teacher.distill([4, 5], [1, 2, 3])


@pytest.mark.parametrize(
    "features", [[[0, 1], [2, 3]], np.ones((2, 2, 8)), [True] * 7, "every", np.ones((2, 9), bool)]
)
def test_only_masks_may_be_stacked(features):
    with pytest.raises(ValueError, match="features must"):
        theory.least_squares(GAUSSIAN, 4, features=features)


def test_no_mask_of_a_stack_may_be_empty():
    masks = np.ones((2, 2, 8), bool)
    masks[1, 0] = False
    with pytest.raises(ValueError, match="no feature in some mask"):
        theory.least_squares(GAUSSIAN, 4, features=masks)


def test_masks_of_any_stack_are_taken():
    law = theory.least_squares(GAUSSIAN, 5, features=MASKS[None])
    assert law.error_rate.shape == (1, 3)
    one = theory.least_squares(GAUSSIAN, 5, features=MASKS[1])
    assert law.error_rate[0, 1] == pytest.approx(one.error_rate, rel=1e-14)


@pytest.mark.parametrize("value", ["4", 0, -1, 2.5, np.nan, [3, 0], True, None])
def test_counts_are_positive_whole_numbers(value):
    with pytest.raises(ValueError, match="n_samples must be a positive whole number"):
        theory.least_squares(GAUSSIAN, value)


def test_a_count_may_be_infinite_only_where_there_is_a_limit():
    assert theory.least_squares(GAUSSIAN, np.inf).error_rate == pytest.approx(0, abs=1e-15)
    with pytest.raises(ValueError, match="widths must be a positive whole number; got inf"):
        theory.prefix_masks([np.inf], 8)
