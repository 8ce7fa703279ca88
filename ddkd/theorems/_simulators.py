"""What the bench simulates of linear models beside `ddkd.simulation`; none of it knows a law.

Each draws many training sets at once and returns means over them, in the shape of its law.
"""

from bisect import bisect_left
from functools import cache, partial

import numpy as np
from scipy import optimize

from ddkd import simulation
from ddkd._arrays import products
from ddkd.populations import Clusters, MixturePopulation
from ddkd.simulation import distill, ridge_fits, training_sets


def transpose(A):
    return np.swapaxes(A, -1, -2)


def smoothers(X, alpha=0.0):
    """The matrices (..., n_features, n_samples) that turn labels into ridge coefficients."""
    n, p = X.shape[-2:]
    if p <= n:
        return np.linalg.solve(transpose(X) @ X + alpha * np.eye(p), transpose(X))
    return transpose(X) @ np.linalg.inv(X @ transpose(X) + alpha * np.eye(n))


def inputs(rng, population, n, n_sets):
    return training_sets(population, n, n_sets, rng=rng)[0]


def fits(rng, population, n, alpha=0.0, n_sets=20):
    """Coefficients of ridge on many training sets, (n_sets, n_features)."""
    return simulation.least_squares(population, n, alpha=alpha, n_sets=n_sets, rng=rng).coef


def mean_loss(population, w):
    """Mean risk of models (n_sets, n_features) against noisy labels, or 0-1 error for classes."""
    return np.mean((population.error_rate if population.labels == "hard" else population.risk)(w))


def error_and_agreement(population, student, teacher):
    return mean_loss(population, student), np.mean(population.agreement(student, teacher))


def spread(population, S):
    """Mean square, on fresh inputs, of what the linear smoothers S make of unit noise."""
    return np.mean(np.sum(population.eigenvalues[:, None] * S**2, axis=(1, 2)))


def ridge_loss(rng, population, n, alpha=0.0, n_sets=20):
    return mean_loss(population, fits(rng, population, n, alpha, n_sets))


# What is best, found by trying.


@cache
def best_ridge(population, n, n_sets=300):
    """The ridge of least mean loss on training sets of its own."""
    X, y = training_sets(population, n, n_sets, rng=n)
    left, size, right = np.linalg.svd(X, full_matrices=False)
    along = products(transpose(left), y) * size

    def loss(log_ridge):
        return mean_loss(
            population, products(transpose(right), along / (size**2 + np.exp(log_ridge)))
        )

    typical = np.log(np.mean(size**2))
    return np.exp(optimize.minimize_scalar(loss, bounds=(typical - 6, typical + 6)).x)


def tuned_loss(rng, population, n, factors, n_sets=20):
    """Mean loss at multiples of the best ridge."""
    ridges = [factor * best_ridge(population, n) for factor in factors]
    return [ridge_loss(rng, population, n, ridge, n_sets) for ridge in ridges]


@cache
def best_teacher(population, n, alpha, n_sets=60):
    """Coefficients of the teacher whose students have the least mean loss.

    A student makes S (X w + e) of its teacher's w, with noise e if labels are signs. As inputs are
    symmetric in each column, the mean of |b - S X w|^2 is a sum over columns, in each of which the
    best w_j is one division.
    """
    s, X = population.eigenvalues, inputs(n, population, n, n_sets)
    S = smoothers(X, alpha)
    H = S @ X
    kept = s * np.mean(np.diagonal(H, axis1=1, axis2=2), axis=0)
    square = np.mean(s @ H**2, axis=0)
    if population.labels == "hard":
        square += (np.pi / 2 - 1) * s * spread(population, S)  # what a sign has beside its score
    return population.coef * kept / square


# Students on fresh inputs.


def student(rng, population, n, alpha, m, n_sets=6):
    teacher = fits(rng, population, n, alpha, n_sets)
    return error_and_agreement(population, distill(population, teacher, m, rng=rng).coef, teacher)


def teacher_and_student(rng, population, n, m, n_sets=12):
    teacher = fits(rng, population, n, n_sets=n_sets)
    return [
        mean_loss(population, w) for w in (teacher, distill(population, teacher, m, rng=rng).coef)
    ]


