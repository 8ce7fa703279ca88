"""A user's own data: .npz with arrays X and y, or .csv with a header, read once."""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ddkd._checks import check_matrix
from ddkd._text import printable
from ddkd.datasets._columns import LARGEST, ColumnEncoder, label_hint
from ddkd.datasets._csv import Columns, listed, read_columns
from ddkd.datasets._target import parse_cells, recognise

SUFFIXES = (".npz", ".csv", ".tsv")


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
    names : tuple of str, default=()
        Names of the columns of `X`, where each is one of the file.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.datasets import DataFile, load
    >>> X = np.arange(200.0).reshape(100, 2)
    >>> print(load(DataFile("mine", X, np.arange(100) % 2, "classes"), rng=0))
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
    names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """One line; it names the contents, as the identity of a sweep's data must."""
        n_rows, n_features = self.X.shape
        more = "" if self.unlabelled is None else f", {len(self.unlabelled):,} unlabelled rows"
        more += "" if self.test is None else f", {len(self.test[1]):,} test rows"
        return (
            f"<DataFile {self.name}: {n_rows:,} rows{more}, {n_features:,} features, {self.task}; "
            f"sha256 {self.digest[:16]}>"
        )


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
    return _digest(path) if path.is_file() else ""


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


def read_file(
    path: str | Path,
    *,
    label: str | None = None,
    sep: str | None = None,
    task: str | None = None,
    one_hot: bool = False,
    drop: Sequence[str] = (),
    drop_missing: bool = False,
    unlabelled: str | Path | None = None,
    test: str | Path | None = None,
    progress: bool = False,
) -> DataFile:
    """Read a .npz (arrays X and y) or a .csv (with a header), and files that go with it.

    Messages name the options as the command line does: ``--drop-missing`` is
    ``drop_missing=True``.

    Parameters
    ----------
    path : str or Path
        The file.
    label : str, optional
        Name of the label column of a .csv. Default: the last.
    sep : str, optional
        Separator of a .csv, or "comma", "semicolon", "tab", "bar", "space". Default: what the
        header's punctuation says.
    task : {"classes", "numbers"}, optional
        What the labels are. Default: recognised, where that can be told.
    one_hot : bool, default=False
        Turn each text column into a column of zeros and ones for each of its values.
    drop : sequence of str, default=()
        Columns to leave out. Any entry, also an empty one, says that the columns have been
        looked at: a column of consecutive numbers is then kept.
    drop_missing : bool, default=False
        Leave out rows with a missing cell.
    unlabelled : str or Path, optional
        A file of inputs for the transfer set: a .npz with X, or a .csv with the same columns.
    test : str or Path, optional
        A file of rows to test on, of the same form as `path`.
    progress : bool, default=False
        Show a progress bar while a large file is read.

    Returns
    -------
    DataFile
        Everything read.

    Raises
    ------
    ValueError
        If a file cannot be read, or could be read in two ways; the message says what to do.
    """
    main = Path(path)
    with _plain_errors(main):
        paths = [Path(p) for p in (path, unlabelled, test) if p is not None]
        for each in paths:
            _check_path(each)
        if main.suffix.lower() == ".npz" and (label or sep or one_hot or drop or drop_missing):
            raise ValueError(
                f"--label, --sep, --one-hot, --drop and --drop-missing are for .csv files; "
                f"{main} must hold its inputs as X and its labels as y"
            )
        encoder = ColumnEncoder(
            one_hot=one_hot, drop_missing=drop_missing, ask_label=label is None, looked=bool(drop)
        )
        X, y, columns = _read(main, encoder, sep=sep, label=label, drop=drop, progress=progress)
        notes, names, other = list[str](), list[str](), ""
        if columns is not None:
            label, notes, other = columns.label_name, columns.notes, label_hint(columns)
            names = list(columns.inputs) if len(columns.inputs) == X.shape[1] else []
        y, task = recognise(str(main), y, task, other)
        same: dict[str, Any] = {"sep": sep, "label": label, "n_features": X.shape[1]}
        pool = held_out = None
        if unlabelled is not None:
            pool = _read(Path(unlabelled), encoder, has_label=False, **same)[0]
        if test is not None:
            X_test, y_test, _ = _read(Path(test), encoder, **same)
            held_out = X_test, _like(Path(test), y_test, y, task)
        name = printable(main.name, most=100)
        said = tuple(map(printable, notes))
        return DataFile(name, X, y, task, pool, held_out, said, _digest(*paths), tuple(names))


