"""The same training data used more than once: own labels, early stopping, bags of subsamples."""

from functools import partial

import numpy as np

from ddkd import theory
from ddkd.theorems import _laws, _simulators
from ddkd.theorems._problems import EVEN, HARD, REAL, TALL, WIDE, extend, isotropic, power_law
from ddkd.theorems._theorem import Theorem, declare, mistake, setting, settings

THEOREMS: list[Theorem] = []
theorem = partial(declare, THEOREMS)


def _quadratic(population, n, alpha):
    """Risk, its slope and its curvature in the share of own soft labels."""
    teacher = _laws.ridge(population, n, alpha)
    low, middle, high = theory.self_distill(teacher, labels="soft", mixing=[-1.0, 0.0, 1.0]).risk
    return middle, (high - low) / 2, (high + low) / 2 - middle


def _as_the_best_ridge(population, n, alpha):
    """The right share, with the risk of a tuned ridge."""
    share = self_distillation(population, n, alpha)[0]
    return np.array([share, theory.best_alpha(population, n).risk])


def _without_the_half(population, n, alpha):
    """The best share of a slope and a curvature without the 2 of a parabola."""
    risk, slope, curvature = _quadratic(population, n, alpha)
    return np.array([-slope / curvature, risk])


@theorem("asymptotic", _simulators.best_share, bias=0.012, n_repeats=150)
@settings(REAL)
@mistake("no factor of 2 in the share", _without_the_half)
@mistake("as good as the best ridge", _as_the_best_ridge)
def self_distillation(population, n, alpha):
    r"""Soft self-distillation has a best share of own labels, in closed form.

    .. math:: \xi^* = -\frac{\alpha R'}{2 D},\quad E(\xi^*) = R - \frac{(\alpha R')^2}{4 D},\quad
        D = \sum_j s_j\,\mathbb E (\alpha\,\partial_\alpha w_j)^2

    R is the risk without own labels, R' its derivative in the ridge. At a ridge that is best and
    above zero, R' = 0 and nothing is gained to first order. Where the best of all ridges >= 0 is 0
    itself, a negative share can gain much.

    Source: Das and Sanghavi, arXiv 2301.13304; Dang, Patil and Rinaldo, arXiv 2602.17565.
    """
    risk, slope, curvature = _quadratic(population, n, alpha)
    return np.array([-slope / (2 * curvature), risk - slope**2 / (4 * curvature)])


@theorem("asymptotic", _simulators.read_from_residuals, bias=0.009, n_repeats=250)
@settings(REAL)
@mistake("the slope for half the slope", lambda **setting: one_shot_tuning(**setting) * [2, 1])
@mistake("the ridge divided by n", alpha=lambda at: at["alpha"] / at["n"])
def one_shot_tuning(population, n, alpha):
    r"""The best share of own soft labels can be read from training residuals.

    .. math:: \hat\xi = -\frac{\langle e, e_\text{again} - e\rangle}
        {\lVert e_\text{again} - e\rVert^2},\quad e = \frac{y - Xw}{1 - \operatorname{tr} H/n}

    H takes labels to fitted values; e_again is e for the student of own labels alone. Tested are
    the means of the numerator and of the denominator; their ratio is low by 12 % in one of the
    settings, at n = 100.

    Source: Dang, Patil and Rinaldo, arXiv 2602.17565.
    """
    _, slope, curvature = _quadratic(population, n, alpha)
    return np.array([slope / 2, curvature])


def _as_if_fresh(population, n, alpha, student_alpha, mixing):
    """Right unless all labels are the teacher's own."""
    if mixing != 1:
        return hard_self_distillation(population, n, alpha, student_alpha, mixing)
    teacher = _laws.ridge(population, n, alpha)
    return _laws.figures(teacher.distill(n, alpha=student_alpha))


@theorem("asymptotic", _simulators.refit, bias=0.012)
@setting(isotropic(60, scale=3, flips=0.0), n=300, alpha=180.0, student_alpha=150.0, mixing=-0.7)
@setting(
    power_law(100, 0.7, scale=20, flips=0.2), n=160, alpha=60.0, student_alpha=20.0, mixing=1.0
)
@setting(power_law(150, 0.6, scale=0.3, flips=0.1), n=100, alpha=2.0, student_alpha=3.0, mixing=0.6)
@mistake("the same inputs treated as fresh ones", _as_if_fresh)
@mistake("a ridge fit to the true labels", mixing=0.0)
def hard_self_distillation(population, n, alpha, student_alpha, mixing):
    r"""Hard self-distillation has this law, and can beat every ridge fit.

    .. math:: (s + \kappa_2) w_S = s (a_g b + a_f w_1) - h \kappa_1 w_1 + \sqrt s\,\zeta,\quad
        h = \frac{a_f w_{12}}{1 - w_{12}}

    Gaussian inputs. The student has mixed labels on its teacher's inputs: a_g and a_f are their
    slopes on the truth's score and on the teacher's, w_12 is sum A_1 A_2/n, and zeta is noise. It
    beats every ridge in the first setting, not in the others; nothing is claimed against logistic
    regression.

    Source: our own; related: Takanami, Takahashi and Sakata, arXiv 2501.16226 (two clusters, by the
    replica method).
    """
    teacher = _laws.ridge(population, n, alpha)
    return _laws.figures(theory.self_distill(teacher, alpha=student_alpha, mixing=mixing))


