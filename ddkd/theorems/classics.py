"""Results that the laws of `ddkd.theory` were made for."""

from functools import partial

import numpy as np

from ddkd.populations import MixturePopulation
from ddkd.theorems import _classics as laws
from ddkd.theorems._bench import Theorem
from ddkd.theorems._problems import (
    fits,
    isotropic,
    isotropic_law,
    mean_error,
    power_law,
    random_feature_pair,
    ridge_risk,
    rows,
)
from ddkd.theory import (
    least_squares,
)

__all__ = ["THEOREMS"]

THEOREMS = (
    Theorem(
        "min-norm-risk",
        "Isotropic minimum norm has this risk at every n and p.",
        "Belkin, Hsu and Xu, arXiv 1903.07571",
        "exact",
        law=isotropic_law,
        simulate=lambda rng, population, n: ridge_risk(rng, population, n, n_sets=300),
        settings=rows(
            "population n",
            (power_law(8, 1.5, scale=9, signal=4, noise=2), 22),
            (isotropic(40, scale=0.2, signal=5, noise=0.5), 20),
            (isotropic(60, scale=3, signal=2, noise=3), 16),
        ),
        wrong={
            "p/(n - p) for p/(n - p - 1)": laws.missed_degree,
            "bias S n/p for S (1 - n/p)": lambda population, n: (
                isotropic_law(population, n)
                + population.signal
                * (n < population.n_features)
                * (2 * n / population.n_features - 1)
            ),
        },
        equation=r"E = v\frac{n - 1}{n - p - 1}\ (p < n - 1),\quad "
        r"E = S\Bigl(1 - \frac np\Bigr) + v\frac{p - 1}{p - n - 1}\ (p > n + 1)",
        limits="Gaussian inputs; equal variances if p > n. Infinite where n and p differ by less "
        "than 2.",
    ),
    Theorem(
        "anisotropic-risk",
        "Ridge and minimum norm on any covariance follow one implicit ridge.",
        "Hastie, Montanari, Rosset and Tibshirani, arXiv 1903.08560",
        "asymptotic",
        law=lambda population, n, alpha: least_squares(population, n, alpha=alpha).risk,
        simulate=ridge_risk,
        settings=rows(
            "population n alpha",
            (power_law(150, 1.2, scale=8, signal=3, noise=0.5), 60, 0.0),
            (power_law(60, 0.7, scale=5, signal=2, noise=4), 120, 40.0),
            (power_law(90, 1, signal=9, noise=2), 60, 1.5),
        ),
        wrong={
            "noise and bias without the variance": lambda population, n, alpha: laws.ridge_law(
                population, n, alpha, spent=0
            ),
            "the ridge divided by n": lambda population, n, alpha: (
                least_squares(population, n, alpha=alpha / n).risk
            ),
            "the lost signal not part of the noise": lambda population, n, alpha: laws.ridge_law(
                population, n, alpha, lost=0
            ),
        },
        equation=r"n = \sum_j \frac{s_j}{s_j + \kappa} + \frac{\alpha}{\kappa},\quad "
        r"E = \frac{v + \sum_j s_j b_j^2 (1 - A_j)^2}{1 - \sum_j A_j^2/n}",
        limits="Error of order 1/n; infinite at n = p without a ridge.",
        bias=0.01,
    ),
    Theorem(
        "random-features",
        "Random features of any kernel follow two implicit ridges.",
        "Simon, Karkada, Ghosh and Belkin, arXiv 2311.14646; arXiv 2405.15699",
        "asymptotic",
        law=lambda **setting: random_feature_pair(**setting, m=1, student_k=1, fresh=False)[0],
        simulate=lambda rng, **setting: laws.random_feature_risk(rng, **setting),
        settings=[
            {"population": power_law(200, 1, scale=6, signal=3, noise=1), "n": 80}
            | {"k": k, "alpha": alpha}
            for k, alpha in ((50, 0.5), (120, 3.0), (160, 0.3))
        ],
        wrong={
            "the kernel in place of its features": lambda **setting: random_feature_pair(
                **setting | {"k": np.inf}, m=1, student_k=1, fresh=False
            )[0],
            "features not scaled by 1/sqrt(k)": lambda population, n, k, alpha: random_feature_pair(
                population, n, k, alpha * k if alpha else k / 10, 1, 1, fresh=False
            )[0],
        },
        equation=r"n = z + \frac{\alpha}{\kappa},\quad k = z + \frac{k\kappa}{\gamma},\quad "
        r"z = \sum_i \frac{l_i}{l_i + \gamma}",
        limits="Exact for Gaussian features in the limit; 1/n at a finite size.",
        bias=0.008,
    ),
    Theorem(
        "hard-labels",
        "Least squares on hard labels is least squares with this slope and noise.",
        "Thrampoulidis, Abbasi and Hassibi, arXiv 1506.02181",
        "asymptotic",
        law=laws.hard_label_error,
        simulate=lambda rng, population, n, alpha: mean_error(
            population, fits(rng, population, n, alpha, n_sets=35)
        ),
        settings=laws.HARD,
        wrong={
            "a slope of 1 - 2 eta": lambda **setting: laws.hard_label_error(
                **setting, slope=lambda flips: 1 - 2 * flips
            ),
            "flips without a cost": lambda **setting: laws.hard_label_error(
                **setting, slope=lambda flips: np.sqrt(2 / np.pi)
            ),
        },
        equation=r"c = (1 - 2\eta)\sqrt{2/\pi},\quad v = 1 - c^2,\quad "
        r"\text{error} = \tfrac1\pi \arccos\rho",
        limits="Gaussian scores; a mean of a curved function, so biased at small n.",
        bias=0.01,
    ),
    Theorem(
        "hard-label-student",
        "A student with its teacher's hard labels follows this law.",
        "derived in the documentation of ddkd.theory",
        "asymptotic",
        law=laws.student_error,
        simulate=laws.student_simulated,
        settings=[laws.HARD[0] | {"m": 300}, laws.HARD[1] | {"m": 250}, laws.HARD[2] | {"m": 500}],
        wrong={
            "(E w)^2 for E w^2": laws.student_of_the_mean,
            "soft labels": partial(laws.student_error, labels="soft"),
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
        law=laws.clusters,
        simulate=laws.clusters_simulated,
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
            "one Gaussian with the same linear truth": laws.as_one_gaussian,
            "the student only as good as its teacher": lambda **setting: laws.clusters(**setting)[
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
        law=laws.floor,
        simulate=laws.floor_simulated,
        settings=rows(
            "n_clusters radius n p flips m n_draws",
            (30, 6.0, 600, 80, 0.25, 800, 7),
            (40, 8.0, 600, 120, 0.3, 1200, 1),
            (40, 8.0, 400, 60, 0.2, 800, 1),
        ),
        wrong={
            "flips without a cost": lambda **setting: laws.floor(**setting | {"flips": 0.0}),
            "students reach Bayes' error": lambda **setting: (
                laws.floor(**setting) * [1, 0]
                + [0, laws.upper_tail(setting["radius"] / np.sqrt(setting["n_clusters"]))]
            ),
        },
        equation=r"\mathbb E[x\hat y] = \frac1G \sum_g \pm(2\Phi(a_g) - 1)\,\nu_g + f u",
        limits="Orthogonal centres; with 12 examples a cluster it is off by up to 12 %.",
        bias=0.01,
        n_repeats=90,
    ),
)
