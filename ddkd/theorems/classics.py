"""Results that the laws of `ddkd.theory` were made for."""

from functools import partial

import numpy as np

from ddkd import theory
from ddkd.populations import GaussianPopulation
from ddkd.theorems import _feature_simulators, _laws, _simulators
from ddkd.theorems._problems import (
    EVEN,
    EXACT,
    FEATURES,
    HARD,
    TALL,
    WIDE,
    extend,
    power_law,
    twins,
)
from ddkd.theorems._theorem import Theorem, declare, mistake, setting, settings

THEOREMS: list[Theorem] = []
theorem = partial(declare, THEOREMS)


def _missed_degree(population, n):
    """Belkin, Hsu and Xu's formula with p/(n - p) for p/(n - p - 1)."""
    p, v = population.n_features, population.noise_variance
    return max(0, 1 - n / p) * population.signal + v * (1 + min(n, p) / abs(n - p))


def _seen_for_missed(population, n):
    """The share of the signal that is seen for the one that is missed."""
    missed = 1 - n / population.n_features
    return min_norm_risk(population, n) + population.signal * min(0, 1 - 2 * missed)


@theorem("exact", partial(_simulators.ridge_loss, n_sets=120))
@settings(EXACT)
@mistake("p/(n - p) for p/(n - p - 1)", _missed_degree)
@mistake("bias S n/p for S (1 - n/p)", _seen_for_missed)
def min_norm_risk(population, n):
    r"""Isotropic minimum norm has this risk at every n and p.

    .. math:: E = v\frac{n - 1}{n - p - 1}\ (p < n - 1),\quad
        E = S\Bigl(1 - \frac np\Bigr) + v\frac{p - 1}{p - n - 1}\ (p > n + 1)

    Gaussian inputs; equal variances if p > n. Infinite where n and p differ by less than 2, unless
    v = 0.

    Source: Belkin, Hsu and Xu, arXiv 1903.07571.
    """
    return _laws.isotropic_risk(population, n)


def _missed(population, n, alpha):
    """Signal that the mean fit misses, and the share 1 - df2/n that the fit leaves of errors."""
    A, df2 = _laws.learned(population, n, alpha, power=2)
    return np.sum(population.eigenvalues * (population.coef * (1 - A)) ** 2), 1 - df2 / n


def _bias_beside_noise(population, n, alpha):
    """Missed signal added to the risk, as if it were no noise in the fit."""
    missed, left = _missed(population, n, alpha)
    return missed + population.noise_variance / left


@theorem("asymptotic", _simulators.ridge_loss, bias=0.01)
@setting(power_law(150, 1.2, scale=8, signal=3, noise=0.5), n=60, alpha=0.0)
@setting(power_law(60, 0.7, scale=5, signal=2, noise=4), n=120, alpha=40.0)
@setting(power_law(90, 1, scale=1, signal=9, noise=2), n=60, alpha=1.5)
@mistake("the ridge divided by n", alpha=lambda at: at["alpha"] / at["n"])
@mistake("the missed signal not part of the noise", _bias_beside_noise)
def anisotropic_risk(population, n, alpha):
    r"""Ridge and minimum norm on any covariance follow one implicit ridge.

    .. math:: n = \sum_j \frac{s_j}{s_j + \kappa} + \frac{\alpha}{\kappa},\quad
        E = \frac{v + \sum_j s_j b_j^2 (1 - A_j)^2}{1 - \sum_j A_j^2/n}

    Errors of order 1/n; infinite at n = p without a ridge.

    Source: Hastie, Montanari, Rosset and Tibshirani, arXiv 1903.08560.
    """
    missed, left = _missed(population, n, alpha)
    return (population.noise_variance + missed) / left


@theorem(
    "asymptotic", partial(_feature_simulators.averaged_risk, n_models=1, n_sets=15), bias=0.008
)
@settings(FEATURES)
@mistake("the kernel in place of its features", k=np.inf)
@mistake("features not scaled by 1/sqrt(k)", alpha=lambda at: at["alpha"] * at["k"])
def random_features(population, n, k, alpha):
    r"""Random features of any kernel follow two implicit ridges.

    .. math:: n = z + \frac{\alpha}{\kappa},\quad k = z + \frac{k\kappa}{\gamma},\quad
        z = \sum_i \frac{l_i}{l_i + \gamma}

    l are the kernel's eigenvalues, k is the number of features. In the limit it is exact for
    Gaussian features; errors of order 1/n.

    Source: Simon, Karkada, Ghosh and Belkin, arXiv 2311.14646; Defilippis, Loureiro and
    Misiakiewicz, arXiv 2405.15699.
    """
    return _laws.features(population, n, k, alpha).risk


