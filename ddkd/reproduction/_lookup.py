"""Look-up of measured errors, and the strongest model among some."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ddkd.contestants import DEFORMED, RIVALS, TABULAR, TEACHERS
from ddkd.sweeps import Table

_TITLES = {
    "direct-ridge": "ridge of the student's width",
    "self-distillation-tuned": "self-distillation",
    "teacher-tuned": "the tuned teacher itself",
    "hard": "hard student",
    "hard-tuned": "student of the tuned teacher",
    **{rival.name: rival.title for rival in (*RIVALS, *TABULAR, DEFORMED)},
    **{teacher.name: teacher.title for teacher in TEACHERS},
}
_ANYTHING = ("labels", "pool")


def title_of(model: str) -> str:
    """The name of a model in a sentence; a contestant of your own has only one."""
    return _TITLES.get(model, model)


class Errors:
    """Look-up of per-repeat numbers in the columns of a comparison.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Tidy columns as `ddkd.reproduction.reproduce` records them, with a column ``repeat``.
    """

    def __init__(self, columns: Mapping[str, np.ndarray]) -> None:
        self._table = Table(dict(columns))
        self._repeats = np.unique(columns["repeat"])
        failed = set(columns["model"][np.isnan(columns["error"])].tolist())
        self._entered = set(columns["model"].tolist()) - failed

    def named(self, role: str, flip: float, *, sees: Sequence[str] = _ANYTHING) -> list[str]:
        """Names of the models of one role, sorted, that never failed and saw only so much."""
        rows = self._table.where(flip_rate=flip, role=role)
        seen = np.isin(rows["sees"], sees)
        return sorted(set(rows["model"][seen].tolist()) & self._entered)

    def best(
        self, role: str, flip: float, width: int, *, sees: Sequence[str] = _ANYTHING
    ) -> tuple[str, np.ndarray]:
        """The model of one role with the smallest mean test error: chosen in hindsight.

        The means are over the repeats in which all of them competed. Models recorded at several
        widths are taken at the one given.
        """
        numbers = {}
        for name in self.named(role, flip, sees=sees):
            several = len(self._table.where(flip_rate=flip, model=name)) > len(self._repeats)
            at_width: dict[str, Any] = {"width": width} if several else {}
            numbers[name] = self.values(name, flip, **at_width)
        common = ~np.isnan(list(numbers.values())).any(axis=0)
        best = min(numbers, key=lambda name: numbers[name][common].mean())
        return best, numbers[best]

    def values(self, model: str, flip: float, *, column: str = "error", **fixed: Any) -> np.ndarray:
        """One number a repeat for one configuration, such as ``width=20, n_transfer=100``.

        NaN for a repeat in which a contestant did not compete, or nothing was predicted; else a
        ValueError where there is not exactly one record a repeat.
        """
        rows = self._table.where(flip_rate=flip, model=model, **fixed)
        repeats, optional = rows["repeat"], (rows["role"] != "curve").any()
        expected = np.intersect1d(repeats, self._repeats) if optional else self._repeats
        if not np.array_equal(repeats, expected):
            raise ValueError(f"not one record a repeat for {model} where {fixed}")
        numbers = np.full(len(self._repeats), np.nan)
        numbers[np.searchsorted(self._repeats, repeats)] = rows[column]
        return numbers

    def options(self, model: str, flip: float, column: str, **fixed: Any) -> np.ndarray:
        """Sorted distinct values of a column among a model's records."""
        return np.unique(self._table.where(flip_rate=flip, model=model, **fixed)[column])
