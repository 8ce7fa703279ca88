"""Every data set by name, as a Split."""

import inspect
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from ddkd._checks import check_integer, check_real, check_rng
from ddkd.datasets._deform import DeformedImages
from ddkd.datasets._external import fetch_from_openml, read_fashion_mnist
from ddkd.datasets._files import SUFFIXES, DataFile, read_file
from ddkd.datasets._split import Split, check_sizes, split_pool, stratified_order
from ddkd.datasets._synthetic import ClusterMixture, ReLUNetworkTarget
from ddkd.populations import GaussianPopulation

__all__ = ["available", "load"]

_MOST_TRANSFER = 50_000  # rows of a file; more would cost memory in every repeat
_FEWEST_LABELLED = 5


def _digits(
    rng: np.random.Generator,
    n_samples: int = 200,
    n_test: int = 600,
    *,
    n_transfer: int | None = None,
) -> Split:
    X, y = load_digits(return_X_y=True)
    about = (
        "scikit-learn's 1,797 handwritten digits, 8 x 8 pixels in [0, 1], split at random "
        "by class; the transfer pool is the images that are neither labelled nor test ones."
    )
    return split_pool(
        X / 16.0, y, n_samples, n_test, n_transfer, rng, name="digits", description=about
    )


def _deformed_digits(
    rng: np.random.Generator, n_samples: int = 200, n_test: int = 600, **deformation: float
) -> Split:
    digits = load_digits()
    n_samples, n_test = check_sizes(n_samples, n_test, len(digits.target) - 1)
    order = stratified_order(digits.target, rng)
    train, test, pool = np.split(order, [n_samples, n_samples + n_test])
    X, y = digits.data / 16.0, digits.target
    about = (
        "scikit-learn's 1,797 handwritten digits, 8 x 8 pixels in [0, 1], split at random "
        f"by class; the transfer stream deforms the {len(pool):,} images that are neither "
        "labelled nor test ones."
    )
    stream = DeformedImages(digits.images[pool] / 16.0, **deformation)
    return Split(
        X[train], y[train], stream, X[test], y[test], name="deformed-digits", description=about
    )


def _mixture(
    rng: np.random.Generator, n_samples: int = 300, n_test: int = 2000, **parameters: Any
) -> Split:
    n_samples, n_test = check_sizes(n_samples, n_test)
    mixture = ClusterMixture(rng=rng, **parameters)
    X, y = mixture._draw(n_samples + n_test, rng)
    about = (
        f"{len(mixture.cluster_classes)} Gaussian clusters in {X.shape[1]} dimensions, "
        f"class = cluster modulo {mixture.cluster_classes.max() + 1}; training and test rows and "
        "the transfer stream are independent draws."
    )
    return Split(
        X[:n_samples],
        y[:n_samples],
        mixture,
        X[n_samples:],
        y[n_samples:],
        name="mixture",
        description=about,
    )


def _relu_network(
    rng: np.random.Generator, n_samples: int = 200, n_test: int = 2000, **parameters: Any
) -> Split:
    n_samples, n_test = check_sizes(n_samples, n_test)
    target = ReLUNetworkTarget(rng=rng, **parameters)
    X_train, X_test = target.sample(n_samples, rng=rng), target.sample(n_test, rng=rng)
    about = (
        f"Standard normal inputs in {X_train.shape[1]} dimensions, two classes divided by a random "
        f"ReLU network of {len(target.output)} hidden units; training and test rows and the "
        "transfer stream are independent draws."
    )
    return Split(
        X_train,
        target.label(X_train),
        target,
        X_test,
        target.label(X_test),
        name="relu-network",
        description=about,
    )


