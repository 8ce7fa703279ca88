"""Several ridge fits to the same samples, and everything that is a combination of them.

For two ridges on the same n samples, A = s/(s + kappa) for each, w_12 = sum A_1 A_2/n::

    E_12 = (v + sum s (c b)^2 (1 - A_1)(1 - A_2)) / (1 - w_12),
    s_j Cov(w_1j, w_2j) = (E_12/n) A_1j A_2j,

E_12 the mean product of their errors on a fresh label. Ridges may be complex: a function of
the Gram matrix is an integral over ridges, and the law of two points is analytic in both.
"""

from dataclasses import dataclass

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.theory._fixed_points import Remainder, implicit_ridge

__all__ = ["Combination", "RidgeFits", "flow_combination", "pole_combination", "ridge_fits"]

_FLOW_NODES = 14
_CIRCLE_NODES = 64
_NEWTON_STEPS = 30


@dataclass(frozen=True, eq=False)
class Combination:
    """Ridges in the upper half plane with weights; the sum is twice its real part."""

    alphas: np.ndarray  # (..., K)
    weights: np.ndarray  # (..., K)


@dataclass(frozen=True, eq=False)
class RidgeFits:
    """Ridge fits to the same n samples; each has a conjugate partner, in the second half of K."""

    truth: np.ndarray  # (p,), best coefficients on unit-variance inputs
    kept: np.ndarray  # A, (..., K, p)
    left: np.ndarray  # alpha/(n kappa), the share of an error that training leaves, (..., K)
    errors: np.ndarray  # E, (..., K, K)
    n: np.ndarray

    def mean(self, weights: np.ndarray) -> np.ndarray:
        """Mean coefficients of a combination on unit-variance inputs, (..., p)."""
        return 2 * (weights[..., None, :] @ self._upper(self.kept))[..., 0, :].real * self.truth

    def variance(self, weights: np.ndarray) -> np.ndarray:
        """Variance of those coefficients, (..., p)."""
        weighted = _both(weights)[..., None] * self.kept
        return np.sum((self.errors @ weighted) * weighted, axis=-2).real / self.n[..., None]

    def covariance(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Sum over the coefficients of their covariance in two combinations, (...)."""
        ours, theirs = (_both(w)[..., None] * self.kept for w in (first, second))
        return np.sum((self.errors @ theirs) * ours, axis=(-2, -1)).real / self.n

    def product(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Mean product of two combinations of errors, (...)."""
        pair = _both(first)[..., None, :] @ self.errors @ _both(second)[..., :, None]
        return pair[..., 0, 0].real

    def trained(self, weights: np.ndarray) -> np.ndarray:
        """Weights of the errors on the training samples."""
        return weights * self.left[..., : weights.shape[-1]]

    def _upper(self, values: np.ndarray) -> np.ndarray:
        return values[..., : values.shape[-2] // 2, :]


def ridge_fits(
    population: GaussianPopulation, mask: np.ndarray, n: np.ndarray, alphas: np.ndarray
) -> RidgeFits:
    """Fits at ridges (..., K) of the closed upper half plane, neighbours in order."""
    s = population.eigenvalues
    truth = population.label_scale * np.sqrt(s) * population.coef
    used = mask & (s > 0)
    shape = np.broadcast_shapes(mask.shape[:-1], n.shape, alphas.shape[:-1])
    n = np.broadcast_to(n, shape)
    alphas = np.broadcast_to(alphas, (*shape, alphas.shape[-1]))
    kappa = _implicit_ridges(s, np.broadcast_to(used, (*shape, s.size)), n, alphas)
    used = used[..., None, :]
    total = np.where(used, s + kappa[..., None], 1.0)
    kept = np.where(used, s / total, 0.0)
    lost = np.where(used, kappa[..., None] / total, 1.0)
    kept = np.concatenate([kept, kept.conj()], axis=-2)
    lost = np.concatenate([lost, lost.conj()], axis=-2)
    missed = population.label_noise + (lost * truth**2) @ np.swapaxes(lost, -1, -2)
    with np.errstate(divide="ignore", invalid="ignore"):
        free = 1 - kept @ np.swapaxes(kept, -1, -2) / n[..., None, None]
        left = np.where(alphas == 0, np.maximum(1 - used.sum(axis=-1) / n[..., None], 0.0), 0)
        left = np.where(alphas == 0, left, alphas / (n[..., None] * kappa))
        return RidgeFits(truth, kept, _both(left), missed / free, n)


def flow_combination(time: np.ndarray) -> Combination:
    """Ridges whose combination is gradient flow, 1 - exp(-T mu).

    exp(-T mu) is the inverse Laplace transform of 1/(z + mu), a ridge of z: an integral along
    a hyperbola that leaves the spectrum to its left (Weideman and Trefethen, Math. Comp. 76,
    2007; their constants). Fourteen nodes are good to about twelve digits.
    """
    u = (np.arange(_FLOW_NODES) + 0.5) * 1.081792140 / _FLOW_NODES
    angle = 1j * u - 1.172104229
    scale = 4.492075287 * _FLOW_NODES
    z = scale * (1 + np.sin(angle))
    step = 1.081792140 / _FLOW_NODES * scale * np.cos(angle)
    return Combination(alphas=z / time[..., None], weights=np.exp(z) / (2 * np.pi) * step / z)


def pole_combination(alphas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ridges z around poles at -alphas (..., 2), and weights per value of a filter at -z.

    A filter h with h(0) = 0 that has no other poles is the combination of ridges z with weights
    times h(-z): an integral over one circle if the two poles are near one another, else two.
    """
    low, high = alphas.min(axis=-1), alphas.max(axis=-1)
    near = high <= 4 * low
    middle = np.where(near, (low + high) / 2, low)
    other = np.where(near, middle, high)
    reach = np.where(near, (high - low) / 2, 0.0) / middle
    radius = np.maximum(np.sqrt(reach), 0.6)[..., None]
    turn = np.exp(1j * np.pi * (np.arange(_CIRCLE_NODES) + 0.5) / _CIRCLE_NODES)
    around = np.stack([middle, other], axis=-1)[..., None] * (1 + radius[..., None, :] * turn)
    share = radius[..., None, :] * turn / (1 + radius[..., None, :] * turn)
    share = share / (2 * _CIRCLE_NODES) * np.where(near, 0.5, 1.0)[..., None, None]
    flat = (*around.shape[:-2], 2 * _CIRCLE_NODES)
    share = np.broadcast_to(share, around.shape)
    return around.reshape(flat), share.reshape(flat)


def _both(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values, np.conj(values)], axis=-1)


def _implicit_ridges(
    s: np.ndarray, used: np.ndarray, n: np.ndarray, alphas: np.ndarray
) -> np.ndarray:
    """Kappa for every ridge, followed along the path of ridges from the real axis.

    Newton's method in log kappa for n = sum s/(s + kappa) + alpha/kappa; the first guess is the
    tangent at the neighbour.
    """
    one = np.ones(n.shape)
    start = np.abs(alphas[..., 0])
    kappa = implicit_ridge(s, used.astype(float), n, Remainder(start, 0 * one, one))
    if alphas.shape[-1] == 1 and (alphas.imag == 0).all():
        return kappa[..., None].astype(complex)
    here, log_kappa = start.astype(complex), np.log(kappa).astype(complex)
    found = []
    for alpha in np.moveaxis(alphas, -1, 0):
        _, slope, load = _balance(s, used, n, here, log_kappa)
        log_kappa = log_kappa + load / slope * np.log(alpha / here)
        for _ in range(_NEWTON_STEPS):
            gap, slope, _ = _balance(s, used, n, alpha, log_kappa)
            step = gap / slope
            step = step / np.maximum(np.abs(step), 1.0)  # no leap from one branch to another
            log_kappa = log_kappa - step
            if np.abs(step).max() < 1e-13:
                break
        here = alpha
        found.append(np.exp(log_kappa))
    return np.stack(found, axis=-1)


def _balance(
    s: np.ndarray, used: np.ndarray, n: np.ndarray, alpha: np.ndarray, log_kappa: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What n - sum s/(s + kappa) - alpha/kappa leaves, its slope in log kappa, and alpha/kappa."""
    kappa = np.exp(log_kappa)[..., None]
    kept = np.where(used, s / np.where(used, s + kappa, 1.0), 0.0)
    load = alpha / kappa[..., 0]
    gap = n - np.sum(kept, axis=-1) - load
    return gap, np.sum(kept * (1 - kept), axis=-1) + load, load
