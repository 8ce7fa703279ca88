"""From the tidy records of a sweep to the arrays that a display keeps."""

import numpy as np

from ddkd.experiments import Table


def pivot(table: Table, value: str, x: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct `x`, sorted, and `value` as (n_x, n_repeats).

    Records of the same `x` and repeat share their data and are averaged.
    """
    points, row = np.unique(table[x], return_inverse=True)
    repeats, column = np.unique(table["repeat"], return_inverse=True)
    shape = (len(points), len(repeats))
    sums, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, (row, column), table[value])
    np.add.at(counts, (row, column), 1.0)
    if not len(table) or (counts == 0).any():
        raise ValueError(f"every repeat must have a record of {value!r} at every {x!r}")
    return points, sums / counts
