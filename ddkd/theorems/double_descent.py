"""Double descent: where its peaks are, what removes them, and what they are made of."""

from functools import partial

import numpy as np

from ddkd import theory
from ddkd.populations import GaussianPopulation
from ddkd.theorems import _feature_simulators, _laws, _simulators
from ddkd.theorems._problems import EXACT, FEATURES, REAL, extend, isotropic, power_law
from ddkd.theorems._theorem import Theorem, declare, mistake, setting, settings

THEOREMS: list[Theorem] = []
theorem = partial(declare, THEOREMS)


def _tuned_risk(best, population, n):
    """Risk at the ridge `best` of p, signal and noise, for variances of 1."""
    p, S, v = population.n_features, population.signal, population.noise_variance
    a = best(p, S, v)
    kappa = (a + p - n + np.sqrt((a + p - n) ** 2 + 4 * n * a)) / (2 * n)
    return v + S * kappa / (1 + kappa)


@theorem(
    "asymptotic",
    lambda rng, population, n: _simulators.tuned_loss(rng, population, n, [1])[0],
    bias=0.005,
)
@setting(isotropic(80, scale=4, signal=3, noise=2), n=40)
@setting(isotropic(80, scale=4, signal=3, noise=2), n=80)
@setting(isotropic(120, scale=0.1, signal=8, noise=2), n=120)
@mistake("noise/signal without the p", partial(_tuned_risk, lambda p, S, v: v / S))
@mistake("labels' variance for signal", partial(_tuned_risk, lambda p, S, v: p * v / (S + v)))
def optimal_ridge_monotone(population, n):
    r"""The best ridge removes the peak: its risk falls with every sample.

    .. math:: \kappa^* = \frac{a + p - n + \sqrt{(a + p - n)^2 + 4na}}{2n},\quad
        a = \frac{pv}{S},\quad E = v + S\frac{\kappa^*}{1 + \kappa^*}

    Isotropic inputs of variance 1; a is the best ridge, the same for every n. A ridge chosen from
    few data can still have a peak.

    Source: Nakkiran, Venkat, Kakade and Ma, arXiv 2003.01897.
    """
    return _tuned_risk(lambda p, S, v: p * v / S, population, n)


@theorem("bound", _feature_simulators.fitted_noise, n_repeats=40)
@settings(
    [
        {"seed": seed, "n": n, "p": p, "kind": kind}
        for seed, (n, p) in enumerate([(22, 16), (16, 22), (30, 12), (20, 40)])
        for kind in ("gaussian", "relu", "cosine", "student", "sphere")
    ]
)
@mistake("the noise itself counted in", lambda **setting: 1 + noise_floor(**setting))
@mistake(
    "max(n, p) for min(n, p)", lambda seed, n, p, kind: np.full(50, max(n, p) / (abs(n - p) + 1))
)
def noise_floor(seed, n, p, kind):
    r"""No features escape the peak: fitted noise costs at least this much.

    .. math:: \mathbb E\,\lVert \text{fitted noise} \rVert^2 \ge v\,\frac{\min(n, p)}{|n - p| + 1}

    Independent inputs whose features are almost surely of full rank.

    Source: Holzmüller, arXiv 2010.01851.
    """
    return np.full(50, min(n, p) / (abs(n - p) + 1))


def _trace_for_square(population, n, alpha):
    """Tr H for tr H^2 on training inputs."""
    test, _ = effective_parameters(population, n, alpha)
    return np.array([test, _laws.learned(population, n, alpha)[1]])


@theorem("asymptotic", _simulators.parameters, bias=0.01)
@settings(REAL)
@mistake("tr H for tr H^2", _trace_for_square)
@mistake("the same on test and training inputs", [1, 1])
def effective_parameters(population, n, alpha):
    r"""Counted on test inputs, more width past n is fewer parameters.

    .. math:: p_\text{test} = \frac{n\,\mathrm{df}_2}{n - \mathrm{df}_2},\quad
        p_\text{train} = \operatorname{tr} H^2

    Without a ridge and on isotropic inputs, p_test is exactly np/(n - p - 1) for p < n - 1 and
    n^2/(p - n - 1) for p > n + 1.

    Source: Curth, Jeffares and van der Schaar, arXiv 2310.18988.
    """
    (_, df1), (_, df2) = (_laws.learned(population, n, alpha, power) for power in (1, 2))
    # On training inputs: from the training error of pure noise.
    return np.array([n * df2 / (n - df2), (n - df1) ** 2 / (n - df2) - n + 2 * df1])


