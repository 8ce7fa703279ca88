"""What simulated models are worth, by the names that the laws give it."""

import numpy as np

from ddkd import simulation


def figures(population, draws, names, teacher=None):
    """Means over the training sets, in the order of the names; `teacher` are other draws."""
    means = []
    for name in names.split():
        if name == "train_risk":
            values = draws.train_risk
        elif name == "agreement":
            values = population.agreement(draws.coef, teacher.coef)
        else:
            values = getattr(population, name)(draws.coef)
        means.append(np.mean(values, axis=0))
    return means


def vote_figures(population, draws, rng, n=4000):
    """Risk and 0-1 error of committees that vote, from fresh inputs."""
    X = population.sample(n, rng=rng)
    votes = simulation.votes(X, draws.coef)
    risk = np.mean((population.label(X, rng=rng) - votes) ** 2)
    return [risk, np.mean((votes > 0) != (X @ population.coef >= 0))]
