"""The same training data used more than once: own labels, early stopping, bags of subsamples."""

from functools import partial

import numpy as np

from ddkd.theorems import _same_data as laws
from ddkd.theorems._bench import Theorem
from ddkd.theorems._problems import (
    isotropic,
    mean_risk,
    power_law,
    rows,
)
from ddkd.theory import (
    bagging,
    gradient_flow,
    least_squares,
)

__all__ = ["THEOREMS"]

THEOREMS = (
    Theorem(
        "self-distillation",
        "Soft self-distillation has a best share of own labels, in closed form.",
        "Das and Sanghavi, arXiv 2301.13304; arXiv 2602.17565",
        "asymptotic",
        law=laws.best_share,
        simulate=laws.best_share_simulated,
        settings=rows(
            "population n alpha",
            (laws.WIDE, 100, 4.0),
            (laws.TALL, 160, 0.8),
            (laws.EVEN, 150, 60.0),
        ),
        wrong={
            "no factor of 2 in the share": partial(laws.best_share, half=1.0),
            "nothing gained": partial(laws.best_share, half=0.0),
            "the ridge divided by n": lambda population, n, alpha: laws.best_share(
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
        law=lambda **setting: np.array(laws.quadratic(**setting)[1:]) * [0.5, 1.0],
        simulate=laws.read_from_residuals,
        settings=rows(
            "population n alpha",
            (laws.WIDE, 120, 6.0),
            (laws.TALL, 160, 0.8),
            (laws.EVEN, 150, 60.0),
        ),
        wrong={
            "the slope for half the slope": lambda **setting: np.array(
                laws.quadratic(**setting)[1:]
            ),
            "the ridge divided by n": lambda population, n, alpha: (
                np.array(laws.quadratic(population, n, alpha / n)[1:]) * [0.5, 1.0]
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
            population, laws.refit(rng, population, n, alpha, mixing, rounds=rounds)[1]
        ),
        settings=rows(
            "population n alpha mixing rounds",
            (laws.WIDE, 100, 4.0, 1.0, 3),
            (laws.TALL, 160, 0.5, 0.8, 4),
            (laws.EVEN, 150, 60.0, -0.7, 2),
        ),
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
        equation=r"w_r = \frac{1}{2\pi i}\int \frac{h_r(-z)}{z}\, w_z\,dz,\quad "
        r" h_r = \frac{\mu}{\mu + \alpha}(1 - \xi + \xi h_{r-1})",
        limits="Soft labels; error of order 1/n.",
        bias=0.01,
    ),
    Theorem(
        "hard-self-distillation",
        "Hard self-distillation has this law, and beats every ridge fit.",
        "our own; related: arXiv 2501.16226 (two clusters, by the replica method)",
        "asymptotic",
        law=laws.hard,
        simulate=laws.hard_simulated,
        settings=rows(
            "population n alpha student_alpha mixing",
            (isotropic(60, scale=3, flips=0.0), 300, 180.0, 150.0, -0.7),
            (power_law(100, 0.7, scale=20, flips=0.2), 160, 60.0, 20.0, 1.0),
            (power_law(150, 0.6, scale=0.3, flips=0.1), 100, 2.0, 3.0, 0.6),
        ),
        wrong={
            "the same inputs treated as fresh ones": laws.hard_as_if_fresh,
            "hard labels as if they were soft": partial(laws.hard, labels="soft"),
            "a ridge fit to the true labels": lambda **setting: laws.hard(
                **setting | {"mixing": 0.0}
            ),
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
        law=laws.own_again,
        simulate=laws.own_again_simulated,
        settings=rows(
            "population n alpha m",
            (power_law(80, 0.7, scale=4, flips=0.2), 120, 5.0, 120),
            (isotropic(60, scale=0.2, flips=0.1), 100, 1.0, 200),
            (power_law(100, 0.4, scale=9, flips=0.3), 200, 30.0, 100),
        ),
        wrong={
            "its teacher's examples as if fresh": lambda **setting: laws.own_again(
                **setting, labels=setting["n"]
            ),
            "its teacher's labels alone": partial(laws.own_again, labels=None),
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
        simulate=laws.bagged,
        settings=rows(
            "population n k n_models alpha",
            (laws.WIDE, 120, 60, 6, 0.0),
            (laws.TALL, 160, 110, 4, 0.2),
            (laws.EVEN, 120, 50, 10, 5.0),
        ),
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
        simulate=laws.flow,
        settings=rows(
            "population n time",
            (laws.WIDE, 100, 0.05),
            (laws.TALL, 80, 20.0),
            (laws.EVEN, 140, 0.002),
        ),
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
        equation=r"E = \sum_{kl} c_k c_l E_{kl},\quad "
        r" e^{-T\mu} = \frac{1}{2\pi i}\int \frac{e^{zT}}{z + \mu}\,dz",
        limits="At most 1.6862 times the excess of a ridge of 1/T, on every design.",
        bias=0.01,
    ),
)
