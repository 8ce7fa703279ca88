"""Arrays X and y of a .npz file."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ddkd._checks import check_matrix
from ddkd._text import counted
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._target import recognise


def read_arrays(name: str, parts: Mapping[str, Sequence[np.ndarray]], task: str | None) -> DataFile:
    """Inputs and labels, classes or numbers; constant columns stay in their places."""
    X, y = parts["labelled"]
    n, n_features = X.shape
    constant = int((X[0] == X).all(axis=0).sum())
    if constant == n_features:
        raise ValueError("every column of X is constant: nothing can be learned")
    for part, (other, *_) in parts.items():
        check_matrix(f"X of the {part} rows", other, n_columns=n_features)
    X_test, y_test = parts.get("test", (None, y[:0]))
    labels, task = recognise(np.concatenate([y, y_test]), task)
    return DataFile(
        name,
        X,
        labels[:n],
        task,
        unlabelled=parts.get("unlabelled", [None])[0],
        test=None if X_test is None else (X_test, labels[n:]),
        notes=(f"Constant: {counted(constant, 'column')}.",) if constant else (),
    )


def read_npz(path: Path, part: str) -> list[np.ndarray]:
    """Inputs, and labels except of unlabelled rows."""
    wanted = ["X"] if part == "unlabelled" else ["X", "y"]
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise ValueError(f"data file {path} is damaged, truncated or no .npz archive")
    try:
        with np.load(path, allow_pickle=False) as archive:
            names = archive.files
            arrays = [archive[key] for key in wanted if key in names]
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
            f"{', '.join(names) or 'nothing'}"
        )
    X, *y = arrays
    X = check_matrix(f"X in {path}", X)
    for labels in y:
        if labels.shape != (len(X),):
            raise ValueError(
                f"y in {path} must have {len(X)} entries, one per row of X; its shape is "
                f"{labels.shape}"
            )
    return [X, *y]