def _blocks(n, ratio):
    """Two blocks of n equal variances, one `ratio` times the other, without a signal."""
    s = np.repeat([1.0, 1 / ratio], n)
    return GaussianPopulation(s, 0 * s, noise_variance=2.0)


@theorem(
    "asymptotic",
    lambda rng, n, ratio: 2.0 * _simulators.parameters(rng, _blocks(n, ratio), n)[0] / n,
    bias=0.015,
)
@setting(n=100, ratio=4)
@setting(n=100, ratio=20)
@setting(n=100, ratio=60)
@mistake("as for equal variances", ratio=1)
@mistake("only the larger half of a hyperbolic cosine", lambda n, ratio: np.sqrt(ratio))
def multiple_descent(n, ratio):
    r"""Blocks of n columns, each R times the one before, give a peak a block.

    .. math:: E - v = v\cosh(\tfrac12 \ln R)\quad\text{at}\ p = 2n

    Columns are taken weakest first; R is a ratio of variances, and there is no signal. The peak
    lies just before p = 2n and needs R above 21; below, the risk falls all the way, as it does if
    the strongest come first. n well above the square root of R; further blocks shift the peaks.

    Source: Chen, Min, Belkin and Karbasi, arXiv 2008.01036; this construction is our own.
    """
    return 2.0 * np.cosh(np.log(ratio) / 2)


def _averaged(population, n, k, alpha, n_models, ridge):
    """Risk of the average of some models, if that of infinitely many is kernel ridge."""
    one = _laws.features(population, n, k, alpha).risk
    every = _laws.ridge(population, n, ridge).risk
    return every + (one - every) / n_models


@theorem("asymptotic", _feature_simulators.averaged_risk, bias=0.012)
@settings(extend(FEATURES, n_models=(4, 8, 4), alpha=(0.0, 2.0, 0.02)))
@mistake("kernel ridge at the models' ridge", lambda **at: _averaged(**at, ridge=at["alpha"]))
@mistake("variance over K squared", n_models=lambda at: at["n_models"] ** 2)
def features_are_ridge(population, n, k, alpha, n_models):
    r"""Averaged random-feature models are kernel ridge, at a larger ridge.

    .. math:: \alpha_\text{eff} = \gamma\,(n - z),\quad E_K = E_\infty + (E_1 - E_\infty)/K

    K models on k features of their own learn the same rows; E_inf is the risk of the kernel at the
    larger ridge. Features as if Gaussian; errors of order 1/n.

    Source: Jacot, Simsek, Spadaro, Hongler and Gabriel, arXiv 2002.08404.
    """
    every = theory.committee(_laws.features(population, n, k, alpha), np.inf)
    return _averaged(population, n, k, alpha, n_models, every.equivalent_alpha)


def _relu(d, n, k, alpha, signal, noise, first=0.25, bulk=0.25 - 1 / (2 * np.pi)):
    """Risk on features with the first Hermite coefficient's square and a bulk, those of ReLU."""
    kernel, coef = np.full(d, first / d), np.full(d, np.sqrt(signal / d))
    options = {"alpha": alpha, "noise_variance": noise, "bulk": bulk}
    return theory.random_features(kernel, coef, n, k, **options).risk


@theorem("asymptotic", _feature_simulators.relu_risk, bias=0.01)
@setting(d=100, n=200, k=120, alpha=0.05, signal=2.0, noise=0.5)
@setting(d=60, n=200, k=300, alpha=0.3, signal=3.0, noise=2.0)
@setting(d=80, n=120, k=240, alpha=0.2, signal=5.0, noise=1.0)
@mistake("without the bulk", partial(_relu, bulk=0.0))
@mistake("mu_1 for mu_1^2", partial(_relu, first=0.5))
def mei_montanari(d, n, k, alpha, signal, noise):
    r"""In many dimensions ReLU features are linear ones and an extra ridge.

    .. math:: l = \mu_1^2/d,\quad n = z + \frac\alpha\kappa,\quad
        z = \sum_i \frac{l}{l + \gamma} + \frac{\mu_*^2}{\gamma}

    Inputs on a sphere of d dimensions, a linear truth, n and k in proportion to d. For ReLU mu_1^2
    = 1/4 and mu_*^2 = 1/4 - 1/(2 pi): the linear part and the rest, which acts as a ridge.

    Source: Mei and Montanari, arXiv 1908.05355.
    """
    return _relu(d, n, k, alpha, signal, noise)