def _with(labels, population, n, alpha, m):
    """A student on m of its teacher's labels and some true ones."""
    teacher = _laws.ridge(population, n, alpha)
    return _laws.figures(teacher.distill(m, alpha=alpha, with_labels=labels))


@theorem("asymptotic", _simulators.own_again, bias=0.01)
@settings(extend(HARD, m=(120, 200, 150)))
@mistake("its teacher's examples as if fresh", lambda **at: _with(at["n"], **at))
@mistake("its teacher's labels alone", lambda **at: _with(None, **at))
def own_labels_again(population, n, alpha, m):
    r"""A student that meets its teacher's examples again learns its mistakes.

    .. math:: (s + \kappa_2) w_S = s\,[P c b + (1 - P) c_1 w_1] - P h \kappa_1 w_1
        + \sqrt s\,\zeta,\quad P = \frac n{n + m}

    Gaussian inputs. The student learns its teacher's n true labels and hard labels of m fresh
    inputs; h and zeta are as in hard-self-distillation. With soft labels and one ridge for both, it
    is its teacher.

    Source: our own.
    """
    return _with("own", population, n, alpha, m)


@theorem("asymptotic", _simulators.bagged, bias=0.01)
@setting(WIDE, n=120, k=60, n_models=6, alpha=0.0)
@setting(TALL, n=160, k=110, n_models=4, alpha=0.2)
@setting(EVEN, n=120, k=50, n_models=10, alpha=5.0)
@mistake("subsamples independent of one another", n=lambda at: 1000 * at["n"])
@mistake("infinitely many models", n_models=np.inf)
def subsample_is_ridge(population, n, k, n_models, alpha):
    r"""The average of fits to many subsamples is a ridge fit to all samples.

    .. math:: \alpha' = \kappa\,(n - \sum_j A_j),\quad E_K = E_\infty + (E_1 - E_\infty)/K

    K models learn k of the n rows each, drawn without replacement; kappa and A are those of one
    model. Errors of order 1/k.

    Source: Patil and Du, arXiv 2304.13016.
    """
    return theory.bagging(population, n, k, n_models, alpha=alpha).risk


def _ensemble(population, n, k, n_models, alpha):
    """Risks of one and of all, n/k and n over the degrees of freedom."""
    one, every = theory.bagging(population, n, k, [1, n_models], alpha=alpha).risk
    return one, every, n / k, n / _laws.learned(population, k, alpha)[1]


def _gcv_of_halves(**at):
    """Right for subsamples of half the rows alone."""
    one, every, _, spread = _ensemble(**at)
    return every + one / at["n_models"] / (spread - 1) ** 2


@theorem("asymptotic", _simulators.bagged_gcv, bias=0.008)
@setting(WIDE, n=120, k=80, n_models=4, alpha=2.0)
@setting(TALL, n=160, k=120, n_models=3, alpha=0.2)
@setting(EVEN, n=120, k=40, n_models=2, alpha=5.0)
@mistake("right for ensembles, too", lambda **at: _ensemble(**at)[1])
@mistake("no n/k - 1", _gcv_of_halves)
def bagged_gcv(population, n, k, n_models, alpha):
    r"""Generalised cross-validation overstates the risk of subsample averages.

    .. math:: \mathbb E\,\text{GCV} = E_M + \frac{E_1}M\,\frac{n/k - 1}{(n/d - 1)^2}

    M models learn k of n rows each, and d is the mean of their degrees of freedom. Generalised
    cross-validation (GCV) is right for one model of all rows. Errors of order 1/k.

    Source: Bellec, Du, Koriyama, Patil and Tan, arXiv 2310.01374 (abstract); this mean our own.
    """
    one, every, rows, spread = _ensemble(population, n, k, n_models, alpha)
    return every + one / n_models * (rows - 1) / (spread - 1) ** 2


@theorem("asymptotic", _simulators.stopped, bias=0.01)
@setting(WIDE, n=100, time=(0.05,))
@setting(TALL, n=80, time=(10.0,))
@setting(EVEN, n=140, time=(0.002,))
@mistake("a ridge of 1/T", _laws.ridge_of_time)
@mistake("a loss divided by n", time=lambda at: np.divide(at["time"], at["n"]))
def gradient_flow(population, n, time):
    r"""Early stopping has this law, for any covariance and at p = n, too.

    .. math:: E = \sum_{kl} c_k c_l E_{kl},\quad
        e^{-T\mu} = \frac{1}{2\pi i}\int \frac{e^{zT}}{z + \mu}\,dz

    The flow stops at time T. It is an average over complex ridges z_k with weights c_k, and E_kl is
    the mean product of the errors of two of them. Averaged over truths, its excess is at most
    1.6862 times that of a ridge of 1/T, on every design.

    Source: Ali, Kolter and Tibshirani, arXiv 1810.10082; this law is our own.
    """
    return theory.gradient_flow(population, n, time).risk
