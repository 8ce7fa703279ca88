"""Fresh transfer data: distillation, weak-to-strong students, and what hard labels cost."""

from functools import partial

from ddkd.theorems import _fresh_data as laws
from ddkd.theorems._bench import Theorem
from ddkd.theorems._problems import (
    fits,
    isotropic,
    mean_error,
    power_law,
    random_feature_pair,
    rows,
)
from ddkd.theory import (
    least_squares,
)

__all__ = ["THEOREMS"]

THEOREMS = (
    Theorem(
        "optimal-teacher",
        "The best teacher of a min-norm or ridge student is not the truth.",
        "Ildiz, Gozeten, Taga, Mondelli and Oymak, arXiv 2410.18837",
        "asymptotic",
        law=laws.best_risk,
        simulate=laws.best_taught,
        settings=rows(
            "population n alpha",
            (power_law(300, 2, scale=2, signal=3, truth=-0.25), 120, 0.0),
            (power_law(150, 1, scale=40, signal=5), 90, 8.0),
            (power_law(200, 1.5, scale=0.1, signal=0.4), 100, 0.003),
        ),
        wrong={
            "the truth is best": lambda **setting: laws.best_risk(**setting)[[1, 1]],
            "df2/n for df2/(n - df2)": partial(laws.best_risk, odds=False),
        },
        equation=r"b^*_i = \frac{b_i A_i}{A_i^2 + g (1 - A_i)^2},\quad "
        r" E = \sum_i s_i b_i^2 \frac{g (1 - A_i)^2}{A_i^2 + g (1 - A_i)^2},\quad "
        r" g = \frac{\mathrm{df}_2}{n - \mathrm{df}_2}",
        limits="Soft labels without noise. For p < n without a ridge the truth is best.",
        bias=0.008,
    ),
    Theorem(
        "optimal-hard-teacher",
        "Nor is the truth the best teacher of hard labels.",
        "our own",
        "asymptotic",
        law=laws.best_error,
        simulate=laws.best_taught,
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
            "the truth is best": lambda **setting: laws.best_error(**setting)[[1, 1]],
            "signs without noise": partial(laws.best_error, noise=0.0),
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
        law=laws.filtered,
        simulate=laws.filtered_simulated,
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
            "Kelley's 27 % read as the share kept": lambda **setting: laws.filtered(**setting)[
                [0, 2, 1]
            ],
            "the inputs' covariance unchanged": partial(laws.filtered, covariance=False),
        },
        equation=r"V = 1 + (\tau a) q,\quad a = \frac{2\varphi(\tau)}{2\Phi(-\tau)},\quad "
        r" \text{slope } \frac aV,\quad \text{noise } 1 - \frac{a^2 q}{V}",
        limits="Gaussian inputs; from 73 % (all the teacher's columns) to 54 % (few of them).",
        bias=0.011,
    ),
    Theorem(
        "votes",
        "A student can beat the voting committee that labels its examples.",
        "our own",
        "asymptotic",
        law=laws.committee,
        simulate=laws.committee_simulated,
        settings=rows(
            "population n n_models m",
            (power_law(160, 0.5, scale=4, flips=0.1), 100, 5, 900),
            (isotropic(120, scale=0.2, flips=0.0), 200, 3, 600),
            (power_law(120, 1, scale=9, flips=0.2), 240, 7, 700),
        ),
        wrong={
            "one model": partial(laws.committee, one=True),
            "the vote as good as the mean": partial(laws.committee, same=True),
        },
        equation=r"c_v = \sqrt{2/\pi}\, t \sqrt{K (1 + (K - 1) r)},\quad "
        r" t = \mathbb E_z \mathrm{Bin}\bigl(\tfrac{K - 1}2; K - 1, \Phi(z\sqrt r)\bigr)",
        limits="Independent teachers, K odd; with many examples both students are the mean.",
        bias=0.008,
        n_repeats=30,
    ),
    Theorem(
        "weak-to-strong-variance",
        "A student on other columns than its teacher loses teacher noise.",
        "arXiv 2502.05075 (abstract); finite sizes our own",
        "exact",
        law=laws.weak_to_strong,
        simulate=laws.weak_to_strong_simulated,
        settings=laws.WEAK,
        wrong={
            "N - d and n - d for N - d - 1 and n - d - 1": partial(laws.weak_to_strong, lost=0),
            "all noise outside the overlap lost": partial(laws.weak_to_strong, kept=0.0),
            "all noise kept": partial(laws.weak_to_strong, kept=1.0),
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
        law=laws.misfit,
        simulate=laws.misfit_simulated,
        settings=laws.WEAK,
        wrong={
            "infinitely many examples": partial(laws.misfit, limit=True),
            "a gain from m = 2 d on": partial(laws.misfit, lost=0),
        },
        equation=r"E_T - E_S = \text{misfit}\,\Bigl(1 - \frac{d_S}{m - d_S - 1}\Bigr)",
        limits="Realisable truth, no ridge; a gain if and only if m > 2 d_S + 1.",
    ),
    Theorem(
        "ridge-student-compensates",
        "A student's shrinkage mends a teacher with too small a ridge.",
        "arXiv 2505.18346 (abstract)",
        "asymptotic",
        law=laws.shrunk,
        simulate=laws.shrunk_simulated,
        settings=rows(
            "population n alpha",
            (isotropic(60, scale=4, signal=2, noise=3), 100, 5.0),
            (isotropic(90, scale=0.2, signal=5, noise=4), 70, 2.0),
            (isotropic(50, scale=9, signal=1, noise=0.5), 120, 100.0),
        ),
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
        law=laws.tuned_error,
        simulate=lambda rng, population, n: [
            mean_error(
                population, fits(rng, population, n, factor * laws.best_hard_ridge(population))
            )
            for factor in (1 / 3, 1, 3)
        ],
        settings=[
            {"population": isotropic(100, scale=scale, flips=flips), "n": n}
            for scale, flips, n in ((4.0, 0.1, 80), (0.3, 0.0, 250), (7.0, 0.2, 200))
        ],
        wrong={
            "a ridge without the noise of signs": partial(laws.tuned_error, ridge=0.5),
            "kappa for its root": partial(laws.tuned_error, square=True),
        },
        equation=r"\alpha^* = p\,\Bigl(\frac{\pi}{2 (1 - 2\eta)^2} - 1\Bigr),\quad "
        r"\text{error} = \tfrac1\pi \arctan\sqrt{\kappa^*}",
        limits="Isotropic inputs. A hard-label student's best ridge is p (pi/2 - 1).",
        bias=0.01,
        n_repeats=25,
    ),
    Theorem(
        "random-feature-student",
        "A random-feature student can go on improving where its teacher does not.",
        "arXiv 2603.05691 (abstract; only the laws are checked here)",
        "asymptotic",
        law=random_feature_pair,
        simulate=laws.random_feature_pair_simulated,
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
            "hard labels": partial(random_feature_pair, labels="hard"),
            "the student gives its teacher back": partial(random_feature_pair, fresh=False),
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
        law=laws.exponent,
        simulate=laws.exponent_simulated,
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
