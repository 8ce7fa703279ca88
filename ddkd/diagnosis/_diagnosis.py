"""Why a curve has no peak: the public function and its result."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import is_classifier
from tqdm import tqdm

from ddkd._checks import check_integer, check_rng
from ddkd.diagnosis._arguments import (
    builder,
    check_scores,
    check_widths,
    labelled_rows,
    scaled,
    split_rows,
)
from ddkd.diagnosis._causes import CAUSES, NOISE
from ddkd.diagnosis._picture import draw_diagnosis
from ddkd.diagnosis._probes import Evidence, Probes
from ddkd.diagnosis._subject import Spent, Subject
from ddkd.diagnosis._verdict import decide
from ddkd.diagnosis._words import words
from ddkd.plotting import DoubleDescentDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR = "{percentage:3.0f}%|{bar:30}| {n_fmt} of at most {total_fmt} fits"

_NOT_TESTED = "The errors given were drawn, not tested: their noise is unknown; own fits decided."


@dataclass(frozen=True)
class Diagnosis:
    """Why a test-error curve has no peak, or that it has one.

    Printing it gives the answer and the remedy.

    Attributes
    ----------
    cause : str
        The main cause: the first of `causes`.
    causes : tuple of str
        Causes, ordered by how much of the missing peak each explains. One of healthy, penalty,
        cutoff, rank, grid, effective-samples, tuned, stopped, averaged, leak, low-noise, loss,
        inert, unclear.
    threshold : float or None
        Where the peak should be and was looked for, in the parameter's own units; None if the
        parameter has no such value.
    evidence : tuple of Evidence
        The probes with their numbers and meanings.
    remedy : str
        One sentence, with a change of the code where there is one.
    widths, errors : ndarray of shape (n_widths,)
        The measured curve: parameter values and test errors.
    expected : tuple of two ndarrays, or None
        Widths and errors of the curve with the cause taken away, or with noisy labels.
    n_fits : int
        Number of fits made.
    score_name : str
        What `errors` are.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import diagnose
    >>> from sklearn.kernel_approximation import RBFSampler
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((400, 10))
    >>> y = np.tanh(X[:, 0]) + 0.3 * rng.standard_normal(400)
    >>> pipeline = make_pipeline(RBFSampler(gamma=0.05), Ridge(alpha=1.0))
    >>> found = diagnose(
    ...     pipeline,
    ...     X[:80],
    ...     y[:80],
    ...     param_name="rbfsampler__n_components",
    ...     param_range=[10, 40, 80, 160, 320],
    ...     X_test=X[80:],
    ...     y_test=y[80:],
    ... )
    >>> found.cause
    'penalty'
    """

    causes: tuple[str, ...]
    threshold: float | None
    evidence: tuple[Evidence, ...]
    remedy: str
    widths: np.ndarray
    errors: np.ndarray
    expected: tuple[np.ndarray, np.ndarray] | None
    n_fits: int
    score_name: str
    _answer: str

    @property
    def cause(self) -> str:
        """The main cause."""
        return self.causes[0]

    def __str__(self) -> str:
        remedy = "" if self.cause == "healthy" else f"\nRemedy: {self.remedy}."
        return self._answer + remedy

    def __repr__(self) -> str:
        known = "None" if self.threshold is None else f"{self.threshold:g}"
        return f"<Diagnosis: {self.cause}, threshold {known}, {self.n_fits} fits>"

    def to_frame(self) -> Any:
        """Table of the probes, as a pandas data frame.

        Returns
        -------
        DataFrame
            Columns ``probe``, ``value`` and ``meaning``.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        import pandas as pd

        return pd.DataFrame([vars(item) for item in self.evidence])

    def plot(self, ax: Axes | None = None) -> DoubleDescentDisplay:
        """Draw the measured curve beside the one with the cause taken away, or with noisy labels.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            The axes to draw on; a new figure by default.

        Returns
        -------
        DoubleDescentDisplay
            The measured curve, drawn, with the cause and the probe that decided as the title.

        Raises
        ------
        ValueError
            If the diagnosis has no curve, since its parameter has no numbers.
        """
        return draw_diagnosis(self, ax)


