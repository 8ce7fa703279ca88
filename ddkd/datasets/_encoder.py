"""A table as an array of numbers: one way for what is learned from and for what comes later."""

from copy import copy
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ddkd.datasets._cells import as_cells


class TableEncoder(TransformerMixin, BaseEstimator):
    """Columns of numbers and of text as one array.

    Numbers come first, as they are; then a column of zeros and ones for each value of each column
    of text; then, for each column with missing cells, a column that is one where a cell is missing.
    A missing number is filled with the mean of its column; a missing text, and one that was not
    there in `fit`, is zero in all columns of its values. The words NA, ?, #N/A and the like are
    missing cells, as in :func:`read_file`. Other columns than in `fit`, or the same in another
    order, are refused, as scikit-learn does it.

    Attributes
    ----------
    feature_names_in_ : ndarray of str
        Names of the columns, where `X` had names.
    n_features_in_ : int
        Number of the columns.
    names_ : list of str
        Names of the columns of the array: ``"age"``, ``"sex=male"``, ``"age missing"``.
    values_ : dict of str to list of str
        Values of the columns of text, by the columns' names.
    filled_ : list of (int, int)
        Columns of the array with filled cells, each with the column that marks these cells.

    Examples
    --------
    >>> import pandas
    >>> from ddkd.datasets import TableEncoder
    >>> table = pandas.DataFrame({"colour": ["red", "blue", "red"], "size": [1.0, None, 3.0]})
    >>> encoder = TableEncoder().fit(table)
    >>> encoder.transform(table)
    array([[1., 0., 1., 0.],
           [2., 1., 0., 1.],
           [3., 0., 1., 0.]])
    >>> encoder.names_
    ['size', 'colour=blue', 'colour=red', 'size missing']
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn which columns hold text, their values, and the means of the others.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_columns)
            The table.
        y : None, optional
            Not used.

        Returns
        -------
        TableEncoder
            The fitted encoder.
        """
        columns = self._columns(X, reset=True)
        is_text = {name: cells.dtype.kind == "O" for name, cells in columns.items()}
        self._means = {name: _mean(columns[name]) for name in columns if not is_text[name]}
        self.values_ = {
            name: sorted(set(columns[name].tolist()) - {""}) for name in columns if is_text[name]
        }
        self._marked = [name for name, cells in columns.items() if _missing(cells).any()]
        self.names_ = list(self._means)
        for name, values in self.values_.items():
            self.names_ += [f"{name}={value}" for value in values]
        first = len(self.names_)
        self.names_ += [f"{name} missing" for name in self._marked]
        numbers = list(self._means)
        self.filled_ = [
            (numbers.index(name), first + place)
            for place, name in enumerate(self._marked)
            if name in numbers
        ]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Encode a table of the same columns.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_columns)
            The table.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            The array.

        Raises
        ------
        ValueError
            If the columns are not those of `fit`, or one held numbers there and holds text here.
        """
        check_is_fitted(self)
        columns = self._columns(X, reset=False)
        encoded = []
        for name, mean in self._means.items():
            cells = columns[name]
            if cells.dtype.kind == "O" and any(cells):  # not of objects that are all missing
                text = next(filter(None, cells))
                raise ValueError(f"column {name} of X held numbers in fit; now it holds {text!r}")
            encoded.append(np.where(_missing(cells), mean, cells))
        for name, values in self.values_.items():
            cells, is_missing = columns[name], _missing(columns[name])
            if values and cells.dtype.kind != "O" and not is_missing.all():
                raise ValueError(
                    f"column {name} of X held text in fit, such as {values[0]!r}; now it holds "
                    f"numbers: read it as text, in pandas with dtype=str"
                )
            if "None" in values and name not in self._marked and is_missing.any():
                raise ValueError(
                    f"column {name} of X held the word None in fit, and no cell was missing; now "
                    f"cells are missing: read it with pandas' keep_default_na=False"
                )
            encoded += [cells == value for value in values]
        encoded += [_missing(columns[name]) for name in self._marked]
        return np.column_stack(encoded).astype(np.float64)

    def filled_by(self, rows: np.ndarray) -> Self:
        """Return an encoder that fills missing numbers with the means of some rows alone.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_features)
            Encoded rows; their filled cells do not count.

        Returns
        -------
        TableEncoder
            A copy with other means.
        """
        other = copy(self)
        known = {at: rows[rows[:, mark] == 0, at] for at, mark in self.filled_}
        means = {self.names_[at]: _mean(cells) for at, cells in known.items()}
        other._means = {**self._means, **means}
        return other

    def refilled(self, rows: np.ndarray) -> np.ndarray:
        """Fill the missing numbers of encoded rows again.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_features)
            Rows that another encoder of the same columns has filled.

        Returns
        -------
        ndarray of shape (n_rows, n_features)
            A copy with this one's means.
        """
        rows = rows.copy()
        for at, mark in self.filled_:
            rows[rows[:, mark] == 1, at] = self._means[self.names_[at]]
        return rows

    def _columns(self, X: Any, *, reset: bool) -> dict[str, np.ndarray]:
        """The columns of a table by name, each numbers or texts."""
        if not hasattr(X, "iloc") or X.ndim == 1:
            X = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
            places = map(str, range(X.shape[1]))
            columns = dict(zip(places if reset else self._names, X.T, strict=True))
        elif not X.columns.is_unique:
            raise ValueError("two columns of X have the same name: rename one")
        else:
            validate_data(self, X, reset=reset, skip_check_array=True)
            columns = {str(name): as_cells(X[name]) for name in X}
        if not columns:
            raise ValueError("X has no columns")
        if reset:
            self._names: list[str] = list(columns)
        for name, known in zip(columns, self._names, strict=True):  # without names scikit-learn
            if name != known:  # does not compare numbers in their place
                raise ValueError(f"column {name} of X stands where fit had column {known}")
        return columns


def _missing(cells: np.ndarray) -> np.ndarray:
    return np.asarray(cells == "", dtype=bool) if cells.dtype.kind == "O" else np.isnan(cells)


def _mean(cells: np.ndarray) -> float:
    known = cells[~np.isnan(cells)]
    return float(np.mean(known)) if len(known) else 0.0
