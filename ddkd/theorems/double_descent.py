"""Double descent: where its peaks are, what removes them, and what they are made of."""

from functools import partial

import numpy as np

from ddkd.theorems import _double_descent as laws
from ddkd.theorems._bench import Theorem
from ddkd.theorems._bounds import benign_rank, effective_rank_bounds, noise_error
from ddkd.theorems._problems import (
    isotropic,
    isotropic_law,
    mean_risk,
    power_law,
    ridge_risk,
    rows,
)
from ddkd.theory import (
    least_squares,
)

__all__ = ["THEOREMS"]

THEOREMS = (
    Theorem(
        "optimal-ridge-monotone",
        "The best ridge removes the peak: its risk falls with every sample.",
        "Nakkiran, Venkat, Kakade and Ma, arXiv 2003.01897",
        "asymptotic",
        law=laws.tuned_risk,
        simulate=lambda rng, population, n: ridge_risk(
            rng, population, n, laws.best_ridge(population)
        ),
        settings=[
            {"population": isotropic(80, scale=4, signal=3, noise=2), "n": n} for n in (40, 80, 160)
        ]
        + [{"population": isotropic(120, scale=0.1, signal=8, noise=2), "n": 120}],
        wrong={
            "kappa at a ridge of noise/signal, without the p": lambda population, n: (
                least_squares(
                    population, n, alpha=laws.best_ridge(population) / population.n_features
                ).risk
            ),
            "the minimum-norm risk away from the peak": lambda population, n: isotropic_law(
                population, n + 10 * (n == population.n_features)
            ),
            "kappa not divided by 2": lambda population, n: (
                population.noise_variance
                + population.signal / (1 + 1 / (2 * laws.kappa_at_best_ridge(population, n)))
            ),
        },
        equation=r"\kappa^* = \frac{a + p - n + \sqrt{(a + p - n)^2 + 4na}}{2n},\quad "
        r"a = \frac{pv}{S},\quad E = v + S\frac{\kappa^*}{1 + \kappa^*}",
        limits="Isotropic inputs; a ridge chosen from few data can still peak.",
        bias=0.005,
    ),
    Theorem(
        "noise-floor",
        "No features escape the peak: fitted noise costs at least this much.",
        "Holzmüller, arXiv 2010.01851",
        "bound",
        law=lambda seed, n, p, kind: np.full(50, min(n, p) / (abs(n - p) + 1)),
        simulate=noise_error,
        settings=[
            {"seed": seed, "n": n, "p": p, "kind": kind}
            for seed, (n, p) in enumerate([(22, 16), (16, 22), (30, 12), (20, 40)])
            for kind in ("gaussian", "relu", "cosine", "student", "sphere")
        ],
        wrong={
            "the noise itself counted in": lambda seed, n, p, kind: np.full(
                50, 1 + min(n, p) / (abs(n - p) + 1)
            ),
            "max(n, p) for min(n, p)": lambda seed, n, p, kind: np.full(
                50, max(n, p) / (abs(n - p) + 1)
            ),
        },
        equation=r"\mathbb E\,\lVert \text{fitted noise} \rVert^2 \ge"
        r" v\,\frac{\min(n, p)}{|n - p| + 1}",
        limits="Independent inputs whose features are almost surely of full rank.",
        n_repeats=40,
    ),
    Theorem(
        "effective-parameters",
        "Counted on test inputs, more width past n is fewer parameters.",
        "Curth, Jeffares and van der Schaar, arXiv 2310.18988",
        "asymptotic",
        law=lambda population, n, alpha: laws.parameter_law(population, n, alpha),
        simulate=laws.parameters,
        settings=rows(
            "population n alpha",
            (power_law(120, 1, scale=5), 50, 2.0),
            (power_law(60, 0.6, scale=0.1), 100, 0.5),
            (isotropic(150, scale=7), 100, 150.0),
        ),
        wrong={
            "df1 for df2": lambda population, n, alpha: laws.parameter_law(population, n, alpha, 1),
            "the same on test and training inputs": lambda population, n, alpha: laws.parameter_law(
                population, n, alpha
            )[[1, 1]],
        },
        equation=r"p_\text{test} = \frac{n\,\mathrm{df}_2}{n - \mathrm{df}_2},\quad "
        r"p_\text{train} = \operatorname{tr} H^2",
        limits="Exactly np/(n - p - 1) and n^2/(p - n - 1) for isotropic minimum norm.",
        bias=0.01,
    ),
    Theorem(
        "multiple-descent",
        "Blocks of n columns, each R times the next, give a peak a block.",
        "Chen, Min, Belkin and Karbasi, arXiv 2008.01036; this construction is our own",
        "asymptotic",
        law=lambda n, ratio, n_blocks: 2.0 * np.cosh(np.log(ratio) / 2),
        simulate=lambda rng, n, ratio, n_blocks: laws.noise_cost(
            rng, laws.blocks(n, ratio, n_blocks), n
        ),
        settings=[{"n": 100, "ratio": ratio, "n_blocks": 2} for ratio in (4, 20, 60)],
        wrong={
            "cosh(ln R)": lambda n, ratio, n_blocks: 2.0 * np.cosh(np.log(ratio)),
            "as for equal variances": lambda n, ratio, n_blocks: 2.0 * n / (n * n_blocks - n),
        },
        equation=r"E - v = v\cosh(\tfrac12 \ln R)\quad\text{at}\ p = 2n",
        limits="n well above the square root of R; further blocks shift the peaks.",
        bias=0.015,
    ),
    Theorem(
        "features-are-ridge",
        "Averaged random-feature models are kernel ridge, at a larger ridge.",
        "Jacot, Simsek, Spadaro, Hongler and Gabriel, arXiv 2002.08404",
        "asymptotic",
        law=laws.committee_law,
        simulate=lambda rng, population, n, k, alpha, n_models: mean_risk(
            population,
            np.mean(laws.random_feature_fits(rng, population, n, k, alpha, n_models), axis=0),
        ),
        settings=[
            {"population": power_law(200, 1, scale=6, signal=3, noise=1), "n": n, "k": k}
            | {"alpha": alpha, "n_models": n_models}
            for n, k, alpha, n_models in ((50, 80, 0.5, 8), (70, 45, 3.0, 4), (50, 90, 0.0, 3))
        ],
        wrong={
            "kernel ridge at the models' own ridge": partial(laws.committee_law, own_ridge=True),
            "variance over K squared": partial(laws.committee_law, power=2),
        },
        equation=r"\alpha_\text{eff} = \gamma\,(n - z),\quad "
        r"E_K = E_\infty + (E_1 - E_\infty)/K",
        limits="Gaussian-like features; error of order 1/n.",
        bias=0.012,
    ),
    Theorem(
        "mei-montanari",
        "ReLU features in many dimensions are linear ones and a bulk, a ridge.",
        "Mei and Montanari, arXiv 1908.05355",
        "asymptotic",
        law=laws.relu_law,
        simulate=laws.relu_risk,
        settings=rows(
            "d n k alpha signal noise",
            (100, 200, 120, 0.05, 2.0, 0.5),
            (60, 200, 300, 0.3, 3.0, 2.0),
            (80, 120, 240, 0.2, 5.0, 1.0),
        ),
        wrong={
            "without the bulk": partial(laws.relu_law, bulk=0.0),
            "mu_1 for mu_1^2": partial(laws.relu_law, first=0.5),
        },
        equation=r"l = \mu_1^2/d,\quad n = z + \frac\alpha\kappa,\quad "
        r" z = \sum_i \frac{l}{l + \gamma} + \frac{\mu_*^2}{\gamma}",
        limits="Inputs on a sphere, n and k in proportion to d; a linear truth.",
        bias=0.01,
    ),
    Theorem(
        "variance-split",
        "A random-feature risk splits in bias, sampling, initialisation, noise.",
        "d'Ascoli, Refinetti, Biroli and Krzakala, arXiv 2003.01054",
        "asymptotic",
        law=laws.split_law,
        simulate=laws.split,
        settings=[
            {"population": power_law(120, 1, scale=5, signal=4, noise=2), "n": n, "k": k}
            | {"alpha": alpha}
            for n, k, alpha in ((60, 100, 1.5), (80, 50, 2.0), (60, 120, 0.5))
        ],
        wrong={
            "sampling and initialisation exchanged": lambda **setting: laws.split_law(**setting)[
                [0, 2, 1, 3]
            ],
            "sampling variance counted in the bias": lambda **setting: (
                laws.split_law(**setting) + np.array([1, -1, 0, 0]) * laws.split_law(**setting)[1]
            ),
        },
        equation=r"\text{bias} = \sum_i \Bigl(\frac{\gamma}{l_i + \gamma}\Bigr)^2 v_i^2",
        limits="The order in which one averages matters: here data before features.",
        bias=0.015,
    ),
    Theorem(
        "loo-is-exact",
        "Leave-one-out from one fit has the mean of the risk at n - 1.",
        "Hastie, Montanari, Rosset and Tibshirani, arXiv 1903.08560",
        "exact",
        law=lambda population, n: isotropic_law(population, n - 1),
        simulate=lambda rng, population, n: laws.leave_one_out(rng, population, n, n_sets=1600),
        settings=rows(
            "population n",
            (power_law(8, 2, scale=4, signal=3, noise=2), 24),
            (isotropic(60, scale=0.3, signal=4, noise=0.5), 20),
            (isotropic(12, scale=6, signal=1, noise=3), 24),
        ),
        wrong={
            "generalised cross-validation's mean": lambda population, n: (
                population.noise_variance / (1 - population.n_features / n)
                if n > population.n_features
                else isotropic_law(population, n - 1)
            ),
            "the risk at n": isotropic_law,
        },
        equation=r"\mathbb E\,\frac1n \sum_i \Bigl(\frac{y_i - \hat y_i}{1 - H_{ii}}\Bigr)^2"
        r" = E(n - 1)",
        limits="Its own spread is another matter; it is widest near n = p.",
    ),
    Theorem(
        "random-projection",
        "Minimum norm on k random projections peaks at k = n, not at p = n.",
        "Bach, arXiv 2303.01372",
        "exact",
        law=laws.projected_law,
        simulate=laws.projected_risk,
        settings=rows(
            "population n k",
            (isotropic(40, scale=2, signal=3, noise=1), 24, 10),
            (isotropic(60, scale=0.5, signal=5, noise=2), 16, 40),
            (isotropic(30, scale=5, signal=8, noise=0.3), 50, 20),
        ),
        wrong={
            "all of the signal seen": partial(laws.projected_law, split=False),
            "unseen signal a bias, not a noise": partial(laws.projected_law, noise=False),
        },
        equation=r"E = E_\text{iso}(n, k;\ S k/p\ \text{seen},\ S (1 - k/p)\ \text{unseen})",
        limits="Orthonormal projections of isotropic inputs; otherwise only asymptotically.",
    ),
    Theorem(
        "benign-bounds",
        "Effective ranks bracket the variance of minimum norm.",
        "Bartlett, Long, Lugosi and Tsigler, arXiv 1906.11300; these constants are our own",
        "bound",
        law=effective_rank_bounds,
        simulate=lambda rng, seed, n, beta: benign_rank(seed, n),
        settings=[
            {"seed": seed, "n": n, "beta": beta}
            for seed, (n, beta) in enumerate([(15, 2.0), (20, 4.0), (12, 6.0), (20, 1.5)])
        ],
        wrong={
            "the first k* directions undamped": partial(effective_rank_bounds, damped=False),
            "no first k* directions in the upper bound": partial(effective_rank_bounds, head=0),
        },
        equation=r"k^* = \min\{k : r_k \ge \beta n\},\quad x \le k^* +"
        r" \Bigl(\frac{\beta}{\beta - 1}\Bigr)^2 \frac{n^2}{R_{k^*}},\quad "
        r" \text{variance} = v\frac{x}{n - x}",
        limits="A bound on the law, not on single draws; none where k* is n or more.",
        n_repeats=3,
    ),
    Theorem(
        "conservation",
        "Learnabilities add up to n, on every draw and in the law.",
        "Simon, Dickens, Karkada and DeWeese, arXiv 2110.03922",
        "exact",
        law=lambda population, n: np.array([n, n]),
        simulate=lambda rng, population, n: laws.learnabilities(rng, population, n),
        settings=rows(
            "population n",
            (power_law(60, 1, scale=9), 25),
            (power_law(90, 0.3, scale=0.05), 40),
            (isotropic(50, scale=20), 10),
        ),
        wrong={
            "one degree of freedom lost": lambda population, n: np.array([n - 1, n]),
            "df2 for df1": lambda population, n: np.array([n, laws.degrees(population, n, 0.0, 2)]),
        },
        equation=r"\operatorname{tr} X^+ X = n,\quad \sum_j \frac{s_j}{s_j + \kappa} = n",
        limits="More features than samples, no ridge, rows in general position.",
        bias=1e-9,
        n_repeats=5,
    ),
)