def _noise_of_the_kernel(population, n, k, alpha):
    """The split with the noise of infinitely many features."""
    clean = GaussianPopulation(population.eigenvalues, population.coef)
    noisy, quiet = (theory.least_squares(one, n, alpha=alpha).risk for one in (population, clean))
    noise = noisy - quiet - population.noise_variance
    return np.append(variance_split(population, n, k, alpha)[:3], noise)


@theorem("asymptotic", _feature_simulators.split, bias=0.012, n_repeats=150)
@settings(extend(FEATURES, n=(80, 60, 40), k=(120, 90, 100)))
@mistake("sampling and initialisation exchanged", [0, 2, 1, 3])
@mistake("the noise of infinitely many features", _noise_of_the_kernel)
def variance_split(population, n, k, alpha):
    r"""A random-feature risk splits into bias, sampling, initialisation, noise.

    .. math:: \text{bias} = \sum_i \Bigl(\frac{\gamma}{l_i + \gamma}\Bigr)^2 v_i^2

    Sampling is the variance over training sets, then comes that over features, then noise. The
    order in which one averages matters: here data before features.

    Source: d'Ascoli, Refinetti, Biroli and Krzakala, arXiv 2003.01054.
    """
    s, b, v = population.eigenvalues, population.coef, population.noise_variance
    one = _laws.features(GaussianPopulation(s, b), n, k, alpha)
    every = theory.committee(one, np.inf).risk
    bias = np.sum(s * b**2 * (one.gamma / (s + one.gamma)) ** 2)
    noise = _laws.features(population, n, k, alpha).risk - one.risk - v
    return np.array([bias, every - bias, one.risk - every, noise])


def _mean_of_gcv(population, n):
    """Noise over the share of degrees of freedom that are left."""
    if n < population.n_features:
        return loo_is_exact(population, n)
    return population.noise_variance / (1 - population.n_features / n)


@theorem("exact", _simulators.leave_one_out)
@settings(EXACT)
@mistake("generalised cross-validation's mean", _mean_of_gcv)
@mistake("the risk at n", n=lambda at: at["n"] + 1)
def loo_is_exact(population, n):
    r"""Leave-one-out from one fit has the mean of the risk at n - 1.

    .. math:: \mathbb E\,\frac1n \sum_i \Bigl(\frac{y_i - \hat y_i}{1 - H_{ii}}\Bigr)^2 = E(n - 1)

    H takes labels to fitted values. The spread of the estimate is another matter; it is widest near
    n = p.

    Source: Hastie, Montanari, Rosset and Tibshirani, arXiv 1903.08560.
    """
    return _laws.isotropic_risk(population, n - 1)


def _seen(population, k):
    """Signal in the projection, and outside it."""
    share = k / population.n_features
    return population.signal * share, population.signal * (1 - share)


def _unseen_as_bias(population, n, k):
    """Unseen signal added to the risk, as if it were no noise in the fit."""
    seen, unseen = _seen(population, k)
    v = population.noise_variance
    return theory.isotropic_risk(n, k, signal=seen, noise_variance=v) + unseen


def _missed_degree(population, n, k):
    """The risk with |n - k| for |n - k| - 1."""
    seen, unseen = _seen(population, k)
    fitted = (population.noise_variance + unseen) * (1 + min(n, k) / abs(n - k))
    return fitted + seen * max(0, 1 - n / k)


@theorem("exact", _feature_simulators.projected_risk)
@setting(isotropic(40, scale=2, signal=3, noise=1), n=20, k=10)
@setting(isotropic(60, scale=0.5, signal=5, noise=2), n=16, k=40)
@setting(isotropic(30, scale=5, signal=8, noise=0.3), n=50, k=20)
@mistake("unseen signal a bias, not a noise", _unseen_as_bias)
@mistake("n - k for n - k - 1", _missed_degree)
def random_projection(population, n, k):
    r"""Minimum norm on k random projections peaks at k = n, not at p = n.

    .. math:: E = E_\text{iso}(n, k;\ S k/p\ \text{seen},\ S (1 - k/p)\ \text{unseen})

    Orthonormal projections of isotropic inputs, for which E_iso is the risk of min-norm-risk;
    otherwise only asymptotically.

    Source: Bach, arXiv 2303.01372.
    """
    seen, unseen = _seen(population, k)
    v = population.noise_variance
    return theory.isotropic_risk(n, k, signal=seen, unseen_signal=unseen, noise_variance=v)


