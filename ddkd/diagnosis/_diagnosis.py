"""Why a curve has no peak: the public function and its result."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GroupShuffleSplit
from sklearn.utils import _safe_indexing, assert_all_finite, column_or_1d
from tqdm import tqdm

from ddkd._checks import as_array, check_integer, check_rng, check_vector
from ddkd._labels import check_labels
from ddkd.diagnosis import _words
from ddkd.diagnosis._picture import draw_diagnosis
from ddkd.diagnosis._probes import Probes
from ddkd.diagnosis._subject import Data, Spent, Subject, distinct_rows
from ddkd.diagnosis._verdict import decide
from ddkd.plotting import DoubleDescentDisplay

_BAR = "{percentage:3.0f}%|{bar:30}| {n_fmt} of at most {total_fmt} fits"

_NOT_TESTED = "The errors given were drawn, not tested: their noise is unknown; own fits decided."
_FEWEST_ROWS = 20


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
    evidence: tuple[_words.Evidence, ...]
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
    build = _builder(estimator, param_name)
    X, labels = _rows(X, y)
    if len(labels) < _FEWEST_ROWS:
        raise ValueError(f"X must have at least {_FEWEST_ROWS} rows; it has {len(labels)}")
    if len(np.unique(labels)) < 2:
        raise ValueError("y has one value only; it needs at least two, or there is nothing to fit")
    widths = _widths(param_range, len(labels))
    given = None if scores is None else np.asarray(scores, dtype=np.float64)
    if given is not None and (param_range is None or given.shape != (len(param_range),)):
        raise ValueError("scores must have one test error for each value of param_range")
    seed = int(generator.integers(2**31))
    try:
        is_for_classes = is_classifier(build(widths[0]))
    except Exception as error:
        at = f"estimator cannot be made with the width {widths[0]!r}"
        raise ValueError(f"{at}; change it or param_range: {error}") from error
    data = _data(X, labels, X_test, y_test, is_for_classes, generator)
    ratio = len(labels) / data.n
    with tqdm(total=max_fits, delay=2, disable=not progress, bar_format=_BAR, leave=False) as bar:
        subject = Subject(build, data, max_fits, seed, bar.update)
        probes = Probes(subject, _scaled(widths, ratio), generator)
        subject.model(probes.widths[-1], data.y)  # the parts can be read, whatever time is left
        found = _result(probes, decide(probes), ratio)
    if given is None:
        return found
    answer = f"{found._answer}\n{_NOT_TESTED}"
    return replace(found, widths=np.array(param_range), errors=given, _answer=answer)


def _builder(estimator: Any, param_name: str | None) -> Callable[[Any], Any]:
    """A function from a width to an unfitted estimator that is nobody else's."""
    is_estimator = hasattr(estimator, "get_params") and not isinstance(estimator, type)
    if not is_estimator and not (param_name is None and callable(estimator)):
        raise ValueError(
            f"estimator must be a scikit-learn estimator; got {_called(estimator)} (a function "
            f"from a width to an estimator goes without param_name, or --param)"
        )
    if not is_estimator:
        return estimator
    known = estimator.get_params(deep=True)
    if param_name is None:
        wrong = ""
    elif param_name not in known:
        wrong = f": {param_name!r} is no parameter of it"
    elif not _takes_numbers(known[param_name]):
        wrong = (
            f": {param_name!r} is {_called(known[param_name])}, which is not replaced by numbers"
        )
    else:
        return lambda width: clone(estimator).set_params(**{param_name: width})
    numbers = [name for name, value in sorted(known.items()) if _is_number(value)]
    raise ValueError(
        f"param_name (--param) must name the estimator's width{wrong}; its parameters that hold "
        f"numbers are {', '.join(numbers) or 'none'}"
    )


def _called(value: Any) -> str:
    """An object by a short name."""
    if isinstance(value, type):
        return f"the class {value.__name__} and no instance of it"
    return repr(value) if value is None or isinstance(value, bool) else type(value).__name__


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _takes_numbers(value: Any) -> bool:
    """Whether numbers may stand in the place of a parameter's value: not of a part or a switch."""
    return not (isinstance(value, bool | list) or hasattr(value, "get_params"))


def _rows(X: Any, y: ArrayLike, which: str = "") -> tuple[Any, np.ndarray]:
    """Inputs that have a shape, and as many finite labels."""
    if isinstance(X, np.ndarray) or not hasattr(X, "shape"):
        X = as_array(f"X{which}", X)
    labels = check_labels(f"y{which}", y)
    if labels.dtype.kind not in "biufUO":
        raise ValueError(f"y{which} must hold numbers or text; its dtype is {labels.dtype}")
    labels = column_or_1d(labels)
    if X.shape[0] != len(labels):
        raise ValueError(
            f"X{which} and y{which} must have as many rows; they have {X.shape[0]} and "
            f"{len(labels)}"
        )
    assert_all_finite(labels, input_name=f"y{which}")
    return X, labels


