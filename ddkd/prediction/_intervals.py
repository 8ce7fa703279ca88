"""How sure a cross-validated error is: intervals that were measured to cover 90 %."""

import numpy as np

__all__ = ["Z_90", "spread", "standard_error"]

Z_90 = 1.645
_WIDER = 1.25  # each fold's models share labels, which rows alone do not show


def standard_error(differences: np.ndarray, groups: np.ndarray) -> float:
    """Standard error of the mean of paired differences, one a row.

    The central limit theorem over rows, or over groups of rows, with one more discordant row than
    there is: two models that agree on all of few rows are not certain to agree on all others.
    """
    n = len(differences)
    sums = np.bincount(groups, differences - differences.mean())
    one_more = np.abs(differences).max() ** 2 or 1.0
    return float(np.sqrt(np.sum(sums**2) + one_more) / n)


def spread(losses: np.ndarray, groups: np.ndarray) -> float:
    """Half the width of a 90 % interval of one contestant's error."""
    return _WIDER * Z_90 * standard_error(losses, groups)
