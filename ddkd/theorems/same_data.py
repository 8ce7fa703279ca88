"""The same training data used more than once: own labels, early stopping, bags of subsamples."""

import numpy as np

from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._bench import Theorem
from ddkd.theorems._problems import isotropic, mean_error, mean_risk, power_law
from ddkd.theory import bagging, gradient_flow, least_squares

__all__ = ["THEOREMS"]


def _scores(X, w):
    return (X @ w[..., None])[..., 0]


def _teach(rng, population, n, alpha, n_sets=40):
    """Training sets and the ridge fits to them."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    return X, y, ridge_fits(X, y, alpha)


def _refit(rng, population, n, alpha, mixing, labels="soft", student_alpha=None, rounds=1):
    """Teacher and last student on the same inputs."""
    X, y, w = _teach(rng, population, n, alpha)
    student = w
    for _ in range(rounds):
        own = _scores(X, student) if labels == "soft" else np.sign(_scores(X, student))
        mixed = (1 - mixing) * y + mixing * own
        student = ridge_fits(X, mixed, alpha if student_alpha is None else student_alpha)
    return w, student


def _quadratic(population, n, alpha):
    """Risk, its slope and its curvature in the share of own soft labels, by the law."""
    teacher = least_squares(population, n, alpha=alpha)
    low, middle, high = teacher.self_distill(labels="soft", mixing=[-1.0, 0.0, 1.0]).risk
    return middle, (high - low) / 2, (high + low) / 2 - middle


def _best_share(population, n, alpha, *, half=0.5, ridge=1.0):
    """The best share and its risk."""
    risk, slope, curvature = _quadratic(population, n, alpha * ridge)
    share = -half * slope / curvature
    return np.array([share, risk + share * slope + share**2 * curvature])


def _best_share_simulated(rng, population, n, alpha):
    """The same from the mean risk of models at three shares."""
    X, _, w = _teach(rng, population, n, alpha)
    step = ridge_fits(X, _scores(X, w), alpha) - w
    low, middle, high = (mean_risk(population, w + share * step) for share in (-1, 0, 1))
    slope, curvature = (high - low) / 2, (high + low) / 2 - middle
    return -slope / (2 * curvature), middle - slope**2 / (4 * curvature)


def _read_from_residuals(rng, population, n, alpha):
    """Half the slope and the curvature of the risk in the share, from training residuals."""
    X, y, w = _teach(rng, population, n, alpha)
    own = _scores(X, w)
    again = _scores(X, ridge_fits(X, own, alpha))
    wide = X.shape[2] > n
    gram = X @ np.swapaxes(X, 1, 2) if wide else np.swapaxes(X, 1, 2) @ X
    values = np.maximum(np.linalg.eigvalsh(gram), 0)
    kept = values / (values + alpha)
    trace, square = kept.sum(axis=1, keepdims=True), (kept**2).sum(axis=1, keepdims=True)
    left = 1 - trace / n
    e = (y - own) / left
    e_again = (y - again) / left - (y - own) * (trace - square) / (n * left**2)
    return np.mean(e * (e_again - e)), np.mean((e_again - e) ** 2)


def _hard(population, n, alpha, student_alpha, mixing, labels="hard"):
    teacher = least_squares(population, n, alpha=alpha)
    student = teacher.self_distill(labels=labels, alpha=student_alpha, mixing=mixing)
    return np.array([student.error_rate, student.agreement])


def _hard_as_if_fresh(population, n, alpha, student_alpha, mixing):
    """Right unless all labels are the teacher's own."""
    if mixing != 1:
        return _hard(population, n, alpha, student_alpha, mixing)
    teacher = least_squares(population, n, alpha=alpha)
    student = teacher.distill(n, labels="hard", alpha=student_alpha)
    return np.array([student.error_rate, student.agreement])


def _mean_agreement(population, w, other):
    s = population.eigenvalues
    cosine = np.sum(s * w * other, 1) / np.sqrt(np.sum(s * w**2, 1) * np.sum(s * other**2, 1))
    return 1 - np.mean(np.arccos(cosine)) / np.pi


def _hard_simulated(rng, population, n, alpha, student_alpha, mixing):
    w, student = _refit(rng, population, n, alpha, mixing, "hard", student_alpha)
    return mean_error(population, student), _mean_agreement(population, w, student)


def _own_again(population, n, alpha, m, *, labels="own"):
    """Error and agreement of a student of its teacher's labels and its teacher's examples."""
    teacher = least_squares(population, n, alpha=alpha)
    student = teacher.distill(m, alpha=alpha, labels="hard", with_labels=labels)
    return np.array([student.error_rate, student.agreement])


def _own_again_simulated(rng, population, n, alpha, m):
    X, y, w = _teach(rng, population, n, alpha, n_sets=25)
    Z = training_sets(population, m, len(w), rng=rng)[0]
    both = np.concatenate([X, Z], axis=1), np.concatenate([y, np.sign(_scores(Z, w))], axis=1)
    student = ridge_fits(*both, alpha)
    return mean_error(population, student), _mean_agreement(population, w, student)


