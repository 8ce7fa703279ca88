"""Several ridge fits to the same samples, and everything that is a combination of them.

For two ridges on the same n samples, A = s/(s + kappa) for each, w_12 = sum A_1 A_2/n::

    E_12 = (v + sum s (c b)^2 (1 - A_1)(1 - A_2)) / (1 - w_12),
    s_j Cov(w_1j, w_2j) = (E_12/n) A_1j A_2j,

E_12 the mean product of their errors on a fresh label. Ridges may be complex: a function of
the Gram matrix is an integral over ridges, and the law of two points is analytic in both.
Ridges stand in the closed upper or lower half plane; each brings its conjugate with it.
"""

from dataclasses import dataclass

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.theory._fit import fit_to

_FLOW_NODES = 14
_EARLY = 1e-60  # of 1/trace; its fourth power is still a number
_NEWTON_STEPS = 30


@dataclass(frozen=True, eq=False)
class RidgeFits:
    """Ridge fits to the same n samples, each with its conjugate."""

    truth: np.ndarray  # (p,), best coefficients on unit-variance inputs
    A: np.ndarray  # (..., K, p)
    left: np.ndarray  # alpha/(n kappa), the part of an error that training leaves, (..., K)
    E: np.ndarray  # of two ridges, (..., K, K)
    conjugate_E: np.ndarray  # of a ridge and the conjugate of another
    n: np.ndarray

    def mean(self, weights: np.ndarray) -> np.ndarray:
        """Mean coefficients of a combination on unit-variance inputs, (..., p)."""
        return 2 * (weights[..., None, :] @ self.A)[..., 0, :].real * self.truth

    def variance(self, weights: np.ndarray) -> np.ndarray:
        """Variance of each of those coefficients, (..., p)."""
        A = weights[..., None] * self.A
        facing = self.E @ A + self.conjugate_E @ A.conj()
        variance = 2 * np.sum(A * facing, axis=-2).real / self.n[..., None]
        return np.maximum(variance, 0.0)  # rounding may leave one of nothing below zero

    def square(self, weights: np.ndarray) -> np.ndarray:
        """Mean square of a combination of errors, (...)."""
        column = weights[..., None]
        facing = self.E @ column + self.conjugate_E @ column.conj()
        return np.maximum(2 * np.sum(weights * facing[..., 0], axis=-1).real, 0.0)


def ridge_fits(
    population: GaussianPopulation, mask: np.ndarray, n: np.ndarray, alphas: np.ndarray
) -> RidgeFits:
    """Fits at ridges (..., K) of one half plane, none of them zero, neighbours in order."""
    truth = population.label_scale * np.sqrt(population.eigenvalues) * population.coef
    shape = np.broadcast_shapes(mask.shape[:-1], n.shape, alphas.shape[:-1])
    n = np.broadcast_to(n, shape)
    alphas = np.broadcast_to(alphas, (*shape, alphas.shape[-1]))
    s = np.broadcast_to(np.where(mask, population.eigenvalues, 0.0), (*shape, truth.size))
    kappa = _implicit_ridges(s, n, alphas)
    inverse = 1 / (s[..., None, :] + kappa[..., None])
    A, B = s[..., None, :] * inverse, kappa[..., None] * inverse  # B = 1 - A
    left = alphas / (n[..., None] * kappa)

    def errors(B2: np.ndarray) -> np.ndarray:
        """E of every ridge and every second one, whose last two axes are exchanged."""
        missed = population.label_noise + (B * truth**2) @ B2
        # 1 - w_12, without a subtraction
        return missed / (left[..., None] + A @ B2 / n[..., None, None])

    B2 = np.swapaxes(B, -1, -2)
    return RidgeFits(truth=truth, A=A, left=left, E=errors(B2), conjugate_E=errors(B2.conj()), n=n)


def earliest_time(population: GaussianPopulation, mask: np.ndarray) -> np.ndarray:
    """Time before which the flow has only a direction, and a length in proportion to time."""
    trace = np.sum(np.where(mask, population.eigenvalues, 0.0), axis=-1)
    return np.where(trace > 0, _EARLY / np.where(trace > 0, trace, 1.0), 0.0)


def flow_combination(time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ridges and weights of gradient flow, the filter 1 - exp(-T mu).

    exp(-T mu) is the inverse Laplace transform of 1/(z + mu), a ridge of z: an integral along
    a hyperbola that leaves the spectrum to its left (Weideman and Trefethen, Math. Comp. 76,
    2007; their constants). Fourteen nodes are good to about twelve digits.
    """
    step = 1.081792140 / _FLOW_NODES
    angle = 1j * step * (np.arange(_FLOW_NODES) + 0.5) - 1.172104229
    scale = 4.492075287 * _FLOW_NODES
    z = scale * (1 + np.sin(angle))
    weights = np.exp(z) / (2 * np.pi) * step * scale * np.cos(angle) / z
    return z / time[..., None], weights


def _implicit_ridges(s: np.ndarray, n: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Kappa for every ridge, followed along the path of ridges from the real axis.

    Newton's method in log kappa for n = sum s/(s + kappa) + alpha/kappa; the first guess is the
    tangent at the neighbour.
    """
    before = np.abs(alphas[..., 0])
    log_kappa = np.log(fit_to(s, s > 0, n, before).kappa).astype(complex)
    _, slope, load = _balance(s, n, before, log_kappa)
    kappas = []
    for alpha in np.moveaxis(alphas, -1, 0):
        log_kappa = log_kappa + load / slope * np.log(alpha / before)
        for _ in range(_NEWTON_STEPS):
            gap, slope, load = _balance(s, n, alpha, log_kappa)
            step = gap / slope
            step = step / np.maximum(np.abs(step), 1.0)  # no leap from one branch to another
            log_kappa = log_kappa - step
            if np.abs(step).max() < 1e-8:  # the error is its square
                break
        before = alpha
        kappas.append(np.exp(log_kappa))
    return np.stack(kappas, axis=-1)


def _balance(
    s: np.ndarray, n: np.ndarray, alpha: np.ndarray, log_kappa: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What n - sum s/(s + kappa) - alpha/kappa leaves, its slope in log kappa, and alpha/kappa."""
    kappa = np.exp(log_kappa)
    column = kappa[..., None]
    A, B = s / (s + column), column / (s + column)
    # As many eigenvalues as are large count as one, less what they lose: n - p must not round.
    large = s > np.abs(column)
    total, load = np.sum(np.where(large, -B, A), axis=-1), alpha / kappa
    gap = (n - np.count_nonzero(large, axis=-1)) - total - load
    return gap, np.sum(A * B, axis=-1) + load, load
