"""Laws and simulations of `same_data`, with the mistakes that can be made in them."""

import numpy as np

from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._problems import (
    isotropic,
    mean_error,
    mean_risk,
    power_law,
    scores_of,
)
from ddkd.theory import least_squares


def teach(rng, population, n, alpha, n_sets=40):
    """Training sets and the ridge fits to them."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    return X, y, ridge_fits(X, y, alpha)


def refit(rng, population, n, alpha, mixing, labels="soft", student_alpha=None, rounds=1):
    """Teacher and last student on the same inputs."""
    X, y, w = teach(rng, population, n, alpha)
    student = w
    for _ in range(rounds):
        own = scores_of(X, student) if labels == "soft" else np.sign(scores_of(X, student))
        mixed = (1 - mixing) * y + mixing * own
        student = ridge_fits(X, mixed, alpha if student_alpha is None else student_alpha)
    return w, student


def quadratic(population, n, alpha):
    """Risk, its slope and its curvature in the share of own soft labels, by the law."""
    teacher = least_squares(population, n, alpha=alpha)
    low, middle, high = teacher.self_distill(labels="soft", mixing=[-1.0, 0.0, 1.0]).risk
    return middle, (high - low) / 2, (high + low) / 2 - middle


def best_share(population, n, alpha, *, half=0.5, ridge=1.0):
    """The best share and its risk."""
    risk, slope, curvature = quadratic(population, n, alpha * ridge)
    share = -half * slope / curvature
    return np.array([share, risk + share * slope + share**2 * curvature])


def best_share_simulated(rng, population, n, alpha):
    """The same from the mean risk of models at three shares."""
    X, _, w = teach(rng, population, n, alpha)
    step = ridge_fits(X, scores_of(X, w), alpha) - w
    low, middle, high = (mean_risk(population, w + share * step) for share in (-1, 0, 1))
    slope, curvature = (high - low) / 2, (high + low) / 2 - middle
    return -slope / (2 * curvature), middle - slope**2 / (4 * curvature)


def read_from_residuals(rng, population, n, alpha):
    """Half the slope and the curvature of the risk in the share, from training residuals."""
    X, y, w = teach(rng, population, n, alpha)
    own = scores_of(X, w)
    again = scores_of(X, ridge_fits(X, own, alpha))
    wide = X.shape[2] > n
    gram = X @ np.swapaxes(X, 1, 2) if wide else np.swapaxes(X, 1, 2) @ X
    values = np.maximum(np.linalg.eigvalsh(gram), 0)
    kept = values / (values + alpha)
    trace, square = kept.sum(axis=1, keepdims=True), (kept**2).sum(axis=1, keepdims=True)
    left = 1 - trace / n
    e = (y - own) / left
    e_again = (y - again) / left - (y - own) * (trace - square) / (n * left**2)
    return np.mean(e * (e_again - e)), np.mean((e_again - e) ** 2)


def hard(population, n, alpha, student_alpha, mixing, labels="hard"):
    teacher = least_squares(population, n, alpha=alpha)
    student = teacher.self_distill(labels=labels, alpha=student_alpha, mixing=mixing)
    return np.array([student.error_rate, student.agreement])


def hard_as_if_fresh(population, n, alpha, student_alpha, mixing):
    """Right unless all labels are the teacher's own."""
    if mixing != 1:
        return hard(population, n, alpha, student_alpha, mixing)
    teacher = least_squares(population, n, alpha=alpha)
    student = teacher.distill(n, labels="hard", alpha=student_alpha)
    return np.array([student.error_rate, student.agreement])


def mean_agreement(population, w, other):
    s = population.eigenvalues
    cosine = np.sum(s * w * other, 1) / np.sqrt(np.sum(s * w**2, 1) * np.sum(s * other**2, 1))
    return 1 - np.mean(np.arccos(cosine)) / np.pi


def hard_simulated(rng, population, n, alpha, student_alpha, mixing):
    w, student = refit(rng, population, n, alpha, mixing, "hard", student_alpha)
    return mean_error(population, student), mean_agreement(population, w, student)


def own_again(population, n, alpha, m, *, labels="own"):
    """Error and agreement of a student of its teacher's labels and its teacher's examples."""
    teacher = least_squares(population, n, alpha=alpha)
    student = teacher.distill(m, alpha=alpha, labels="hard", with_labels=labels)
    return np.array([student.error_rate, student.agreement])


def own_again_simulated(rng, population, n, alpha, m):
    X, y, w = teach(rng, population, n, alpha, n_sets=25)
    Z = training_sets(population, m, len(w), rng=rng)[0]
    both = np.concatenate([X, Z], axis=1), np.concatenate([y, np.sign(scores_of(Z, w))], axis=1)
    student = ridge_fits(*both, alpha)
    return mean_error(population, student), mean_agreement(population, w, student)


def bagged(rng, population, n, k, n_models, alpha, n_sets=20):
    """Mean risk of averages over random subsamples."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    rows = rng.permuted(np.tile(np.arange(n), (n_models, 1)), axis=1)[:, :k]
    return mean_risk(population, np.mean([ridge_fits(X[:, r], y[:, r], alpha) for r in rows], 0))


def flow(rng, population, n, time, n_sets=25):
    """Gradient flow through the eigenvectors of each Gram matrix."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    transposed = np.swapaxes(X, 1, 2)
    mu, vectors = np.linalg.eigh(transposed @ X)
    mu = np.maximum(mu, 1e-12)
    along = np.swapaxes(vectors, 1, 2) @ (transposed @ y[..., None])
    along = along * (-np.expm1(-time * mu) / mu)[..., None]
    return mean_risk(population, (vectors @ along)[..., 0])


WIDE = power_law(150, 0.8, scale=4, signal=3, noise=2)


TALL = power_law(80, 0.5, scale=0.2, signal=6, noise=3)


EVEN = isotropic(100, scale=5, signal=2, noise=3)
