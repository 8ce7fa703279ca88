"""Laws and simulations of `fresh_data`, with the mistakes that can be made in them."""

import numpy as np
from scipy import special

from ddkd.populations import GaussianPopulation
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._problems import (
    clean,
    fits,
    inputs,
    mean_error,
    mean_risk,
    power_law,
    scores_of,
    smoothers,
    taught,
)
from ddkd.theory import best_teacher, least_squares, random_features


def lost_noise(population, operator):
    """Mean excess of linear models (n_sets, p, n) of labels, averaged over the noise."""
    return population.noise_variance * np.mean(
        np.sum(population.eigenvalues[:, None] * operator**2, axis=(1, 2))
    )


def weak_to_strong(population, n, m, weak, strong, *, lost=1, kept=None):
    """Excess of a weak teacher on columns [0, weak), and of a student on columns from `strong`."""
    v, shared = population.noise_variance, weak - strong
    width = population.n_features - strong
    teacher = v * weak / (n - weak - lost)
    kept = width / (m - width - lost) if kept is None else kept
    return np.array([teacher, v * (shared + (weak - shared) * kept) / (n - weak - lost)])


def weak_to_strong_simulated(rng, population, n, m, weak, strong, n_sets=400):
    """Both as matrices on the teacher's labels: the noise is averaged over exactly."""
    X, Z = (inputs(rng, population, size, n_sets) for size in (n, m))
    teacher, student = np.zeros((2, n_sets, population.n_features, n))
    teacher[:, :weak] = smoothers(X[..., :weak])
    student[:, strong:] = smoothers(Z[..., strong:]) @ (Z @ teacher)
    truth = X @ population.coef
    missed = [population.risk((S @ truth[..., None])[..., 0].T).mean() for S in (teacher, student)]
    return [
        risk - population.noise_variance + lost_noise(population, S)
        for risk, S in zip(missed, (teacher, student), strict=True)
    ]


def in_the_overlap(p, weak, strong, **options):
    """A truth on the columns that both have."""
    people = power_law(p, 0.5, **options)
    inside = (np.arange(p) >= strong) & (np.arange(p) < weak)
    scale = np.sqrt(people.signal / np.sum(people.eigenvalues * (people.coef * inside) ** 2))
    return GaussianPopulation(
        people.eigenvalues, scale * people.coef * inside, noise_variance=people.noise_variance
    )


def misfit(population, n, m, weak, strong, *, limit=False, lost=1):
    """What the student gains on its teacher, and the share of its misfit."""
    teacher, _ = weak_to_strong(population, n, m, weak, strong)
    misfit = teacher * strong / weak
    width = population.n_features - strong
    return misfit * (1 if limit else 1 - width / (m - width - lost))


def misfit_simulated(rng, population, n, m, weak, strong):
    teacher, student = weak_to_strong_simulated(rng, population, n, m, weak, strong)
    return teacher - student


def shrunk(population, n, alpha):
    """Excess of the best multiple of a ridge fit."""
    law = least_squares(population, n, alpha=alpha)
    along = np.sum(population.eigenvalues * population.coef * law.coef_mean)
    return population.signal - along**2 / law.score_variance


def shrunk_simulated(rng, population, n, alpha):
    w = fits(rng, population, n, alpha, n_sets=80)
    s = population.eigenvalues
    return population.signal - np.mean(w @ (s * population.coef)) ** 2 / np.mean(w**2 @ s)


def best_hard_ridge(population):
    """The ridge of least error, in the units of the inputs."""
    c2 = 2 / np.pi * (1 - 2 * population.flip_rate) ** 2
    return population.n_features * population.eigenvalues[0] * (1 / c2 - 1)


def tuned_error(population, n, *, ridge=1.0, square=False):
    """Errors at the best ridge, and at a third and at three times that."""
    best = best_hard_ridge(population)
    laws = [least_squares(population, n, alpha=best * f * ridge) for f in (1 / 3, 1, 3)]
    kappa = laws[1].kappa / population.eigenvalues[0]
    tuned = np.arctan(kappa if square else np.sqrt(kappa)) / np.pi
    return np.array([laws[0].error_rate, tuned, laws[2].error_rate])


def random_feature_pair_simulated(rng, population, n, k, alpha, m, student_k, n_sets=50):
    X, y = training_sets(population, n, n_sets, rng=rng)
    maps = [
        rng.standard_normal((n_sets, population.n_features, size)) / np.sqrt(size)
        for size in (k, student_k)
    ]
    teacher = scores_of(maps[0], ridge_fits(X @ maps[0], y, alpha))
    X = inputs(rng, population, m, n_sets)
    student = scores_of(maps[1], ridge_fits(X @ maps[1], scores_of(X, teacher)))
    return [mean_risk(clean(population), w) for w in (teacher, student)]


# A few strong directions that carry the truth, above a long tail that does not.
HEAD = GaussianPopulation(np.r_[4.0, 2.0, np.full(600, 0.002)], np.r_[0.7, 1.1, np.zeros(600)])


TIMES = np.geomspace(0.1, 100, 60)


def stopped(teacher_mean, teacher_square):
    """Least excess of an early-stopped student with the kernel itself, given its teacher."""
    s, b = HEAD.eigenvalues, HEAD.coef
    kept = -np.expm1(-TIMES[:, None] * s)
    return np.min((s * (b**2 - 2 * kept * b * teacher_mean + kept**2 * teacher_square)).sum(1))


