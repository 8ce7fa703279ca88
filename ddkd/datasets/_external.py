"""Data sets that are not part of any dependency: Fashion-MNIST from Debian, and OpenML."""

import gzip
import zlib
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import fetch_openml, get_data_home

from ddkd._checks import check_matrix
from ddkd.datasets._split import check_labels

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


def read_fashion_mnist(folder: Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read the training images as inputs (n, 784) in [0, 1] and labels (n,)."""
    folder = FASHION_MNIST if folder is None else folder
    if not folder.is_dir():
        raise ValueError(
            f"fashion-mnist is not installed: {folder} does not exist; on Debian and its "
            f"relatives install the package dataset-fashion-mnist"
        )
    images = _read_idx(folder / "train-images-idx3-ubyte.gz")
    labels = _read_idx(folder / "train-labels-idx1-ubyte.gz")
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise ValueError(f"{folder} is damaged: images {images.shape}, labels {labels.shape}")
    return images.reshape(len(images), -1) / 255.0, labels.astype(np.int64)


def _read_idx(path: Path) -> np.ndarray:
    """Array in an IDX file of unsigned bytes: magic 0, 0, 8, ndim; big-endian sizes; data."""
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    n_dims = content[3] if len(content) > 3 and content[:3] == b"\0\0\x08" else 0
    start = 4 + 4 * n_dims
    shape = [int.from_bytes(content[i : i + 4]) for i in range(4, start, 4)]
    if n_dims == 0 or len(content) != start + prod(shape):
        raise ValueError(f"{path} is not a complete IDX file of unsigned bytes")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def fetch_from_openml(name: str, **options: Any) -> tuple[np.ndarray, np.ndarray, str]:
    """Fetch a data set by name: inputs (n, n_features), labels (n,), and where they are from.

    scikit-learn checks the download against the checksum that OpenML states, and keeps it.
    """
    try:
        bunch = fetch_openml(name, as_frame=False, parser="liac-arff", **options)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"openml:{name} cannot be fetched ({error}); it needs a network and an active "
            f"data set of that name and version, or an earlier download in data_home"
        ) from None
    X = check_matrix(f"X of openml:{name}", bunch.data)
    y = check_labels(f"y of openml:{name}", bunch.target, size=len(X))
    folder = Path(get_data_home(options.get("data_home"))) / "openml"
    return X, y, f"{bunch.get('url') or 'https://www.openml.org'}, kept in {folder}"
