"""The bandwidth of a Gaussian kernel: by the inputs alone, or by their labels."""

from typing import Any

import numpy as np
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import rbf_kernel

from ddkd._checks import check_matrix, check_real, check_vector
from ddkd._labels import are_numbers, check_classes, check_labels, codes_of, encode
from ddkd.solvers import leave_one_out

_MOST_ROWS = 1000  # half a million pairs: the median to about 0.2 %
# In median distances, widest first: a tie goes to the smoothest.
_BANDWIDTHS = [2.0 ** (k / 2) for k in range(4, -11, -1)]
_PENALTIES = np.logspace(-8, 2, 21)


def median_distance(X: Any) -> float:
    """Median Euclidean distance between two rows of `X`.

    The usual yardstick for the bandwidth sigma of a Gaussian kernel ``exp(-|x - x'|^2 /
    (2 sigma^2))``: of c medians it is ``gamma = 1 / (2 * (c * median_distance(X)) ** 2)``.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The inputs. Of more than 1,000 rows, a fixed choice of 1,000 stands for all of
        them, so that the answer is a function of `X` alone.

    Returns
    -------
    float
        The median over all pairs at a positive distance; 1.0 where there is none (a single
        row, or all rows equal).

    Raises
    ------
    ValueError
        If `X` is not a non-empty matrix of finite real numbers.

    Examples
    --------
    >>> median_distance([[0.0], [1.0], [3.0]])
    2.0
    """
    rows = check_matrix("X", X)
    distances = pdist(rows[_some_rows(len(rows))])
    distances = distances[distances > 0]
    return float(np.median(distances)) if distances.size else 1.0


def _some_rows(count: int) -> slice | np.ndarray:
    """All rows, or a fixed choice of 1,000."""
    if count <= _MOST_ROWS:
        return slice(None)
    # A shuffle, not a stride: a stride may fall in step with an ordered data set.
    return np.random.default_rng(0).choice(count, _MOST_ROWS, replace=False)


def bandwidth_gamma(X: np.ndarray, bandwidth: float) -> float:
    """Coefficient of the squared distance for a bandwidth in median distances of `X`."""
    check_real("bandwidth", bandwidth, low=1e-6, high=1e6)
    return 0.5 / (bandwidth * median_distance(X)) ** 2


def choose_gamma(X: Any, y: Any, *, alpha: float | None = None) -> float:
    r"""Choose the bandwidth of a Gaussian kernel by the labels.

    Of 15 bandwidths, from 1/32 to 4 median distances, the one at which kernel ridge has the
    least exact leave-one-out squared error. The median distance knows nothing of the labels,
    and is far too wide where a class is a thin shape, such as a moon.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The inputs. Of more than 1,000 rows, a fixed choice of 1,000 stands for all of them.
    y : array-like of shape (n_samples,)
        Their labels: classes (targets -1 and 1, or one-hot), or numbers (less their mean):
        floats of which some are not whole, or of more than 20 different values.
    alpha : float or None, default=None
        The ridge of the model that the bandwidth is for; zero for a minimum-norm model, which
        needs a narrower kernel than a ridge. None takes the best of 21 ridges for each
        bandwidth.

    Returns
    -------
    float
        The coefficient gamma of the squared distance, as
        :class:`~ddkd.features.RandomFourierFeatures` takes it.

    Raises
    ------
    ValueError
        If an argument is not finite, of a wrong shape or out of range, or all labels are equal.

    Notes
    -----
    With :math:`K_{ij} = \exp(-\gamma |x_i - x_j|^2)` the residual of sample i under the model
    fitted without it is

    .. math:: e_i = \frac{[(K + \alpha I)^{-1} y]_i}{[(K + \alpha I)^{-1}]_{ii}},

    exactly, at any size (Allen, 1974; :func:`ddkd.solvers.leave_one_out`). The choice is the
    gamma of least mean :math:`e_i^2`. The error is that of a kernel, which random features
    only reach at infinite width.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> from ddkd.features import choose_gamma, median_distance
    >>> moons = load("moons", n_samples=100, flip_rate=0.1, rng=0)
    >>> round(0.5 / median_distance(moons.X_train) ** 2, 2)  # knows no labels
    0.22
    >>> round(choose_gamma(moons.X_train, moons.y_train), 2)
    1.79
    >>> int(choose_gamma(moons.X_train, moons.y_train, alpha=0.0))
    28
    """
    X, labels = check_matrix("X", X), check_labels("y", y)
    if labels.dtype.kind == "f":
        labels = check_vector("y", labels)
    if labels.shape != (len(X),):
        raise ValueError(f"y must have the shape ({len(X)},), as X; got {labels.shape}")
    rows = _some_rows(len(X))
    X, labels = X[rows], labels[rows]
    classes = check_classes(labels)
    if are_numbers(labels):
        targets = labels[:, None] - labels.mean()
    else:
        targets = encode(codes_of("y", labels, classes), len(classes))
    penalties = _PENALTIES if alpha is None else check_real("alpha", alpha, low=0.0)
    gammas = [bandwidth_gamma(X, bandwidth) for bandwidth in _BANDWIDTHS]
    if not 0 < gammas[0] <= gammas[-1] < np.inf:
        raise ValueError("X has distances whose squares are beyond the range of numbers")
    errors = [left_out_error(X, targets, gamma, penalties) for gamma in gammas]
    return gammas[int(np.argmin(errors))]


def left_out_error(
    X: np.ndarray, targets: np.ndarray, gamma: float, penalties: Any = _PENALTIES
) -> float:
    """Exact leave-one-out mean squared error of kernel ridge, of the best of some penalties."""
    values, vectors = np.linalg.eigh(rbf_kernel(X, gamma=gamma))
    square_root = vectors * np.sqrt(np.maximum(values, 0.0))  # features with this kernel
    return float(leave_one_out(square_root, targets, penalties).mse.mean(axis=1).min())
