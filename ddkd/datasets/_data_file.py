"""What has been read from a file, and what is said of it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ddkd._checks import check_matrix, check_vector
from ddkd._text import counted
from ddkd.datasets._encoder import TableEncoder
from ddkd.datasets._questions import listed
from ddkd.datasets._split import check_labels

LARGEST = 1e100  # its square, which standardising takes, is still finite
_FEW = 20  # values of a category


@dataclass(frozen=True, eq=False, repr=False)
class DataFile:
    """The rows of a file, from which :func:`load` draws splits.

    Parameters
    ----------
    name : str
        The file's name.
    X : ndarray of shape (n_rows, n_features)
        Inputs.
    y : ndarray of shape (n_rows,)
        Labels: classes, or floats if `task` is "numbers".
    task : {"classes", "numbers"}
        What the labels are.
    unlabelled : ndarray of shape (n_unlabelled, n_features), optional
        Inputs without labels, for the transfer set.
    test : tuple of ndarray, optional
        Inputs and labels to test on.
    notes : tuple of str, default=()
        What was done in reading that a reader could not guess.
    digest : str, default=""
        SHA-256 of the files, so that a run is not resumed on others of the same name.
    label : str, default="y"
        Name of the label column.
    place : str, default=""
        Where it stands, such as ``"last column"``.
    columns : tuple of str, default=()
        Names of the columns of the file that were used as inputs.
    names : tuple of str, default=()
        Names of the columns of `X`: of a text column one for each of its values.
    separator : str, optional
        What separates the columns of the file, such as ``"comma"``.
    encoder : TableEncoder, optional
        What made `X` of the columns.
    groups : ndarray of shape (n_rows,), optional
        Number of each row's group, which no split parts; by default of :func:`equal_rows`.

    Raises
    ------
    ValueError
        If the labels are not of the kind that `task` says, or not one a row; if a test label is no
        class of the others; if a number is too large to be squared.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.datasets import DataFile, load
    >>> X = np.arange(200.0).reshape(100, 2)
    >>> file = DataFile("mine", X, np.arange(100) % 2, "classes")
    >>> file.summary()
    'mine: 100 rows, 2 columns; label: y, 2 classes'
    >>> print(load(file, rng=0))
    mine: 20 labelled rows (0 wrong labels), 55 transfer rows, 25 test rows; 2 features, 2 classes
    """

    name: str
    X: np.ndarray
    y: np.ndarray
    task: str
    unlabelled: np.ndarray | None = None
    test: tuple[np.ndarray, np.ndarray] | None = None
    notes: tuple[str, ...] = ()
    digest: str = ""
    label: str = "y"
    place: str = ""
    columns: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    separator: str | None = None
    encoder: TableEncoder | None = None
    groups: np.ndarray | None = None

    def __post_init__(self) -> None:
        check = check_labels if self.task == "classes" else check_vector
        object.__setattr__(self, "y", check(f"the labels of {self.name}", self.y, size=len(self.X)))
        X_test, y_test = (None, self.y) if self.test is None else self.test
        for X in (self.X, self.unlabelled, X_test):
            if X is not None and (largest := max(X.max(initial=0), -X.min(initial=0))) > LARGEST:
                raise ValueError(
                    f"the inputs of {self.name} must lie within +-{LARGEST:g}; one is of size "
                    f"{largest:.3g}"
                )
        if self.groups is None:
            object.__setattr__(self, "groups", equal_rows(self.X))
        if self.task == "classes" and len(strange := np.setdiff1d(y_test, self.y)):
            raise ValueError(
                f"the test labels must be classes of {self.name}, "
                f"{listed([str(label) for label in np.unique(self.y)])}; one is {strange[0]!s}. "
                f"Leave those rows out, or name another column with --label"
            )

    def summary(self) -> str:
        """Say in a line what was read.

        Returns
        -------
        str
            Rows, columns, label, and what the labels are.
        """
        n_rows, n_features = self.X.shape
        n_columns = len(self.columns) or n_features
        features = "" if n_features == n_columns else f" ({counted(n_features, 'feature')})"
        place = f" ({self.place})" if self.place else ""
        kind = "numbers" if self.task == "numbers" else f"{len(np.unique(self.y)):,} classes"
        return (
            f"{self.name}: {counted(n_rows, 'row')}, {counted(n_columns, 'column')}{features}; "
            f"label: {self.label}{place}, {kind}"
        )

    def about(self) -> dict[str, Any]:
        """Say the same in words for a program.

        Returns
        -------
        dict
            Keys file, rows, columns, features, label, task, n_classes, separator and notes.
        """
        return {
            "file": self.name,
            "rows": len(self.X),
            "columns": len(self.columns) or self.X.shape[1],
            "features": self.X.shape[1],
            "label": self.label,
            "task": self.task,
            "n_classes": None if self.task == "numbers" else len(np.unique(self.y)),
            "separator": self.separator,
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        """The same line, in angle brackets."""
        return f"<DataFile {self.summary()}>"


def fingerprint(data: "str | DataFile") -> str:
    """SHA-256 of a data file, so that a run is not resumed on another file of the same name.

    Parameters
    ----------
    data : str or DataFile
        A name or path that `load` knows, or what was read from one.

    Returns
    -------
    str
        Hexadecimal digest of the file's contents; empty for a name.
    """
    if isinstance(data, DataFile):
        return data.digest
    path = Path(data)
    return digest_of(path) if path.is_file() else ""


def digest_of(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


def equal_rows(X: Any) -> np.ndarray | None:
    """Groups of equal rows, which a split should not part.

    In a table of a few categories equal rows are different examples, not one example twice.

    Parameters
    ----------
    X : array-like of shape (n_rows, n_columns)
        The rows.

    Returns
    -------
    ndarray of shape (n_rows,) or None
        Number of each row's group, in the order of the first rows of the groups. None if no two
        rows are equal, or if no column has more than 20 different values.

    Raises
    ------
    ValueError
        If `X` is no matrix of finite numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.datasets import equal_rows
    >>> equal_rows(np.r_[np.arange(25.0), 3.0].reshape(-1, 1))[[3, 24, 25]]
    array([ 3, 24,  3])
    """
    groups = numbers_of_rows(check_matrix("X", X))
    has_many = any(len(np.unique(column)) > _FEW for column in np.asarray(X).T)
    return groups if has_many and groups.max() < len(groups) - 1 else None


def numbers_of_rows(X: np.ndarray) -> np.ndarray:
    """Number of each row, equal where the rows are, in the order of the first of each."""
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(hash(row.tobytes()), len(numbers)) for row in X + 0.0])