def _bagged(rng, population, n, k, n_models, alpha, n_sets=20):
    """Mean risk of averages over random subsamples."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    rows = rng.permuted(np.tile(np.arange(n), (n_models, 1)), axis=1)[:, :k]
    return mean_risk(population, np.mean([ridge_fits(X[:, r], y[:, r], alpha) for r in rows], 0))


def _flow(rng, population, n, time, n_sets=25):
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

THEOREMS = (
    Theorem(
        "self-distillation",
        "Soft self-distillation has a best share of own labels, in closed form.",
        "Das and Sanghavi, arXiv 2301.13304; arXiv 2602.17565",
        "asymptotic",
        law=_best_share,
        simulate=_best_share_simulated,
        settings=[
            {"population": WIDE, "n": 100, "alpha": 4.0},
            {"population": TALL, "n": 160, "alpha": 0.8},
            {"population": EVEN, "n": 150, "alpha": 60.0},
        ],
        wrong={
            "no factor of 2 in the share": lambda **setting: _best_share(**setting, half=1.0),
            "nothing gained": lambda **setting: _best_share(**setting, half=0.0),
            "the ridge divided by n": lambda population, n, alpha: _best_share(
                population, n, alpha, ridge=1 / n
            ),
        },
        equation=r"\xi^* = -\frac{\alpha R'}{2 D},\quad E(\xi^*) = R - \frac{(\alpha R')^2}{4 D},"
        r"\quad D = \sum_j s_j\,\mathbb E (\alpha\,\partial_\alpha w_j)^2",
        limits="At the tuned ridge R' = 0: there it gains nothing to first order.",
        bias=0.012,
    ),
    Theorem(
        "one-shot-tuning",
        "The best share of own soft labels can be read from training residuals.",
        "arXiv 2602.17565",
        "asymptotic",
        law=lambda **setting: np.array(_quadratic(**setting)[1:]) * [0.5, 1.0],
        simulate=_read_from_residuals,
        settings=[
            {"population": WIDE, "n": 120, "alpha": 6.0},
            {"population": TALL, "n": 160, "alpha": 0.8},
            {"population": EVEN, "n": 150, "alpha": 60.0},
        ],
        wrong={
            "the slope for half the slope": lambda **setting: np.array(_quadratic(**setting)[1:]),
            "the ridge divided by n": lambda population, n, alpha: (
                np.array(_quadratic(population, n, alpha / n)[1:]) * [0.5, 1.0]
            ),
        },
        equation=r"\hat\xi = -\frac{\langle e, e_\text{again} - e\rangle}"
        r"{\lVert e_\text{again} - e\rVert^2},\quad e = \frac{y - Xw}{1 - \operatorname{tr} H/n}",
        limits="The ratio itself is low by up to 15 % at n = 100.",
        bias=0.009,
    ),
    Theorem(
        "repeated",
        "Rounds of self-distillation are a filter of the Gram matrix.",
        "Pareek, Du and Oh, arXiv 2407.04600; the integral over ridges is our own",
        "asymptotic",
        law=lambda population, n, alpha, mixing, rounds: (
            least_squares(population, n, alpha=alpha)
            .self_distill(labels="soft", mixing=mixing, rounds=rounds)
            .risk
        ),
        simulate=lambda rng, population, n, alpha, mixing, rounds: mean_risk(
            population, _refit(rng, population, n, alpha, mixing, rounds=rounds)[1]
        ),
        settings=[
            {"population": WIDE, "n": 100, "alpha": 4.0, "mixing": 1.0, "rounds": 3},
            {"population": TALL, "n": 160, "alpha": 0.5, "mixing": 0.8, "rounds": 4},
            {"population": EVEN, "n": 150, "alpha": 60.0, "mixing": -0.7, "rounds": 2},
        ],
        wrong={
            "one round": lambda population, n, alpha, mixing, rounds: (
                least_squares(population, n, alpha=alpha)
                .self_distill(labels="soft", mixing=mixing)
                .risk
            ),
            "a larger ridge in place of the rounds": lambda population, n, alpha, mixing, rounds: (
                least_squares(population, n, alpha=alpha * (1 + rounds * mixing)).risk
                if mixing > 0
                else least_squares(population, n, alpha=alpha).risk
            ),
        },
        equation=r"w_r = \frac{1}{2\pi i}\oint \frac{h_r(-z)}{z}\, w_z\,dz,\quad"
        r" h_r = \frac{\mu}{\mu + \alpha}(1 - \xi + \xi h_{r-1})",
        limits="Soft labels; error of order 1/n.",
        bias=0.01,
    ),
    Theorem(
        "hard-self-distillation",
        "Hard self-distillation has this law, and beats every ridge fit.",
        "our own; related: arXiv 2501.16226 (two clusters, by the replica method)",
        "asymptotic",
        law=_hard,
        simulate=_hard_simulated,
        settings=[
            {"population": isotropic(60, scale=3, flips=0.0), "n": 300}
            | {"alpha": 180.0, "student_alpha": 150.0, "mixing": -0.7},
            {"population": power_law(100, 0.7, scale=20, flips=0.2), "n": 160}
            | {"alpha": 60.0, "student_alpha": 20.0, "mixing": 1.0},
            {"population": power_law(150, 0.6, scale=0.3, flips=0.1), "n": 100}
            | {"alpha": 2.0, "student_alpha": 3.0, "mixing": 0.6},
        ],
        wrong={
            "the same inputs treated as fresh ones": _hard_as_if_fresh,
            "hard labels as if they were soft": lambda **setting: _hard(**setting, labels="soft"),
            "a ridge fit to the true labels": lambda **setting: _hard(**setting | {"mixing": 0.0}),
        },
        equation=r"(s + \kappa_2) w_S = s (a_g b + a_f w_1) - h \kappa_1 w_1 + \sqrt s\,\zeta,"
        r"\quad h = \frac{a_f w_{12}}{1 - w_{12}}",
        limits="Gaussian inputs; nothing is claimed against logistic regression.",
        bias=0.012,
    ),
    Theorem(
        "own-labels-again",
        "A student that meets its teacher's examples again learns its mistakes.",
        "our own",
        "asymptotic",
        law=_own_again,
        simulate=_own_again_simulated,
        settings=[
            {
                "population": power_law(80, 0.7, scale=4, flips=0.2),
                "n": 120,
                "alpha": 5.0,
                "m": 120,
            },
            {"population": isotropic(60, scale=0.2, flips=0.1), "n": 100, "alpha": 1.0, "m": 200},
            {"population": power_law(100, 0.4, scale=9, flips=0.3), "n": 200}
            | {"alpha": 30.0, "m": 100},
        ],
        wrong={
            "its teacher's examples as if fresh": lambda **setting: _own_again(
                **setting, labels=setting["n"]
            ),
            "its teacher's labels alone": lambda **setting: _own_again(**setting, labels=None),
        },
        equation=r"(s + \kappa_2) w_S = s\,[P c b + (1 - P) c_1 w_1] - P h \kappa_1 w_1"
        r" + \sqrt s\,\zeta,\quad P = \frac n{n + m}",
        limits="Gaussian inputs. Soft labels of least squares give the teacher back.",
        bias=0.01,
    ),
    Theorem(
        "subsample-is-ridge",
        "The average of fits to many subsamples is a ridge fit to all samples.",
        "Patil and Du, arXiv 2304.13016",
        "asymptotic",
        law=lambda population, n, k, n_models, alpha: (
            bagging(population, n, k, n_models, alpha=alpha).risk
        ),
        simulate=_bagged,
        settings=[
            {"population": WIDE, "n": 120, "k": 60, "n_models": 6, "alpha": 0.0},
            {"population": TALL, "n": 160, "k": 110, "n_models": 4, "alpha": 0.2},
            {"population": EVEN, "n": 120, "k": 50, "n_models": 10, "alpha": 5.0},
        ],
        wrong={
            "the models' own ridge on all samples": lambda population, n, k, n_models, alpha: (
                least_squares(population, n, alpha=alpha).risk * (1 - 1 / n_models)
                + bagging(population, n, k, 1, alpha=alpha).risk / n_models
            ),
            "subsamples independent of one another": lambda population, n, k, n_models, alpha: (
                bagging(population, 1000 * n, k, n_models, alpha=alpha).risk
            ),
        },
        equation=r"\alpha' = \kappa\,(n - \sum_j A_j),\quad E_K = E_\infty + (E_1 - E_\infty)/K",
        limits="Subsamples drawn without replacement; error of order 1/k.",
        bias=0.01,
    ),
    Theorem(
        "gradient-flow",
        "Early stopping has this law, for any covariance and at p = n, too.",
        "Ali, Kolter and Tibshirani, arXiv 1810.10082; this law is our own",
        "asymptotic",
        law=lambda population, n, time: gradient_flow(population, n, time).risk,
        simulate=_flow,
        settings=[
            {"population": WIDE, "n": 100, "time": 0.05},
            {"population": TALL, "n": 80, "time": 20.0},
            {"population": EVEN, "n": 140, "time": 0.002},
        ],
        wrong={
            "a ridge of 1/T": lambda population, n, time: (
                least_squares(population, n, alpha=1 / time).risk
            ),
            "a loss divided by n": lambda population, n, time: (
                gradient_flow(population, n, time / n).risk
            ),
            "the mean fit alone, without its variance": lambda population, n, time: population.risk(
                gradient_flow(population, n, time).coef_mean
            ),
        },
        equation=r"E = \sum_{kl} c_k c_l E_{kl},\quad"
        r" e^{-T\mu} = \frac{1}{2\pi i}\int \frac{e^{zT}}{z + \mu}\,dz",
        limits="At most 1.6862 times the excess of a ridge of 1/T, on every design.",
        bias=0.01,
    ),
)
