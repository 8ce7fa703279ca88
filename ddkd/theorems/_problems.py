"""Problems on which laws are tested: never at unit scale only, never with equal variances only."""

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theory import isotropic_risk, random_features

__all__ = [
    "clean",
    "fits",
    "inputs",
    "isotropic",
    "isotropic_law",
    "mean_error",
    "mean_risk",
    "power_law",
    "random_feature_pair",
    "ridge_risk",
    "rows",
    "scores_of",
    "smoothers",
    "taught",
]


def power_law(
    p: int,
    decay: float = 1.0,
    *,
    scale: float = 1.0,
    signal: float = 1.0,
    noise: float = 0.0,
    flips: float | None = None,
    truth: float = 0.0,
) -> GaussianPopulation:
    """Variances scale i^-decay, a truth of coefficients i^-truth with variance `signal`.

    Real labels with noise, or hard ones if `flips` is given.
    """
    i = np.arange(1.0, p + 1)
    s, b = scale * i**-decay, i**-truth
    b *= np.sqrt(signal / np.sum(s * b**2))
    if flips is not None:
        return GaussianPopulation(s, b, labels="hard", flip_rate=flips)
    return GaussianPopulation(s, b, noise_variance=noise)


def isotropic(p: int, **options: float) -> GaussianPopulation:
    """Equal variances."""
    return power_law(p, 0.0, **options)


def clean(population: GaussianPopulation) -> GaussianPopulation:
    """The same inputs and truth without label noise."""
    return GaussianPopulation(population.eigenvalues, population.coef)


def fits(
    rng: np.random.Generator,
    population: GaussianPopulation,
    n: int,
    alpha: float = 0.0,
    n_sets: int = 50,
) -> np.ndarray:
    """Coefficients of ridge on many training sets, (n_sets, n_features)."""
    return ridge_fits(*training_sets(population, n, n_sets, rng=rng), alpha)


def mean_risk(population: GaussianPopulation, w: np.ndarray) -> float:
    """Mean risk of models (..., n_features) against noisy labels."""
    return float(np.mean(population.risk(w.reshape(-1, w.shape[-1]).T)))


def mean_error(population: GaussianPopulation, w: np.ndarray) -> float:
    """Mean 0-1 error of models (..., n_features)."""
    return float(np.mean(population.error_rate(w.reshape(-1, w.shape[-1]).T)))


def smoothers(X: np.ndarray, alpha: float = 0.0) -> np.ndarray:
    """The matrices (..., n_features, n_samples) that turn labels into ridge coefficients."""
    n, p = X.shape[-2:]
    transposed = np.swapaxes(X, -1, -2)
    if p <= n:
        return np.linalg.solve(transposed @ X + alpha * np.eye(p), transposed)
    return transposed @ np.linalg.inv(X @ transposed + alpha * np.eye(n))


def rows(names: str, *values: tuple) -> list[dict]:
    """Settings, one a row: rows("n p", (20, 8), (30, 9))."""
    return [dict(zip(names.split(), row, strict=True)) for row in values]


def scores_of(X, w):
    return (X @ w[..., None])[..., 0]


def inputs(rng, population, m, n_sets):
    return training_sets(population, m, n_sets, rng=rng)[0]


def taught(rng, population, w, m, alpha=0.0, labels="hard", columns=slice(None)):
    """Students of given teachers (n_sets, p), each on m fresh examples."""
    X = inputs(rng, population, m, len(w))
    y = scores_of(X, w) if labels == "soft" else np.sign(scores_of(X, w))
    student = np.zeros(w.shape)
    student[:, columns] = ridge_fits(X[..., columns], y, alpha)
    return student


def random_feature_pair(population, n, k, alpha, m, student_k, *, labels="soft", fresh=True):
    """Excess of a random-feature teacher and of its student."""
    s = population.eigenvalues
    teacher = random_features(
        s,
        np.sqrt(s) * population.coef,
        n,
        k,
        alpha=alpha,
        noise_variance=population.noise_variance,
    )
    student = teacher.distill(m, student_k, labels=labels) if fresh else teacher
    return np.array([teacher.risk, student.risk]) - population.noise_variance


def ridge_risk(rng, population, n, alpha=0.0, n_sets=50):
    return mean_risk(population, fits(rng, population, n, alpha, n_sets))


def isotropic_law(population, n):
    return isotropic_risk(
        n,
        population.n_features,
        signal=population.signal,
        noise_variance=population.noise_variance,
    )
