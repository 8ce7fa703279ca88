"""Double descent: where its peaks are, what removes them, and what they are made of."""

from functools import partial

import numpy as np

from ddkd import theory
from ddkd.populations import GaussianPopulation
from ddkd.theorems import _feature_simulators, _laws, _simulators
from ddkd.theorems._problems import EXACT, FEATURES, REAL, extend, isotropic, power_law, rows
from ddkd.theorems._theorem import Theorem, declare

THEOREMS: list[Theorem] = []
theorem = partial(declare, THEOREMS)


def _tuned_risk(population, n, a):
    """Risk at the best ridge, for p times the ratio of noise to signal."""
    excess = a + population.n_features - n
    kappa = (excess + np.sqrt(excess**2 + 4 * n * a)) / (2 * n)
    return population.noise_variance + population.signal * kappa / (1 + kappa)


@theorem(
    "asymptotic",
    simulate=lambda rng, population, n: _simulators.tuned_loss(rng, population, n, [1])[0],
    settings=rows(
        "population n",
        (isotropic(80, scale=4, signal=3, noise=2), 40),
        (isotropic(80, scale=4, signal=3, noise=2), 80),
        (isotropic(120, scale=0.1, signal=8, noise=2), 120),
    ),
    wrong={
        "noise/signal without the p": lambda population, n: _tuned_risk(
            population, n, population.noise_variance / population.signal
        ),
        "the labels' variance taken for the signal": lambda population, n: _tuned_risk(
            population,
            n,
            population.n_features / (1 + population.signal / population.noise_variance),
        ),
    },
    bias=0.005,
)
def optimal_ridge_monotone(population, n):
    r"""The best ridge removes the peak: its risk falls with every sample.

    .. math:: \kappa^* = \frac{a + p - n + \sqrt{(a + p - n)^2 + 4na}}{2n},\quad
        a = \frac{pv}{S},\quad E = v + S\frac{\kappa^*}{1 + \kappa^*}

    Isotropic inputs; a ridge chosen from few data can still peak.

    Source: Nakkiran, Venkat, Kakade and Ma, arXiv 2003.01897.
    """
    ratio = population.noise_variance / population.signal
    return _tuned_risk(population, n, population.n_features * ratio)


