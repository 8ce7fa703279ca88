"""Fresh transfer data: distillation, weak-to-strong students, and what hard labels cost."""

import numpy as np
from scipy import special

from ddkd import simulation
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._bench import Theorem
from ddkd.theorems._problems import (
    clean,
    fits,
    isotropic,
    mean_error,
    mean_risk,
    power_law,
    smoothers,
)
from ddkd.theory import best_teacher, cluster_mixture, least_squares, random_features

__all__ = ["THEOREMS"]


def _scores(X, w):
    return (X @ w[..., None])[..., 0]


def _inputs(rng, population, m, n_sets):
    return training_sets(population, m, n_sets, rng=rng)[0]


def _taught(rng, population, w, m, alpha=0.0, labels="hard", columns=slice(None)):
    """Students of given teachers (n_sets, p), each on m fresh examples."""
    X = _inputs(rng, population, m, len(w))
    y = _scores(X, w) if labels == "soft" else np.sign(_scores(X, w))
    student = np.zeros(w.shape)
    student[:, columns] = ridge_fits(X[..., columns], y, alpha)
    return student


def _hard_label_error(population, n, alpha, *, slope=None):
    """Error of a ridge fit to hard labels; `slope` is a wrong slope of labels on the truth."""
    if slope is None:
        return least_squares(population, n, alpha=alpha).error_rate
    c = slope(population.flip_rate)
    noise = 1 - c**2
    people = GaussianPopulation(
        population.eigenvalues, c * population.coef, noise_variance=max(noise, 0.0)
    )
    return least_squares(people, n, alpha=alpha).error_rate


def _student_error(population, n, alpha, m, labels="hard"):
    student = least_squares(population, n, alpha=alpha).distill(m, labels=labels)
    return np.array([student.error_rate, student.agreement])


def _student_of_the_mean(population, n, alpha, m):
    """(E w)^2 for E w^2: the teacher taken as fixed at its mean."""
    w = least_squares(population, n, alpha=alpha).coef_mean
    s = population.eigenvalues
    student = least_squares(GaussianPopulation(s, w, labels="hard"), m)
    cosine = np.sum(s * w * population.coef) / np.sqrt(np.sum(s * w**2))
    return np.array(
        [
            np.arccos(student.correlation * cosine) / np.pi,
            1 - np.arccos(student.correlation) / np.pi,
        ]
    )


def _student_simulated(rng, population, n, alpha, m, n_sets=15):
    w = fits(rng, population, n, alpha, n_sets)
    student = _taught(rng, population, w, m)
    agreement = [population.agreement(a, b) for a, b in zip(student, w, strict=True)]
    return mean_error(population, student), np.mean(agreement)


def _clusters(population, n, m):
    """Teacher and student on two clusters."""
    teacher = least_squares(population, n)
    return np.array([teacher.error_rate, teacher.distill(m).error_rate])


def _clusters_simulated(rng, population, n, m, n_sets=30):
    w = fits(rng, population, n, n_sets=n_sets)
    return [mean_error(population, model) for model in (w, _taught(rng, population, w, m))]


def _as_one_gaussian(population, n, m):
    """The covariance taken without the centres: one Gaussian with a linear truth."""
    s, r2 = population.eigenvalues, population.radius**2
    people = GaussianPopulation(
        s, population.mean / s * population.label_scale, noise_variance=max(0.0, 1 - r2 / (1 + r2))
    )
    teacher = least_squares(people, n)
    student = teacher.distill(m, labels="hard")
    normal = [np.cos(np.pi * law.error_rate) * population.radius for law in (teacher, student)]
    return np.array([_upper_tail(margin) for margin in normal])


def _upper_tail(x):
    return float(special.ndtr(-x))


def _floor(n_clusters, radius, n, p, flips, m, n_draws=1):
    """Errors of a teacher, and of its student's student."""
    teacher = cluster_mixture(n_clusters, radius, n, p, flip_rate=flips)
    return np.array([teacher.error_rate, teacher.distill(m).distill(m).error_rate])


