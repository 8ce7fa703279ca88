"""Errors on held-out rows, how sure they are, and the ranking that they give."""

from collections.abc import Sequence

import numpy as np

from ddkd._labels import decode
from ddkd.contestants._problem import Labels
from ddkd.contestants._table import Entry

Z_90 = 1.645
_WIDER = 1.25  # models of different folds share labels, which rows alone do not show
_NUMBERS = "error low high difference standard_error balanced_error seconds"
_COLUMNS = [("name", "U60"), ("title", "U90"), ("student", bool)]
_COLUMNS += [(name, float) for name in _NUMBERS.split()]


def standard_error(differences: np.ndarray, groups: np.ndarray) -> float:
    """Standard error of the mean of paired differences, one a row.

    The central limit theorem over rows, or over groups of rows, with one more discordant row than
    there is (two models that agree on all of few rows are not certain to agree on all others),
    and a quarter wider: so were 90 % intervals of differences measured to cover 90 %.
    """
    n = len(differences)
    sums = np.bincount(groups, differences - differences.mean())
    one_more = np.abs(differences).max() ** 2 or 1.0
    return float(_WIDER * np.sqrt(np.sum(sums**2) + one_more) / n)


def losses_of(entries: Sequence[Entry], labels: Labels) -> dict[str, np.ndarray]:
    """Loss (n,) of every contestant that did not fail, mean over the folds that hide a row.

    It is the 0-1 loss, or the squared one as a share of the variance of numbers.
    """
    losses = {}
    for entry in entries:
        if entry.scores is None:
            continue
        if labels.n_classes:
            loss = decode(entry.scores) != labels.values
        else:
            loss = (entry.scores[..., 0] - labels.values) ** 2 / labels.values[0].var()
        losses[entry.name] = loss.mean(axis=0, where=~labels.known)
    if not losses:
        raise ValueError("every contestant failed: " + "; ".join(e.failure for e in entries))
    return losses


def ranking_of(
    entries: Sequence[Entry], losses: dict[str, np.ndarray], labels: Labels, groups: np.ndarray
) -> np.recarray:
    """A row a contestant, the smallest error first."""
    done = sorted((e for e in entries if e.name in losses), key=lambda e: losses[e.name].mean())
    loss = np.array([losses[entry.name] for entry in done])  # (n_contestants, n)
    error = balanced = loss.mean(axis=1)
    half = Z_90 * np.array([standard_error(row, groups) for row in loss])
    high = error + half
    if labels.n_classes:
        truth = labels.values[0]
        high = np.minimum(high, 1.0)
        balanced = np.mean([loss[:, truth == c].mean(axis=1) for c in np.unique(truth)], axis=0)
    columns = [
        [entry.name for entry in done],
        [entry.title for entry in done],
        [bool(entry.needs) for entry in done],
        error,
        np.maximum(error - half, 0.0),
        high,
        (loss - loss[0]).mean(axis=1),
        [standard_error(row, groups) for row in loss - loss[0]],
        balanced,
        [entry.seconds for entry in done],
    ]
    return np.rec.fromarrays([np.array(column) for column in columns], dtype=_COLUMNS)