@theorem(
    "bound",
    simulate=_feature_simulators.fitted_noise,
    settings=[
        {"seed": seed, "n": n, "p": p, "kind": kind}
        for seed, (n, p) in enumerate([(22, 16), (16, 22), (30, 12), (20, 40)])
        for kind in ("gaussian", "relu", "cosine", "student", "sphere")
    ],
    wrong={
        "the noise itself counted in": lambda **setting: 1 + noise_floor(**setting),
        "max(n, p) for min(n, p)": lambda seed, n, p, kind: np.full(
            50, max(n, p) / (abs(n - p) + 1)
        ),
    },
    n_repeats=40,
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


@theorem(
    "asymptotic",
    simulate=_simulators.parameters,
    settings=REAL,
    wrong={
        "tr H for tr H^2": _trace_for_square,
        "the same on test and training inputs": [1, 1],
    },
    bias=0.01,
)
def effective_parameters(population, n, alpha):
    r"""Counted on test inputs, more width past n is fewer parameters.

    .. math:: p_\text{test} = \frac{n\,\mathrm{df}_2}{n - \mathrm{df}_2},\quad
        p_\text{train} = \operatorname{tr} H^2

    Exactly np/(n - p - 1) and n^2/(p - n - 1) for isotropic minimum norm.

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
    simulate=lambda rng, n, ratio: 2.0 * _simulators.parameters(rng, _blocks(n, ratio), n)[0] / n,
    settings=[{"n": 100, "ratio": ratio} for ratio in (4, 20, 60)],
    wrong={
        "as for equal variances": {"ratio": 1},
        "only the larger half of a hyperbolic cosine": lambda n, ratio: np.sqrt(ratio),
    },
    bias=0.015,
)
def multiple_descent(n, ratio):
    r"""Blocks of n columns, each R times the next, give a peak a block.

    .. math:: E - v = v\cosh(\tfrac12 \ln R)\quad\text{at}\ p = 2n

    n well above the square root of R; further blocks shift the peaks.

    Source: Chen, Min, Belkin and Karbasi, arXiv 2008.01036; this construction is our own.
    """
    return 2.0 * np.cosh(np.log(ratio) / 2)


def _averaged(population, n, k, alpha, n_models, ridge):
    """Risk of the average of some models, if that of infinitely many is kernel ridge."""
    one = _laws.features(population, n, k, alpha).risk
    every = theory.least_squares(population, n, alpha=ridge).risk
    return every + (one - every) / n_models


@theorem(
    "asymptotic",
    simulate=_feature_simulators.averaged_risk,
    settings=extend(FEATURES, n_models=(4, 8, 4), alpha=(0.0, 2.0, 0.02)),
    wrong={
        "kernel ridge at the models' own ridge": lambda population, n, k, alpha, n_models: (
            _averaged(population, n, k, alpha, n_models, alpha)
        ),
        "variance over K squared": {"n_models": lambda at: at["n_models"] ** 2},
    },
    bias=0.012,
)
def features_are_ridge(population, n, k, alpha, n_models):
    r"""Averaged random-feature models are kernel ridge, at a larger ridge.

    .. math:: \alpha_\text{eff} = \gamma\,(n - z),\quad E_K = E_\infty + (E_1 - E_\infty)/K

    Gaussian-like features; error of order 1/n.

    Source: Jacot, Simsek, Spadaro, Hongler and Gabriel, arXiv 2002.08404.
    """
    every = theory.committee(_laws.features(population, n, k, alpha), np.inf)
    return _averaged(population, n, k, alpha, n_models, every.equivalent_alpha)


def _relu(d, n, k, alpha, signal, noise, first=0.25, bulk=0.25 - 1 / (2 * np.pi)):
    """Risk on features with the first Hermite coefficient's square and a bulk, those of ReLU."""
    kernel, coef = np.full(d, first / d), np.full(d, np.sqrt(signal / d))
    options = {"alpha": alpha, "noise_variance": noise, "bulk": bulk}
    return theory.random_features(kernel, coef, n, k, **options).risk


@theorem(
    "asymptotic",
    simulate=_feature_simulators.relu_risk,
    settings=rows(
        "d n k alpha signal noise",
        (100, 200, 120, 0.05, 2.0, 0.5),
        (60, 200, 300, 0.3, 3.0, 2.0),
        (80, 120, 240, 0.2, 5.0, 1.0),
    ),
    wrong={
        "without the bulk": partial(_relu, bulk=0.0),
        "mu_1 for mu_1^2": partial(_relu, first=0.5),
    },
    bias=0.01,
)
def mei_montanari(d, n, k, alpha, signal, noise):
    r"""ReLU features in many dimensions are linear ones and a bulk, a ridge.

    .. math:: l = \mu_1^2/d,\quad n = z + \frac\alpha\kappa,\quad
        z = \sum_i \frac{l}{l + \gamma} + \frac{\mu_*^2}{\gamma}

    Inputs on a sphere, n and k in proportion to d; a linear truth.

    Source: Mei and Montanari, arXiv 1908.05355.
    """
    return _relu(d, n, k, alpha, signal, noise)


def _noise_of_the_kernel(population, n, k, alpha):
    """The split with the noise of infinitely many features."""
    clean = GaussianPopulation(population.eigenvalues, population.coef)
    noisy, quiet = (theory.least_squares(one, n, alpha=alpha).risk for one in (population, clean))
    noise = noisy - quiet - population.noise_variance
    return np.append(variance_split(population, n, k, alpha)[:3], noise)


@theorem(
    "asymptotic",
    simulate=_feature_simulators.split,
    settings=extend(FEATURES, n=(80, 60, 40), k=(120, 90, 100)),
    wrong={
        "sampling and initialisation exchanged": [0, 2, 1, 3],
        "the noise of infinitely many features": _noise_of_the_kernel,
    },
    bias=0.012,
    n_repeats=150,
)
def variance_split(population, n, k, alpha):
    r"""A random-feature risk splits in bias, sampling, initialisation, noise.

    .. math:: \text{bias} = \sum_i \Bigl(\frac{\gamma}{l_i + \gamma}\Bigr)^2 v_i^2

    The order in which one averages matters: here data before features.

    Source: d'Ascoli, Refinetti, Biroli and Krzakala, arXiv 2003.01054.
    """
    s, b, v = population.eigenvalues, population.coef, population.noise_variance
    one = _laws.features(GaussianPopulation(s, b), n, k, alpha)
    every = theory.committee(one, np.inf).risk
    bias = np.sum(s * b**2 * (one.gamma / (s + one.gamma)) ** 2)
    noise = _laws.features(population, n, k, alpha).risk - one.risk - v
    return np.array([bias, every - bias, one.risk - every, noise])


@theorem(
    "exact",
    simulate=_simulators.leave_one_out,
    settings=EXACT,
    wrong={
        "generalised cross-validation's mean": lambda population, n: (
            population.noise_variance / (1 - population.n_features / n)
            if n > population.n_features
            else loo_is_exact(population, n)
        ),
        "the risk at n": {"n": lambda at: at["n"] + 1},
    },
)
def loo_is_exact(population, n):
    r"""Leave-one-out from one fit has the mean of the risk at n - 1.

    .. math:: \mathbb E\,\frac1n \sum_i \Bigl(\frac{y_i - \hat y_i}{1 - H_{ii}}\Bigr)^2 = E(n - 1)

    Its own spread is another matter; it is widest near n = p.

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


@theorem(
    "exact",
    simulate=_feature_simulators.projected_risk,
    settings=rows(
        "population n k",
        (isotropic(40, scale=2, signal=3, noise=1), 20, 10),
        (isotropic(60, scale=0.5, signal=5, noise=2), 16, 40),
        (isotropic(30, scale=5, signal=8, noise=0.3), 50, 20),
    ),
    wrong={
        "unseen signal a bias, not a noise": _unseen_as_bias,
        "n - k for n - k - 1": _missed_degree,
    },
)
def random_projection(population, n, k):
    r"""Minimum norm on k random projections peaks at k = n, not at p = n.

    .. math:: E = E_\text{iso}(n, k;\ S k/p\ \text{seen},\ S (1 - k/p)\ \text{unseen})

    Orthonormal projections of isotropic inputs; otherwise only asymptotically.

    Source: Bach, arXiv 2303.01372.
    """
    seen, unseen = _seen(population, k)
    v = population.noise_variance
    return theory.isotropic_risk(n, k, signal=seen, unseen_signal=unseen, noise_variance=v)


@theorem(
    "exact",
    simulate=_simulators.trace,
    settings=rows(
        "population n",
        (power_law(60, 1, scale=9), 25),
        (power_law(90, 0.3, scale=0.05), 40),
        (isotropic(50, scale=20), 10),
    ),
    wrong={
        "one degree of freedom lost": lambda population, n: n - 1,
        "df2 for df1": lambda population, n: _laws.learned(population, n, 0.0, power=2)[1],
    },
    bias=1e-9,
    n_repeats=5,
)
def conservation(population, n):
    r"""Learnabilities add up to n on every draw.

    .. math:: \sum_j (X^+ X)_{jj} = \operatorname{tr} X^+ X = n

    More features than samples, no ridge, rows in general position.

    Source: Simon, Dickens, Karkada and DeWeese, arXiv 2110.03922.
    """
    return n
