"""The page's random numbers, bit for bit."""

import numpy as np


def uniforms(seed: int, stream: int, count: int) -> np.ndarray:
    """Numbers in [0, 1) of one stream of a seed: mulberry32, a counter and a hash."""
    counter = np.arange(1, count + 1, dtype=np.uint32)
    state = np.uint32(1000 * seed + stream) + counter * np.uint32(0x6D2B79F5)
    t = (state ^ state >> 15) * (state | 1)
    t = (t + (t ^ t >> 7) * (t | 61)) ^ t
    return (t ^ t >> 14) / 2.0**32


def normals(seed: int, stream: int, count: int) -> np.ndarray:
    """Standard normal numbers, by the method of Box and Muller."""
    return normal_pairs(*uniforms(seed, stream, count + count % 2).reshape(-1, 2).T).ravel()[:count]


def normal_pairs(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Two standard normal numbers from two uniform ones; shape (..., 2)."""
    radius = np.sqrt(-2 * np.log(1 - u))
    return np.stack([radius * np.cos(2 * np.pi * v), radius * np.sin(2 * np.pi * v)], axis=-1)
