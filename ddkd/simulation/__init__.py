"""Simulators of the laws in `ddkd.theory`, under the same names.

`least_squares` and the others draw many training sets, fit each and return their coefficients,
`distill` the coefficients of students. A population judges coefficients exactly, so that the only
randomness of a draw is that of its training sets.
"""

from ddkd.simulation._distill import distill
from ddkd.simulation._draws import Draws, ridge_fits, training_sets, votes
from ddkd.simulation._linear import (
    bagging,
    cluster_mixture,
    committee,
    gradient_flow,
    least_squares,
    self_distill,
)
from ddkd.simulation._random_features import random_features

__all__ = [
    "Draws",
    "bagging",
    "cluster_mixture",
    "committee",
    "distill",
    "gradient_flow",
    "least_squares",
    "random_features",
    "ridge_fits",
    "self_distill",
    "training_sets",
    "votes",
]
