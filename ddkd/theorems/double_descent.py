"""Double descent: where its peaks are, what removes them, and what they are made of."""

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._bench import Theorem
from ddkd.theorems._bounds import benign_rank, effective_rank_bounds, noise_error
from ddkd.theorems._problems import clean, fits, isotropic, mean_risk, power_law, smoothers
from ddkd.theory import isotropic_risk, least_squares, random_features

__all__ = ["THEOREMS"]


def _ridge_risk(rng, population, n, alpha=0.0, n_sets=50):
    return mean_risk(population, fits(rng, population, n, alpha, n_sets))


def _isotropic_risk(population, n):
    return isotropic_risk(
        n,
        population.n_features,
        signal=population.signal,
        noise_variance=population.noise_variance,
    )


def _ridge_law(population, n, alpha, spent=1, lost=1):
    """The risk of ridge in full, so that a mistake can be made in it."""
    law = least_squares(population, n, alpha=alpha)
    s = population.eigenvalues
    kept = s / (s + law.kappa)
    missed = population.noise_variance + lost * np.sum(s * (population.coef * (1 - kept)) ** 2)
    return missed / (1 - spent * np.sum(kept**2) / n)


def _missed_degree(population, n):
    """Belkin, Hsu and Xu's formula with p/(n - p) for p/(n - p - 1)."""
    p, v = population.n_features, population.noise_variance
    lost = max(0, 1 - n / p) * population.signal
    return lost + v * (1 + min(n, p) / abs(n - p))


def _kappa_at_best_ridge(population, n):
    """In units of the inputs' variance."""
    p, a = population.n_features, population.n_features * population.noise_variance
    a /= population.signal
    return ((a + p - n) + np.sqrt((a + p - n) ** 2 + 4 * n * a)) / (2 * n)


def _best_ridge(population):
    """The isotropic optimum, in the units of the inputs."""
    noise_to_signal = population.noise_variance / population.signal
    return population.n_features * population.eigenvalues[0] * noise_to_signal


def _tuned_risk(population, n):
    kappa = _kappa_at_best_ridge(population, n)
    return population.noise_variance + population.signal * kappa / (1 + kappa)


def _parameters(rng, population, n, alpha, n_sets=25):
    """Test: n |S x|^2 on fresh inputs; training: tr H^2."""
    X = training_sets(population, n, n_sets, rng=rng)[0]
    S = smoothers(X, alpha)
    test = n * np.mean(np.sum(population.eigenvalues[:, None] * S**2, axis=(1, 2)))
    return test, np.mean(np.sum((X @ S) ** 2, axis=(1, 2)))


def _degrees(population, n, alpha, power):
    """Sum of A^power."""
    s = population.eigenvalues
    return np.sum((s / (s + least_squares(population, n, alpha=alpha).kappa)) ** power)


def _parameter_law(population, n, alpha, test_power=2):
    """On test inputs and on training inputs; the latter from the training error of pure noise."""
    df1, df2, df = (_degrees(population, n, alpha, power) for power in (1, 2, test_power))
    return np.array([n * df / (n - df), (n - df1) ** 2 / (n - df2) - n + 2 * df1])


def _learnabilities(rng, population, n):
    X = training_sets(population, n, 1, rng=rng)[0][0]
    return np.trace(smoothers(X) @ X), _degrees(population, n, 0.0, 1)


def _leave_one_out(rng, population, n, n_sets=60):
    """Squared leave-one-out errors of minimum norm by the shortcut, from one fit."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    if n > population.n_features:
        left = np.eye(n) - X @ smoothers(X)
    else:
        left = np.linalg.inv(X @ np.swapaxes(X, 1, 2))
    residual = (left @ y[..., None])[..., 0] / np.diagonal(left, axis1=1, axis2=2)
    return np.mean(residual**2)


def _projected_risk(rng, population, n, k, n_sets=350):
    """Minimum norm on k random orthonormal combinations of the inputs."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    Q = np.linalg.qr(rng.standard_normal((n_sets, population.n_features, k)))[0]
    return mean_risk(population, (Q @ ridge_fits(X @ Q, y)[..., None])[..., 0])