def taught_by_the_best(rng, population, n, alpha, n_sets=8):
    """Students of the best teacher and of the truth, on the same inputs."""
    X = inputs(rng, population, n, n_sets)
    label = np.sign if population.labels == "hard" else np.asarray
    teachers = best_teacher(population, n, alpha), population.coef
    return [mean_loss(population, ridge_fits(X, label(X @ w), alpha)) for w in teachers]


def weak_and_strong(rng, population, n, m, weak, strong, n_sets=160):
    """Excess of teacher and student as smoothers: the noise is averaged over exactly."""
    X, Z = (inputs(rng, population, size, n_sets) for size in (n, m))
    teacher, student = np.zeros((2, n_sets, population.n_features, n))
    teacher[:, :weak] = smoothers(X[..., :weak])
    student[:, strong:] = smoothers(Z[..., strong:]) @ (Z @ teacher)
    truth, v = X @ population.coef, population.noise_variance
    return [
        mean_loss(population, products(S, truth)) - v + v * spread(population, S)
        for S in (teacher, student)
    ]


def gain(rng, **setting):
    teacher, student = weak_and_strong(rng, **setting)
    return teacher - student


def shrunk(rng, population, n, alpha):
    """Excess of the best multiple of a ridge fit."""
    w, s = fits(rng, population, n, alpha, n_sets=32), population.eigenvalues
    return population.signal - np.mean(w @ (s * population.coef)) ** 2 / np.mean(w**2 @ s)


def selected(rng, population, n, m, keep, alpha, n_sets=10):
    """Errors of students of the rows in a window of their teachers' scores, and disagreement."""
    teacher = fits(rng, population, n, n_sets=n_sets)
    student = distill(population, teacher, m, alpha=alpha, keep=keep, rng=rng).coef
    error, agreement = error_and_agreement(population, student, teacher)
    return error, 1 - agreement


def selected_in_clusters(rng, margin, radius, p, m, keep, n_sets=6):
    """Error against the truth of students of a teacher of that margin."""
    sd = np.arange(1.0, p + 1) ** -0.5
    apart, across = np.ones(p) / np.sqrt(p), np.resize([1, -1], p) / np.sqrt(p)
    teacher = (apart * margin / radius + across * np.sqrt(1 - (margin / radius) ** 2)) / sd
    people = MixturePopulation(sd**2, radius * apart * sd)
    return mean_loss(
        people, distill(people, np.tile(teacher, (n_sets, 1)), m, keep=keep, rng=rng).coef
    )


def committee(rng, population, n, n_models, m, n_sets=4):
    """Errors of the mean and of the vote, the latter on fresh inputs, and of their students."""
    models = simulation.committee(
        population, n, n_models, decide="vote", n_sets=n_sets, rng=rng
    ).coef
    X, mean = inputs(rng, population, m, n_sets), models.mean(axis=1)
    votes = simulation.votes(X, models)
    wrong = np.mean(votes != np.sign(X @ population.coef))
    students = ridge_fits(X, np.sign(products(X, mean))), ridge_fits(X, votes)
    return [mean_loss(population, mean), wrong, *(mean_loss(population, w) for w in students)]


def clusters(rng, n_clusters, radius, n, p, flips, m, n_sets=3):
    """Errors of a teacher, and of its student's student."""
    people = Clusters(n_clusters, radius, p, flips)
    teacher = fits(rng, people, n, n_sets=n_sets)
    student = distill(people, teacher, m, rng=rng).coef
    return [mean_loss(people, w) for w in (teacher, distill(people, student, m, rng=rng).coef)]


# The same data again.


def refit(rng, population, n, alpha, student_alpha, mixing, n_sets=12):
    """Students with hard labels on the same inputs, beside their teachers."""
    seed = rng.integers(2**32)  # one seed, one training set
    options = {"alpha": alpha, "n_sets": n_sets, "rng": seed}
    student = simulation.self_distill(
        population, n, student_alpha=student_alpha, mixing=mixing, **options
    )
    teacher = simulation.least_squares(population, n, **options)
    return error_and_agreement(population, student.coef, teacher.coef)


def best_share(rng, population, n, alpha):
    """The best share of own labels and its risk, from the mean risk at three shares."""
    X, y = training_sets(population, n, 20, rng=rng)
    w = ridge_fits(X, y, alpha)
    step = ridge_fits(X, products(X, w), alpha) - w
    low, middle, high = (mean_loss(population, w + share * step) for share in (-1, 0, 1))
    slope, curvature = (high - low) / 2, (high + low) / 2 - middle
    return -slope / (2 * curvature), middle - slope**2 / (4 * curvature)


