"""Laws against their simulators in random configurations: the same data again, and fresh data."""

import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from tests.helpers.simulated import figures, vote_figures

# Random features of a kernel of finite rank cannot interpolate more samples than that.
pytestmark = pytest.mark.filterwarnings("ignore:the model of width")
NAMES, FRESH = "risk train_risk error_rate", "risk error_rate"


def problem(rng):
    """A population, a number of samples at least 10 from its width, and a ridge's natural size."""
    p = int(rng.integers(60, 160))
    n = away(int(rng.integers(40, 240)), p)
    s = 10 ** rng.uniform(-2, 2) * np.arange(1.0, p + 1) ** -rng.uniform(0, 1.2)
    coef = rng.standard_normal(p)
    if rng.random() < 0.5:
        people = GaussianPopulation(s, coef, labels="hard", flip_rate=rng.uniform(0, 0.3))
    else:
        signal = np.sum(s * coef**2)
        people = GaussianPopulation(s, coef, noise_variance=signal * rng.uniform(0.2, 3))
    return people, n, n * s.mean()


def away(n, p):
    """At least 10 from p."""
    return n + 20 * (abs(n - p) < 10)


def same_data(rng):
    """A law of the same training data again and its simulator; scales from 0.01 to 100."""
    people, n, size = problem(rng)
    alpha, other = size * 10 ** rng.uniform(-2, 0.5, 2)
    kind = rng.choice(["hard", "soft", "flow", "bags"])
    if kind == "flow":
        time = 10 ** rng.uniform(-0.5, 2) / size
        law = theory.gradient_flow(people, n, time)
        return law, lambda g: figures(
            people, simulation.gradient_flow(people, n, time, rng=g), NAMES
        )
    if kind == "bags":
        k, models = int(rng.uniform(0.3, 0.9) * n), int(rng.integers(1, 6))
        law = theory.bagging(people, n, k, models, alpha=alpha)
        return law, lambda g: figures(
            people, simulation.bagging(people, n, k, models, alpha=alpha, rng=g), NAMES
        )
    options = {
        "labels": "hard" if kind == "hard" else "soft",
        "mixing": rng.uniform(-1, 1.2),
    }
    law = theory.self_distill(theory.least_squares(people, n, alpha=alpha), alpha=other, **options)

    def simulate(g):
        own = simulation.self_distill(people, n, alpha=alpha, student_alpha=other, rng=g, **options)
        return figures(people, own, NAMES)

    return law, simulate


def fresh_data(rng):
    """A law of a fit, a committee or a student and its simulator; half of them without a ridge."""
    people, n, size = problem(rng)
    p = people.n_features
    alpha, other = size * 10 ** rng.uniform(-2, 0.5, 2) * (rng.random(2) < 0.5)
    m = away(int(rng.integers(60, 400)), p)
    kind = rng.choice(["fit", "student", "confident", "own", "labelled", "mean", "vote", "random"])
    if kind == "random":
        s, truth = people.eigenvalues, np.sqrt(people.eigenvalues) * people.coef
        k, j = (away(int(rng.integers(40, 300)), size) for size in (n, m))
        options = {"labels": people.labels, "alpha": alpha / n, "flip_rate": people.flip_rate}
        options["noise_variance"] = people.noise_variance
        law = theory.random_features(s, truth, n, k, **options)
        student = {"labels": rng.choice(["hard", "soft"]), "alpha": other / n}
        whole = GaussianPopulation(
            np.ones(p),
            truth,
            labels=people.labels,
            noise_variance=people.noise_variance,
            flip_rate=people.flip_rate,
        )

        def simulate(g):
            teacher = simulation.random_features(s, truth, n, k, rng=g, **options)
            kind = "hard" if student["labels"] == "hard" else "real"
            pupil = simulation.random_features(
                s, truth, m, j, alpha=other / n, labels=kind, teacher=teacher.coef, rng=g
            )
            return figures(whole, pupil, FRESH)

        return law.distill(m, j, **student), simulate
    law = theory.least_squares(people, n, alpha=alpha)
    if kind in ("mean", "vote"):
        models = int(rng.choice([3, 5]))

        def simulate(g):
            committee = simulation.committee(people, n, models, decide=kind, alpha=alpha, rng=g)
            if kind == "vote":
                return vote_figures(people, committee, g)
            return figures(people, committee, FRESH)

        return theory.committee(law, models, decide=kind), simulate
    if kind == "fit":
        return law, lambda g: figures(
            people, simulation.least_squares(people, n, alpha=alpha, rng=g), FRESH
        )
    student = {"alpha": other, "labels": "hard"}
    if kind == "student":
        student["labels"] = rng.choice(["hard", "soft"])
        student["features"] = rng.permutation(p)[: away(int(rng.integers(20, p)), m)]
    if kind == "confident":
        student["keep"] = (rng.uniform(0.2, 1.0), np.inf)
    if kind in ("own", "labelled"):
        student["with_labels"] = "own" if kind == "own" else n
        m = away(n + m, p) - n

    def simulate(g):
        own = simulation.training_sets(people, n, 1, rng=g)
        teacher = simulation.ridge_fits(*own, alpha)
        options = dict(student)
        if options.get("with_labels") == "own":
            options["with_labels"] = own
        return figures(people, simulation.distill(people, teacher, m, rng=g, **options), FRESH)

    return law.distill(m, **student), simulate


def scores(configuration, seed, n_draws):
    """Standard scores of a configuration, and relative standard errors."""
    law, simulate = configuration(np.random.default_rng(seed))
    rng = np.random.default_rng(10_000 + seed)
    draws = np.array([simulate(rng) for _ in range(n_draws)])
    names = NAMES if configuration is same_data else FRESH
    predicted = np.array([getattr(law, name) for name in names.split()])
    error = draws.std(axis=0, ddof=1) / np.sqrt(n_draws)
    return (draws.mean(axis=0) - predicted) / error, error / predicted


BOTH = pytest.mark.parametrize("configuration", [same_data, fresh_data])


@BOTH
@pytest.mark.parametrize("seed", range(6))
def test_a_few(configuration, seed):
    assert np.abs(scores(configuration, seed, 25)[0]).max() < 4.5


@BOTH
@pytest.mark.slow
def test_two_hundred(configuration):
    found = [scores(configuration, seed, 40) for seed in range(200)]
    z, relative = np.array([z for z, _ in found]), np.array([error for _, error in found])
    print(f"worst z {np.abs(z).max():.2f}, median standard error {np.median(relative):.4f}")
    assert np.median(relative) < 0.02
    assert np.abs(z).max() < 4
