"""The implicit ridge: one scalar equation, solved to rounding."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import broadcast, unwrap
from ddkd._checks import check_eigenvalues, check_nonnegative
from ddkd.theory._arguments import Values

_MAX_STEPS = 200


@dataclass(frozen=True, eq=False)
class Remainder:
    """The part u of the degrees of freedom that a ridge alpha leaves, given x.

    u is the positive root of square * u^2 + linear * u = alpha/x. For a linear model x is
    kappa, square is 0 and linear is 1, so that u = alpha/kappa. Beside it stand bulk/x degrees of
    freedom of infinitely many vanishing eigenvalues, of which `bulk` is the trace.
    """

    alpha: np.ndarray
    square: np.ndarray
    linear: np.ndarray
    bulk: float = 0.0

    def at(self, x: np.ndarray) -> np.ndarray:
        """u, by the form of the quadratic's root that does not cancel."""
        load = self.alpha / x
        root = self.linear + np.sqrt(self.linear**2 + 4 * self.square * load)
        return np.divide(2 * load, root, out=np.zeros(load.shape), where=load > 0)

    def slope(self, x: np.ndarray) -> np.ndarray:
        """Minus the derivative of u in log x."""
        load = self.alpha / x
        root = np.sqrt(self.linear**2 + 4 * self.square * load)
        return np.divide(load, root, out=np.zeros(load.shape), where=load > 0)

    def x_where(self, u: np.ndarray) -> np.ndarray:
        """The x at which the remainder is u."""
        return self.alpha / (self.square * u**2 + self.linear * u)


def implicit_ridge(
    eigenvalues: ArrayLike, n_samples: ArrayLike, *, alpha: ArrayLike = 0.0
) -> Values:
    """Implicit ridge of least squares: the root kappa of n = sum s/(s + kappa) + alpha/kappa.

    Minimum norm on n samples shrinks like a ridge fit to infinitely many; kappa is that ridge, and
    sum s/(s + kappa) the number of directions that the fit uses.

    Parameters
    ----------
    eigenvalues : array_like of shape (n_features,)
        Variances s of the features, non-negative.
    n_samples : float or array_like
        Number n of samples, positive.
    alpha : float or array_like, default=0.0
        Ridge penalty.

    Returns
    -------
    float or ndarray
        The root, right to rounding; 0 without a ridge and with at most n positive eigenvalues.
        `n_samples` and `alpha` broadcast.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> theory.implicit_ridge(np.ones(100), [50, 100, 200])
    array([1., 0., 0.])
    """
    s = check_eigenvalues(eigenvalues)
    n = check_nonnegative("n_samples", n_samples)
    if (n == 0).any():
        raise ValueError("n_samples must be positive; got 0")
    n, ridge = broadcast(n_samples=n, alpha=check_nonnegative("alpha", alpha))
    remainder = Remainder(alpha=ridge, square=np.zeros(n.shape), linear=np.ones(n.shape))
    return unwrap(solve_implicit_ridge(s, n, remainder))


def solve_implicit_ridge(s: np.ndarray, size: np.ndarray, remainder: Remainder) -> np.ndarray:
    """Solve size = sum s/(s + x) + bulk/x + u(x) for x > 0, over leading axes.

    `s` has the eigenvalues in the last axis, zero to leave one out; `size` and the remainder's
    arrays broadcast against the other axes. x is 0 where alpha and bulk are 0 and at most `size`
    eigenvalues are positive, or where `size` is infinite. Without any eigenvalue it balances the
    remainder alone.

    Newton's method in log x, inside a bracket. The sum is taken as the exact count of
    eigenvalues above x, minus the shortfall of those, plus the part of the others: its error
    is a few roundings of the derivative in log x, so the root is accurate to rounding
    however close the width is to `size` and however many decades the spectrum spans.
    """
    width, size, alpha, square, linear = np.broadcast_arrays(
        np.count_nonzero(s, axis=-1), size, remainder.alpha, remainder.square, remainder.linear
    )
    todo = np.isfinite(size) & ((alpha > 0) | (width > size) | (remainder.bulk > 0))
    x = np.zeros(width.shape)
    if not todo.any():
        return x
    s = np.broadcast_to(s, (*x.shape, s.shape[-1]))[todo]
    rest = Remainder(alpha[todo], square[todo], linear[todo], remainder.bulk)
    x[todo] = _solve_flat(s, width[todo], size[todo], rest)
    return x


def _solve_flat(
    s: np.ndarray, width: np.ndarray, size: np.ndarray, remainder: Remainder
) -> np.ndarray:
    """`solve_implicit_ridge` on flat problems that have a positive root."""
    low, high = _bracket(s, width, size, remainder)
    x = np.sqrt(low) * np.sqrt(high)
    done = np.zeros(x.shape, dtype=bool)
    for _ in range(_MAX_STEPS):
        excess, slope = _excess(s, x, size, remainder)
        low, high = np.where(excess > 0, x, low), np.where(excess > 0, high, x)
        step = np.clip(excess / slope, -700.0, 700.0)
        new = x * np.exp(step)
        inside = (new > low) & (new < high)
        narrow = (np.abs(step) < 1e-15) | (low >= high * (1 - 4e-16))
        better = np.where(inside, new, np.where(narrow, x, np.sqrt(low) * np.sqrt(high)))
        x = np.where(done, x, better)
        # The error of a step below 1e-8 is its square.
        done = done | narrow | (inside & (np.abs(step) < 1e-8))
        if done.all():
            break
    return x


def _bracket(
    s: np.ndarray, width: np.ndarray, size: np.ndarray, remainder: Remainder
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds on x, by s/(s+x) <= s/x and x/(s+x) <= x/s."""
    smallest = np.min(np.where(s > 0, s, np.inf), axis=-1, initial=np.inf)
    relative = np.divide(smallest[..., None], s, out=np.zeros(s.shape), where=s > 0)
    harmonic = np.sum(relative, axis=-1) / smallest
    too_wide = np.divide(width - size, harmonic, out=np.zeros(width.shape), where=width > size)
    low = np.maximum(remainder.x_where(size), too_wide)
    low = np.maximum(low, remainder.bulk / size)
    trace = np.sum(s, axis=-1) + remainder.bulk
    high = 2 * np.maximum(trace / size, remainder.x_where(size / 2))
    # Widened by a rounding, so that a root at an end (one eigenvalue) is inside.
    return low * (1 - 1e-12), high * (1 + 1e-12)


def _excess(
    s: np.ndarray, x: np.ndarray, size: np.ndarray, remainder: Remainder
) -> tuple[np.ndarray, np.ndarray]:
    """Sum s/(s+x) + bulk/x + u(x) - size, and minus its derivative in log x."""
    column = x[:, None]
    above = s > column
    part = np.minimum(s, column) / (s + column)  # A, or 1 - A of those above
    smooth = np.sum(np.where(above, -part, part), axis=-1)
    bulk = remainder.bulk / x
    gap = (np.count_nonzero(above, axis=-1) - size) + smooth + bulk + remainder.at(x)
    return gap, np.sum(part * (1 - part), axis=-1) + bulk + remainder.slope(x)