def _floor_simulated(rng, n_clusters, radius, n, p, flips, m, n_draws=1):
    found = []
    for _ in range(n_draws):
        teacher = simulation.cluster_mixture(n_clusters, radius, n, p, flip_rate=flips, rng=rng)
        student = teacher.distill(m, rng=rng).distill(m, rng=rng)
        found.append([teacher.error_rate, student.error_rate])
    return np.mean(found, axis=0)


def _lost_noise(population, operator):
    """Mean excess of linear models (n_sets, p, n) of labels, averaged over the noise."""
    return population.noise_variance * np.mean(
        np.sum(population.eigenvalues[:, None] * operator**2, axis=(1, 2))
    )


def _weak_to_strong(population, n, m, weak, strong, *, lost=1, kept=None):
    """Excess of a weak teacher on columns [0, weak), and of a student on columns from `strong`."""
    v, shared = population.noise_variance, weak - strong
    width = population.n_features - strong
    teacher = v * weak / (n - weak - lost)
    kept = width / (m - width - lost) if kept is None else kept
    return np.array([teacher, v * (shared + (weak - shared) * kept) / (n - weak - lost)])


def _weak_to_strong_simulated(rng, population, n, m, weak, strong, n_sets=400):
    """Both as matrices on the teacher's labels: the noise is averaged over exactly."""
    X, Z = (_inputs(rng, population, size, n_sets) for size in (n, m))
    teacher, student = np.zeros((2, n_sets, population.n_features, n))
    teacher[:, :weak] = smoothers(X[..., :weak])
    student[:, strong:] = smoothers(Z[..., strong:]) @ (Z @ teacher)
    truth = X @ population.coef
    missed = [population.risk((S @ truth[..., None])[..., 0].T).mean() for S in (teacher, student)]
    return [
        risk - population.noise_variance + _lost_noise(population, S)
        for risk, S in zip(missed, (teacher, student), strict=True)
    ]


def _in_the_overlap(p, weak, strong, **options):
    """A truth on the columns that both have."""
    people = power_law(p, 0.5, **options)
    inside = (np.arange(p) >= strong) & (np.arange(p) < weak)
    scale = np.sqrt(people.signal / np.sum(people.eigenvalues * (people.coef * inside) ** 2))
    return GaussianPopulation(
        people.eigenvalues, scale * people.coef * inside, noise_variance=people.noise_variance
    )


def _misfit(population, n, m, weak, strong, *, limit=False, lost=1):
    """What the student gains on its teacher, and the share of its misfit."""
    teacher, _ = _weak_to_strong(population, n, m, weak, strong)
    misfit = teacher * strong / weak
    width = population.n_features - strong
    return misfit * (1 if limit else 1 - width / (m - width - lost))


def _misfit_simulated(rng, population, n, m, weak, strong):
    teacher, student = _weak_to_strong_simulated(rng, population, n, m, weak, strong)
    return teacher - student


def _shrunk(population, n, alpha):
    """Excess of the best multiple of a ridge fit."""
    law = least_squares(population, n, alpha=alpha)
    along = np.sum(population.eigenvalues * population.coef * law.coef_mean)
    return population.signal - along**2 / law.score_variance


def _shrunk_simulated(rng, population, n, alpha):
    w = fits(rng, population, n, alpha, n_sets=80)
    s = population.eigenvalues
    return population.signal - np.mean(w @ (s * population.coef)) ** 2 / np.mean(w**2 @ s)


def _best_hard_ridge(population):
    """The ridge of least error, in the units of the inputs."""
    c2 = 2 / np.pi * (1 - 2 * population.flip_rate) ** 2
    return population.n_features * population.eigenvalues[0] * (1 / c2 - 1)


def _tuned_error(population, n, *, ridge=1.0, square=False):
    """Errors at the best ridge, and at a third and at three times that."""
    best = _best_hard_ridge(population)
    laws = [least_squares(population, n, alpha=best * f * ridge) for f in (1 / 3, 1, 3)]
    kappa = laws[1].kappa / population.eigenvalues[0]
    tuned = np.arctan(kappa if square else np.sqrt(kappa)) / np.pi
    return np.array([laws[0].error_rate, tuned, laws[2].error_rate])


