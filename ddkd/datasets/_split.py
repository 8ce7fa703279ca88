"""A labelled training set, an unlabelled transfer set and a clean test set, kept apart."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ddkd._checks import as_array, check_choice, check_matrix, check_real, check_rng, check_vector
from ddkd._labels import check_labels as label_array


def is_stream(transfer: Any) -> bool:
    """Whether a transfer set is a stream; a pandas DataFrame samples too, but is a pool.

    Parameters
    ----------
    transfer : object
        A pool or a stream.

    Returns
    -------
    bool
        True if it has a method ``sample`` and is not an array.
    """
    return hasattr(transfer, "sample") and not hasattr(transfer, "__array__")


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """One data set in its three parts: labelled train, unlabelled transfer, clean test.

    The three parts never share a row (a collection that holds equal rows may give one to each of
    two parts). For a pool they are disjoint subsets of one shuffled
    collection; for a stream the training and test rows are drawn separately from the same
    distribution, and where the stream deforms real images, the images it starts from are
    neither training nor test images. The arrays are read-only.

    Parameters
    ----------
    X_train : ndarray of shape (n_samples, n_features)
        Labelled inputs. Their labels are the only ones a teacher or a baseline may see.
    y_train : ndarray of shape (n_samples,)
        Labels of `X_train`, wrong on purpose where :meth:`flip_labels` replaced them.
    transfer : ndarray of shape (n_transfer, n_features), or a stream
        Unlabelled inputs for a teacher to label: a finite pool, perhaps empty, or any object with
        ``sample(n, rng=...)`` that returns as many rows as wanted.
    X_test : ndarray of shape (n_test, n_features)
        Inputs held out to measure the error.
    y_test : ndarray of shape (n_test,)
        True labels of `X_test`, never flipped.
    name : str
        Name of the data set.
    y_clean : ndarray of shape (n_samples,), optional
        True labels of `X_train`. Default: `y_train`.
    task : {"classes", "numbers"}, default="classes"
        What the labels are. Numbers are kept as floats and have no `classes`.
    scale : str, default=""
        How the columns of a file were scaled, in words.

    Raises
    ------
    ValueError
        If the shapes disagree, an input is not finite, or the training labels are all equal.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> split = load("deformed-digits", rng=0)
    >>> split.X_train.shape, split.X_test.shape, split.transfer.sample(5, rng=1).shape
    ((200, 64), (600, 64), (5, 64))
    >>> noisy = split.flip_labels(0.1, rng=0)
    >>> int(noisy.wrong.sum()), noisy.flip_rate
    (20, 0.1)
    """

    X_train: np.ndarray
    y_train: np.ndarray
    transfer: Any
    X_test: np.ndarray
    y_test: np.ndarray
    name: str = field(default="user data", kw_only=True)
    y_clean: Any = field(default=None, kw_only=True)
    task: str = field(default="classes", kw_only=True)
    scale: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        checked = {"X_train": check_matrix("X_train", self.X_train)}
        n_features = checked["X_train"].shape[1]
        checked["X_test"] = check_matrix("X_test", self.X_test, n_columns=n_features)
        if not is_stream(self.transfer):
            pool = as_array("transfer", self.transfer)
            if pool.shape != (0, n_features):  # every row may be labelled
                pool = check_matrix("transfer", pool, n_columns=n_features)
            checked["transfer"] = pool
        check_choice("task", self.task, ("classes", "numbers"))
        check = check_labels if self.task == "classes" else check_vector
        clean = self.y_train if self.y_clean is None else self.y_clean
        for label, value, n in (
            ("y_train", self.y_train, len(checked["X_train"])),
            ("y_clean", clean, len(checked["X_train"])),
            ("y_test", self.y_test, len(checked["X_test"])),
        ):
            checked[label] = check(label, value, size=n)
        kinds = {checked[label].dtype.kind for label in ("y_train", "y_clean", "y_test")}
        if len(kinds) > 1 and kinds != {"i", "u"}:
            raise ValueError("y_train, y_clean and y_test must hold labels of one kind")
        wanted, varied = "classes", {"y_train": checked["y_clean"]}
        if self.task == "numbers":  # whose errors are shares of the test labels' variance
            wanted, varied = "different numbers", varied | {"y_test": checked["y_test"]}
        for label, y in varied.items():
            if len(np.unique(y)) < 2:
                raise ValueError(
                    f"{label} must hold at least two {wanted}; every one of its {len(y)} labels is "
                    f"{y[0].item()!r}"
                )
        for key, array in checked.items():
            # Read-only views: nobody who shares a split can change it for the others.
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, key, view)

    @property
    def measure(self) -> str:
        """Name of the error that is measured: "error", or of numbers "variance_left"."""
        return "error" if self.task == "classes" else "variance_left"

    def error(self, predicted: np.ndarray) -> float:
        """Measure predictions of the test labels.

        Parameters
        ----------
        predicted : ndarray of shape (n_test,)
            The predictions.

        Returns
        -------
        float
            The share that is wrong; of numbers the mean squared error as a share of the variance.
        """
        if self.task == "classes":
            return float(np.mean(predicted != self.y_test))
        return float(np.mean((predicted - self.y_test) ** 2) / np.var(self.y_test))

    @property
    def classes(self) -> np.ndarray:
        """Every class of the true labels, sorted; ValueError if they are numbers."""
        if self.task == "numbers":
            raise ValueError(f"the labels of {self.name} are numbers, so there are no classes")
        return np.unique(np.concatenate([self.y_clean, self.y_test]))

    @property
    def wrong(self) -> np.ndarray:
        """Mask (n_samples,) of the training labels that were flipped."""
        return self.y_train != self.y_clean

    @property
    def flip_rate(self) -> float:
        """Fraction of the training labels that are wrong."""
        return float(np.mean(self.wrong))

    def flip_labels(self, rate: float, *, rng: Any = None) -> "Split":
        """Replace a fraction of the training labels by a different class, uniformly drawn.

        Exactly ``round(rate * n_samples)`` labels become wrong. One random order of the rows and
        one wrong label for each are drawn first, and the rate only decides how far down that order
        to go: for one seed the labels wrong at 5 % are also wrong, and identically so, at 10 %.
        The flips always start from the true labels, so a second call does not add to the first.

        Parameters
        ----------
        rate : float
            Fraction of wrong labels, from 0 to 1.
        rng : None, int, SeedSequence or numpy Generator, optional
            Source of randomness.

        Returns
        -------
        Split
            The same data with other training labels.

        Raises
        ------
        ValueError
            If `rate` is not a number from 0 to 1, or not 0 where the labels are numbers.

        Examples
        --------
        >>> from ddkd.datasets import load
        >>> split = load("digits", rng=0)
        >>> few, many = split.flip_labels(0.05, rng=3), split.flip_labels(0.1, rng=3)
        >>> bool((many.y_train[few.wrong] == few.y_train[few.wrong]).all())
        True
        """
        rate = check_real("rate", rate, low=0.0, high=1.0)
        generator = check_rng(rng)
        if self.task == "numbers" and rate == 0:
            return self
        classes, n = self.classes, len(self.y_clean)
        order = generator.permutation(n)
        steps = generator.integers(1, len(classes), size=n)
        rows = order[: round(rate * n)]
        codes = np.searchsorted(classes, self.y_clean)
        codes[rows] = (codes[rows] + steps[rows]) % len(classes)
        return replace(self, y_train=classes[codes])

    def __str__(self) -> str:
        """One line that says what was found."""
        if isinstance(self.transfer, np.ndarray):
            transfer = f"{len(self.transfer):,} transfer rows"
        else:
            transfer = "an unlimited transfer stream"
        n_wrong = int(self.wrong.sum())
        if self.task == "numbers":
            wrong, labels = "", "labels are numbers"
        else:
            wrong, labels = f" ({n_wrong:,} wrong labels)", f"{len(self.classes):,} classes"
        return (
            f"{self.name}: {len(self.X_train):,} labelled rows{wrong}, {transfer}, "
            f"{len(self.X_test):,} test rows; {self.X_train.shape[1]:,} features, {labels}"
        )

    def __repr__(self) -> str:
        """The same line, in angle brackets."""
        return f"<Split {self}>"


def check_labels(name: str, value: Any, *, size: int | None = None) -> np.ndarray:
    """Return `value` as a non-empty 1-D array of integer, boolean or string labels."""
    labels = label_array(name, value)
    if labels.dtype.kind == "O":  # all of them texts, or nothing that can be a label
        labels = np.array(labels.tolist())
    if labels.ndim != 1 or labels.size == 0:
        raise ValueError(f"{name} must be a non-empty 1-D array; its shape is {labels.shape}")
    if size is not None and labels.size != size:
        raise ValueError(f"{name} must have {size} entries, one per row; it has {labels.size}")
    if labels.dtype.kind == "f":
        whole = (labels == np.floor(labels)) & (np.abs(labels) < 2.0**53)
        labels = labels.astype(np.int64) if whole.all() else labels
    if labels.dtype.kind not in "biuU":
        raise ValueError(
            f"{name} must hold integers, strings or booleans; its dtype is {labels.dtype}"
            + (" with fractional or non-finite entries" if labels.dtype.kind == "f" else "")
        )
    return labels
