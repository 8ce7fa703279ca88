"""Look-up of measured errors, and the strongest traditional model among them."""

from collections.abc import Mapping

import numpy as np

__all__ = ["TRADITIONAL", "Errors", "best_traditional"]

# Cross-validated models that know nothing of a transfer set; the best is picked in hindsight,
# by its mean test error, which favours the tradition.
TRADITIONAL = {
    "direct-ridge": "ridge of the student's width",
    "self-distilled-tuned": "distillation on the training set",
    "ridge-any-width": "ridge of any width and bandwidth",
    "kernel-ridge": "kernel ridge",
    "svm": "RBF support vector machine",
    "teacher-tuned": "the tuned teacher itself",
}


class Errors:
    """Look-up of per-repeat numbers in the columns of a comparison.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Tidy columns as `ddkd.experiments.reproduce` records them, with a column ``repeat``.
    """

    def __init__(self, columns: Mapping[str, np.ndarray]) -> None:
        self._columns = columns
        self._repeats = np.unique(columns["repeat"])

    def models(self) -> set[str]:
        """Names of the models in the table.

        Returns
        -------
        set of str
            Such as "teacher" or "hard".
        """
        return set(self._columns["model"].tolist())

    def values(
        self,
        model: str,
        flip: float,
        *,
        width: float | None = None,
        m: int | None = None,
        column: str = "error",
    ) -> np.ndarray:
        """One number a repeat for one configuration.

        Parameters
        ----------
        model : str
            Name of the model.
        flip : float
            Fraction of wrong training labels.
        width : float or None, default=None
            Its width, where it is recorded at several.
        m : int or None, default=None
            Its transfer set, where it is recorded at several.
        column : str, default="error"
            Which number.

        Returns
        -------
        ndarray of shape (n_repeats,)
            The numbers, by repeat.

        Raises
        ------
        ValueError
            If there is not exactly one record a repeat.
        """
        c = self._columns
        rows = (c["model"] == model) & (c["flip_rate"] == flip)
        if width is not None:
            rows &= c["width"] == width
        if m is not None:
            rows &= c["n_transfer"] == m
        if not np.array_equal(c["repeat"][rows], self._repeats):
            raise ValueError(f"not one record a repeat for {model}, width {width}, m {m}")
        return c[column][rows].astype(float)

    def options(self, model: str, flip: float, column: str, **fixed: float) -> np.ndarray:
        """Sorted distinct values of a column among a model's records.

        Parameters
        ----------
        model : str
            Name of the model.
        flip : float
            Fraction of wrong training labels.
        column : str
            Which column.
        **fixed : float
            Values that other columns must have.

        Returns
        -------
        ndarray
            The values.
        """
        c = self._columns
        rows = (c["model"] == model) & (c["flip_rate"] == flip)
        for name, value in fixed.items():
            rows &= c[name] == value
        return np.unique(c[column][rows])


def best_traditional(errors: Errors, flip: float, width: int) -> tuple[str, np.ndarray]:
    """Name and errors of the traditional model with the lowest mean error.

    Parameters
    ----------
    errors : Errors
        The measurements.
    flip : float
        Fraction of wrong training labels.
    width : int
        Width of the student that the model is compared with.

    Returns
    -------
    name : str
        A key of `TRADITIONAL`.
    values : ndarray of shape (n_repeats,)
        Its errors.
    """
    same_width = {"direct-ridge", "self-distilled-tuned"}
    found = {
        name: errors.values(name, flip, width=width if name in same_width else None)
        for name in TRADITIONAL
    }
    best = min(found, key=lambda name: found[name].mean())
    return best, found[best]