def _read(
    path: Path,
    encoder: ColumnEncoder,
    *,
    has_label: bool = True,
    n_features: int | None = None,
    **reading: Any,
) -> tuple[np.ndarray, np.ndarray, Columns | None]:
    """Inputs and labels of one file, and the columns of a .csv; `encoder` learns from the first."""
    with _plain_errors(path):
        columns = None
        if path.suffix.lower() == ".npz":
            X, *rest = _read_npz(path, "X", *(["y"] if has_label else []))
            y = rest[0] if has_label else np.zeros(len(X))
        else:
            columns = read_columns(path, has_label=has_label, **reading)
            X, cells = encoder.transform(columns)
            y = parse_cells(cells) if has_label else np.zeros(len(X))
        X = check_matrix(f"X in {path}", X, n_columns=n_features)
        largest = max(X.max(), -X.min())
        if largest > LARGEST:
            raise ValueError(f"X in {path} must lie within +-{LARGEST:g}; got {largest:.3g}")
        if y.shape != (len(X),):
            raise ValueError(
                f"y in {path} must have {len(X)} entries, one per row of X; its shape is {y.shape}"
            )
        return X, y, columns


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Errors as one message of printable characters and bounded length, whatever a file holds."""
    try:
        yield
    except OSError as error:
        where, reason = error.filename or path, error.strerror or error
        raise ValueError(printable(f"data file {where} cannot be read: {reason}")) from None
    except MemoryError:
        raise ValueError(printable(f"data file {path} needs more memory than there is")) from None
    except ValueError as error:
        raise ValueError(printable(str(error), most=1000)) from None


def _like(path: Path, y: np.ndarray, known: np.ndarray, task: str) -> np.ndarray:
    """Test labels of the kind of the training labels."""
    if task == "numbers":
        return recognise(str(path), y, task)[0]
    y = y.astype(known.dtype) if known.dtype.kind in "US" else y
    strange = np.setdiff1d(y, known) if y.dtype.kind == known.dtype.kind else y[:1]
    if len(strange):
        raise ValueError(
            f"the test labels of {path} must be classes of the labelled file, "
            f"{listed([str(c) for c in np.unique(known)])}; one is {strange[0]!s}. "
            f"Leave those rows out, or name another column with --label"
        )
    return y


def _check_path(path: Path) -> None:
    if path.is_dir():
        raise ValueError(f"data file {path} is a directory; give a .npz or .csv file in it")
    if not path.exists():
        raise ValueError(f"data file {path} does not exist")
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(
            f"data file {path} must end in .npz, .csv or .tsv: export the table as 'CSV UTF-8'"
        )
    if path.stat().st_size == 0:
        raise ValueError(f"data file {path} is empty; it needs a header and rows")


def _read_npz(path: Path, *wanted: str) -> list[np.ndarray]:
    if not zipfile.is_zipfile(path):
        raise ValueError(f"data file {path} is damaged, truncated or not an .npz archive")
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = archive.files
            arrays = [archive[key] for key in wanted if key in found]
    except (OSError, MemoryError):
        raise
    except Exception as error:  # the readers of zip and npy raise a dozen kinds on damaged bytes
        reason = "it is damaged or truncated"
        if "pickle" in str(error):
            reason = "it holds pickled objects, which are never loaded; save plain arrays"
        raise ValueError(f"data file {path} is not usable: {reason}") from None
    if len(arrays) < len(wanted):
        raise ValueError(
            f"data file {path} needs arrays {' and '.join(wanted)}; it holds "
            f"{', '.join(found) or 'nothing'}"
        )
    return arrays
