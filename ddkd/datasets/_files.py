"""A user's own data: .npz with arrays X and y, or .csv with a header."""

import csv
import hashlib
import zipfile
from pathlib import Path

import numpy as np

from ddkd._checks import check_matrix
from ddkd.datasets._split import check_labels

__all__ = ["fingerprint", "read_file"]

_LARGEST = 1e100  # its square, which standardising takes, is still finite
_BOOLEANS = {"false": False, "true": True}


def fingerprint(data: str) -> str:
    """SHA-256 of a data file, so that a run is not resumed on another file of the same name.

    Parameters
    ----------
    data : str
        A name or path that `load` knows.

    Returns
    -------
    str
        Hexadecimal digest of the file's contents; empty for a name.
    """
    path = Path(data)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def read_file(path: Path, label: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read inputs (n, n_features) and labels (n,) from a .npz or .csv file.

    `label` names the label column of a .csv (default: the last); a .npz has none.
    """
    if path.is_dir():
        raise ValueError(f"data file {path} is a directory; give a .npz or .csv file")
    if not path.exists():
        raise ValueError(f"data file {path} does not exist")
    suffix = path.suffix.lower()
    if suffix not in (".npz", ".csv"):
        raise ValueError(f"data file {path} must end in .npz or .csv")
    try:
        size = path.stat().st_size
        if size == 0:
            raise ValueError(f"data file {path} is empty")
        if suffix == ".npz":
            if label is not None:
                raise ValueError(f"label is for .csv files; {path} must hold its labels as y")
            X, y = _read_npz(path)
        else:
            X, y = _read_csv(path, label)
    except OSError as error:
        raise ValueError(f"data file {path} cannot be read: {error.strerror or error}") from None
    X = check_matrix(f"X in {path}", X)
    if np.abs(X).max() > _LARGEST:
        raise ValueError(f"X in {path} must lie within +-{_LARGEST:g}; got {np.abs(X).max():.3g}")
    y = check_labels(f"y in {path}", y, size=len(X))
    n_classes = len(np.unique(y))
    if n_classes == 1 or (n_classes == len(y) and len(y) > 2):
        raise ValueError(
            f"the labels of {path} make {n_classes} classes of {len(y)} rows; "
            f"classification needs at least two classes, and several rows to a class"
        )
    return X, y


def _read_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    if not zipfile.is_zipfile(path):
        raise ValueError(f"data file {path} is damaged, truncated or not an .npz archive")
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = archive.files
            arrays = [archive[key] for key in ("X", "y") if key in found]
    except OSError:
        raise
    except Exception as error:  # the readers of zip and npy raise a dozen kinds on damaged bytes
        reason = f"it is damaged or truncated: {error}"
        if "pickle" in str(error):
            reason = "it holds pickled objects, which are never loaded; save plain arrays"
        raise ValueError(f"data file {path} is not usable: {reason}") from None
    if len(arrays) < 2:
        raise ValueError(
            f"data file {path} needs arrays X and y; it holds {', '.join(found) or 'nothing'}"
        )
    return arrays[0], arrays[1]


def _read_csv(path: Path, label: str | None) -> tuple[np.ndarray, np.ndarray]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"data file {path} is not a UTF-8 .csv: {error}") from None
    if len(rows) < 2:
        raise ValueError(f"data file {path} must hold a header and at least one row")
    header, body = [name.strip() for name in rows[0]], rows[1:]
    if all(_is_number(name) for name in header):
        raise ValueError(f"data file {path} has no header: its first line holds numbers only")
    if len(header) < 2:
        raise ValueError(f"data file {path} must have a feature column and a label column")
    column = _label_column(path, header, label)
    for number, row in enumerate(body, start=1):
        if len(row) != len(header):
            raise ValueError(
                f"data file {path}, data row {number} has {len(row)} fields; "
                f"the header has {len(header)}"
            )
    labels = _parse_labels([row.pop(column) for row in body])
    try:
        X = np.array(body, dtype=np.float64)
    except ValueError:
        _raise_bad_cell(path, [*header[:column], *header[column + 1 :]], body)
        raise
    return X, labels


def _label_column(path: Path, header: list[str], label: str | None) -> int:
    if label is None:
        return len(header) - 1
    if header.count(label) != 1:
        raise ValueError(
            f"label must name one column of {path}; got {label!r}, "
            f"the columns are {', '.join(header)}"
        )
    return header.index(label)


def _parse_labels(cells: list[str]) -> np.ndarray:
    """Labels as booleans, integers, floats or strings, whichever fits every cell first."""
    cells = [cell.strip() for cell in cells]
    if "" in cells:
        raise ValueError(f"label is missing in data row {cells.index('') + 1}")
    if all(cell.lower() in _BOOLEANS for cell in cells):
        return np.array([_BOOLEANS[cell.lower()] for cell in cells])
    for kind in (np.int64, np.float64):
        try:
            numbers = np.array(cells).astype(kind)
        except (ValueError, OverflowError):
            continue
        # Labels such as 1 and 01 differ: as numbers they would become one class.
        if len(np.unique(numbers)) == len(set(cells)):
            return numbers
    return np.array(cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _raise_bad_cell(path: Path, names: list[str], body: list[list[str]]) -> None:
    for number, row in enumerate(body, start=1):
        for name, cell in zip(names, row, strict=True):
            if not _is_number(cell):
                raise ValueError(
                    f"data file {path}, data row {number}, column {name}: {cell!r} is not a number"
                ) from None
