"""Every law and simulator of one name take one set of arguments and mean the same by it."""

import inspect

import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory

VARIANCES = np.r_[np.arange(1.0, 61) ** -0.5, np.zeros(10)]  # ten columns are always zero
HARD = GaussianPopulation(VARIANCES, np.cos(np.arange(70)), labels="hard", flip_rate=0.1)
REAL = GaussianPopulation(VARIANCES, np.cos(np.arange(70)), noise_variance=4.0)
FEATURES = np.r_[:30, 60:70]

# What a parameter is given, by its name: first where it has no default, then where it has one.
GIVEN = {
    "population": HARD,
    "n_samples": 160,
    "n_features": 60,
    "n_models": 3,
    "n_subsample": 130,
    "n_components": 60,
    "n_clusters": 30,
    "n_transfer": 200,
    "radius": 3.0,
    "time": 0.3,
    "eigenvalues": VARIANCES,
    "coef": np.cos(np.arange(70)),
}
CHOSEN = {
    "alpha": 3.0,
    "student_alpha": 5.0,
    "features": FEATURES,
    "labels": "hard",
    "decide": "vote",
    "mixing": -0.5,
    "flip_rate": 0.1,
    "bulk": 0.5,
    "n_models": 2,
}
FIGURES = ("risk", "error_rate")


def has_law(name):
    return name in theory.__all__ or hasattr(theory.LinearLaw, name)


PAIRS = [
    name
    for name in simulation.__all__
    if inspect.isfunction(getattr(simulation, name)) and has_law(name)
]


def cases(name):
    """Arguments: the defaults alone, the other kind of labels, and each option alone."""
    parameters = inspect.signature(getattr(simulation, name)).parameters.values()
    given = {p.name: GIVEN[p.name] for p in parameters if p.default is p.empty}
    yield "defaults", given
    if "population" in given:
        yield "real labels", given | {"population": REAL}
    for p in parameters:
        if p.default is not p.empty and p.name in CHOSEN:
            hard = {"labels": "hard"} if name == "random_features" else {}
            yield p.name, given | hard | {p.name: CHOSEN[p.name]}


def law_of(name, given):
    """The law of what a simulator is asked for; some laws begin from one of least squares."""
    if name in theory.__all__:
        law = getattr(theory, name)
        single = {k: v for k, v in given.items() if k in inspect.signature(law).parameters}
        together = {k: v for k, v in given.items() if k not in single}
        return law(**single).committee(**together) if together else law(**single)
    fit = {k: given[k] for k in ("population", "n_samples", "features", "alpha") if k in given}
    rest = {k: v for k, v in given.items() if k not in fit}
    if "student_alpha" in rest:
        rest["alpha"] = rest.pop("student_alpha")
    return getattr(theory.least_squares(**fit), name)(**rest)


def figures(model):
    return np.array([getattr(model, name) for name in FIGURES if hasattr(model, name)])


@pytest.mark.parametrize(
    ("name", "given"),
    [
        pytest.param(name, given, id=f"{name}: {title}")
        for name in PAIRS
        for title, given in cases(name)
    ],
)
def test_a_simulator_draws_what_the_law_of_its_name_describes(name, given):
    law = figures(law_of(name, given))
    seen = assert_matches_theory(
        lambda rng: np.mean(
            [figures(getattr(simulation, name)(**given, rng=rng)) for _ in range(4)], axis=0
        ),
        law,
        n_repeats=100,
        bias=0.03 * law,
        rng=0,
    )
    # The promise of a "no" is kept only where it is precise.
    assert np.max(6 * seen.standard_error / law) < 0.06


def test_every_simulator_of_a_model_has_a_law():
    assert {"least_squares", "committee", "gradient_flow", "self_distill"} <= set(PAIRS)