def _random_feature_pair(population, n, k, alpha, m, student_k, *, labels="soft", fresh=True):
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


def _random_feature_pair_simulated(rng, population, n, k, alpha, m, student_k, n_sets=50):
    X, y = training_sets(population, n, n_sets, rng=rng)
    maps = [
        rng.standard_normal((n_sets, population.n_features, size)) / np.sqrt(size)
        for size in (k, student_k)
    ]
    teacher = _scores(maps[0], ridge_fits(X @ maps[0], y, alpha))
    X = _inputs(rng, population, m, n_sets)
    student = _scores(maps[1], ridge_fits(X @ maps[1], _scores(X, teacher)))
    return [mean_risk(clean(population), w) for w in (teacher, student)]


def _random_feature_risk(rng, population, n, k, alpha, n_sets=55):
    X, y = training_sets(population, n, n_sets, rng=rng)
    W = rng.standard_normal((n_sets, population.n_features, k)) / np.sqrt(k)
    return mean_risk(clean(population), _scores(W, ridge_fits(X @ W, y, alpha)))


# A few strong directions that carry the truth, above a long tail that does not.
HEAD = GaussianPopulation(np.r_[4.0, 2.0, np.full(600, 0.002)], np.r_[0.7, 1.1, np.zeros(600)])
TIMES = np.geomspace(0.1, 100, 60)


def _stopped(teacher_mean, teacher_square):
    """Least excess of an early-stopped student with the kernel itself, given its teacher."""
    s, b = HEAD.eigenvalues, HEAD.coef
    kept = -np.expm1(-TIMES[:, None] * s)
    return np.min((s * (b**2 - 2 * kept * b * teacher_mean + kept**2 * teacher_square)).sum(1))


def _exponent(k):
    """Local exponent of the student's excess in its teacher's, between k features and 2k."""
    s = HEAD.eigenvalues
    pairs = []
    for width in (k, 2 * k):
        law = random_features(s, np.sqrt(s) * HEAD.coef, np.inf, width)
        mean, square = law.coef_mean / np.sqrt(s), (law.coef_mean**2 + law.coef_variance) / s
        pairs.append((_stopped(mean, square), law.risk))
    student, teacher = np.log(pairs[0]) - np.log(pairs[1])
    return student / teacher


def _exponent_simulated(rng, k, n_sets=20):
    s = HEAD.eigenvalues
    pairs = []
    for width in (k, 2 * k):
        W = rng.standard_normal((n_sets, s.size, width))
        gram = np.swapaxes(W, 1, 2) @ (s[:, None] * W)
        w = _scores(
            W, np.linalg.solve(gram, np.swapaxes(W, 1, 2) @ (s * HEAD.coef)[:, None])[..., 0]
        )
        pairs.append((_stopped(w.mean(0), (w**2).mean(0)), mean_risk(HEAD, w)))
    student, teacher = np.log(pairs[0]) - np.log(pairs[1])
    return student / teacher


def _shares(population, n, alpha):
    """A, 1 - A and g = df2/(n - df2)."""
    s, kappa = population.eigenvalues, least_squares(population, n, alpha=alpha).kappa
    kept = s / (s + kappa)
    df2 = np.sum(kept**2)
    return kept, 1 - kept, df2 / (n - df2)


def _best_risk(population, n, alpha, *, odds=True):
    """Risks of students of the best teacher, in closed form, and of the truth.

    `odds` is g = df2/(n - df2) rather than df2/n.
    """
    kept, lost, g = _shares(population, n, alpha)
    g = g if odds else g / (1 + g)
    energy = population.eigenvalues * population.coef**2
    best = np.sum(energy * lost**2 * g / (kept**2 + lost**2 * g))
    return np.array([best, least_squares(population, n, alpha=alpha).risk])


def _best_error(population, n, alpha, *, noise=np.pi / 2 - 1):
    """The same for errors on hard labels; `noise` is that of signs over their slope's square."""
    kept, lost, g = _shares(population, n, alpha)
    energy = population.eigenvalues * population.coef**2
    cosine = np.sqrt(np.sum(energy * kept**2 / (kept**2 + g * (lost**2 + noise))))
    return np.array(
        [np.arccos(cosine) / np.pi, least_squares(population, n, alpha=alpha).error_rate]
    )


