"""Every data set by name, as a Split."""

import os
from dataclasses import replace
from typing import Any

from ddkd._checks import check_real, check_rng
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._files import read_file
from ddkd.datasets._named import NAMED
from ddkd.datasets._openml import read_openml
from ddkd.datasets._rows import split_rows
from ddkd.datasets._split import Split

_SPLITTING = ("n_samples", "n_test", "n_transfer", "standardise")


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
    return tuple(NAMED)


def load(
    name: str | os.PathLike[str] | DataFile,
    *,
    n_samples: int | str | None = None,
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
    ``moons``            two half circles in the plane; stream           40         2,000
    ``relu-network``     two classes, a random ReLU network; stream      200        2,000
    ``gaussian``         two classes, a linear function's sign; stream   300        2,000
    ``fashion-mnist``    Debian's dataset-fashion-mnist; pool            500        2,000
    ``openml:NAME``      from OpenML, where there is a network; pool     1/5        1/4
    ``FILE.npz``         arrays X (n, n_features) and y (n,); pool       1/5        1/4
    ``FILE.csv``         a table, see :func:`read_file`; pool            1/5        1/4
    ===================  ==============================================  =========  ======

    Pixels are scaled to [0, 1]. The columns of a file or OpenML are centred over the training
    and transfer rows. Then each is divided by its standard deviation there and cut at three, or all
    are divided by one number, whichever has the smaller leave-one-out error in kernel ridge of the
    training rows; ``split.scale`` says which. Rows are drawn by class in proportion, except where
    they are independent draws from a distribution. Equal rows of a file stay on one side, see
    :func:`equal_rows`.

    Parameters
    ----------
    name : str, path or DataFile
        One of :func:`available`, "openml:NAME", the path of a .npz file or of a table, or what
        :func:`read_file` has read from one. Data from elsewhere are a
        ``DataFile(name, X, y, "classes")``.
    n_samples : int or "all", optional
        Number of labelled rows; of a file "all" that are not tested on. Default: see the table; of
        a file or OpenML at most 500; with `unlabelled`, all rows that are not test rows, at
        most 2,000.
    n_test : int, optional
        Number of test rows. Default: see the table; of a file or OpenML at most 5,000.
    flip_rate : float, default 0
        Fraction of training labels to replace by a wrong one, see :meth:`Split.flip_labels`.
    rng : None, int, SeedSequence or numpy Generator, optional
        Source of randomness. The rows drawn do not depend on `flip_rate`.
    label : str, optional
        Name of the label column of a table. Default: the last.
    **options
        Of the set: for "deformed-digits" the parameters of :class:`DeformedImages`, for "mixture"
        of :class:`ClusterMixture`, for "moons" of :class:`TwoMoons`, for "relu-network" of
        :class:`ReLUNetworkTarget`; for "gaussian" ``population``, a
        :class:`ddkd.populations.GaussianPopulation` with hard labels, or else ``n_features`` (50)
        and the exponent ``decay`` (1) of the variances ``j ** -decay``, scaled to mean 1, with
        standard normal coefficients; for a pool ``n_transfer``, the number of its rows to keep
        (fashion-mnist: 20,000; a file or OpenML: at most 50,000; else all); for "fashion-mnist"
        ``folder``, where its files are; for a file or OpenML ``standardise=False``, which leaves
        the columns as they are; for a file the options of :func:`read_file`, for OpenML ``version``
        and ``data_home`` of :func:`sklearn.datasets.fetch_openml`.

    Returns
    -------
    Split
        The data.

    Raises
    ------
    ValueError
        If the name is unknown, the data cannot be read, or the sizes do not fit.
    TypeError
        If the set has no such option.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> print(load("digits", flip_rate=0.1, rng=0))
    digits: 200 labelled rows (20 wrong labels), 997 transfer rows, 600 test rows; 64 features, ...
    """
    generator = check_rng(rng)
    flip_rate = check_real("flip_rate", flip_rate, low=0.0, high=1.0)
    sizes = {"n_samples": n_samples, "n_test": n_test, "label": label}
    options |= {key: value for key, value in sizes.items() if value is not None}
    if isinstance(name, DataFile):
        split = split_rows(name, generator, **options)
    elif isinstance(name, str) and name in NAMED:
        split = replace(NAMED[name](generator, **options), name=name)
    elif str(name).startswith("openml:"):
        fetching = {key: options.pop(key) for key in ("version", "data_home") if key in options}
        split = split_rows(read_openml(str(name), **fetching), generator, **options)
    elif isinstance(name, str | os.PathLike) and _is_path(os.fspath(name)):
        splitting = {key: options.pop(key) for key in _SPLITTING if key in options}
        split = split_rows(read_file(name, **options), generator, **splitting)
    else:
        raise ValueError(
            f"name must be one of {', '.join(NAMED)}, openml:NAME, the path of a .npz file or a "
            f"table, or a DataFile; got {name!r}"
        )
    return split.flip_labels(flip_rate, rng=generator)


def _is_path(text: str) -> bool:
    return bool(os.path.splitext(text)[1]) or os.path.exists(text)
