"""Committees: averages and majority votes of models with training sets of their own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ddkd._arrays import broadcast, ratio, times
from ddkd._checks import check_choice, check_counts
from ddkd._repr import short_repr
from ddkd.populations import Score, Target
from ddkd.theory._arguments import Values
from ddkd.theory._fits import Fit
from ddkd.theory._laws import SIGN_SLOPE
from ddkd.theory.linear import LinearLaw

# Expectations over a normal variable of functions that are odd but for a constant, however
# steep at zero: Gauss's rule in the logarithm of its size.
_LOG, _GAUSS = np.polynomial.legendre.leggauss(240)
_SIZES = np.exp(-30 + 32.2 * (_LOG + 1) / 2)  # 1e-13 to 9
_HALF = _GAUSS * 16.1 * _SIZES * np.exp(-(_SIZES**2) / 2) / np.sqrt(2 * np.pi)


@short_repr
@dataclass(frozen=True, eq=False)
class CommitteeLaw(LinearLaw):
    """Law of the average or the vote of independent models; made by `LinearLaw.committee`.

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

    def _decisions(self) -> Target:
        if self.decide == "mean":
            return super()._decisions()
        # The stored score is already the vote's best linear predictor.
        return Target.of_decisions(self._score, np.sqrt(self._score.power))

    def _decisive_score(self) -> Score | None:
        return None if self.decide == "vote" else self._score

    def _confident(self, found: Fit, min_score: np.ndarray) -> Target:
        if self.decide == "vote":
            raise ValueError("min_score has not been derived for students of a vote")
        return super()._confident(found, min_score)

    def _target(self, kind: str) -> Target:
        if self.decide == "vote" and kind == "soft":
            raise ValueError("labels must be 'hard' for students of a vote; it has no scores")
        return super()._target(kind)


def committee(law: LinearLaw, n_models: ArrayLike, decide: str) -> CommitteeLaw:
    """Law of a committee; see `LinearLaw.committee`."""
    check_choice("decide", decide, ("mean", "vote"))
    voting = decide == "vote"
    models = check_counts("n_models", n_models, allow_inf=not voting)
    if voting and (models % 2 == 0).any():
        raise ValueError(
            f"n_models must be odd for a vote; got {models[models % 2 == 0].flat[0]:g}"
        )
    if isinstance(law, CommitteeLaw):
        raise ValueError("committee of a committee: ask for one of as many models")
    broadcast(n_models=models, law=np.asarray(law.error_rate))
    one, share = law._score, 1 / models[..., None]
    variance = times(share, one.variance)
    score = Score.of(np.broadcast_to(one.mean, variance.shape), variance)
    figures: dict[str, np.ndarray] = {}
    if voting:
        score, figures = _vote(law, models, score)
    return CommitteeLaw._of(
        law.population,
        score,
        law,
        target_risk=None,
        train_risk=None,
        n_models=models,
        decide=decide,
        **figures,
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
    majority = special.betainc(half, half, special.ndtr(sharpness[..., None] * _SIZES))
    wrong = special.ndtr(-tilt[..., None] * _SIZES)
    error = 2 * (majority * wrong + (1 - majority) * (1 - wrong)) @ _HALF
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
    lean = np.sqrt(common)[..., None] * _SIZES  # r'/(1 - r') = r
    log_tie = special.gammaln(2 * half + 1) - 2 * special.gammaln(half + 1)
    log_tie = log_tie + half * (special.log_ndtr(lean) + special.log_ndtr(-lean))
    tie = 2 * np.exp(log_tie) @ _HALF
    return SIGN_SLOPE * tie * np.sqrt(models * (1 + (models - 1) * common))