def _projected_law(population, n, k, split=True, noise=True):
    """Belkin's law, with the share k/p of the signal seen."""
    seen = population.signal * (k / population.n_features if split else 1.0)
    return isotropic_risk(
        n,
        k,
        signal=seen,
        unseen_signal=(population.signal - seen) * noise,
        noise_variance=population.noise_variance,
    ) + (0.0 if noise else population.signal - seen)


def _blocks(n, ratio, n_blocks):
    """Blocks of n equal variances, each `ratio` times the next, without a signal."""
    s = np.repeat(float(ratio) ** -np.arange(n_blocks), n)
    return GaussianPopulation(s, 0 * s, noise_variance=2.0)


def _noise_cost(rng, population, n, n_sets=12):
    """Mean square of fitted noise, averaged over the noise exactly."""
    S = smoothers(training_sets(population, n, n_sets, rng=rng)[0])
    spread = np.sum(population.eigenvalues[:, None] * S**2, axis=(1, 2))
    return population.noise_variance * np.mean(spread)


def _random_feature_fits(rng, population, n, k, alpha, n_maps=1, n_sets=25):
    """Coefficients (n_maps, n_sets, p) on independent random features of the same data."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    W = rng.standard_normal((n_maps, n_sets, population.n_features, k)) / np.sqrt(k)
    y = np.broadcast_to(y, (n_maps, *y.shape))
    return (W @ ridge_fits(X @ W, y, alpha)[..., None])[..., 0]


def _one_and_all(population, n, k, alpha):
    """Laws of one random-feature model, and of the average of infinitely many: kernel ridge."""
    s = population.eigenvalues
    coef, noise = np.sqrt(s) * population.coef, population.noise_variance
    one = random_features(s, coef, n, k, alpha=alpha, noise_variance=noise)
    return one, one.committee(np.inf)


def _committee_law(population, n, k, alpha, n_models, *, power=1, own_ridge=False):
    one, every = _one_and_all(population, n, k, alpha)
    if own_ridge:
        every = least_squares(population, n, alpha=alpha)
    return every.risk + (one.risk - every.risk) / n_models**power


def _relu_law(d, n, k, alpha, signal, noise, *, bulk=0.25 - 1 / (2 * np.pi), first=0.25):
    """A linear kernel of mu_1^2/d, and a bulk of mu_*^2, of a ReLU on the sphere."""
    l, coef = np.full(d, first / d), np.full(d, np.sqrt(signal / d))
    return random_features(l, coef, n, k, alpha=alpha, noise_variance=noise, bulk=bulk).risk


def _relu_risk(rng, d, n, k, alpha, signal, noise, n_sets=12, n_test=200):
    def sphere(count):
        x = rng.standard_normal((n_sets, count, d))
        return x / np.linalg.norm(x, axis=-1, keepdims=True)

    X = np.sqrt(d) * sphere(n + n_test)
    Z = np.maximum(X @ np.swapaxes(sphere(k), 1, 2), 0) - 1 / np.sqrt(2 * np.pi)
    Z /= np.sqrt(k)
    truth = X.sum(axis=-1) * np.sqrt(signal / d)
    y = truth[:, :n] + np.sqrt(noise) * rng.standard_normal((n_sets, n))
    fitted = Z[:, n:] @ ridge_fits(Z[:, :n], y, alpha)[..., None]
    return np.mean((truth[:, n:] - fitted[..., 0]) ** 2) + noise


def _split_law(population, n, k, alpha, mixed=False):
    """Bias, sampling, initialisation, noise."""
    one, every = _one_and_all(clean(population), n, k, alpha)
    s = population.eigenvalues
    bias = np.sum(s * population.coef**2 * (one.gamma / (s + one.gamma)) ** 2)
    noise = _one_and_all(population, n, k, alpha)[0].risk - one.risk
    noise -= population.noise_variance
    return np.array([bias, every.risk - bias, one.risk - every.risk, noise])


def _split(rng, population, n, k, alpha):
    """The same parts from products of errors that share data and features, data, or nothing."""
    s, b = population.eigenvalues, population.coef
    first, second = b - _random_feature_fits(rng, clean(population), n, k, alpha, n_maps=2)
    bias = np.mean((first[:-1] * second[1:]) @ s)
    data, both = np.mean((first * second) @ s), np.mean(first**2 @ s)
    X = training_sets(population, n, 25, rng=rng)[0]
    W = rng.standard_normal((25, s.size, k)) / np.sqrt(k)
    spread = np.sqrt(s)[:, None] * (W @ smoothers(X @ W, alpha))
    noise = population.noise_variance * np.mean(np.sum(spread**2, axis=(1, 2)))
    return [bias, data - bias, both - data, noise]


THEOREMS = (
    Theorem(
        "min-norm-risk",
        "Isotropic minimum norm has this risk at every n and p.",
        "Belkin, Hsu and Xu, arXiv 1903.07571",
        "exact",
        law=_isotropic_risk,
        simulate=lambda rng, population, n: _ridge_risk(rng, population, n, n_sets=300),
        settings=[
            {"population": power_law(8, 1.5, scale=9, signal=4, noise=2), "n": 22},
            {"population": isotropic(40, scale=0.2, signal=5, noise=0.5), "n": 20},
            {"population": isotropic(60, scale=3, signal=2, noise=3), "n": 16},
        ],
        wrong={
            "p/(n - p) for p/(n - p - 1)": _missed_degree,
            "bias S n/p for S (1 - n/p)": lambda population, n: (
                _isotropic_risk(population, n)
                + population.signal
                * (n < population.n_features)
                * (2 * n / population.n_features - 1)
            ),
        },
        equation=r"E = v\frac{n - 1}{n - p - 1}\ (p < n - 1),\quad"
        r"E = S\Bigl(1 - \frac np\Bigr) + v\frac{p - 1}{p - n - 1}\ (p > n + 1)",
        limits="Gaussian inputs; equal variances if p > n. Infinite for |n - p| < 2.",
    ),
    Theorem(
        "anisotropic-risk",
        "Ridge and minimum norm on any covariance follow one implicit ridge.",
        "Hastie, Montanari, Rosset and Tibshirani, arXiv 1903.08560",
        "asymptotic",
        law=lambda population, n, alpha: least_squares(population, n, alpha=alpha).risk,
        simulate=_ridge_risk,
        settings=[
            {
                "population": power_law(150, 1.2, scale=8, signal=3, noise=0.5),
                "n": 60,
                "alpha": 0.0,
            },
            {"population": power_law(60, 0.7, scale=5, signal=2, noise=4), "n": 120, "alpha": 40.0},
            {"population": power_law(90, 1, signal=9, noise=2), "n": 60, "alpha": 1.5},
        ],
        wrong={
            "noise and bias without the variance": lambda population, n, alpha: _ridge_law(
                population, n, alpha, spent=0
            ),
            "the ridge divided by n": lambda population, n, alpha: (
                least_squares(population, n, alpha=alpha / n).risk
            ),
            "the lost signal not part of the noise": lambda population, n, alpha: _ridge_law(
                population, n, alpha, lost=0
            ),
        },
        equation=r"n = \sum_j \frac{s_j}{s_j + \kappa} + \frac{\alpha}{\kappa},\quad"
        r"E = \frac{v + \sum_j s_j b_j^2 (1 - A_j)^2}{1 - \sum_j A_j^2/n}",
        limits="Error of order 1/n; infinite at n = p without a ridge.",
        bias=0.01,
    ),
    Theorem(
        "optimal-ridge-monotone",
        "The best ridge removes the peak: its risk falls with every sample.",
        "Nakkiran, Venkat, Kakade and Ma, arXiv 2003.01897",
        "asymptotic",
        law=_tuned_risk,
        simulate=lambda rng, population, n: _ridge_risk(
            rng, population, n, _best_ridge(population)
        ),
        settings=[
            {"population": isotropic(80, scale=4, signal=3, noise=2), "n": n} for n in (40, 80, 160)
        ]
        + [{"population": isotropic(120, scale=0.1, signal=8, noise=2), "n": 120}],
        wrong={
            "kappa at a ridge of noise/signal, without the p": lambda population, n: (
                least_squares(
                    population, n, alpha=_best_ridge(population) / population.n_features
                ).risk
            ),
            "the minimum-norm risk away from the peak": lambda population, n: _isotropic_risk(
                population, n + 10 * (n == population.n_features)
            ),
            "kappa not divided by 2": lambda population, n: (
                population.noise_variance
                + population.signal / (1 + 1 / (2 * _kappa_at_best_ridge(population, n)))
            ),
        },
        equation=r"\kappa^* = \frac{a + p - n + \sqrt{(a + p - n)^2 + 4na}}{2n},\quad"
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
        law=lambda population, n, alpha: _parameter_law(population, n, alpha),
        simulate=_parameters,
        settings=[
            {"population": power_law(120, 1, scale=5), "n": 50, "alpha": 2.0},
            {"population": power_law(60, 0.6, scale=0.1), "n": 100, "alpha": 0.5},
            {"population": isotropic(150, scale=7), "n": 100, "alpha": 150.0},
        ],
        wrong={
            "df1 for df2": lambda population, n, alpha: _parameter_law(population, n, alpha, 1),
            "the same on test and training inputs": lambda population, n, alpha: _parameter_law(
                population, n, alpha
            )[[1, 1]],
        },
        equation=r"p_\text{test} = \frac{n\,\mathrm{df}_2}{n - \mathrm{df}_2},\quad"
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
        simulate=lambda rng, n, ratio, n_blocks: _noise_cost(rng, _blocks(n, ratio, n_blocks), n),
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
        law=_committee_law,
        simulate=lambda rng, population, n, k, alpha, n_models: mean_risk(
            population,
            np.mean(_random_feature_fits(rng, population, n, k, alpha, n_models), axis=0),
        ),
        settings=[
            {"population": power_law(200, 1, scale=6, signal=3, noise=1), "n": n, "k": k}
            | {"alpha": alpha, "n_models": n_models}
            for n, k, alpha, n_models in ((50, 80, 0.5, 8), (70, 45, 3.0, 4), (50, 90, 0.0, 3))
        ],
        wrong={
            "kernel ridge at the models' own ridge": lambda **setting: _committee_law(
                **setting, own_ridge=True
            ),
            "variance over K squared": lambda **setting: _committee_law(**setting, power=2),
        },
        equation=r"\alpha_\text{eff} = \gamma\,(n - z),\quad"
        r"E_K = E_\infty + (E_1 - E_\infty)/K",
        limits="Gaussian-like features; error of order 1/n.",
        bias=0.012,
    ),
    Theorem(
        "mei-montanari",
        "ReLU features in many dimensions are linear ones and a bulk, a ridge.",
        "Mei and Montanari, arXiv 1908.05355",
        "asymptotic",
        law=_relu_law,
        simulate=_relu_risk,
        settings=[
            {"d": 100, "n": 200, "k": 120, "alpha": 0.05, "signal": 2.0, "noise": 0.5},
            {"d": 60, "n": 200, "k": 300, "alpha": 0.3, "signal": 3.0, "noise": 2.0},
            {"d": 80, "n": 120, "k": 240, "alpha": 0.2, "signal": 5.0, "noise": 1.0},
        ],
        wrong={
            "without the bulk": lambda **setting: _relu_law(**setting, bulk=0.0),
            "mu_1 for mu_1^2": lambda **setting: _relu_law(**setting, first=0.5),
        },
        equation=r"l = \mu_1^2/d,\quad n = z + \frac\alpha\kappa,\quad"
        r" z = \sum_i \frac{l}{l + \gamma} + \frac{\mu_*^2}{\gamma}",
        limits="Inputs on a sphere, n and k in proportion to d; a linear truth.",
        bias=0.01,
    ),
    Theorem(
        "variance-split",
        "A random-feature risk splits in bias, sampling, initialisation, noise.",
        "d'Ascoli, Refinetti, Biroli and Krzakala, arXiv 2003.01054",
        "asymptotic",
        law=_split_law,
        simulate=_split,
        settings=[
            {"population": power_law(120, 1, scale=5, signal=4, noise=2), "n": n, "k": k}
            | {"alpha": alpha}
            for n, k, alpha in ((60, 100, 1.5), (80, 50, 2.0), (60, 120, 0.5))
        ],
        wrong={
            "sampling and initialisation exchanged": lambda **setting: _split_law(**setting)[
                [0, 2, 1, 3]
            ],
            "sampling variance counted in the bias": lambda **setting: (
                _split_law(**setting) + np.array([1, -1, 0, 0]) * _split_law(**setting)[1]
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
        law=lambda population, n: _isotropic_risk(population, n - 1),
        simulate=lambda rng, population, n: _leave_one_out(rng, population, n, n_sets=1600),
        settings=[
            {"population": power_law(8, 2, scale=4, signal=3, noise=2), "n": 24},
            {"population": isotropic(60, scale=0.3, signal=4, noise=0.5), "n": 20},
            {"population": isotropic(12, scale=6, signal=1, noise=3), "n": 24},
        ],
        wrong={
            "generalised cross-validation's mean": lambda population, n: (
                population.noise_variance / (1 - population.n_features / n)
                if n > population.n_features
                else _isotropic_risk(population, n - 1)
            ),
            "the risk at n": _isotropic_risk,
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
        law=_projected_law,
        simulate=_projected_risk,
        settings=[
            {"population": isotropic(40, scale=2, signal=3, noise=1), "n": 24, "k": 10},
            {"population": isotropic(60, scale=0.5, signal=5, noise=2), "n": 16, "k": 40},
            {"population": isotropic(30, scale=5, signal=8, noise=0.3), "n": 50, "k": 20},
        ],
        wrong={
            "all of the signal seen": lambda **setting: _projected_law(**setting, split=False),
            "unseen signal a bias, not a noise": lambda **setting: _projected_law(
                **setting, noise=False
            ),
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
            "the first k* directions undamped": lambda **setting: effective_rank_bounds(
                **setting, head=False
            ),
            "the first k* directions left out of the upper bound": lambda **setting: (
                effective_rank_bounds(**setting, head=0)
            ),
        },
        equation=r"k^* = \min\{k : r_k \ge \beta n\},\quad x \le k^* +"
        r" \Bigl(\frac{\beta}{\beta - 1}\Bigr)^2 \frac{n^2}{R_{k^*}},\quad"
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
        simulate=lambda rng, population, n: _learnabilities(rng, population, n),
        settings=[
            {"population": power_law(60, 1, scale=9), "n": 25},
            {"population": power_law(90, 0.3, scale=0.05), "n": 40},
            {"population": isotropic(50, scale=20), "n": 10},
        ],
        wrong={
            "one degree of freedom lost": lambda population, n: np.array([n - 1, n]),
            "df2 for df1": lambda population, n: np.array([n, _degrees(population, n, 0.0, 2)]),
        },
        equation=r"\operatorname{tr} X^+ X = n,\quad \sum_j \frac{s_j}{s_j + \kappa} = n",
        limits="More features than samples, no ridge, rows in general position.",
        bias=1e-9,
        n_repeats=5,
    ),
)
