"""Look-up of measured errors, and the strongest model among some."""

from collections.abc import Mapping, Sequence

import numpy as np

from ddkd.contestants._table import DEFORMED, RIVALS, TEACHERS

__all__ = ["Errors", "title_of"]

_TITLES = {
    "direct-ridge": "ridge of the student's width",
    "self-distillation-tuned": "self-distillation",
    "teacher-tuned": "the tuned teacher itself",
    "hard": "hard student",
    "hard-tuned": "student of the tuned teacher",
    **{rival.name: rival.title for rival in (*RIVALS, DEFORMED)},
    **{teacher.name: teacher.title for teacher in TEACHERS},
}


def title_of(model: str) -> str:
    """The name of a model in a sentence; a contestant of your own has only one.

    Parameters
    ----------
    model : str
        Its name in the results.

    Returns
    -------
    str
        Such as "label spreading".
    """
    return _TITLES.get(model, model)


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
        failed = set(columns["model"][np.isnan(columns["error"])].tolist())
        self._entered = set(columns["model"].tolist()) - failed

    def named(
        self, role: str, flip: float, *, sees: Sequence[str] = ("labels", "pool")
    ) -> set[str]:
        """Names of the models of one role that never failed.

        Parameters
        ----------
        role : {"curve", "rival", "student"}
            The role.
        flip : float
            Fraction of wrong training labels.
        sees : sequence of str, default=("labels", "pool")
            What they may have seen.

        Returns
        -------
        set of str
            Such as "svm" or "kernel-ridge".
        """
        c = self._columns
        rows = (c["role"] == role) & (c["flip_rate"] == flip) & np.isin(c["sees"], sees)
        return set(c["model"][rows].tolist()) & self._entered

    def best(
        self, role: str, flip: float, width: int, *, sees: Sequence[str] = ("labels", "pool")
    ) -> tuple[str, np.ndarray]:
        """The model of one role with the smallest mean test error: chosen in hindsight.

        Parameters
        ----------
        role : {"curve", "rival", "student"}
            The role.
        flip : float
            Fraction of wrong training labels.
        width : int
            The width at which models recorded at several are taken.
        sees : sequence of str, default=("labels", "pool")
            What they may have seen.

        Returns
        -------
        name : str
            Its name.
        values : ndarray of shape (n_repeats,)
            Its errors.
        """
        found = {}
        for name in sorted(self.named(role, flip, sees=sees)):
            rows = (self._columns["model"] == name) & (self._columns["flip_rate"] == flip)
            several = np.sum(rows) > len(self._repeats)
            found[name] = self.values(name, flip, width=width if several else None)
        best = min(found, key=lambda name: found[name].mean())
        return best, found[best]

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

    def options(
        self, model: str, flip: float, column: str, *, every_repeat: bool = False, **fixed: float
    ) -> np.ndarray:
        """Sorted distinct values of a column among a model's records.

        Parameters
        ----------
        model : str
            Name of the model.
        flip : float
            Fraction of wrong training labels.
        column : str
            Which column.
        every_repeat : bool, default=False
            Leave out values that not every repeat has.
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
        pairs = np.unique(np.stack([c[column][rows], c["repeat"][rows]]), axis=1)
        values, counts = np.unique(pairs[0], return_counts=True)
        return values[counts == len(self._repeats)] if every_repeat else values