def diagnose(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    param_name: str | None,
    param_range: Sequence[Any] | None = None,
    X_test: Any = None,
    y_test: ArrayLike | None = None,
    scores: ArrayLike | None = None,
    max_fits: int = 60,
    progress: bool = False,
    rng: int | np.random.Generator | None = 0,
) -> Diagnosis:
    """Say why a curve of test error against width has no peak at the interpolation threshold.

    The estimator is fitted, as a black box, to its own labels and to labels with random changes.
    A model that is linear in its labels gives itself away: a projection, a penalty, early
    stopping and averages treat those changes differently. Parameters are read only to name what
    the fits have shown. Nothing of the caller's is changed: the estimator is cloned, its seeds
    that are None are set on the clone, and numpy's global random state is put back.

    Parameters
    ----------
    estimator : scikit-learn regressor or classifier, or callable
        As for ``sklearn.model_selection.validation_curve``; or a function from a width to an
        unfitted estimator, with ``param_name=None``.
    X : array-like or sparse matrix of shape (n_samples, n_inputs)
        Training inputs.
    y : array-like of shape (n_samples,)
        Training labels: real numbers for a regressor, classes for a classifier.
    param_name : str or None
        The parameter that is the width, such as ``"rbfsampler__n_components"``.
    param_range : sequence, default=None
        Its values whose curve was drawn; None for eight values round the number of rows.
    X_test, y_test : array-like, default=None
        Test rows; None holds out a quarter of the different training rows. `threshold` is then
        scaled back to all rows.
    scores : array-like of shape (n_values,), default=None
        Test errors already measured, one a value of `param_range`.
    max_fits : int, default=60
        Largest number of fits. The work that they may take together grows with it; it is
        counted, not timed, so that the answer is the same on every machine.
    progress : bool, default=False
        Show a progress bar on standard error.
    rng : int, Generator or None, default=0
        Seed of the random changes of the labels.

    Returns
    -------
    Diagnosis
        The causes, the evidence and a remedy.

    Raises
    ------
    ValueError
        If an argument is out of its range, there are fewer than 20 rows or one class, or the
        estimator cannot be fitted.

    Notes
    -----
    With g random signs, s the labels' scale and D = f(y + s g) - f(y) = s H g, the ratio
    D.D/(s g.D) is 1 for every projection H and below 1 for every smooth filter, exactly, for every
    g (H'H = H). ``g2.D1 - g1.D2`` is zero for a symmetric H, not for averages of resampled fits.
    What a cause means is what, taken away, brings the peak back.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import LeastSquaresRegressor, RandomFourierFeatures, diagnose
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((300, 10))
    >>> y = X[:, 0] + 0.5 * rng.standard_normal(300)
    >>> def build(width):
    ...     return LeastSquaresRegressor(RandomFourierFeatures(width, gamma=0.05, random_state=0))
    >>> found = diagnose(
    ...     build,
    ...     X[:60],
    ...     y[:60],
    ...     param_name=None,
    ...     param_range=[15, 30, 60, 120, 240],
    ...     X_test=X[60:],
    ...     y_test=y[60:],
    ... )
    >>> print(found)
    The curve peaks at 60, the interpolation threshold, as it should.
    """
    generator = check_rng(rng)
    max_fits = check_integer("max_fits", max_fits, low=5)
    build = builder(estimator, param_name)
    X, labels = labelled_rows(X, y)
    widths = check_widths(param_range, len(labels))
    given = check_scores(scores, param_range)
    seed = int(generator.integers(2**31))
    try:
        is_for_classes = is_classifier(build(widths[0]))
    except Exception as error:
        at = f"estimator cannot be made with the width {widths[0]!r}"
        raise ValueError(f"{at}; change it or param_range: {error}") from error
    data = split_rows(X, labels, X_test, y_test, is_for_classes, generator)
    ratio = len(labels) / data.n
    with tqdm(total=max_fits, disable=not progress, bar_format=_BAR, leave=False) as bar:
        subject = Subject(build, data, max_fits, seed, bar.update)
        probes = Probes(subject, scaled(widths, ratio), generator)
        subject.model(probes.widths[-1], data.y)  # the parts can be read, whatever time is left
        found = _result(probes, decide(probes), ratio)
    if given is None:
        return found
    answer = f"{found._answer}\n{_NOT_TESTED}"
    return replace(found, widths=np.array(param_range), errors=given, _answer=answer)


def _result(probes: Probes, causes: tuple[str, ...], ratio: float) -> Diagnosis:
    """The causes in words, with the numbers and curves that show them; widths times `ratio`."""
    cause, data = CAUSES[causes[0]], probes.data
    evidence = list(probes.evidence.values())  # the last one decided
    threshold = curve = expected = ridge = separable = None
    # The words and the picture may want a few numbers more; without fits they do without.
    with suppress(Spent):
        curve = probes.own_curve
        if probes.numeric and cause.key != "inert":
            threshold = round(probes.threshold * ratio)
        if cause.key == "penalty":
            ridge = probes.effective_ridge
        change = probes.without(cause.key)
        if probes.numeric and (change or cause.peak_returns == NOISE):
            labels = data.y if change else probes.noisy
            expected = probes.curve(probes.ring_widths, labels, change)
        if cause.key == "loss" and probes.separable_width is not None:
            separable = round(probes.separable_width * ratio)
            evidence.insert(0, probes.evidence["classes are separable"])
    answer, remedy = words(probes, causes, round(data.n * ratio), threshold, ridge, separable)
    return Diagnosis(
        causes=causes,
        threshold=threshold,
        evidence=tuple(evidence),
        remedy=remedy,
        widths=np.array(probes.widths) * ratio if curve and probes.numeric else np.array([]),
        errors=curve.errors if curve else np.array([]),
        expected=(np.array(expected.widths) * ratio, expected.errors) if expected else None,
        n_fits=probes.subject.n_fits,
        score_name="Mean squared error" if data.classes is None else "Test error (%)",
        _answer=answer,
    )