def _gaussian(
    rng: np.random.Generator,
    n_samples: int = 300,
    n_test: int = 2000,
    *,
    population: GaussianPopulation | None = None,
    n_features: int = 50,
    decay: float = 1.0,
) -> Split:
    n_samples, n_test = check_sizes(n_samples, n_test)
    if population is None:
        n_features = check_integer("n_features", n_features)
        spectrum = np.arange(1.0, n_features + 1) ** -check_real("decay", decay, low=0.0)
        coef = rng.standard_normal(n_features)
        population = GaussianPopulation(spectrum / spectrum.mean(), coef, labels="hard")
    elif not isinstance(population, GaussianPopulation) or population.labels != "hard":
        raise ValueError("population must be a GaussianPopulation with labels='hard'")
    elif population.flip_rate:
        raise ValueError("population must not flip labels: test labels are clean; use flip_rate")
    X = population.sample(n_samples + n_test, rng=rng)
    y = population.label(X, rng=rng).astype(np.int64)
    about = (
        f"Gaussian inputs in {X.shape[1]} dimensions, labelled -1 or 1 by the sign of a linear "
        "function; training and test rows and the transfer stream are independent draws."
    )
    return Split(
        X[:n_samples],
        y[:n_samples],
        population,
        X[n_samples:],
        y[n_samples:],
        name="gaussian",
        description=about,
    )


def _fashion_mnist(
    rng: np.random.Generator,
    n_samples: int = 500,
    n_test: int = 2000,
    *,
    n_transfer: int = 20_000,
    folder: Path | None = None,
) -> Split:
    X, y = read_fashion_mnist("train", folder)
    about = (
        "Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv 1708.07747), 28 x 28 pixels in [0, 1]: the "
        "60,000 training images of Debian's package, split at random by class."
    )
    return split_pool(
        X, y, n_samples, n_test, n_transfer, rng, name="fashion-mnist", description=about
    )


# The keyword-only parameters of the second entry are what load() accepts as options.
_NAMED: dict[str, tuple[Callable[..., Split], Callable[..., Any]]] = {
    "digits": (_digits, _digits),
    "deformed-digits": (_deformed_digits, DeformedImages),
    "mixture": (_mixture, ClusterMixture),
    "relu-network": (_relu_network, ReLUNetworkTarget),
    "gaussian": (_gaussian, _gaussian),
    "fashion-mnist": (_fashion_mnist, _fashion_mnist),
}


def available() -> tuple[str, ...]:
    """List the data sets that :func:`load` knows, besides ``openml:NAME`` and files.

    Returns
    -------
    tuple of str
        The names. Of these only "fashion-mnist" may be missing on a machine.

    Examples
    --------
    >>> from ddkd.datasets import available
    >>> "deformed-digits" in available()
    True
    """
    return tuple(_NAMED)