def _error_with(c, v, population, n, alpha):
    """0-1 error of least squares on labels c times the truth, with noise v."""
    real = GaussianPopulation(population.eigenvalues, c * population.coef, noise_variance=v)
    return _laws.ridge(real, n, alpha).error_rate


def _in_the_slope_alone(population, n, alpha):
    """Flips that make labels smaller, and add no noise."""
    return _error_with(population.label_scale, 1 - 2 / np.pi, population, n, alpha)


@theorem("asymptotic", partial(_simulators.ridge_loss, n_sets=14), bias=0.01)
@settings(HARD)
@mistake("flips without a cost", partial(_error_with, np.sqrt(2 / np.pi), 1 - 2 / np.pi))
@mistake("flips in the slope alone", _in_the_slope_alone)
def hard_labels(population, n, alpha):
    r"""Least squares on hard labels is least squares with this slope and noise.

    .. math:: c = (1 - 2\eta)\sqrt{2/\pi},\quad v = 1 - c^2,\quad
        \text{error} = \tfrac1\pi \arccos\rho

    Gaussian inputs; eta is the rate of flips and rho the correlation of score and truth. The error
    is the mean of a curved function, hence biased at small n.

    Source: Thrampoulidis, Abbasi and Hassibi, arXiv 1506.02181.
    """
    c = population.label_scale
    return _error_with(c, 1 - c**2, population, n, alpha)


def _independent_mistakes(population, n, alpha, m):
    """A student that is wrong where either its teacher or its copy is, but not both."""
    teacher = theory.least_squares(population, n, alpha=alpha).error_rate
    _, same = hard_label_student(population, n, alpha, m)
    return np.array([teacher * same + (1 - teacher) * (1 - same), same])


@theorem("asymptotic", _simulators.student, bias=0.01)
@settings(extend(HARD, m=(300, 250, 500)))
@mistake("mistakes of two independent kinds", _independent_mistakes)
@mistake("infinitely many examples", m=np.inf)
def hard_label_student(population, n, alpha, m):
    r"""A student with its teacher's hard labels follows this law.

    .. math:: c_1 = \sqrt{2/\pi}/\sqrt{Q_T},\quad N = c_1 \sum_j s_j A_j b_j\,\mathbb E w_j,\quad
        Q = c_1^2 \sum_j s_j A_j^2\,\mathbb E w_j^2 + \frac{E}{m}\mathrm{df}_2

    Fresh inputs, not the teacher's own (hard-self-distillation). N is the mean product of the
    student's score with the truth, Q the mean square of the score, and Q_T that of the teacher's;
    the student's error is arccos(N/sqrt Q)/pi.

    Source: derived in the documentation of ddkd.theory.
    """
    teacher = theory.least_squares(population, n, alpha=alpha)
    return _laws.figures(teacher.distill(m))


@theorem("asymptotic", _simulators.teacher_and_student, bias=0.009, n_repeats=150)
@setting(twins(100, 0, scale=3, mean=0.2, flips=0.1), n=60, m=800)
@setting(twins(100, 0.5, scale=0.1, mean=0.15, flips=0.2), n=200, m=600)
@setting(twins(80, 1, scale=9, mean=0.25, flips=0.05), n=160, m=800)
@mistake("the student only as good as its teacher", [0, 0])
@mistake("infinitely many examples", m=np.inf)
def two_clusters(population, n, m):
    r"""On two clusters a student can be better than its teacher.

    .. math:: \mathbb E[x\hat y] = (2\Phi(a) - 1)\,\nu + 2\varphi(a)\,u

    One Gaussian cluster to a class. The centre is nu and the teacher's unit score u, with the
    margin a, in coordinates of unit variance; Phi and phi are the normal distribution and density.

    Source: our own; related: Frei, Zou, Chen and Gu, arXiv 2106.13805; Takahashi, arXiv 2205.07739.
    """
    teacher = theory.least_squares(population, n)
    return np.array([teacher.error_rate, teacher.distill(m).error_rate])


