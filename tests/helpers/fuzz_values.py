"""A valid value for every parameter name of the house: one name means one thing everywhere.

Every array has four columns, so that arguments of different functions fit each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd import (
    GaussianPopulation,
    LeastSquaresRegressor,
    MixturePopulation,
    RandomFourierFeatures,
    datasets,
    theory,
)

POPULATION = GaussianPopulation(np.linspace(2, 0.5, 4), np.linspace(1, -1, 4), noise_variance=0.3)
MIXTURE = MixturePopulation(np.linspace(2, 0.5, 4), np.linspace(1, -1, 4), flip_rate=0.1)
HARD = GaussianPopulation(np.linspace(2, 0.5, 4), np.linspace(1, -1, 4), labels="hard")
DIGITS = datasets.load("digits", n_samples=40, n_test=50, rng=0)


@dataclass(frozen=True)
class Argument:
    """A valid argument: `make(rng)` draws one; `role` says how it may be spoiled, if it may."""

    role: str
    make: Callable[[np.random.Generator], Any]


def array(*shape):
    return Argument("array", lambda rng: rng.standard_normal(shape))


def positive(*shape):
    return Argument("array", lambda rng: rng.uniform(0.5, 2, shape))


def wholes(*values):
    return Argument("array", lambda rng: np.array(values))


def classes(n, k=3):
    return Argument("labels", lambda rng: rng.permutation(np.arange(n) % k))


def number(value):
    return Argument("number", lambda rng: value)


def given(value):
    """An object or a function, which is not spoiled."""
    return Argument("given", lambda rng: value)


SEED = Argument("seed", lambda rng: int(rng.integers(2**31)))

VALUES = {
    # arrays
    **{"Z": array(9, 4), "Y": array(9, 2), "Z_test": array(3, 4)},
    **{"X": array(12, 4), "y": classes(12), "transfer": array(30, 4)},
    **{
        "X_train": array(12, 4),
        "y_train": classes(12),
        "X_test": array(6, 4),
        "y_test": classes(6),
    },
    **{
        "eigenvalues": positive(4),
        "coef": array(4),
        "other": array(4),
        "draws": array(150, 3),
        "mean": array(4),
        "images": positive(3, 8, 8),
    },
    **{"widths": wholes(1, 2, 4), "features": wholes(0, 1, 3), "alphas": positive(2)},
    # sizes
    **{"n_samples": number(20), "n_features": number(4), "n_targets": number(2)},
    **{"n_transfer": number(25), "n_components": number(7), "n_subsample": number(9)},
    **{"n_models": number(3), "n_sets": number(2), "n_clusters": number(4), "n_classes": number(3)},
    **{"n_hidden": number(5), "n_test": number(20), "n_widths": number(12), "n": number(5)},
    **{"n_repeats": number(150), "repeats": number(3), "max_fits": number(8), "rank": number(2)},
    **{"max_width": number(400), "teacher_width": number(6), "student_width": number(3)},
    # numbers
    **{"alpha": number(0.1), "student_alpha": number(0.2), "teacher_alpha": number(0.1)},
    **{"rcond": number(1e-10), "gamma": number(0.5), "time": number(0.5), "mixing": number(0.5)},
    **{"signal": number(1.0), "unseen_signal": number(0.5), "noise_variance": number(0.2)},
    **{"flip_rate": number(0.1), "rate": number(0.25), "quantile": number(0.5)},
    **{"excess": number(0.01), "false_alarm": number(1e-6), "radius": number(2.0)},
    **{"bandwidth": number(0.8), "bulk": number(0.1), "label_noise": number(0.1)},
    **{"shift": number(0.3), "rotation": number(7.0), "log_scale": number(0.1)},
    **{"shear": number(0.1), "elastic": number(0.2), "contrast": number(0.1)},
    **{"noise": number(0.1), "centre_scale": number(0.5)},
    **{"rng": SEED, "random_state": SEED, "seed": SEED},
    # objects
    **{"population": given(POPULATION), "split": given(DIGITS), "name": given("digits")},
    "law": given(theory.least_squares(HARD, 20)),
    "estimator": given(LeastSquaresRegressor(RandomFourierFeatures(10, random_state=0))),
    "param_name": given("features__n_components"),
    "feature_map": given(RandomFourierFeatures(7, random_state=0).fit(np.zeros((1, 4)))),
    "simulate": given(lambda rng: rng.normal(size=3)),
    "experiment": given(lambda data, rng: [{"value": data + rng.normal()}]),
    "data": given(lambda rng: rng.normal()),
    "progress": given(False),
}
LEFT_OUT = Argument("left out", lambda rng: None)
GENERATOR = {"rng": Argument("given", lambda rng: np.random.default_rng(0))}
NUMBERS = {"y": array(12)}  # for regressors
REAL = {
    "flip_rate": LEFT_OUT,
    "features": LEFT_OUT,
}  # populations and laws of real labels have no flips

MASKLESS = {"features": LEFT_OUT, "alpha": LEFT_OUT}
MASK = {"features": given(np.array([0, 1, 3]))}

# Where a name means something else, or an optional argument cannot stand beside the others.
EXCEPTIONS = {
    "diagnosis.diagnose": {
        "param_range": given([5, 10, 120, 200]),
        "X": array(60, 3),
        "y": array(60),
        "X_test": LEFT_OUT,
        "y_test": LEFT_OUT,
    },
    "estimators.LeastSquaresClassifier": {"features": LEFT_OUT},
    "estimators.LeastSquaresRegressor": NUMBERS | {"features": LEFT_OUT},
    "estimators.DistilledRegressor": NUMBERS,
    "experiments.curve": GENERATOR | {"features": LEFT_OUT},
    "experiments.teacher_student": GENERATOR
    | {"teacher_width": number(60), "student_width": number(20)},
    "populations.GaussianPopulation": REAL,
    "populations.MixturePopulation": {"features": LEFT_OUT},
    "simulation.random_features": REAL | {"n_models": LEFT_OUT},
    "simulation.committee": MASK,
    "simulation.distill": MASK | {"labels": LEFT_OUT, "coef": given(np.ones((2, 4)))},
    "simulation.gradient_flow": MASK,
    "simulation.least_squares": MASK,
    "sweeps.sweep": {"seed": SEED},
    "testing.assert_matches_theory": {"law": given(np.zeros(3))},
    "testing.compare_means": {"law": given(np.zeros(3))},
    "testing.assert_median_matches_theory": {"law": given(np.zeros(3)), "n_repeats": number(300)},
    "theory.phase_diagram": MASKLESS
    | {"population": given(HARD), "teacher_width": wholes(3, 4), "n_transfer": wholes(20, 50)},
    "theory.random_features": REAL,
    "simulation.cluster_mixture": {"radius": given(2.0)},
    "datasets.Split": {"name": LEFT_OUT},
    "features.RandomFourierFeatures": {"y": LEFT_OUT},
    "features.RandomReLUFeatures": {"y": LEFT_OUT},
    "experiments.draw_split": GENERATOR | {"data": given("digits")},
    "prediction.predict_curve": GENERATOR,
    "prediction.predict_phase": {"n_transfer": given([20, 25])},
    "theory.crossing_size": {"law": given(theory.mixture_model(MIXTURE, np.ones(4)))},
    "theory.separable_width": {"population": given(HARD)},
    "theory.mixture_model": {"population": given(MIXTURE)},
}