def exponent(k):
    """Local exponent of the student's excess in its teacher's, between k features and 2k."""
    s = HEAD.eigenvalues
    pairs = []
    for width in (k, 2 * k):
        law = random_features(s, np.sqrt(s) * HEAD.coef, np.inf, width)
        mean, square = law.coef_mean / np.sqrt(s), (law.coef_mean**2 + law.coef_variance) / s
        pairs.append((stopped(mean, square), law.risk))
    student, teacher = np.log(pairs[0]) - np.log(pairs[1])
    return student / teacher


def exponent_simulated(rng, k, n_sets=20):
    s = HEAD.eigenvalues
    pairs = []
    for width in (k, 2 * k):
        W = rng.standard_normal((n_sets, s.size, width))
        gram = np.swapaxes(W, 1, 2) @ (s[:, None] * W)
        w = scores_of(
            W, np.linalg.solve(gram, np.swapaxes(W, 1, 2) @ (s * HEAD.coef)[:, None])[..., 0]
        )
        pairs.append((stopped(w.mean(0), (w**2).mean(0)), mean_risk(HEAD, w)))
    student, teacher = np.log(pairs[0]) - np.log(pairs[1])
    return student / teacher


def shares(population, n, alpha):
    """A, 1 - A and g = df2/(n - df2)."""
    s, kappa = population.eigenvalues, least_squares(population, n, alpha=alpha).kappa
    kept = s / (s + kappa)
    df2 = np.sum(kept**2)
    return kept, 1 - kept, df2 / (n - df2)


def best_risk(population, n, alpha, *, odds=True):
    """Risks of students of the best teacher, in closed form, and of the truth.

    `odds` is g = df2/(n - df2) rather than df2/n.
    """
    kept, lost, g = shares(population, n, alpha)
    g = g if odds else g / (1 + g)
    energy = population.eigenvalues * population.coef**2
    best = np.sum(energy * lost**2 * g / (kept**2 + lost**2 * g))
    return np.array([best, least_squares(population, n, alpha=alpha).risk])


def best_error(population, n, alpha, *, noise=np.pi / 2 - 1):
    """The same for errors on hard labels; `noise` is that of signs over their slope's square."""
    kept, lost, g = shares(population, n, alpha)
    energy = population.eigenvalues * population.coef**2
    cosine = np.sqrt(np.sum(energy * kept**2 / (kept**2 + g * (lost**2 + noise))))
    return np.array(
        [np.arccos(cosine) / np.pi, least_squares(population, n, alpha=alpha).error_rate]
    )


def best_taught(rng, population, n, alpha, n_sets=16):
    """Students of the best teacher and of the truth, on the same inputs."""
    hard = population.labels == "hard"
    X = inputs(rng, population, n, n_sets)
    found = []
    for coef in (best_teacher(population, n, alpha=alpha).coef, population.coef):
        y = np.sign(X @ coef) if hard else X @ coef
        student = ridge_fits(X, y, alpha)
        found.append((mean_error if hard else mean_risk)(population, student))
    return found


def filtered(population, n, candidates, shares, n_sets=0, *, covariance=True):
    """Disagreement of teacher and student of a share of the candidates, of largest scores."""
    teacher = least_squares(population, n)
    taus = special.ndtri(1 - np.array(shares) / 2)
    kept = np.round(candidates * np.array(shares))
    if not covariance:
        taus = 0 * taus
    return 1 - teacher.distill(kept, min_score=taus).agreement


def filtered_simulated(rng, population, n, candidates, shares, n_sets=12):
    w = fits(rng, population, n, n_sets=n_sets)
    X = inputs(rng, population, candidates, n_sets)
    scores = scores_of(X, w) / np.sqrt(w**2 @ population.eigenvalues)[:, None]
    found = []
    for tau in special.ndtri(1 - np.array(shares) / 2):
        sets = [(Z[abs(f) > tau], np.sign(f[abs(f) > tau])) for Z, f in zip(X, scores, strict=True)]
        students = [ridge_fits(*one) for one in sets]
        found.append(1 - np.mean([population.agreement(*p) for p in zip(w, students, strict=True)]))
    return found


def committee(population, n, n_models, m, *, one=False, same=False):
    """Errors of the mean and of the vote, and of students of both."""
    teacher = least_squares(population, n)
    mean = teacher.committee(1 if one else n_models)
    vote = mean if one or same else teacher.committee(n_models, decide="vote")
    return np.array([law.error_rate for law in (mean, vote, mean.distill(m), vote.distill(m))])


def committee_simulated(rng, population, n, n_models, m, n_sets=12):
    w = np.array([fits(rng, population, n, n_sets=n_sets) for _ in range(n_models)])
    mean = w.mean(axis=0)
    # The vote's error, from fresh inputs: it is no linear score.
    X = inputs(rng, population, m, n_sets)
    votes = np.sign(np.sign(X @ np.swapaxes(w, 0, 1).swapaxes(1, 2)).sum(axis=2))
    wrong = np.mean(votes != np.sign(X @ population.coef))
    students = taught(rng, population, mean, m), ridge_fits(X, votes)
    return [mean_error(population, mean), wrong, *(mean_error(population, w) for w in students)]


WEAK = [
    {"n": n, "m": m, "weak": weak, "strong": strong}
    | {"population": in_the_overlap(p, weak, strong, scale=scale, signal=2, noise=noise)}
    for p, n, m, weak, strong, scale, noise in (
        (18, 30, 40, 10, 4, 5.0, 2.0),
        (14, 40, 30, 9, 5, 0.1, 0.5),
        (24, 50, 60, 14, 8, 20.0, 3.0),
    )
]
