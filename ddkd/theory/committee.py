"""Committees: averages and majority votes of models that were trained apart."""

from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ddkd._arrays import between, broadcast, ratio, times
from ddkd._checks import check_choice, check_counts
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation, Score, Target
from ddkd.theory._arguments import Values
from ddkd.theory._fit import learn
from ddkd.theory._half_normal import SIZES, WEIGHTS
from ddkd.theory._law import law_fields
from ddkd.theory.linear import LinearLaw
from ddkd.theory.random_features import RandomFeatureLaw, fit_kernel


@short_repr
@dataclass(frozen=True, eq=False)
class CommitteeLaw(LinearLaw):
    """Law of the average or the vote of independent linear models; made by `committee`.

    `coef_mean`, `coef_variance` and `score_variance` of a vote are those of its best linear
    predictor; `target_risk`, `train_risk` and `agreement` are None.

    Attributes
    ----------
    n_models : float or ndarray
        Number K of models.
    decide : {"mean", "vote"}
        How they decide together.
    """

    n_models: Values = 1.0
    decide: str = "mean"

    @property
    def _votes(self) -> bool:
        return self.decide == "vote"

    def _target(self, kind: str) -> Target:
        if not self._votes:
            return super()._target(kind)
        if kind == "soft":
            raise ValueError("labels must be 'hard' for students of a vote; it has no scores")
        # The stored score is already the vote's best linear predictor.
        return Target.of_decisions(self._score, self._score.size)


@short_repr
@dataclass(frozen=True, eq=False)
class RandomFeatureCommitteeLaw(RandomFeatureLaw):
    """Law of averaged random-feature models of the same examples; made by `committee`.

    Attributes
    ----------
    n_models : float or ndarray
        Number of models.
    equivalent_alpha : float or ndarray
        Ridge of the kernel ridge regression that infinitely many of them are.
    """

    n_models: Values = 1.0
    equivalent_alpha: Values = np.nan


@overload
def committee(law: LinearLaw, n_models: ArrayLike, *, decide: str = "mean") -> CommitteeLaw: ...


@overload
def committee(
    law: RandomFeatureLaw, n_models: ArrayLike, *, decide: str = "mean"
) -> RandomFeatureCommitteeLaw: ...


def committee(
    law: LinearLaw | RandomFeatureLaw, n_models: ArrayLike, *, decide: str = "mean"
) -> CommitteeLaw | RandomFeatureCommitteeLaw:
    """Law of models of one kind that decide together.

    Linear models have training examples of their own, and students their own teachers and
    transfer sets. Models on random features have features of their own, on the *same* examples.

    Parameters
    ----------
    law : LinearLaw or RandomFeatureLaw
        One of the models.
    n_models : int or array_like of int
        Number K of models; odd for a vote, and for the mean infinity is allowed.
    decide : {"mean", "vote"}, default="mean"
        By the mean of the scores, or by the majority of their signs. Random features have a mean.

    Returns
    -------
    CommitteeLaw or RandomFeatureCommitteeLaw
        The committee's law; it may teach in turn, a vote hard labels only. `agreement` is None.

    Raises
    ------
    ValueError
        If an argument is out of its range, the law is a committee's, or it is one of random
        features with infinite `n_samples`.

    Notes
    -----
    *Linear models.* The mean's coefficients have the variance of one model's over K. With
    r = sum s (E w)^2/Q and r' = r/(1 + r), the vote has on the unit mean score the slope::

        c_v = sqrt(2/pi) t sqrt(K (1 + (K - 1) r)),
        t = E Binom((K - 1)/2; K - 1, Phi(z sqrt(r'/(1 - r')))), z normal,

    and noise 1 - c_v^2 around it, which is what a student sees. Its error is that of K scores
    rho g + sqrt(r - rho^2) u + sqrt(1 - r) e_k, g the truth's. *Asymptotic*; our own.

    *Random features.* Infinitely many models are kernel ridge regression with the ridge
    gamma (n - z), of the same implicit ridge gamma. Given the examples the models are independent,
    so that::

        E_K = E_inf + (E_1 - E_inf)/K.

    *Asymptotic*, like `random_features`.

    References
    ----------
    Jacot, Simsek, Spadaro, Hongler and Gabriel, arXiv 2002.08404, for random features.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(100), np.ones(100), labels="hard")
    >>> teacher = theory.least_squares(population, 50)
    >>> mean, vote = theory.committee(teacher, 5), theory.committee(teacher, 5, decide="vote")
    >>> round(teacher.error_rate, 3), round(mean.error_rate, 3), round(vote.error_rate, 3)
    (0.339, 0.217, 0.245)
    >>> vote.distill([1000, 100_000]).error_rate.round(3)
    array([0.233, 0.217])
    >>> l = 1 / np.arange(1, 501) ** 1.5
    >>> one = theory.random_features(l, np.sqrt(l), 100, 60, noise_variance=0.1)
    >>> several = theory.committee(one, [1, 10, np.inf])
    >>> several.risk.round(3), round(several.equivalent_alpha, 3)
    (array([1.097, 0.467, 0.397]), 0.226)
    """
    check_choice("decide", decide, ("mean", "vote"))
    if isinstance(law, CommitteeLaw | RandomFeatureCommitteeLaw):
        raise ValueError("committee of a committee: ask for one of as many models")
    if not isinstance(law, LinearLaw | RandomFeatureLaw):
        raise ValueError(f"law must be a LinearLaw or a RandomFeatureLaw; got {law!r}")
    voting = decide == "vote"
    models = check_counts("n_models", n_models, allow_inf=not voting)
    broadcast(n_models=models, law=np.asarray(law.error_rate))
    if isinstance(law, RandomFeatureLaw):
        if voting:
            raise ValueError("decide must be 'mean' for random features; got 'vote'")
        return _mean_of_features(law, models)
    GaussianPopulation.checked(law.population)
    if voting and (models % 2 == 0).any():
        raise ValueError(
            f"n_models must be odd for a vote; got {models[models % 2 == 0].flat[0]:g}"
        )
    share = 1 / models[..., None]
    variance = times(share, law._score.variance)
    score = Score.of(np.broadcast_to(law._score.mean, variance.shape), variance)
    figures: dict[str, np.ndarray] = {}
    if voting:
        score, figures = _vote(law, models, score)
    fields = _fields(law, score, n_models=models, decide=decide, **figures)
    return CommitteeLaw(features=law.features, **fields)


