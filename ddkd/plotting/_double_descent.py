"""The double-descent curve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.metrics import get_scorer
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing

from ddkd._checks import check_choice, check_vector
from ddkd._repr import short_repr
from ddkd._workers import parallel
from ddkd.plotting._axes import Threshold
from ddkd.plotting._curves import CurvesDisplay, check_scores, check_theory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NO_PEAK = "no peak: ddkd.diagnose says why"
_RISE = 1.2  # a peak is so many times higher than the best on either side


@short_repr
@dataclass(kw_only=True, eq=False)
class DoubleDescentDisplay(CurvesDisplay):
    """A double-descent curve: error against width, threshold, theory.

    Make one from numbers, or by :meth:`from_estimator`; `plot` draws it, also on the axes of
    another one, each with a colour, dashes and a marker of its own. A peak a thousand times higher
    than the rest is cut, and an arrow says how high it is.

    Parameters
    ----------
    widths : array-like of shape (n_widths,)
        The abscissae: numbers of features, or of samples.
    test_scores : array-like of shape (n_widths,) or (n_widths, n_repeats), or None
        Test errors.
    train_scores : array-like of shape (n_widths,) or (n_widths, n_repeats), or None
        Training errors.
    threshold : float, dict of str to float, or None
        Where the model begins to interpolate, to be marked ``n = ...``, or under the
        label given.
    theory : array-like of shape (n_widths,), pair (widths, values), or None
        What theory says of the test error. Values may be infinite; a NaN breaks the line.
    score_name : str, default="Test error (%)"
        Label of the error axis. Under a name that ends in "(%)" fractions are shown as
        percentages.
    width_name : str, default="Width"
        Label of the other axis.
    title : str, default=""
        Which data, and what else is to stand above the picture; drawn as it is, without mathtext.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : list of Line2D
        The curves, and the theory line last if there is one.
    thresholds_ : list of Line2D
        The marks of the thresholds.

    See Also
    --------
    DistillationDisplay : Teacher and students.
    ddkd.diagnose : Why a curve has no peak.

    Examples
    --------
    >>> from ddkd.plotting import DoubleDescentDisplay
    >>> from ddkd.theory import isotropic_risk
    >>> widths = [5, 10, 18, 20, 22, 30, 60]
    >>> theory = isotropic_risk(20, widths, noise_variance=0.1)
    >>> display = DoubleDescentDisplay(widths=widths, test_scores=None, theory=theory, threshold=20)
    >>> display.plot().ax_.get_xlabel()
    'Width'
    """

    widths: Any
    test_scores: Any
    train_scores: Any = None
    threshold: Threshold = None
    theory: Any = None
    score_name: str = "Test error (%)"
    width_name: str = "Width"
    title: str = ""
    no_peak: bool | None = field(default=None, init=False)  # only `from_estimator` looks for one

    def __post_init__(self) -> None:
        self.widths = x = check_vector("widths", self.widths)
        for name in ("test_scores", "train_scores"):
            if (scores := getattr(self, name)) is not None:
                setattr(self, name, check_scores(name, scores, x))
        if self.theory is not None:
            self.theory = check_theory("theory", self.theory, x)
        if self.test_scores is None and self.theory is None:
            raise ValueError("test_scores and theory cannot both be None: there is no curve")

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: ArrayLike,
        y: ArrayLike,
        *,
        param_name: str,
        param_range: Iterable[Any],
        X_test: ArrayLike | None = None,
        y_test: ArrayLike | None = None,
        cv: Any = None,
        n_jobs: int | None = None,
        **options: Any,
    ) -> Self:
        """Fit any scikit-learn estimator at each value of a parameter, and make a display of it.

        Parameters
        ----------
        estimator : estimator
            A classifier or regressor, such as a pipeline; as for
            `sklearn.model_selection.validation_curve`. It is cloned, never changed.
        X : array-like of shape (n_samples, n_inputs)
            Training inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Their labels or targets.
        param_name : str
            The parameter that sets the width, such as ``"features__n_components"``.
        param_range : iterable
            Its values, numbers.
        X_test, y_test : array-like or None
            Test data. Without them the errors are those of a cross-validation.
        cv : int, splitter, iterable or None
            The folds of that cross-validation, as in scikit-learn; 5 by default.
        n_jobs : int or None
            Number of processes.
        **options : dict
            What else the display takes. The threshold is by default the number of training rows,
            if the values reach it: right where the parameter counts features.

        Returns
        -------
        DoubleDescentDisplay
            0-1 errors of a classifier, mean squared errors of a regressor, on training and test
            data. If the curve has no peak, the picture and the display's `repr` say so and name
            :func:`ddkd.diagnose`, which finds the reason.

        Raises
        ------
        ValueError
            If only one of `X_test` and `y_test` is given, or a parameter is not known.

        Examples
        --------
        >>> from sklearn.datasets import load_diabetes
        >>> from ddkd import LeastSquaresRegressor, RandomFourierFeatures
        >>> from ddkd.plotting import DoubleDescentDisplay
        >>> X, y = load_diabetes(return_X_y=True)
        >>> model = LeastSquaresRegressor(RandomFourierFeatures(gamma=1.0, random_state=0))
        >>> display = DoubleDescentDisplay.from_estimator(
        ...     model,
        ...     X[:50],
        ...     y[:50],
        ...     param_name="features__n_components",
        ...     param_range=[5, 20, 50, 100, 400],
        ...     X_test=X[50:],
        ...     y_test=y[50:],
        ... )
        >>> display.threshold, display.no_peak
        (50, False)
        """
        values = list(param_range)
        if not values:
            raise ValueError("param_range is empty; it needs at least one value")
        if (X_test is None) != (y_test is None):
            raise ValueError(
                "X_test and y_test go together; give both, or none for a cross-validation"
            )
        has_classes = is_classifier(estimator)
        folds = [[(X, y), (X_test, y_test)]]
        if X_test is None:
            folds = [
                [(_safe_indexing(X, rows), _safe_indexing(y, rows)) for rows in fold]
                for fold in check_cv(cv, y, classifier=has_classes).split(X, y)
            ]
        models = [clone(estimator).set_params(**{param_name: value}) for value in values]
        tasks = (delayed(_fit_errors)(model, *fold) for model in models for fold in folds)
        errors = np.reshape(parallel(n_jobs)(tasks), (len(values), len(folds), 2))
        train, test = np.moveaxis(errors, -1, 0)
        n_samples = round(np.mean([len(np.asarray(fold[0][1])) for fold in folds]))
        options = {"width_name": param_name, **options}
        if not has_classes:
            options = {"score_name": "Mean squared error", **options}
        if min(values) <= n_samples <= max(values):
            options = {"threshold": n_samples, **options}
        display = cls(widths=values, test_scores=test, train_scores=train, **options)
        display.no_peak = not _has_peak(test.mean(axis=1)[np.argsort(values)])
        if display.no_peak:
            display.title = "; ".join(filter(None, [display.title, _NO_PEAK]))
        return display

    def plot(
        self,
        ax: Axes | None = None,
        *,
        name: str | None = None,
        score_type: str = "test",
        average: str = "mean",
    ) -> Self:
        """Draw the curve, with plus and minus one standard error of the average.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            The axes to draw on; a new figure by default.
        name : str or None, default=None
            What to call the model in the legend.
        score_type : {"test", "train", "both"}, default="test"
            Which errors to draw.
        average : {"mean", "median"}, default="mean"
            How to average over repeats. The mean error is infinite within one width of the
            threshold, so that the average of simulations means nothing there; the median
            stays finite.

        Returns
        -------
        DoubleDescentDisplay
            The object itself, drawn.
        """
        check_choice("score_type", score_type, ("test", "train", "both"))
        if score_type != "test" and self.train_scores is None:
            raise ValueError(f"score_type={score_type!r} needs train_scores, which are None")
        curves = {}
        for kind, scores in (("test", self.test_scores), ("train", self.train_scores)):
            if scores is not None and score_type in (kind, "both"):
                both = score_type == "both" and name is not None
                curves[f"{name}, {kind}" if both else name or kind] = scores
        theory = {}
        if self.theory is not None:
            test = next(iter(curves), name) if score_type != "train" else None
            theory[test or "theory"] = self.theory
        return self._draw(ax, self.widths, self.width_name, curves, theory, average=average)


def _fit_errors(model: BaseEstimator, train: Any, test: Any) -> list[float]:
    """0-1 errors of a classifier, mean squares of a regressor, on its training and test data."""
    has_classes = is_classifier(model)
    score = get_scorer("accuracy" if has_classes else "neg_mean_squared_error")
    fitted = clone(model).fit(*train)
    return [float(has_classes) - score(fitted, *data) for data in (train, test)]


def _has_peak(errors: np.ndarray) -> bool:
    """Whether the curve somewhere exceeds the best on either side `_RISE` times."""
    before, after = np.minimum.accumulate(errors), np.minimum.accumulate(errors[::-1])[::-1]
    return bool(np.any(errors > _RISE * np.maximum(before, after)))