def read_from_residuals(rng, population, n, alpha):
    """Half the slope and the curvature of the risk in the share, from training residuals."""
    X, y = training_sets(population, n, 18, rng=rng)
    H = X @ smoothers(X, alpha)
    own = products(H, y)
    trace, square = np.trace(H, axis1=1, axis2=2)[:, None], np.sum(H**2, axis=(1, 2))[:, None]
    left = 1 - trace / n
    e = (y - own) / left
    e_again = (y - products(H, own)) / left - (y - own) * (trace - square) / (n * left**2)
    return np.mean(e * (e_again - e)), np.mean((e_again - e) ** 2)


def own_again(rng, population, n, alpha, m):
    """Students of n true labels and m of their teachers'."""
    own = training_sets(population, n, 10, rng=rng)
    teacher = ridge_fits(*own, alpha)
    student = distill(population, teacher, m, alpha=alpha, with_labels=own, rng=rng).coef
    return error_and_agreement(population, student, teacher)


def bagged(rng, population, n, k, n_models, alpha, n_sets=8):
    bags = simulation.bagging(population, n, k, n_models, alpha=alpha, n_sets=n_sets, rng=rng)
    return mean_loss(population, bags.coef)


def bagged_gcv(rng, population, n, k, n_models, alpha, n_sets=14):
    """Training error of an average over subsamples, by the degrees of freedom that are left."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    w, freedom = np.zeros((n_sets, population.n_features)), np.zeros((n_sets, 1))
    for _ in range(n_models):
        rows = rng.permutation(n)[:k]
        S = smoothers(X[:, rows], alpha)
        w += products(S, y[:, rows]) / n_models
        freedom += np.trace(S @ X[:, rows], axis1=1, axis2=2)[:, None] / n_models
    return np.mean(((y - products(X, w)) / (1 - freedom / n)) ** 2)


def stopped(rng, population, n, time, n_sets=8):
    """Mean risk at each time of one flow from zero."""
    flows = simulation.gradient_flow(population, n, time, n_sets=n_sets, rng=rng)
    return np.mean(population.risk(flows.coef), axis=0)


# One training set's own figures.


def parameters(rng, population, n, alpha=0.0, n_sets=5):
    """Test: n |S x|^2 on fresh inputs; training: tr H^2."""
    X = inputs(rng, population, n, n_sets)
    S = smoothers(X, alpha)
    return n * spread(population, S), np.mean(np.sum((X @ S) ** 2, axis=(1, 2)))


def trace(rng, population, n):
    """Trace of the projection on the rows of one training set."""
    X = inputs(rng, population, n, 1)[0]
    return np.trace(smoothers(X) @ X)


def leave_one_out(rng, population, n, n_sets=750):
    """Squared leave-one-out errors of minimum norm by the shortcut, from one fit."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    wide = n <= population.n_features
    left = np.linalg.inv(X @ transpose(X)) if wide else np.eye(n) - X @ smoothers(X)
    return np.mean((products(left, y) / np.diagonal(left, axis1=1, axis2=2)) ** 2)


# Elsewhere, and below zero.


def shifted(rng, population, elsewhere, n, alpha):
    return mean_loss(elsewhere, fits(rng, population, n, alpha))


def negative_ridge(rng, population, n, alpha, n_sets=20):
    X, y = training_sets(population, n, n_sets, rng=rng)
    dual = np.linalg.solve(X @ transpose(X) + alpha * np.eye(n), y[..., None])[..., 0]
    return mean_loss(population, products(transpose(X), dual))


# Labels fitted without a mistake.


def smallest_width(rng, population, n, n_sets=15):
    """Mean of the smallest width at which hard labels are separable, some of them flipped."""
    X, flipped = inputs(rng, population, n, n_sets), round(population.flip_rate * n)
    signed = np.sign(X @ population.coef)[..., None] * X
    signed[:, :flipped] *= -1
    widths = range(1, population.n_features + 1)
    return np.mean(
        [1 + bisect_left(widths, True, key=partial(is_separable, rows)) for rows in signed]
    )


def is_separable(signed, width):
    """Gordan: there is a w with positive products unless some mean of the rows is zero."""
    balance = np.column_stack([signed[:, :width], np.ones(len(signed))]).T
    return optimize.nnls(balance, np.append(np.zeros(width), 1.0))[1] > 1e-9
