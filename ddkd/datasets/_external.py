"""Data sets that are not part of any dependency: Fashion-MNIST from Debian, and OpenML."""

import gzip
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import fetch_openml, get_data_home

from ddkd._checks import check_matrix
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._rows import split_rows
from ddkd.datasets._split import Split, check_labels

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


def read_fashion_mnist(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the training images as inputs (n, 784) in [0, 1] and labels (n,)."""
    if not folder.is_dir():
        raise ValueError(
            f"fashion-mnist is not installed: {folder} does not exist; on Debian and its "
            f"relatives install the package dataset-fashion-mnist"
        )
    images = _read_idx(folder / "train-images-idx3-ubyte.gz", (60_000, 784), start=16)
    labels = _read_idx(folder / "train-labels-idx1-ubyte.gz", (60_000,), start=8)
    return images / 255.0, labels.astype(np.int64)


def _read_idx(path: Path, shape: tuple[int, ...], *, start: int) -> np.ndarray:
    """Array in an IDX file of unsigned bytes, after magic and sizes."""
    try:
        with gzip.open(path) as file:
            return np.frombuffer(file.read(), np.uint8, offset=start).reshape(shape)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None


def from_openml(
    name: str,
    rng: np.random.Generator,
    *,
    version: int | str = 1,
    data_home: str | None = None,
    **splitting: Any,
) -> Split:
    """Fetch "openml:NAME" and split it.

    scikit-learn checks the download against the checksum that OpenML states, and keeps it.
    """
    dataset = name.removeprefix("openml:")
    options = {"version": version, "data_home": data_home}
    try:
        bunch = fetch_openml(dataset, as_frame=False, parser="liac-arff", **options)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{name} cannot be fetched ({error}); it needs a network and an active data set of "
            f"that name and version, or an earlier download in data_home"
        ) from None
    X = check_matrix(f"X of {name}", bunch.data)
    y = check_labels(f"y of {name}", bunch.target, size=len(X))
    split = split_rows(DataFile(name, X, y, "classes"), rng, **splitting)
    folder = Path(get_data_home(data_home)) / "openml"
    about = (
        f"OpenML data set {dataset!r}, version {version}, from "
        f"{bunch.get('url') or 'https://www.openml.org'}, kept in {folder}; split by class."
    )
    return replace(split, description=about)