def _widths(param_range: Sequence[Any] | None, n: int) -> list[Any]:
    if param_range is None:
        shares = (0.1, 0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 3.0)
        return sorted({max(1, round(share * n)) for share in shares})
    values = [w.item() if isinstance(w, np.generic) else w for w in param_range]
    if len(values) < 2:
        raise ValueError(f"param_range must have at least two values; got {values}")
    if all(isinstance(w, int | float) for w in values):
        if not (np.isfinite(values).all() and min(values) > 0):
            raise ValueError(f"param_range must be positive, finite numbers; got {values}")
        values.sort()
    return list(dict.fromkeys(values))


def _data(
    X: Any,
    labels: np.ndarray,
    X_test: Any,
    y_test: ArrayLike | None,
    is_for_classes: bool,
    rng: np.random.Generator,
) -> Data:
    """The training and test rows; a quarter of the different rows is held out if none are given."""
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test belong together: give both, or neither")
    if not is_for_classes:
        labels = check_vector("y", labels)
    if y_test is None:
        # A quarter of the different rows: equal ones would leak.
        folds = GroupShuffleSplit(1, test_size=0.25, random_state=int(rng.integers(2**31)))
        names, groups = np.unique(distinct_rows(X), return_inverse=True)
        if len(names) < _FEWEST_ROWS // 2:
            raise ValueError(f"X has only {len(names)} different rows (constant, or NaN?)")
        train, test = next(folds.split(labels, groups=groups))
        X, X_test = _safe_indexing(X, train), _safe_indexing(X, test)
        labels, test_labels = labels[train], labels[test]
    else:
        X_test, test_labels = _rows(X_test, y_test, "_test")
        names, test_names = (list(getattr(rows, "columns", ())) for rows in (X, X_test))
        if names and test_names and names != test_names:
            raise ValueError(
                f"X_test must have the names of X in the same order, {', '.join(map(str, names))}; "
                f"it has {', '.join(map(str, test_names))}"
            )
    if not is_for_classes:
        return Data(X, labels, X_test, check_vector("y_test", test_labels), None)
    classes = np.unique(labels)
    if not np.isin(test_labels, classes).any():
        raise ValueError(f"y_test has none of the labels in y, such as {classes[0]!r}")
    return Data(X, labels, X_test, test_labels, classes)


def _scaled(widths: list[Any], ratio: float) -> list[Any]:
    """The caller's widths for the rows that are left, where they are sizes and not degrees."""
    if ratio == 1 or not all(isinstance(w, int) for w in widths) or widths[-1] < 20:
        return widths
    return sorted({max(1, round(w / ratio)) for w in widths})


def _result(probes: Probes, causes: tuple[str, ...], ratio: float) -> Diagnosis:
    cause, data = causes[0], probes.data
    evidence = tuple(probes.evidence.values())
    change = probes.without(cause)
    threshold = curve = expected = None
    ridge = "a penalty"
    # The words and the picture may want a few numbers more; without fits they do without.
    with suppress(Spent):
        curve = probes.own_curve
        if probes.numeric and cause != "inert":
            threshold = round(probes.threshold * ratio)
        if cause == "penalty" and probes.effective_ridge is not None:
            ridge = f"an effective ridge of {probes.effective_ridge:.2g}"
        if probes.numeric and cause not in ("healthy", "leak", "inert"):
            expected = probes.curve(probes.ring_widths, data.y if change else probes.noisy, change)
    drawn = np.array(probes.widths) * ratio if curve and probes.numeric else np.array([])
    part = next((part for part in probes.parts if part.cause == cause), None)
    _, higher = probes.taken.get(cause, (0.0, 0.0))
    place = "the threshold" if threshold is None else f"{threshold:g}"
    numbers = {"ridge": ridge, "threshold": place, "n": round(data.n * ratio)}
    answer = _words.answer(causes, part, higher, leaked=probes.leaked, **numbers)
    shares = (0.5, 0.8, 0.95, 1, 1.1, 2) if threshold and probes.line else (1,)
    near = [round(share * threshold) for share in shares] if threshold else []
    return Diagnosis(
        causes=causes,
        threshold=threshold,
        evidence=evidence,
        remedy=_words.remedy(cause, change, near, data.classes is not None),
        widths=drawn,
        errors=curve.errors if curve else np.array([]),
        expected=(np.array(expected.widths) * ratio, expected.errors) if expected else None,
        n_fits=probes.subject.n_fits,
        score_name="Mean squared error" if data.classes is None else "Test error (%)",
        _answer=answer,
    )
