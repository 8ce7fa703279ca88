"""Fashion-MNIST, which is part of no dependency, from Debian's package."""

import gzip
import zlib
from pathlib import Path

import numpy as np

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