@theorem("asymptotic", _simulators.clusters, bias=0.008)
@setting(n_clusters=50, radius=6.0, n=800, p=70, flips=0.3, m=800)
@setting(n_clusters=60, radius=8.0, n=600, p=80, flips=0.3, m=600)
@setting(n_clusters=80, radius=7.0, n=500, p=100, flips=0.25, m=250)
@mistake("flips without a cost", flips=0.0)
@mistake("infinitely many examples", m=np.inf)
def cluster_floor(n_clusters, radius, n, p, flips, m):
    r"""Clusters that the teacher gets wrong stay wrong, whatever the students do.

    .. math:: \mathbb E[x\hat y] = \frac1G \sum_g \pm(2\Phi(a_g) - 1)\,\nu_g + f u

    G clusters, half of them in each class, with orthogonal centres nu_g, margins a_g and the mean f
    of 2 phi(a_g). It is for many clusters: with ten or twenty it is off by up to 5 %.

    Source: our own.
    """
    teacher = theory.cluster_mixture(n_clusters, radius, n, p, flip_rate=flips)
    return np.array([teacher.error_rate, teacher.distill(m).distill(m).error_rate])


def _like_the_trace(population, elsewhere, n, alpha):
    """Excess in proportion to the inputs' variance."""
    ratio = np.sum(elsewhere.eigenvalues) / np.sum(population.eigenvalues)
    return elsewhere.noise_variance + ratio * _laws.excess(_laws.ridge(population, n, alpha))


def _noise_alone(population, elsewhere, n, alpha):
    """Coefficients that vary by the noise alone, not by the signal that is missed."""
    law = _laws.ridge(population, n, alpha)
    vary = law.coef_variance * population.noise_variance / law.target_risk
    square = (law.coef_mean - elsewhere.coef) ** 2
    return elsewhere.noise_variance + np.sum(elsewhere.eigenvalues * (square + vary))


@theorem("asymptotic", _simulators.shifted, bias=0.01)
@setting(WIDE, elsewhere=power_law(150, 1.2, scale=9, signal=3, noise=1), n=60, alpha=0.0)
@setting(TALL, elsewhere=power_law(80, 1.0, scale=9, signal=6, noise=3), n=160, alpha=0.8)
@setting(EVEN, elsewhere=power_law(100, 1.0, scale=2, signal=2, noise=3), n=150, alpha=60.0)
@mistake("an excess in proportion to the trace", _like_the_trace)
@mistake("the missed signal no noise", _noise_alone)
def covariate_shift(population, elsewhere, n, alpha):
    r"""On other inputs the risk needs only the coefficients' means and variances.

    .. math:: E_T = v + (\mathbb E w - b)'\,T\,(\mathbb E w - b) + \sum_j T_{jj}
        \operatorname{Var} w_j

    The model is judged on inputs of covariance T, with another truth b and other noise v. Its
    training inputs have a diagonal covariance; T need not be diagonal. ``law.risk_on(population)``
    gives it for any linear law.

    Source: Patil, Du and Tibshirani, arXiv 2404.01233 (abstract); this form is our own.
    """
    return _laws.ridge(population, n, alpha).risk_on(elsewhere)


@theorem("asymptotic", _simulators.negative_ridge, bias=0.012)
@setting(power_law(240, 0.4, scale=3, signal=4, noise=0.05, columns=slice(12)), n=60, alpha=-15.0)
@setting(power_law(200, 0.6, scale=20, signal=3, noise=0.1, columns=slice(15)), n=60, alpha=-30.0)
@setting(power_law(240, 0.25, scale=0.2, signal=4, noise=0.5, columns=slice(20)), n=80, alpha=-1.4)
@mistake("no ridge below zero", alpha=0.0)
@mistake("the sign of the ridge without meaning", alpha=lambda at: -at["alpha"])
def negative_ridge(population, n, alpha):
    r"""Where many columns without truth are a ridge the best one is negative.

    .. math:: \alpha = \kappa\,\Bigl(n - \sum_j A_j\Bigr) < 0,\quad
        E = \frac{v + \sum_j s_j b_j^2 (1 - A_j)^2}{1 - \mathrm{df}_2/n},\quad
        \kappa > \kappa_{\min}:\ \mathrm{df}_2(\kappa_{\min}) = n

    p > n. At the edge kappa_min the smallest eigenvalue of XX' is -alpha; near it the law needs
    sizes far above a hundred. From alpha = 0 a small negative ridge helps if and only if sum e A (1
    - A)^2 (n - df2) > (v + sum e (1 - A)^2) sum A^2 (1 - A), where e = s b^2.

    Source: Kobak, Lomond and Sanchez, arXiv 1805.10939; Patil, Du and Tibshirani, arXiv 2404.01233
    (abstracts); the criterion is our own.
    """
    return _laws.ridge(population, n, alpha).risk
