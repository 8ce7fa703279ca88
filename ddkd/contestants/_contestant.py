"""A method of your own in the contest, and how nothing it does can harm the others."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone

from ddkd._checks import check_choice
from ddkd._labels import encode
from ddkd.contestants._problem import Inputs, Labels, Model, Problem
from ddkd.estimators import PoolClassifier, takes_pool

_COMPARED_ROWS = 200


@dataclass(frozen=True)
class Contestant:
    """A method of your own: any scikit-learn estimator, with a name and what it may see.

    It is cloned and fitted to inputs and labels coded 0 to K-1. With the pool, it gets the
    unlabelled inputs as the argument `X_unlabelled` of its `fit`, if that has one; else they follow
    the labelled ones with the label -1, as `sklearn.semi_supervised` has it.

    Parameters
    ----------
    name : str
        Its name in tables and figures.
    estimator : estimator
        A classifier, or a regressor for real targets.
    sees : {"labels", "pool"}, default="labels"
        Whether it may use the unlabelled inputs.

    Raises
    ------
    ValueError
        If an argument is not one of those allowed.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from ddkd.contestants import Contestant
    >>> Contestant("nearest neighbour", KNeighborsClassifier(1))
    Contestant(name='nearest neighbour', estimator=KNeighborsClassifier(n_neighbors=1),
    sees='labels')
    """

    name: str
    estimator: Any
    sees: str = field(default="labels", kw_only=True)
    article = ""  # in a sentence its name stands alone

    @property
    def title(self) -> str:
        """Its name in a sentence."""
        return self.name

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"name must be a non-empty string; got {self.name!r}")
        if not (hasattr(self.estimator, "fit") and hasattr(self.estimator, "predict")):
            raise ValueError(f"estimator must have fit and predict; got {self.estimator!r}")
        check_choice("sees", self.sees, ("labels", "pool"))

    def fit(self, problem: Problem, labels: Labels) -> Model:
        """Fit a clone to the known rows of every labelling.

        Parameters
        ----------
        problem : Problem
            The inputs.
        labels : Labels
            The labellings.

        Returns
        -------
        callable
            Scores of rows.
        """
        fitted = []
        for y, known in zip(labels.values, labels.known, strict=True):
            estimator = clone(self.estimator)
            if self.sees == "pool":
                estimator = PoolClassifier(estimator, problem.seen.X)
            fitted.append(estimator.fit(problem.labelled.X[known], y[known]))
        return partial(self._scores, fitted, labels.n_classes)

    def _scores(self, fitted: list[Any], n_classes: int, rows: Inputs) -> np.ndarray:
        predicted = np.stack([_predict(estimator, rows.X, n_classes) for estimator in fitted])
        return encode(predicted, n_classes) if n_classes else predicted[..., None]


def contestants_of(given: Any) -> list[Contestant]:
    """Contestants of a list that may hold estimators and classes of estimators, too.

    An estimator sees the pool if its `fit` takes `X_unlabelled` or if it is one of
    `sklearn.semi_supervised`, else the labels only.

    Parameters
    ----------
    given : sequence of Contestant, estimator or class, or None
        What was given.

    Returns
    -------
    list of Contestant
        The same, with names.

    Raises
    ------
    ValueError
        If something else is given.

    Examples
    --------
    >>> from sklearn.semi_supervised import LabelPropagation
    >>> from ddkd.contestants._contestant import contestants_of
    >>> contestants_of([LabelPropagation])[0].sees
    'pool'
    """
    return [_contestant(item) for item in (given or [])]


def _contestant(item: Any) -> Contestant:
    if isinstance(item, Contestant):
        return item
    estimator = item() if isinstance(item, type) else item
    if not hasattr(estimator, "fit"):
        raise ValueError(f"contestants must be Contestant objects or estimators; got {item!r}")
    sees = "pool" if takes_pool(estimator) else "labels"
    return Contestant(type(estimator).__name__, estimator, sees=sees)


def _predict(estimator: Any, X: np.ndarray, n_classes: int) -> np.ndarray:
    """Checked predictions: one for each row, of the classes, and each row on its own."""
    predicted = np.asarray(estimator.predict(X))
    if predicted.shape != (len(X),):
        raise ValueError(f"predict returned the shape {predicted.shape} for {len(X)} rows")
    if n_classes and not np.isin(predicted, np.arange(n_classes)).all():
        raise ValueError(f"predict returned labels that are not among 0 to {n_classes - 1}")
    if not n_classes and not np.isfinite(predicted).all():
        raise ValueError("predict returned a number that is not finite")
    some = slice(0, _COMPARED_ROWS)
    if not np.allclose(np.asarray(estimator.predict(X[some][::-1]))[::-1], predicted[some]):
        raise ValueError("its predictions change when the rows are permuted")
    return predicted.astype(np.intp) if n_classes else predicted