def _fields(law: LinearLaw | RandomFeatureLaw, score: Score, **others: Any) -> dict[str, Any]:
    """The fields of a committee of such models."""
    fields = {"n_samples": law.n_samples, "alpha": law.alpha, "kappa": law.kappa}
    fields |= {"target_risk": None, "train_risk": None} | others
    return law_fields(law.population, score, law._fit, labels=law.labels, **fields)


def _mean_of_features(law: RandomFeatureLaw, models: np.ndarray) -> RandomFeatureCommitteeLaw:
    """Law of the mean of models with random features of their own, on the same examples."""
    fit = law._fit
    if np.isinf(fit.n_samples).any():
        raise ValueError("committee needs a law of finite n_samples")
    ridge = fit.gamma * fit.n_samples * fit.left
    kernel = fit_kernel(law.eigenvalues, law.bulk, fit.n_samples, ridge)
    one, every = learn(fit, law._goal), learn(kernel, law._goal)
    share = 1 / models
    variance = between(share[..., None], one.score.variance, every.score.variance)
    fields = _fields(
        law,
        Score.of(np.broadcast_to(every.score.mean, variance.shape), variance),
        target_risk=between(share, one.target_risk, every.target_risk),
        train_risk=between(share, one.train_risk, every.train_risk),
        n_components=law.n_components,
        gamma=law.gamma,
        n_models=models,
        equivalent_alpha=ridge,
    )
    return RandomFeatureCommitteeLaw(
        eigenvalues=law.eigenvalues, bulk=law.bulk, _goal=law._goal, **fields
    )


def _vote(law: LinearLaw, models: np.ndarray, mean: Score) -> tuple[Score, dict[str, np.ndarray]]:
    """Best linear predictor and figures of the majority of signs; `mean` is the mean's score.

    Scores are sqrt(r) x + sqrt(1 - r) e_k with x, the part that all models share, and e_k
    standard normal, r = sum (E u)^2 for the unit score u of one model.
    """
    population, one = law.population, law._score
    truth = population.truth
    signal = np.sum(truth**2)
    unit_truth = ratio(truth, np.sqrt(signal))
    common = np.sum(one.unit_mean**2, axis=-1)  # r
    own = np.sum(one.unit_variance, axis=-1)  # 1 - r, without a subtraction
    along = one.unit_mean @ unit_truth
    across = np.sqrt(np.sum((one.unit_mean - along[..., None] * unit_truth) ** 2, axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        sharpness = np.where(own > 0, np.sqrt(common / own), np.inf)
        # How clearly x tells the truth; a useless model's tells nothing.
        tilt = np.where((along == 0) & (across == 0), 0.0, along / across)
    half = ((models + 1) / 2)[..., None]
    majority = special.betainc(half, half, special.ndtr(sharpness[..., None] * SIZES))
    wrong = special.ndtr(-tilt[..., None] * SIZES)
    error = (majority * wrong + (1 - majority) * (1 - wrong)) @ WEIGHTS
    slope = _vote_slope(models, common)
    along = slope * (mean.unit_mean @ unit_truth)
    if population.labels == "hard":
        right = (1 - 2 * population.flip_rate) * (1 - 2 * error)  # E y vote
        risk = 2 - 2 * right
    else:
        risk = signal + population.noise_variance + 1 - 2 * along * np.sqrt(signal)
    column = slope[..., None]
    score = Score.of(column * mean.unit_mean, column**2 * mean.unit_variance)
    return score, {"risk": risk, "correlation": along, "error_rate": error}


def _vote_slope(models: np.ndarray, common: np.ndarray) -> np.ndarray:
    """Slope of the vote on the unit mean score, c_v = sqrt(2/pi) t sqrt(K (1 + (K - 1) r)).

    t is the probability that the other K - 1 are tied when one's score is on the border. They
    then are correlated by r' = r/(1 + r) with one another.
    """
    half = ((models - 1) / 2)[..., None]
    lean = np.sqrt(common)[..., None] * SIZES  # r'/(1 - r') = r
    log_tie = special.gammaln(2 * half + 1) - 2 * special.gammaln(half + 1)
    log_tie = log_tie + half * (special.log_ndtr(lean) + special.log_ndtr(-lean))
    tie = np.exp(log_tie) @ WEIGHTS
    return np.sqrt(2 / np.pi) * tie * np.sqrt(models * (1 + (models - 1) * common))
