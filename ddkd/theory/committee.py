"""Committees: averages and majority votes of models with training sets of their own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ddkd._checks import check_choice
from ddkd._repr import short_repr
from ddkd.theory._arguments import Values, broadcast, check_counts, unwrap
from ddkd.theory._arrays import ratio
from ddkd.theory._fits import Fit
from ddkd.theory._laws import SIGN_SLOPE
from ddkd.theory._score_figures import score_figures
from ddkd.theory._scores import Target, hard_target
from ddkd.theory.linear import LinearLaw

__all__ = ["CommitteeLaw", "committee"]

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
        return hard_target(self._score, np.sqrt(self._score.power))

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
    population, score = law.population, law._score
    with np.errstate(invalid="ignore"):
        variance = np.where(models[..., None] == np.inf, 0.0, score.variance / models[..., None])
    figures = score_figures(population, score.mean, variance)
    if voting:
        figures |= _vote(law, models, figures["_score"].unit_mean, figures["_score"].unit_variance)
    return CommitteeLaw(
        features=law.features,
        labels=law.labels,
        n_samples=law.n_samples,
        alpha=law.alpha,
        kappa=law.kappa,
        target_risk=None,
        train_risk=None,
        n_models=unwrap(models),
        decide=decide,
        _fit=law._fit,
        **figures,
    )


def _vote(
    law: LinearLaw, models: np.ndarray, unit_mean: np.ndarray, unit_variance: np.ndarray
) -> dict[str, object]:
    """Figures of the majority of signs.

    Scores are sqrt(r) x + sqrt(1 - r) e_k with x, the part that all models share, and e_k
    standard normal, r = sum (E u)^2 for the unit score u of one model.
    """
    population, one = law.population, law._score
    truth = np.sqrt(population.eigenvalues) * population.coef
    signal = np.sum(truth**2)
    common = np.sum(one.unit_mean**2, axis=-1)  # r
    sharpness = np.sqrt(np.where(common < 1, ratio(common, 1 - common), np.inf))
    with np.errstate(divide="ignore"):
        cosine = ratio(one.unit_mean @ truth, np.sqrt(common * signal))  # of x and the truth
        sine = np.sqrt(np.maximum(1 - cosine**2, 0.0))
        tilt = np.where(sine > 0, cosine / np.where(sine > 0, sine, 1.0), np.inf)
    half = ((models + 1) / 2)[..., None]
    majority = special.betainc(half, half, special.ndtr(sharpness[..., None] * _SIZES))
    wrong = special.ndtr(-tilt[..., None] * _SIZES)
    error = 2 * (majority * wrong + (1 - majority) * (1 - wrong)) @ _HALF
    slope = _vote_slope(models, common)
    along = slope * ratio(unit_mean @ truth, np.asarray(np.sqrt(signal)))
    if population.labels == "hard":
        right = (1 - 2 * population.flip_rate) * (1 - 2 * error)  # E y vote
        risk = 2 - 2 * right
    else:
        risk = signal + population.noise_variance + 1 - 2 * along * np.sqrt(signal)
    linear = score_figures(
        population, slope[..., None] * unit_mean, slope[..., None] ** 2 * unit_variance
    )
    return {
        "risk": unwrap(risk),
        "correlation": unwrap(along),
        "error_rate": unwrap(error),
        "_score": linear["_score"],
    }


def _vote_slope(models: np.ndarray, common: np.ndarray) -> np.ndarray:
    """Slope of the vote on the unit mean score, c_v = sqrt(2/pi) t sqrt(K (1 + (K - 1) r)).

    t is the probability that the other K - 1 are tied when one's score is on the border. They
    then are correlated by r' = r/(1 + r) with one another.
    """
    half = ((models - 1) / 2)[..., None]
    lean = special.ndtr(np.sqrt(common)[..., None] * _SIZES)  # r'/(1 - r') = r
    log_tie = special.gammaln(2 * half + 1) - 2 * special.gammaln(half + 1)
    tie = 2 * np.exp(log_tie + half * np.log(lean * (1 - lean))) @ _HALF
    return SIGN_SLOPE * tie * np.sqrt(models * (1 + (models - 1) * common))
