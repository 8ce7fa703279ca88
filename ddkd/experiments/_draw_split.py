"""Data sets by name as the source of a sweep."""

from typing import Any

import numpy as np

from ddkd.datasets import DataFile, Split, fingerprint, load


def draw_split(
    rng: np.random.Generator,
    *,
    data: str | DataFile,
    label: str | None = None,
    digest: str | None = None,
    **options: Any,
) -> Split:
    """Draw a split of a data set, of the very file that a run began with.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the split.
    data : str or DataFile
        A name or path that `ddkd.datasets.load` knows, or what was read from a file.
    label : str or None, default=None
        The label column of a table.
    digest : str or None, default=None
        What `ddkd.datasets.fingerprint` said of `data` at the start; None does not ask whether a
        file has changed since. As an argument of the source it is part of what a sweep remembers:
        no task of another file is taken for one of this.
    **options
        Further options of `ddkd.datasets.load`, such as `n_samples`.

    Returns
    -------
    Split
        The data.

    Raises
    ------
    ValueError
        If the file has changed, or cannot be loaded.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.experiments import draw_split
    >>> len(draw_split(np.random.default_rng(0), data="digits").X_train)
    200
    """
    if digest is not None and fingerprint(data) != digest:
        raise ValueError(f"data file {data} changed during the run")
    return load(data, label=label, rng=rng, **options)
