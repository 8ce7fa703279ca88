"""Every law and simulator of one name take one set of arguments and mean the same by it."""

import inspect

import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import Clusters, GaussianPopulation
from ddkd.testing import assert_matches_theory
from tests.helpers.simulated import figures, vote_figures

VARIANCES = np.r_[np.arange(1.0, 61) ** -0.5, np.zeros(10)]  # ten columns are always zero
COEF = np.cos(np.arange(70))
HARD = GaussianPopulation(VARIANCES, COEF, labels="hard", flip_rate=0.1)
# Where no column is zero simulators are much faster: of the pairs only TINY has such a column.
FULL = GaussianPopulation(np.arange(1.0, 71) ** -0.5, COEF, labels="hard", flip_rate=0.1)
REAL = GaussianPopulation(np.arange(1.0, 71) ** -0.5, COEF, noise_variance=4.0)
TINY = GaussianPopulation([2.0, 1.0, 0.0], [1.0, 1.0, 1.0], noise_variance=1.0)

# What a parameter is given, by its name: first where it has no default, then where it has one.
GIVEN = {
    "population": FULL,
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
    "coef": COEF,
}
CHOSEN = {
    "alpha": 3.0,
    "student_alpha": 5.0,
    "features": np.r_[:30, 60:70],
    "labels": "hard",
    "decide": "vote",
    "mixing": -0.5,
    "flip_rate": 0.1,
    "bulk": 0.5,
    "n_models": 2,
    "keep": (0.5, 1.5),
    "with_labels": 50,
    "label_noise": 0.1,
}
NAMES = "risk error_rate"


def is_law(name):
    return name in theory.__all__ or hasattr(theory.LinearLaw, name)


PAIRS = [
    name
    for name in simulation.__all__
    if inspect.isfunction(getattr(simulation, name)) and is_law(name)
]


def cases(name):
    """Arguments: the defaults alone, another population, and each option alone."""
    parameters = inspect.signature(getattr(simulation, name)).parameters.values()
    given = {p.name: GIVEN[p.name] for p in parameters if p.default is p.empty}
    yield "defaults", given
    if "population" in given:
        yield "real labels", given | {"population": REAL}
        yield "two columns and one that is zero", given | {"population": TINY}
    for p in parameters:
        if p.default is not p.empty and p.name in CHOSEN:
            hard = {"labels": "hard"} if name == "random_features" else {}
            yield p.name, given | hard | {p.name: CHOSEN[p.name]}


def law_of(name, given):
    """The law of what a simulator is asked for; some laws begin from one of least squares."""
    law = getattr(theory, name) if name in theory.__all__ else None
    taken = [] if law is None else list(inspect.signature(law).parameters)
    if taken and taken[0] != "law":
        single = {k: v for k, v in given.items() if k in taken}
        together = {k: v for k, v in given.items() if k not in single}
        return theory.committee(law(**single), **together) if together else law(**single)
    first = ("population", "n_samples") if name == "distill" else given
    fit = {k: given[k] for k in ("population", "n_samples", "features", "alpha") if k in first}
    rest = {k: v for k, v in given.items() if k not in fit and k != "coef"}
    if "student_alpha" in rest:
        rest["alpha"] = rest.pop("student_alpha")
    teacher = theory.least_squares(**fit)
    return getattr(teacher, name)(**rest) if law is None else law(teacher, **rest)


def population_of(name, given):
    """Who judges the coefficients."""
    if name == "cluster_mixture":
        return Clusters(*(given[k] for k in ("n_clusters", "radius", "n_features")))
    if name == "random_features":
        count = VARIANCES.size + ("bulk" in given)
        options = {k: given[k] for k in ("labels", "flip_rate") if k in given}
        return GaussianPopulation(np.ones(count), np.resize(np.r_[COEF, 0.0], count), **options)
    return given["population"]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        pytest.param(name, given, id=f"{name}: {title}")
        for name in PAIRS
        for title, given in cases(name)
    ],
)
def test_a_simulator_draws_what_the_law_of_its_name_describes(name, given):
    population = population_of(name, given)
    # Of two columns the law knows the mean risk, not the mean of an angle.
    names = "risk" if population is TINY else NAMES
    names = "error_rate" if name == "cluster_mixture" else names
    if name == "distill":
        given = given | {"n_samples": 160}
    law = law_of(name, given)
    predicted = np.array([getattr(law, figure) for figure in names.split()])

    def simulate(rng):
        arguments = dict(given)
        if name == "distill":
            n = arguments.pop("n_samples")
            teachers = simulation.least_squares(population, n, n_sets=2, rng=rng)
            draws = simulation.distill(**arguments | {"coef": teachers.coef}, rng=rng)
        else:
            draws = getattr(simulation, name)(**arguments, n_sets=2, rng=rng)
        if arguments.get("decide") == "vote":
            return vote_figures(population, draws, rng)
        return figures(population, draws, names)

    seen = assert_matches_theory(simulate, predicted, n_repeats=100, bias=0.03, rng=0)
    # A "yes" is worth something only where it is precise.
    assert np.max(6 * seen.standard_error / predicted) < 0.06


@pytest.mark.parametrize("decide", [None, "mean", "vote"])
def test_students_have_their_teachers_columns_unless_they_are_given_others(decide):
    columns = CHOSEN["features"]
    law = theory.least_squares(HARD, 160, features=columns)
    law = (law if decide is None else theory.committee(law, 3, decide=decide)).distill(200)
    predicted = np.array([law.risk, law.error_rate])

    def simulate(rng):
        options = {"features": columns, "n_sets": 2, "rng": rng}
        if decide is None:
            teachers = simulation.least_squares(HARD, 160, **options)
        else:
            teachers = simulation.committee(HARD, 160, 3, decide=decide, **options)
        return figures(HARD, simulation.distill(HARD, teachers.coef, 200, rng=rng), NAMES)

    seen = assert_matches_theory(simulate, predicted, n_repeats=100, bias=0.02, rng=0)
    assert seen.common_resolution < 0.08  # with all columns the risk is 9 % higher


def test_every_simulator_of_a_model_has_a_law():
    assert {"least_squares", "committee", "gradient_flow", "self_distill", "distill"} <= set(PAIRS)