def _best_taught(rng, population, n, alpha, n_sets=16):
    """Students of the best teacher and of the truth, on the same inputs."""
    hard = population.labels == "hard"
    X = _inputs(rng, population, n, n_sets)
    found = []
    for coef in (best_teacher(population, n, alpha=alpha).coef, population.coef):
        y = np.sign(X @ coef) if hard else X @ coef
        student = ridge_fits(X, y, alpha)
        found.append((mean_error if hard else mean_risk)(population, student))
    return found


def _filtered(population, n, candidates, shares, n_sets=0, *, covariance=True):
    """Disagreement of teacher and student of a share of the candidates, of largest scores."""
    teacher = least_squares(population, n)
    taus = special.ndtri(1 - np.array(shares) / 2)
    kept = np.round(candidates * np.array(shares))
    if not covariance:
        taus = 0 * taus
    return 1 - teacher.distill(kept, min_score=taus).agreement


def _filtered_simulated(rng, population, n, candidates, shares, n_sets=12):
    w = fits(rng, population, n, n_sets=n_sets)
    X = _inputs(rng, population, candidates, n_sets)
    scores = _scores(X, w) / np.sqrt(w**2 @ population.eigenvalues)[:, None]
    found = []
    for tau in special.ndtri(1 - np.array(shares) / 2):
        sets = [(Z[abs(f) > tau], np.sign(f[abs(f) > tau])) for Z, f in zip(X, scores, strict=True)]
        students = [ridge_fits(*one) for one in sets]
        found.append(1 - np.mean([population.agreement(*p) for p in zip(w, students, strict=True)]))
    return found


def _committee(population, n, n_models, m, *, one=False, same=False):
    """Errors of the mean and of the vote, and of students of both."""
    teacher = least_squares(population, n)
    mean = teacher.committee(1 if one else n_models)
    vote = mean if one or same else teacher.committee(n_models, decide="vote")
    return np.array([law.error_rate for law in (mean, vote, mean.distill(m), vote.distill(m))])


def _committee_simulated(rng, population, n, n_models, m, n_sets=12):
    w = np.array([fits(rng, population, n, n_sets=n_sets) for _ in range(n_models)])
    mean = w.mean(axis=0)
    # The vote's error, from fresh inputs: it is no linear score.
    X = _inputs(rng, population, m, n_sets)
    votes = np.sign(np.sign(X @ np.swapaxes(w, 0, 1).swapaxes(1, 2)).sum(axis=2))
    wrong = np.mean(votes != np.sign(X @ population.coef))
    students = _taught(rng, population, mean, m), ridge_fits(X, votes)
    return [mean_error(population, mean), wrong, *(mean_error(population, w) for w in students)]


HARD = (
    {"population": power_law(150, 0.7, scale=4, flips=0.1), "n": 90, "alpha": 3.0},
    {"population": power_law(80, 0.4, scale=0.1, flips=0.2), "n": 200, "alpha": 0.4},
    {"population": power_law(120, 1, scale=30, flips=0.05), "n": 80, "alpha": 0.0},
)
WEAK = [
    {"n": n, "m": m, "weak": weak, "strong": strong}
    | {"population": _in_the_overlap(p, weak, strong, scale=scale, signal=2, noise=noise)}
    for p, n, m, weak, strong, scale, noise in (
        (18, 30, 40, 10, 4, 5.0, 2.0),
        (14, 40, 30, 9, 5, 0.1, 0.5),
        (24, 50, 60, 14, 8, 20.0, 3.0),
    )
]

