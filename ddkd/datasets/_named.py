"""The data sets that have a name: collections of images, and distributions to draw from."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from ddkd._checks import check_integer, check_real
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._deform import DeformedImages
from ddkd.datasets._rows import split_rows
from ddkd.datasets._split import Split
from ddkd.datasets._synthetic import ClusterMixture, ReLUNetworkTarget, TwoMoons
from ddkd.populations import GaussianPopulation

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


def digits(
    rng: np.random.Generator,
    n_samples: int = 200,
    n_test: int = 600,
    *,
    n_transfer: int | None = None,
) -> Split:
    """1,797 images of 8 x 8 pixels; the pool is those that are neither labelled nor test ones."""
    X, y = load_digits(return_X_y=True)
    file = DataFile("digits", X / 16.0, y, "classes")
    return split_rows(file, rng, n_samples, n_test, n_transfer=n_transfer, standardise=False)


def deformed_digits(
    rng: np.random.Generator, n_samples: int = 200, n_test: int = 600, **deformation: float
) -> Split:
    """Images of digits; the stream deforms the other images."""
    split = digits(rng, n_samples, n_test)
    return replace(split, transfer=DeformedImages(split.transfer.reshape(-1, 8, 8), **deformation))


def fashion_mnist(
    rng: np.random.Generator,
    n_samples: int = 500,
    n_test: int = 2000,
    *,
    n_transfer: int = 20_000,
    folder: Path = FASHION_MNIST,
) -> Split:
    """60,000 images of 28 x 28 pixels, from Debian's package.

    They are the training images of Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv 1708.07747).
    """
    if not folder.is_dir():
        raise ValueError(
            f"fashion-mnist is not installed: {folder} does not exist; on Debian and its "
            f"relatives install the package dataset-fashion-mnist"
        )
    images, labels = (
        gzip.decompress((folder / f"train-{name}-ubyte.gz").read_bytes())
        for name in ("images-idx3", "labels-idx1")
    )
    X = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784) / 255.0
    y = np.frombuffer(labels, np.uint8, offset=8).astype(np.int64)
    file = DataFile("fashion-mnist", X, y, "classes")
    return split_rows(file, rng, n_samples, n_test, n_transfer=n_transfer, standardise=False)


Drawn = tuple[Any, np.ndarray, np.ndarray]  # a stream, inputs, labels


def draws(
    draw: Callable[..., Drawn],
    rng: np.random.Generator,
    n_samples: int = 200,
    n_test: int = 2000,
    **parameters: Any,
) -> Split:
    """Independent draws from a distribution; the stream is its own."""
    n = check_integer("n_samples", n_samples, low=2)
    stream, X, y = draw(rng, n + check_integer("n_test", n_test), **parameters)
    return Split(X[:n], y[:n], stream, X[n:], y[n:])


def mixture(rng: np.random.Generator, n: int, **parameters: Any) -> Drawn:
    """Gaussian clusters."""
    stream = ClusterMixture(rng=rng, **parameters)
    return stream, *stream._draw(n, rng)


def moons(rng: np.random.Generator, n: int, **parameters: Any) -> Drawn:
    """Two half circles."""
    stream = TwoMoons(**parameters)
    return stream, *stream._draw(n, rng)


def relu_network(rng: np.random.Generator, n: int, **parameters: Any) -> Drawn:
    """Two classes divided by a random network."""
    stream = ReLUNetworkTarget(rng=rng, **parameters)
    X = stream.sample(n, rng=rng)
    return stream, X, stream.label(X)


def gaussian(
    rng: np.random.Generator,
    n: int,
    *,
    population: GaussianPopulation | None = None,
    n_features: int = 50,
    decay: float = 1.0,
) -> Drawn:
    """Two classes divided by a linear function."""
    if population is None:
        n_features = check_integer("n_features", n_features)
        spectrum = np.arange(1.0, n_features + 1) ** -check_real("decay", decay, low=0.0)
        coef = rng.standard_normal(n_features)
        population = GaussianPopulation(spectrum / spectrum.mean(), coef, labels="hard")
    elif not isinstance(population, GaussianPopulation) or population.labels != "hard":
        raise ValueError("population must be a GaussianPopulation with labels='hard'")
    elif population.flip_rate:
        raise ValueError("population must not flip labels: test labels are clean; use flip_rate")
    X = population.sample(n, rng=rng)
    return population, X, population.label(X, rng=rng).astype(np.int64)


# What draws a split.
NAMED: dict[Any, Callable[..., Split]] = {
    "digits": digits,
    "deformed-digits": deformed_digits,
    "mixture": partial(draws, mixture, n_samples=300),
    "moons": partial(draws, moons, n_samples=40),
    "relu-network": partial(draws, relu_network),
    "gaussian": partial(draws, gaussian, n_samples=300),
    "fashion-mnist": fashion_mnist,
}
