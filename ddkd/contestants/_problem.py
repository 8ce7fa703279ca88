"""What a contest hands to its contestants: inputs, labellings, and what can be shared by all.

A contest has several labellings of the same rows at once: flip rates, or folds whose labels are
hidden. What depends on the inputs alone (kernels, features, neighbours, the students' factor) is
made once and serves every labelling.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from ddkd._labels import decode, encode
from ddkd.features import RandomFourierFeatures

# How many unlabelled inputs the rivals see that use them: a neighbour graph costs the square of it,
# and of all would cost more than everything else together.
N_SEEN = 5000

Made = TypeVar("Made")


class Inputs:
    """Rows of inputs, which nobody can write into, and the arrays made from them, each once.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_inputs)
        The rows.
    """

    def __init__(self, X: np.ndarray) -> None:
        self.X = X.view()
        self.X.flags.writeable = False
        self._made: dict[object, object] = {}

    def __len__(self) -> int:
        return len(self.X)

    def __repr__(self) -> str:
        """How many rows there are."""
        return f"<{len(self):,} rows>"

    def __getstate__(self) -> dict[str, object]:
        """What is made can be made again: a pickle holds the rows alone."""
        return {"X": self.X, "_made": {}}

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Make something from the rows, and keep it.

        Parameters
        ----------
        key : hashable
            What it is kept under.
        make : callable
            Makes it, the first time.

        Returns
        -------
        object
            What `make` returned then.
        """
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]  # type: ignore[return-value]

    def fourier_map(self, width: int, gamma: float, seed: int) -> RandomFourierFeatures:
        """Draw random Fourier features for inputs like these rows.

        Parameters
        ----------
        width : int
            Their number.
        gamma : float
            Coefficient of the squared distance in their Gaussian kernel.
        seed : int
            Their seed.

        Returns
        -------
        RandomFourierFeatures
            A fitted map.
        """
        features = RandomFourierFeatures(width, gamma=gamma, random_state=seed).fit(self.X)
        return features.set_output(transform="default")  # whatever scikit-learn's configuration is


# Scores (L, n_rows, k) of L labellings on some rows.
Model = Callable[[Inputs], np.ndarray]


@dataclass(frozen=True, eq=False)
class Labels:
    """`L` labellings of n rows.

    Attributes
    ----------
    values : ndarray of shape (L, n)
        Class indices, or real targets.
    n_classes : int
        Number of classes; 0 for real targets.
    known : ndarray of shape (L, n)
        Which of them a contestant may see.
    """

    values: np.ndarray
    n_classes: int
    known: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def all_known(cls, y: np.ndarray, n_classes: int) -> "Labels":
        """Make one labelling that hides nothing.

        Parameters
        ----------
        y : ndarray of shape (n,)
            Class indices, or real targets.
        n_classes : int
            Number of classes; 0 for real targets.

        Returns
        -------
        Labels
            The labelling.
        """
        return cls(y[None], n_classes, np.ones((1, len(y)), dtype=bool))

    @property
    def offset(self) -> np.ndarray:
        """What is added to scores, (L, 1, 1): the mean of the known real targets, 0 for classes."""
        if self.n_classes:
            return np.zeros((len(self), 1, 1))
        return np.mean(self.values, axis=1, where=self.known)[:, None, None]

    @property
    def targets(self) -> np.ndarray:
        """Targets of least squares, (L, n, k), the unknown ones included."""
        if self.n_classes:
            return encode(self.values, self.n_classes)
        return self.values[..., None] - self.offset

    def votes(self, scores: np.ndarray) -> np.ndarray:
        """Make targets for a student: hard labels of classes, real scores as they are.

        Parameters
        ----------
        scores : ndarray of shape (L, n_rows, k)
            A teacher's scores.

        Returns
        -------
        ndarray of shape (L, n_rows, k)
            The targets.
        """
        return encode(decode(scores), self.n_classes) if self.n_classes else scores

    def by_known(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Go through the sets of known rows.

        Yields
        ------
        rows, members : ndarray of int
            Known rows, and the labellings that know exactly these.
        """
        masks, which = np.unique(self.known, axis=0, return_inverse=True)
        for i, mask in enumerate(masks):
            yield np.flatnonzero(mask), np.flatnonzero(which.ravel() == i)


@dataclass(eq=False)
class Problem:
    """Inputs of a contest.

    Attributes
    ----------
    labelled, pool : Inputs
        Rows with labels and rows without.
    gamma : float
        Coefficient of the squared distance in the students' Gaussian kernel.
    student_width : int
        Number of random Fourier features of the widest student.
    gammas : ndarray
        Those that a contestant may choose from, by labels alone.
    seed : int
        Seed of everything random in a contestant.
    first : Inputs or None
        The first rows of the pool, if semi-supervised contestants see only these.
    groups : ndarray of shape (n,) or None
        Labelled rows of one group are never parted by an inner fold.
    """

    labelled: Inputs
    pool: Inputs
    gamma: float
    student_width: int
    gammas: np.ndarray
    seed: int
    first: Inputs | None = None
    groups: np.ndarray | None = None

    @property
    def seen(self) -> Inputs:
        """The rows of the pool that semi-supervised contestants see."""
        return self.pool if self.first is None else self.first

    @property
    def n(self) -> int:
        """Number of labelled rows."""
        return len(self.labelled)


def folds_of(
    y: np.ndarray, n_folds: int, seed: int, groups: np.ndarray | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split rows into folds: by groups, or stratified if classes allow.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Class indices, or numbers as floats.
    n_folds : int
        Number of folds; fewer if there are fewer rows or groups.
    seed : int
        Seed of the order of the rows.
    groups : ndarray of shape (n,) or None, default=None
        Rows of one group stay in one fold.

    Returns
    -------
    list of tuple of ndarray
        Training and held-out rows of each fold.
    """
    if groups is not None:
        n_folds = min(n_folds, len(np.unique(groups)))
        return list(GroupKFold(n_folds, shuffle=True, random_state=seed).split(y, y, groups))
    n_folds = min(n_folds, len(y))
    rare = y.dtype.kind == "f" or np.unique(y, return_counts=True)[1].min() < n_folds
    splitter = (KFold if rare else StratifiedKFold)(n_folds, shuffle=True, random_state=seed)
    return list(splitter.split(y, y))
