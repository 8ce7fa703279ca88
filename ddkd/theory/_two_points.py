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
from ddkd.theory._fits import fit

_FLOW_NODES = 14
_EARLY = 1e-60  # of 1/trace; its fourth power is still a number
_NEWTON_STEPS = 30


@dataclass(frozen=True, eq=False)
class RidgeFits:
    """Ridge fits to the same n samples, each with its conjugate."""

    truth: np.ndarray  # (p,), best coefficients on unit-variance inputs
    kept: np.ndarray  # A, (..., K, p)
    left: np.ndarray  # alpha/(n kappa), the share of an error that training leaves, (..., K)
    errors: np.ndarray  # E of two ridges, (..., K, K)
    conjugate_errors: np.ndarray  # E of a ridge and the conjugate of another
    n: np.ndarray

    def mean(self, weights: np.ndarray) -> np.ndarray:
        """Mean coefficients of a combination on unit-variance inputs, (..., p)."""
        kept = self.kept[..., : weights.shape[-1], :]
        return 2 * (weights[..., None, :] @ kept)[..., 0, :].real * self.truth

    def covariance(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Covariance of each of those coefficients in two combinations, (..., p).

        The first may be one of the first few fits.
        """
        few = first.shape[-1]
        ours, theirs = first[..., None] * self.kept[..., :few, :], second[..., None] * self.kept
        facing = self.errors[..., :few, :] @ theirs
        facing = facing + self.conjugate_errors[..., :few, :] @ theirs.conj()
        return 2 * np.sum(ours * facing, axis=-2).real / self.n[..., None]

    def product(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Mean product of two combinations of errors, (...)."""
        column = second[..., None]
        facing = self.errors @ column + self.conjugate_errors @ column.conj()
        return 2 * np.sum(first * facing[..., 0], axis=-1).real


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
    kept, lost = s[..., None, :] * inverse, kappa[..., None] * inverse
    left = alphas / (n[..., None] * kappa)

    def errors(kept2: np.ndarray, lost2: np.ndarray) -> np.ndarray:
        """E of every ridge and every second one, whose last two axes are exchanged."""
        missed = population.label_noise + (lost * truth**2) @ lost2
        # 1 - w_12, without a subtraction
        return missed / (left[..., None] + kept @ lost2 / n[..., None, None])

    kept2, lost2 = np.swapaxes(kept, -1, -2), np.swapaxes(lost, -1, -2)
    return RidgeFits(
        truth=truth,
        kept=kept,
        left=left,
        errors=errors(kept2, lost2),
        conjugate_errors=errors(kept2.conj(), lost2.conj()),
        n=n,
    )


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


def repeated_combinations(
    first: np.ndarray, second: np.ndarray, share: np.ndarray, rounds: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ridges, the teacher's first, and weights of its students of all rounds but one and of all.

    The filter g_1 = mu/(mu + a_1) of the teacher becomes h <- g_2 (1 - share + share h) in each
    round. A filter is an integral over ridges z, along a circle around its poles -a_1 and -a_2,
    with the weights h(-z)/z. We take the circle on which u = g_2(-z) = z/(z - a_2) has the size R.
    A ridge z is a series in f/u, where f in [0, 1) are values of g_2, so that K nodes leave an
    error of R^-K; rounding is amplified by R^(rounds + 1). The pole -a_1, where u is u_1, stays
    inside of the circle if log|u_1| is at least 2 log R. If not, the circle is made to leave
    it out, and the teacher's own ridge stands for it, with the residue as its weight.
    """
    rate = 4.5 / (rounds + 1)
    first, second, share = (a[..., None] for a in (first, second, share))
    with np.errstate(divide="ignore"):
        pole = first / (first - second)
    distance = np.log(np.abs(pole))
    inside = distance >= 2 * rate
    radius = np.exp(np.where(inside, rate, np.maximum(distance, 0.0) + rate))
    # On half of the circle; what is left is exp(-30) or exp(-44) times the amplification.
    n_nodes = int(np.ceil((15 if inside.all() else 22) / rate))
    u = radius * np.exp(1j * np.pi * (np.arange(n_nodes) + 0.5) / n_nodes)
    circle = second * u / (u - 1)
    alphas = np.concatenate([first, circle], axis=-1)
    unit = np.concatenate([np.where(inside, 0.0, 0.5), 0.5 / (n_nodes * (u - 1))], axis=-1)
    factor = np.concatenate([np.where(inside, 1.0, pole), u], axis=-1)
    fresh = np.concatenate([0 * share, (1 - share) * np.ones(u.shape)], axis=-1)
    value = np.concatenate([np.ones(pole.shape), circle / (circle - first)], axis=-1)
    for _ in range(rounds):
        before, value = value, factor * (fresh + share * value)
    return alphas, unit * before, unit * value


def _implicit_ridges(s: np.ndarray, n: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Kappa for every ridge, followed along the path of ridges from the real axis.

    Newton's method in log kappa for n = sum s/(s + kappa) + alpha/kappa; the first guess is the
    tangent at the neighbour.
    """
    here = np.abs(alphas[..., 0])
    log_kappa = np.log(fit(s, s > 0, n, here).kappa).astype(complex)
    _, slope, load = _balance(s, n, here, log_kappa)
    found = []
    for alpha in np.moveaxis(alphas, -1, 0):
        log_kappa = log_kappa + load / slope * np.log(alpha / here)
        for _ in range(_NEWTON_STEPS):
            gap, slope, load = _balance(s, n, alpha, log_kappa)
            step = gap / slope
            step = step / np.maximum(np.abs(step), 1.0)  # no leap from one branch to another
            log_kappa = log_kappa - step
            if np.abs(step).max() < 1e-8:  # the error is its square
                break
        here = alpha
        found.append(np.exp(log_kappa))
    return np.stack(found, axis=-1)


def _balance(
    s: np.ndarray, n: np.ndarray, alpha: np.ndarray, log_kappa: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What n - sum s/(s + kappa) - alpha/kappa leaves, its slope in log kappa, and alpha/kappa."""
    kappa = np.exp(log_kappa)
    column = kappa[..., None]
    kept, lost = s / (s + column), column / (s + column)
    # As many eigenvalues as are large count as one, less what they lose: n - p must not round.
    large = s > np.abs(column)
    total, load = np.sum(np.where(large, -lost, kept), axis=-1), alpha / kappa
    gap = (n - np.count_nonzero(large, axis=-1)) - total - load
    return gap, np.sum(kept * lost, axis=-1) + load, load
