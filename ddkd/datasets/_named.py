"""The data sets that have a name: collections of images, and distributions to draw from."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from ddkd._checks import check_integer, check_real
from ddkd.datasets._deform import DeformedImages
from ddkd.datasets._external import read_fashion_mnist
from ddkd.datasets._files import DataFile
from ddkd.datasets._rows import split_rows
from ddkd.datasets._split import Split
from ddkd.datasets._synthetic import ClusterMixture, ReLUNetworkTarget
from ddkd.populations import GaussianPopulation

_DIGITS = (
    "scikit-learn's 1,797 handwritten digits, 8 x 8 pixels in [0, 1], split at random by class; "
)


def digits(
    rng: np.random.Generator,
    n_samples: int = 200,
    n_test: int = 600,
    *,
    n_transfer: int | None = None,
) -> Split:
    """Images of digits; the pool is the other images."""
    X, y = load_digits(return_X_y=True)
    sizes = {"n_samples": n_samples, "n_test": n_test, "n_transfer": n_transfer}
    split = split_rows(DataFile("digits", X / 16.0, y, "classes"), rng, standardise=False, **sizes)
    about = "the transfer pool is the images that are neither labelled nor test ones."
    return replace(split, description=_DIGITS + about)


def deformed_digits(
    rng: np.random.Generator, n_samples: int = 200, n_test: int = 600, **deformation: float
) -> Split:
    """Images of digits; the stream deforms the other images."""
    split = digits(rng, n_samples, n_test)
    stream = DeformedImages(split.transfer.reshape(-1, 8, 8), **deformation)
    about = (
        f"the transfer stream deforms the {len(split.transfer):,} images that are neither "
        "labelled nor test ones."
    )
    return replace(split, transfer=stream, name="deformed-digits", description=_DIGITS + about)


def fashion_mnist(
    rng: np.random.Generator,
    n_samples: int = 500,
    n_test: int = 2000,
    *,
    n_transfer: int = 20_000,
    folder: Path | None = None,
) -> Split:
    """Images of clothes, from Debian's package."""
    file = DataFile("fashion-mnist", *read_fashion_mnist(folder), "classes")
    sizes = {"n_samples": n_samples, "n_test": n_test, "n_transfer": n_transfer}
    about = (
        "Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv 1708.07747), 28 x 28 pixels in [0, 1]: the "
        "60,000 training images of Debian's package, split at random by class."
    )
    return replace(split_rows(file, rng, standardise=False, **sizes), description=about)


Drawn = tuple[Any, np.ndarray, np.ndarray, str]  # a stream, inputs, labels, and what they are


def draws(
    name: str,
    draw: Callable[..., Drawn],
    rng: np.random.Generator,
    n_samples: int = 200,
    n_test: int = 2000,
    **parameters: Any,
) -> Split:
    """Independent draws from a distribution; the stream is its own."""
    n_samples = check_integer("n_samples", n_samples, low=2)
    n_test = check_integer("n_test", n_test)
    stream, X, y, about = draw(rng, n_samples + n_test, **parameters)
    return Split(
        X[:n_samples],
        y[:n_samples],
        stream,
        X[n_samples:],
        y[n_samples:],
        name=name,
        description=f"{about}; training and test rows and the transfer stream are independent "
        "draws.",
    )


def mixture(rng: np.random.Generator, n: int, **parameters: Any) -> Drawn:
    """Gaussian clusters."""
    stream = ClusterMixture(rng=rng, **parameters)
    X, y = stream._draw(n, rng)
    about = (
        f"{len(stream.cluster_classes)} Gaussian clusters in {X.shape[1]} dimensions, "
        f"class = cluster modulo {stream.cluster_classes.max() + 1}"
    )
    return stream, X, y, about


def relu_network(rng: np.random.Generator, n: int, **parameters: Any) -> Drawn:
    """Two classes divided by a random network."""
    stream = ReLUNetworkTarget(rng=rng, **parameters)
    X = stream.sample(n, rng=rng)
    about = (
        f"Standard normal inputs in {X.shape[1]} dimensions, two classes divided by a random "
        f"ReLU network of {len(stream.output)} hidden units"
    )
    return stream, X, stream.label(X), about


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
    y = population.label(X, rng=rng).astype(np.int64)
    about = (
        f"Gaussian inputs in {X.shape[1]} dimensions, labelled -1 or 1 by the sign of a linear "
        "function"
    )
    return population, X, y, about
