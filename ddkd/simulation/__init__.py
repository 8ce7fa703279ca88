"""Simulators of every law in `ddkd.theory`, built from `ddkd.solvers`.

They have the faces of the laws: `least_squares` and `random_features` draw a training set and
fit it, `distill` draws a transfer set, labels it and fits a student. Risks and errors are exact
given the coefficients, so one draw's only randomness is that of its training sets.
"""

from ddkd.simulation._cluster_mixture import ClusterMixtureModel, cluster_mixture
from ddkd.simulation._committee import Committee, committee
from ddkd.simulation._linear import LinearModel, WidthCurve, least_squares, width_curve
from ddkd.simulation._models import FittedModel
from ddkd.simulation._random_features import RandomFeatureModel, random_features
from ddkd.simulation._same_data import bagging, gradient_flow, self_distill
from ddkd.simulation._training_sets import ridge_fits, training_sets

__all__ = [
    "ClusterMixtureModel",
    "Committee",
    "FittedModel",
    "LinearModel",
    "RandomFeatureModel",
    "WidthCurve",
    "bagging",
    "cluster_mixture",
    "committee",
    "gradient_flow",
    "least_squares",
    "random_features",
    "ridge_fits",
    "self_distill",
    "training_sets",
    "width_curve",
]