def load(
    name: str | os.PathLike[str] | DataFile,
    *,
    n_samples: int | None = None,
    n_test: int | None = None,
    flip_rate: float = 0.0,
    rng: Any = None,
    label: str | None = None,
    **options: Any,
) -> Split:
    """Load a data set and split it.

    ===================  ==============================================  =========  ======
    name                 what it is                                      n_samples  n_test
    ===================  ==============================================  =========  ======
    ``deformed-digits``  digits; stream: the other images, deformed      200        600
    ``digits``           digits; pool: the other images                  200        600
    ``mixture``          ten classes of three Gaussian clusters; stream  300        2,000
    ``relu-network``     two classes, a random ReLU network; stream      200        2,000
    ``gaussian``         two classes, a linear function's sign; stream   300        2,000
    ``fashion-mnist``    Debian's dataset-fashion-mnist; pool            500        2,000
    ``openml:NAME``      from OpenML, where there is a network; pool     1/5        1/4
    ``FILE.npz``         arrays X (n, n_features) and y (n,); pool       1/5        1/4
    ``FILE.csv``         a header, then a row each; pool                 1/5        1/4
    ===================  ==============================================  =========  ======

    Pixels are scaled to [0, 1]. The columns of OpenML data and files are centred and divided
    by their standard deviation over the training and transfer rows. Rows are drawn by class in
    proportion, except where they are independent draws from a distribution.

    Parameters
    ----------
    name : str, path or DataFile
        One of :func:`available`, "openml:NAME", the path of a .npz or .csv file, or what
        :func:`read_file` has read from one.
    n_samples : int, optional
        Number of labelled rows. Default: see the table; of a file or OpenML, at most 500; with
        `unlabelled`, all rows that are not test rows, at most 2,000.
    n_test : int, optional
        Number of test rows. Default: see the table; of a file or OpenML, at most 5,000.
    flip_rate : float, default 0
        Fraction of training labels to replace by a wrong one, see :meth:`Split.flip_labels`.
    rng : None, int, SeedSequence or numpy Generator, optional
        Source of randomness. The rows drawn do not depend on `flip_rate`.
    label : str, optional
        Name of the label column of a .csv. Default: the last.
    **options
        Of the set: for "deformed-digits" the parameters of :class:`DeformedImages`, for "mixture"
        of :class:`ClusterMixture`, for "relu-network" of :class:`ReLUNetworkTarget`; for
        "gaussian" ``population``, a :class:`ddkd.populations.GaussianPopulation` with hard
        labels, or else ``n_features`` (50) and the exponent ``decay`` (1) of the variances
        ``j ** -decay``, scaled to mean 1, with standard normal coefficients; for a pool
        ``n_transfer``, the number of its rows to keep (fashion-mnist: 20,000; a file or OpenML:
        at most 50,000; else all); for a file or OpenML ``standardise=False`` leaves the columns
        as they are; for a file the options of :func:`read_file`, for OpenML ``version`` and
        ``data_home`` of :func:`sklearn.datasets.fetch_openml`.

    Returns
    -------
    Split
        The data.

    Raises
    ------
    ValueError
        If the name or an option is unknown, the data cannot be read, or the sizes do not fit.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> print(load("digits", flip_rate=0.1, rng=0))
    digits: 200 labelled rows (20 wrong labels), 997 transfer rows, 600 test rows; 64 features, ...
    """
    generator = check_rng(rng)
    flip_rate = check_real("flip_rate", flip_rate, low=0.0, high=1.0)
    sizes = {"n_samples": n_samples, "n_test": n_test}
    sizes = {key: value for key, value in sizes.items() if value is not None}
    build, known = _source(name, label)
    for key in options:
        if key not in known:
            text = name.name if isinstance(name, DataFile) else os.fspath(name)
            raise ValueError(f"{key} is not an option of {text!r}; it takes {', '.join(known)}")
    split = build(generator, **sizes, **options)
    return split.flip_labels(flip_rate, rng=generator)


def _source(
    name: str | os.PathLike[str] | DataFile, label: str | None
) -> tuple[Callable[..., Split], list[str]]:
    """What draws the splits of a data set, and the names of its options."""
    if isinstance(name, DataFile):
        return partial(_from_file, name), _option_names(_from_file)
    if not isinstance(name, str | os.PathLike):
        raise ValueError(f"name must be a string, a path or a DataFile; got {name!r}")
    text = os.fspath(name)
    if text not in _NAMED and (text.lower().endswith(SUFFIXES) or os.path.exists(text)):
        reading = [key for key in _option_names(read_file) if key != "label"]
        return partial(_read_and_split, text, label), _option_names(_from_file) + reading
    if label is not None:
        raise ValueError(f"label is for .csv files; got label={label!r} with {text!r}")
    if text in _NAMED:
        build, owner = _NAMED[text]
        return build, _option_names(owner)
    if text.startswith("openml:"):
        return partial(_from_openml, text.removeprefix("openml:")), _option_names(_from_openml)
    raise ValueError(
        f"name must be one of {', '.join(available())}, openml:NAME, or a path of a .npz or "
        f".csv file; got {text!r}"
    )


