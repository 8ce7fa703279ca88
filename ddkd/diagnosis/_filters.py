"""What a fit does along each direction of its features."""

from typing import Any

import numpy as np

from ddkd.diagnosis._subject import Subject


def directions_of(subject: Subject, width: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """Left singular vectors and values of the centred features that enter the last step."""
    stages = subject.stages(width, subject.data.y)
    if not stages:
        return None
    features = stages[-1].astype(np.float64)
    u, singular, _ = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    return u, singular


def filters_of(subject: Subject, width: Any) -> list[tuple[float, float]]:
    """Pairs (singular value, filter) along the left singular vectors of the features.

    h_i = u_i.D(u_i)/s. A ridge a has h = s^2/(s^2 + a), steps of gradient descent
    h = 1 - exp(-t s^2): the first makes log[h/(1-h)/s^2] constant, the second
    log[-log(1-h)/s^2].
    """
    data = subject.data
    directions = directions_of(subject, width) if data.classes is None else None
    if directions is None:
        return []
    u, singular = directions
    base = subject.fitted(width, data.y)[:, 0]
    size = data.scale * np.sqrt(data.n)
    pairs = []
    for i in np.unique(np.linspace(0, 0.95 * len(singular), 6).astype(int)):
        fitted = subject.fitted(width, data.y + size * u[:, i])[:, 0]
        h = float(u[:, i] @ (fitted - base)) / size
        if 0.005 < h < 0.995:
            pairs.append((float(singular[i]), h))
    return pairs
