"""Random problems on which the bounds are tried."""

from functools import cache

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.theorems._problems import smoothers
from ddkd.theory import least_squares

__all__ = ["benign_rank", "effective_rank_bounds", "noise_error", "random_spectra"]


def noise_error(
    rng: np.random.Generator, seed: int, n: int, p: int, kind: str, n_problems: int = 50
) -> np.ndarray:
    """Mean square of what min-norm fits make of unit noise, (n_problems,), on fresh inputs."""
    own = np.random.default_rng(seed)
    d = max(n, p) + 10
    decay = np.arange(1.0, d + 1) ** -own.uniform(0, 1, (n_problems, 1))
    maps = own.standard_normal((n_problems, 1, d, p)) * decay[:, None, :, None]
    shift = own.uniform(0, 2 * np.pi, (n_problems, 1, 1, p))
    x = rng.standard_normal((n_problems, 1, n + 30, d))
    if kind == "sphere":
        x /= np.linalg.norm(x, axis=-1, keepdims=True)
    if kind == "student":
        x /= np.sqrt(rng.chisquare(5, x.shape) / 5)
    z = x @ maps
    if kind == "relu":
        z = np.maximum(z, 0)
    if kind == "cosine":
        z = np.cos(z + shift)
    return np.mean(np.sum((z[:, :, n:] @ smoothers(z[:, :, :n])) ** 2, axis=-1), axis=(1, 2))


def random_spectra(seed: int, n_problems: int = 250, p: int = 400) -> np.ndarray:
    """Slowly falling spectra under some spikes, of any scale, (n_problems, p)."""
    rng = np.random.default_rng(seed)
    i = np.arange(1.0, p + 1)
    power = i ** -rng.uniform(0, 1.2, (n_problems, 1))
    gamma = np.sort(rng.gamma(rng.uniform(0.5, 5, (n_problems, 1)), size=(n_problems, p)))[:, ::-1]
    bulk = np.where(rng.random((n_problems, 1)) < 0.5, power, gamma)
    spiked = i <= rng.integers(0, 12, (n_problems, 1))
    spikes = 10 ** rng.uniform(0, 4, (n_problems, 1))
    return np.where(spiked, bulk * spikes, bulk) * 10 ** rng.uniform(-2, 2, (n_problems, 1))


@cache
def benign_rank(seed: int, n: int) -> np.ndarray:
    """Of minimum norm by its law: x = df2, whose variance is x/(n - x), and 1/x."""
    risk = np.array(
        [
            least_squares(GaussianPopulation(s, 0 * s, noise_variance=1.0), n).risk
            for s in random_spectra(seed)
        ]
    )
    return np.array([n * (1 - 1 / risk), 1 / (n * (1 - 1 / risk))])


def effective_rank_bounds(
    seed: int, n: int, beta: float, *, head: int = 1, damped: bool = True
) -> np.ndarray:
    """Lower bounds of x and of 1/x by Bartlett's effective ranks; zero where there are none.

    Two mistakes can be made: the first k* directions left out of the upper bound of x
    (``head=0``), and not damped in the lower one.
    """
    bounds = []
    for s in random_spectra(seed):
        tail, square = np.cumsum(s[::-1])[::-1], np.cumsum(s[::-1] ** 2)[::-1]
        k = int(np.argmax(tail / s >= beta * n))
        if tail[k] / s[k] < beta * n or k >= n:
            bounds.append((0.0, 0.0))
            continue
        rank = tail[k] ** 2 / square[k]
        damping = (1 + beta * n / (n - k)) ** 2 if damped else 1.0
        share = (beta - 1) / beta
        low = k / damping + (share * (n - k)) ** 2 / rank
        bounds.append((low, 1 / (head * k + (n / share) ** 2 / rank)))
    return np.array(bounds).T