@theorem("exact", _simulators.trace, bias=1e-9, n_repeats=5)
@setting(power_law(60, 1, scale=9), n=25)
@setting(power_law(90, 0.3, scale=0.05), n=40)
@setting(isotropic(50, scale=20), n=10)
@mistake("one degree of freedom lost", lambda population, n: n - 1)
@mistake("df2 for df1", lambda population, n: _laws.learned(population, n, 0.0, power=2)[1])
def conservation(population, n):
    r"""Learnabilities add up to n on every draw.

    .. math:: \sum_j (X^+ X)_{jj} = \operatorname{tr} X^+ X = n

    The learnability of column j is the j-th diagonal entry of X^+ X. More columns than rows, no
    ridge, rows in general position.

    Source: Simon, Dickens, Karkada and DeWeese, arXiv 2110.03922.
    """
    return n


def _two_scales(sizes, variances, signals, noise):
    """Two groups of columns, with unequal variances in each."""
    s = np.concatenate([v * np.linspace(1, 0.5, p) for v, p in zip(variances, sizes, strict=True)])
    energy = np.repeat(np.divide(signals, sizes), sizes)
    return GaussianPopulation(s, np.sqrt(energy / s), noise_variance=noise)


def _flow_of_the_population(population, n, time):
    """Columns that shrink by e^-nts as if their sample covariance were the population's."""
    s, v = population.eigenvalues, population.noise_variance
    left = np.exp(-n * np.multiply.outer(time, s))
    missed = left**2 @ (s * population.coef**2)
    return v + missed + v / n * np.sum((1 - left) ** 2, axis=1)


@theorem("asymptotic", partial(_simulators.stopped, n_sets=20), bias=0.014)
@setting(_two_scales((24, 24), (1, 1e-3), (1, 1.5), 0.7), n=80, time=(0.012, 0.12, 7, 90))
@setting(_two_scales((20, 20), (9, 9e-3), (1, 1), 0.8), n=70, time=(0.002, 0.02, 0.6, 6))
@setting(_two_scales((30, 100), (0.1, 1e-4), (1.2, 2), 0.3), n=60, time=(0.2, 3, 90, 600))
@mistake("a ridge of 1/t", _laws.ridge_of_time)
@mistake("the flow of the population's covariance", _flow_of_the_population)
def epochs(population, n, time):
    r"""Features of two scales make the risk fall, rise and fall again in time.

    .. math:: E(T) = \sum_{kl} c_k c_l E_{kl}\ \text{(gradient-flow)},\quad
        s = (1, \dots, \epsilon, \dots)

    Plain gradient descent on one problem: the fast columns overfit before the slow ones, of
    variance epsilon, are learned. That the risk turns three times is a property of the law; tested
    are its values near the turning points.

    Source: Pezeshki, Mitra, Bengio and Lajoie, arXiv 2112.03215 (abstract); this law is our own.
    """
    return theory.gradient_flow(population, n, time).risk


def _in_one_column(population):
    """The truth in the first column."""
    return power_law(
        population.n_features, 0.0, scale=1, flips=population.flip_rate, columns=slice(1)
    )


@theorem("asymptotic", _simulators.smallest_width, bias=0.01)
@setting(isotropic(40, scale=2, flips=0.5), n=40)
@setting(power_law(100, 0.5, scale=4, flips=0.1), n=60)
@setting(power_law(90, 0.3, scale=0.1, flips=0.0), n=60)
@mistake("half of the rows, as for labels of noise", lambda population, n: (n + 1) / 2)
@mistake("the truth seen at once", population=lambda at: _in_one_column(at["population"]))
def separable_width(population, n):
    r"""Logistic regression fits its labels from a width far below n on.

    .. math:: p^* - \tfrac12 = n\,h(\eta, q(p^*)),\quad
        h = \min_{t \ge 0} \mathbb E\,[\pi H(tg) + (1 - \pi) H(-tg)],\quad
        \pi = \eta + (1 - 2\eta)\,\Phi\Bigl(g\sqrt{\tfrac q{1 - q}}\Bigr)

    H(a) is the mean square of a normal variable's excess over a, g the size of a normal variable,
    and q the share of the truth's variance in p columns. eta n labels are flipped; no intercept.
    The error has no peak at this width: it is level up to there, and then descends again. For
    labels that are noise alone it is (n + 1)/2 exactly.

    Source: Cover 1965 for noise; Candès and Sur, arXiv 1804.09753, and Deng, Kammoun and
    Thrampoulidis, arXiv 1911.05822 (abstracts); for flips and solved for the width our own.
    """
    return theory.separable_width(population, n)