def _option_names(owner: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(owner).parameters.values()
    return [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name != "rng"]


def _from_openml(
    dataset: str,
    rng: np.random.Generator,
    n_samples: int | None = None,
    n_test: int | None = None,
    *,
    n_transfer: int | None = None,
    standardise: bool = True,
    version: int | str = 1,
    data_home: str | None = None,
) -> Split:
    X, y, source = fetch_from_openml(dataset, version=version, data_home=data_home)
    file = DataFile(f"openml:{dataset}", X, y, "classes")
    about = f"OpenML data set {dataset!r}, version {version}, from {source}; split by class."
    return _from_file(
        file,
        rng,
        n_samples,
        n_test,
        n_transfer=n_transfer,
        standardise=standardise,
        description=about,
    )


def _read_and_split(
    path: str,
    label: str | None,
    rng: np.random.Generator,
    n_samples: int | None = None,
    n_test: int | None = None,
    *,
    n_transfer: int | None = None,
    standardise: bool = True,
    **reading: Any,
) -> Split:
    file = read_file(path, label=label, **reading)
    return _from_file(file, rng, n_samples, n_test, n_transfer=n_transfer, standardise=standardise)


def _from_file(
    file: DataFile,
    rng: np.random.Generator,
    n_samples: int | None = None,
    n_test: int | None = None,
    *,
    n_transfer: int | None = None,
    standardise: bool = True,
    description: str | None = None,
) -> Split:
    """Labelled, transfer and test rows; the last two from files of their own if there are any."""
    n = len(file.X)
    if file.test is not None:
        n_test = 0 if n_test is None else n_test
    elif n_test is None:
        n_test = max(1, min(n // 4, 5000))
    if n_samples is None:
        n_samples = _default_labelled(file, n - n_test)
    n_samples = check_integer("n_samples", n_samples, low=2)
    n_test = check_integer("n_test", n_test, low=0)
    spare = 0 if file.unlabelled is not None else 1
    if n_samples + n_test > n - spare:
        raise ValueError(
            f"n_samples + n_test must be at most {n - spare:,}, so that a transfer row is left; "
            f"got {n_samples:,} + {n_test:,}"
        )
    order = stratified_order(file.y, rng)
    train, test, rest = np.split(order, [n_samples, n_samples + n_test])
    pool, rows = (file.X, rest) if file.unlabelled is None else (file.unlabelled, None)
    if rows is None:
        rows = rng.permutation(len(pool))
    if n_transfer is None:
        n_transfer = min(len(rows), _MOST_TRANSFER)
    n_transfer = check_integer("n_transfer", n_transfer, high=len(rows))
    X_test, y_test = (file.X[test], file.y[test]) if file.test is None else file.test
    if description is None:
        description = f"The {n:,} rows of {file.name}, split at random by class."
    split = Split(
        file.X[train],
        file.y[train],
        pool[rows[:n_transfer]],
        X_test,
        y_test,
        name=file.name,
        description=description,
        task=file.task,
    )
    return _standardised(split) if standardise else split


def _default_labelled(file: DataFile, available: int) -> int:
    """A fifth of the rows, at most 500; all there are if the unlabelled have their own file."""
    if file.unlabelled is not None:
        return min(available, 2000)
    n_samples = min(len(file.X) // 5, 500)
    if n_samples < _FEWEST_LABELLED:
        raise ValueError(
            f"{file.name} has {len(file.X)} rows; a fifth of them would be {n_samples} labelled "
            f"ones, too few to learn from: --labelled {max(2, available // 2)} takes more"
        )
    return n_samples


def _standardised(split: Split) -> Split:
    """Centre and scale the columns by their moments over training and transfer rows."""
    seen = np.concatenate([split.X_train, split.transfer])
    scaler = StandardScaler().fit(seen)
    return replace(
        split,
        X_train=scaler.transform(split.X_train),
        transfer=scaler.transform(split.transfer),
        X_test=scaler.transform(split.X_test),
    )