THEOREMS = (
    Theorem(
        "optimal-teacher",
        "The best teacher of a min-norm or ridge student is not the truth.",
        "Ildiz, Gozeten, Taga, Mondelli and Oymak, arXiv 2410.18837",
        "asymptotic",
        law=_best_risk,
        simulate=_best_taught,
        settings=[
            {"population": power_law(300, 2, scale=2, signal=3, truth=-0.25), "n": 120}
            | {"alpha": 0.0},
            {"population": power_law(150, 1, scale=40, signal=5), "n": 90, "alpha": 8.0},
            {"population": power_law(200, 1.5, scale=0.1, signal=0.4), "n": 100, "alpha": 0.003},
        ],
        wrong={
            "the truth is best": lambda **setting: _best_risk(**setting)[[1, 1]],
            "df2/n for df2/(n - df2)": lambda **setting: _best_risk(**setting, odds=False),
        },
        equation=r"b^*_i = \frac{b_i A_i}{A_i^2 + g (1 - A_i)^2},\quad"
        r" E = \sum_i s_i b_i^2 \frac{g (1 - A_i)^2}{A_i^2 + g (1 - A_i)^2},\quad"
        r" g = \frac{\mathrm{df}_2}{n - \mathrm{df}_2}",
        limits="Soft labels without noise. For p < n without a ridge the truth is best.",
        bias=0.008,
    ),
    Theorem(
        "optimal-hard-teacher",
        "Nor is the truth the best teacher of hard labels.",
        "our own",
        "asymptotic",
        law=_best_error,
        simulate=_best_taught,
        settings=[
            {"population": power_law(150, decay, scale=scale, flips=0.0, truth=truth), "n": 80}
            | {"alpha": alpha * scale}
            for decay, truth, scale, alpha in (
                (1.5, -0.5, 3.0, 0.0),
                (2.0, -1.0, 0.2, 0.01),
                (1.0, -0.25, 10.0, 1.0),
            )
        ],
        wrong={
            "the truth is best": lambda **setting: _best_error(**setting)[[1, 1]],
            "signs without noise": lambda **setting: _best_error(**setting, noise=0.0),
        },
        equation=r"b^*_i \propto \frac{b_i A_i}{A_i^2 + g ((1 - A_i)^2 + \pi/2 - 1)}",
        limits="For p < n without a ridge the truth is best.",
        bias=0.01,
        n_repeats=60,
    ),
    Theorem(
        "confidence-filter",
        "Of many candidates, students learn best from the 73 % with largest scores.",
        "our own; the threshold: Kelley 1939",
        "asymptotic",
        law=_filtered,
        simulate=_filtered_simulated,
        settings=[
            {"population": people, "n": n, "candidates": candidates, "n_sets": n_sets}
            | {"shares": (1.0, 0.7263, 0.2703)}
            for people, n, candidates, n_sets in (
                (isotropic(100, scale=0.1, flips=0.0), 80, 900, 24),
                (power_law(80, 0.5, scale=4, flips=0.1), 150, 1000, 4),
                (power_law(80, 1, scale=20, flips=0.2), 160, 800, 4),
            )
        ],
        wrong={
            "Kelley's 27 % read as the share kept": lambda **setting: _filtered(**setting)[
                [0, 2, 1]
            ],
            "the inputs' covariance unchanged": lambda **setting: _filtered(
                **setting, covariance=False
            ),
        },
        equation=r"V = 1 + (\tau a) q,\quad a = \frac{2\varphi(\tau)}{2\Phi(-\tau)},\quad"
        r" \text{slope } \frac aV,\quad \text{noise } 1 - \frac{a^2 q}{V}",
        limits="Gaussian inputs; from 73 % (all the teacher's columns) to 54 % (few of them).",
        bias=0.011,
    ),
    Theorem(
        "votes",
        "A student can beat the voting committee that labels its examples.",
        "our own",
        "asymptotic",
        law=_committee,
        simulate=_committee_simulated,
        settings=[
            {"population": power_law(160, 0.5, scale=4, flips=0.1), "n": 100, "n_models": 5}
            | {"m": 900},
            {"population": isotropic(120, scale=0.2, flips=0.0), "n": 200, "n_models": 3, "m": 600},
            {"population": power_law(120, 1, scale=9, flips=0.2), "n": 240, "n_models": 7}
            | {"m": 700},
        ],
        wrong={
            "one model": lambda **setting: _committee(**setting, one=True),
            "the vote as good as the mean": lambda **setting: _committee(**setting, same=True),
        },
        equation=r"c_v = \sqrt{2/\pi}\, t \sqrt{K (1 + (K - 1) r)},\quad"
        r" t = \mathbb E_z \mathrm{Bin}\bigl(\tfrac{K - 1}2; K - 1, \Phi(z\sqrt r)\bigr)",
        limits="Independent teachers, K odd; with many examples both students are the mean.",
        bias=0.008,
        n_repeats=30,
    ),
    Theorem(
        "hard-labels",
        "Least squares on hard labels is least squares with this slope and noise.",
        "Thrampoulidis, Abbasi and Hassibi, arXiv 1506.02181",
        "asymptotic",
        law=_hard_label_error,
        simulate=lambda rng, population, n, alpha: mean_error(
            population, fits(rng, population, n, alpha, n_sets=35)
        ),
        settings=HARD,
        wrong={
            "a slope of 1 - 2 eta": lambda **setting: _hard_label_error(
                **setting, slope=lambda flips: 1 - 2 * flips
            ),
            "flips without a cost": lambda **setting: _hard_label_error(
                **setting, slope=lambda flips: np.sqrt(2 / np.pi)
            ),
        },
        equation=r"c = (1 - 2\eta)\sqrt{2/\pi},\quad v = 1 - c^2,\quad"
        r"\text{error} = \tfrac1\pi \arccos\rho",
        limits="Gaussian scores; a mean of a curved function, so biased at small n.",
        bias=0.01,
    ),
    Theorem(
        "hard-label-student",
        "A student with its teacher's hard labels follows this law.",
        "derived in the documentation of ddkd.theory",
        "asymptotic",
        law=_student_error,
        simulate=_student_simulated,
        settings=[HARD[0] | {"m": 300}, HARD[1] | {"m": 250}, HARD[2] | {"m": 500}],
        wrong={
            "(E w)^2 for E w^2": _student_of_the_mean,
            "soft labels": lambda **setting: _student_error(**setting, labels="soft"),
        },
        equation=r"c_1 = \sqrt{2/\pi}/\sqrt{Q_T},\quad N = c_1 \sum_j s_j A_j b_j\,\mathbb E w_j,"
        r"\quad Q = c_1^2 \sum_j s_j A_j^2\,\mathbb E w_j^2 + \frac{E}{m}\mathrm{df}_2",
        limits="Fresh inputs; not the teacher's own (hard-self-distillation).",
        bias=0.01,
    ),
    Theorem(
        "two-clusters",
        "On two clusters a student can be better than its teacher.",
        "related: arXiv 2106.13805, 2205.07739; this law is our own",
        "asymptotic",
        law=_clusters,
        simulate=_clusters_simulated,
        settings=[
            {
                "population": MixturePopulation(s, mean * np.sqrt(s), flip_rate=flips),
                "n": n,
                "m": m,
            }
            for s, mean, flips, n, m in (
                (np.full(100, 3.0), 0.2, 0.1, 60, 800),
                (0.1 * np.arange(1.0, 101) ** -0.5, 0.15, 0.2, 200, 600),
                (9 * np.arange(1.0, 81) ** -1.0, 0.25, 0.05, 160, 500),
            )
        ],
        wrong={
            "one Gaussian with the same linear truth": _as_one_gaussian,
            "the student only as good as its teacher": lambda **setting: _clusters(**setting)[
                [0, 0]
            ],
        },
        equation=r"\mathbb E[x\hat y] = (2\Phi(a) - 1)\,\nu + 2\varphi(a)\,u",
        limits="One cluster to a class, Gaussian within.",
        bias=0.009,
    ),
    Theorem(
        "cluster-floor",
        "Clusters that the teacher gets wrong stay wrong, whatever the students do.",
        "our own",
        "asymptotic",
        law=_floor,
        simulate=_floor_simulated,
        settings=[
            {"n_clusters": 30, "radius": 6.0, "n": 600, "p": 80, "flips": 0.25}
            | {"m": 800, "n_draws": 7},
            {"n_clusters": 40, "radius": 8.0, "n": 600, "p": 120, "flips": 0.3, "m": 1200},
            {"n_clusters": 40, "radius": 8.0, "n": 400, "p": 60, "flips": 0.2, "m": 800},
        ],
        wrong={
            "flips without a cost": lambda **setting: _floor(**setting | {"flips": 0.0}),
            "students reach Bayes' error": lambda **setting: (
                _floor(**setting) * [1, 0]
                + [0, _upper_tail(setting["radius"] / np.sqrt(setting["n_clusters"]))]
            ),
        },
        equation=r"\mathbb E[x\hat y] = \frac1G \sum_g \pm(2\Phi(a_g) - 1)\,\nu_g + f u",
        limits="Orthogonal centres; with 12 examples a cluster it is off by up to 12 %.",
        bias=0.01,
        n_repeats=90,
    ),
    Theorem(
        "weak-to-strong-variance",
        "A student on other columns than its teacher loses teacher noise.",
        "arXiv 2502.05075 (abstract); finite sizes our own",
        "exact",
        law=_weak_to_strong,
        simulate=_weak_to_strong_simulated,
        settings=WEAK,
        wrong={
            "N - d and n - d for N - d - 1 and n - d - 1": lambda **setting: _weak_to_strong(
                **setting, lost=0
            ),
            "all noise outside the overlap lost": lambda **setting: _weak_to_strong(
                **setting, kept=0.0
            ),
            "all noise kept": lambda **setting: _weak_to_strong(**setting, kept=1.0),
        },
        equation=r"\text{teacher } \frac{v\,d_w}{n - d_w - 1},\quad \text{student }"
        r"\frac{v}{n - d_w - 1}\Bigl(d_{sw} + (d_w - d_{sw})\frac{d_s}{N - d_s - 1}\Bigr)",
        limits="Signal in the columns that both have, no ridge, more examples than columns.",
    ),
    Theorem(
        "misfit",
        "A strong student gains on its weak teacher by what it misfits.",
        "Charikar, Pabbaraju and Shiragur, arXiv 2405.15116; finite m our own",
        "exact",
        law=_misfit,
        simulate=_misfit_simulated,
        settings=WEAK,
        wrong={
            "infinitely many examples": lambda **setting: _misfit(**setting, limit=True),
            "a gain from m = 2 d on": lambda **setting: _misfit(**setting, lost=0),
        },
        equation=r"E_T - E_S = \text{misfit}\,\Bigl(1 - \frac{d_S}{m - d_S - 1}\Bigr)",
        limits="Realisable truth, no ridge; a gain if and only if m > 2 d_S + 1.",
    ),
    Theorem(
        "ridge-student-compensates",
        "A student's shrinkage mends a teacher with too small a ridge.",
        "arXiv 2505.18346 (abstract)",
        "asymptotic",
        law=_shrunk,
        simulate=_shrunk_simulated,
        settings=[
            {"population": isotropic(60, scale=4, signal=2, noise=3), "n": 100, "alpha": 5.0},
            {"population": isotropic(90, scale=0.2, signal=5, noise=4), "n": 70, "alpha": 2.0},
            {"population": isotropic(50, scale=9, signal=1, noise=0.5), "n": 120, "alpha": 100.0},
        ],
        wrong={
            "no shrinkage": lambda population, n, alpha: (
                least_squares(population, n, alpha=alpha).risk - population.noise_variance
            ),
            "as good as the best ridge": lambda population, n, alpha: (
                least_squares(
                    population,
                    n,
                    alpha=population.n_features
                    * population.eigenvalues[0]
                    * population.noise_variance
                    / population.signal,
                ).risk
                - population.noise_variance
            ),
        },
        equation=r"a^* = \frac{S A}{S A^2 + V},\quad E^* - v = S - \frac{S^2 A^2}{S A^2 + V}",
        limits="Isotropic inputs and infinitely many soft labels; a* < 1 iff alpha < p v/S.",
        bias=0.01,
    ),
    Theorem(
        "hard-ridge",
        "On hard labels the best ridge is the same for every n.",
        "our own",
        "asymptotic",
        law=_tuned_error,
        simulate=lambda rng, population, n: [
            mean_error(population, fits(rng, population, n, factor * _best_hard_ridge(population)))
            for factor in (1 / 3, 1, 3)
        ],
        settings=[
            {"population": isotropic(100, scale=scale, flips=flips), "n": n}
            for scale, flips, n in ((4.0, 0.1, 80), (0.3, 0.0, 250), (7.0, 0.2, 200))
        ],
        wrong={
            "a ridge without the noise of signs": lambda **setting: _tuned_error(
                **setting, ridge=0.5
            ),
            "kappa for its root": lambda **setting: _tuned_error(**setting, square=True),
        },
        equation=r"\alpha^* = p\,\Bigl(\frac{\pi}{2 (1 - 2\eta)^2} - 1\Bigr),\quad"
        r"\text{error} = \tfrac1\pi \arctan\sqrt{\kappa^*}",
        limits="Isotropic inputs. A hard-label student's best ridge is p (pi/2 - 1).",
        bias=0.01,
        n_repeats=25,
    ),
    Theorem(
        "random-features",
        "Random features of any kernel follow two implicit ridges.",
        "Simon, Karkada, Ghosh and Belkin, arXiv 2311.14646; arXiv 2405.15699",
        "asymptotic",
        law=lambda **setting: _random_feature_pair(**setting, m=1, student_k=1, fresh=False)[0],
        simulate=lambda rng, **setting: _random_feature_risk(rng, **setting),
        settings=[
            {"population": power_law(200, 1, scale=6, signal=3, noise=1), "n": 80}
            | {"k": k, "alpha": alpha}
            for k, alpha in ((50, 0.5), (120, 3.0), (160, 0.3))
        ],
        wrong={
            "the kernel in place of its features": lambda **setting: _random_feature_pair(
                **setting | {"k": np.inf}, m=1, student_k=1, fresh=False
            )[0],
            "features not scaled by 1/sqrt(k)": lambda population, n, k, alpha: (
                _random_feature_pair(
                    population, n, k, alpha * k if alpha else k / 10, 1, 1, fresh=False
                )[0]
            ),
        },
        equation=r"n = z + \frac{\alpha}{\kappa},\quad k = z + \frac{k\kappa}{\gamma},\quad"
        r"z = \sum_i \frac{l_i}{l_i + \gamma}",
        limits="Exact for Gaussian features in the limit; 1/n at a finite size.",
        bias=0.008,
    ),
    Theorem(
        "random-feature-student",
        "A random-feature student can go on improving where its teacher does not.",
        "arXiv 2603.05691 (abstract; only the laws are checked here)",
        "asymptotic",
        law=_random_feature_pair,
        simulate=_random_feature_pair_simulated,
        settings=[
            {"population": power_law(150, 1.5, scale=4, signal=3, noise=0.5)}
            | {"n": n, "k": k, "alpha": alpha, "m": m, "student_k": student_k}
            for n, k, alpha, m, student_k in (
                (60, 100, 0.2, 150, 80),
                (60, 40, 0.5, 80, 120),
                (80, 160, 1.0, 200, 60),
            )
        ],
        wrong={
            "hard labels": lambda **setting: _random_feature_pair(**setting, labels="hard"),
            "the student gives its teacher back": lambda **setting: _random_feature_pair(
                **setting, fresh=False
            ),
        },
        equation=r"\text{energies } c^2\,\mathbb E t_i^2 \text{ in place of } v_i^2,\quad c = 1",
        limits="The exponents of the abstract (-.7 for a spectrum i^-2) are not tested here.",
        bias=0.008,
    ),
    Theorem(
        "relu-quadratic",
        "An early-stopped student of a random-feature teacher gains up to a square.",
        "arXiv 2503.02877 (abstract: at least an exponent of 1.49 for ReLU)",
        "asymptotic",
        law=_exponent,
        simulate=_exponent_simulated,
        settings=[{"k": k} for k in (10, 20, 40)],
        wrong={
            "the student as its teacher": lambda k: 1.0,
            "the proven bound as the exponent": lambda k: 1.49,
        },
        equation=r"w_S = (1 - e^{-s t})\,w_T,\quad E_S \propto E_T^{2}",
        limits="Gaussian features, truth in a few strong directions; ReLU not checked.",
        bias=0.03,
        resolves=False,
    ),
)
