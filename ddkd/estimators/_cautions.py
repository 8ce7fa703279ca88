"""What a distiller says of a teacher that is near chance, and of a student on its own peak."""

import warnings
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from ddkd._labels import decode
from ddkd.estimators._base import LeastSquares
from ddkd.estimators._classifier import LeastSquaresClassifier
from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import leave_one_out

_MOST_ROWS = 1000  # leave-one-out takes as long as the teacher's own fit


def last_step(estimator: Any) -> Any:
    """The last step of a pipeline of several; anything else is its own."""
    several = isinstance(estimator, Pipeline) and len(estimator.steps) > 1
    return estimator.steps[-1][1] if several else estimator


def warn_of_chance(teacher: Any, X: Any, y: np.ndarray) -> None:
    """Warn if a teacher's leave-one-out error is within a standard error of a constant guess's."""
    model = last_step(teacher)
    if not isinstance(model, LeastSquaresClassifier) or model.fit_intercept or len(y) > _MOST_ROWS:
        return
    Z = model._map(X if model is teacher else teacher[:-1].transform(X))
    unseen = leave_one_out(Z, model._encode(y), model.alpha, rcond=model.rcond).predictions[0]
    error = np.mean(model.classes_[decode(unseen.reshape(len(y), -1))] != y)
    chance = 1 - np.unique(y, return_counts=True)[1].max() / len(y)
    if error >= chance - np.sqrt(chance * (1 - chance) / len(y)):
        warnings.warn(
            f"the teacher is hardly better than chance: fitted without them, it errs on "
            f"{error:.0%} of its {len(y)} labels, and the most frequent class on {chance:.0%}. "
            "The inputs may need scaling, the bandwidth may not suit the labels (try "
            "features.choose_gamma), the width may be near the number of labels, or the labels "
            "may say nothing of the inputs",
            InterpolationWarning,
            stacklevel=3,
        )


def warn_of_peak(student: Any, n_transfer: int) -> None:
    """Warn if a least-squares student without a ridge is as wide as it has examples."""
    model = last_step(student)
    if not isinstance(model, LeastSquares) or model.alpha:
        return
    width = len(model.solution_.coef)
    if n_transfer - model.fit_intercept <= width <= n_transfer:
        warnings.warn(
            f"the student's width, {width}, is the size of its transfer set, {n_transfer}: its "
            "test error peaks there. Take several times as many examples, or a ridge (alpha)",
            InterpolationWarning,
            stacklevel=4,
        )
