r"""Contestants that know which unlabelled inputs are neighbours.

*Label spreading* (Zhou, Bousquet, Lal, Weston and Schoelkopf, "Learning with local and global
consistency", NIPS 2003), as scikit-learn's `LabelSpreading` has it: with S the normalised
adjacency of the neighbour graph, :math:`F \leftarrow \alpha S F + (1 - \alpha) Y`, thirty times. F
is linear in the labels, so one pass over the powers of S serves every :math:`\alpha`, every
labelling, and the exact leave-one-out choice among the settings: without its own label a row has F
less what the label spreads back to it.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from ddkd._labels import decode, encode
from ddkd.contestants._problem import Inputs, Labels, Model, Problem

NEIGHBOURS = (7, 20)
SPREADING = (0.2, 0.5, 0.8, 0.95)
_STEPS = 30
_AGREEING = 10


class Graph:
    """Nearest neighbours, each row's own among them, of the labelled rows and the pool seen.

    Attributes
    ----------
    search : NearestNeighbors
        Fitted to these N rows.
    nearest : ndarray of shape (N, 20)
        Their neighbours, nearest first.
    """

    def __init__(self, X: np.ndarray) -> None:
        k = min(max(NEIGHBOURS), len(X))
        self.search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X.astype(np.float32))
        self.nearest = self.neighbours(X)

    def neighbours(self, X: np.ndarray) -> np.ndarray:
        """Neighbours of any rows among those of the graph, nearest first."""
        return self.search.kneighbors(X.astype(np.float32), return_distance=False)

    def normalised(self, k: int) -> sparse.csr_array:
        """Adjacency of k nearest neighbours, divided by the roots of the degrees at both ends."""
        nearest = self.nearest[:, :k]
        N, k = nearest.shape
        ones = np.ones(nearest.size, dtype=np.float32)
        A = sparse.csr_array((ones, nearest.ravel(), np.arange(0, N * k + 1, k)), shape=(N, N))
        A.setdiag(0)
        scale = 1 / np.sqrt(np.maximum(A.sum(axis=0), 1))
        return sparse.csr_array(A * scale[:, None] * scale[None, :])


def graph_of(problem: Problem) -> Graph:
    """The problem's graph, made at its first use."""
    rows = np.concatenate([problem.labelled.X, problem.seen.X])
    return problem.seen.once("graph", lambda: Graph(rows))


def _spread(S: sparse.csr_array, Y: np.ndarray, n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each alpha, what labels Y (n, c) spread to all rows (N, c), and each to itself (n,)."""
    power = np.eye(S.shape[0], n, dtype=np.float32)
    F = {a: (1 - a) * (power @ Y) for a in SPREADING}
    own = {a: np.full(n, 1 - a, dtype=np.float32) for a in SPREADING}
    for step in range(1, _STEPS + 1):
        power = S @ power
        spread, diagonal = power @ Y, power[:n].diagonal()
        for a in SPREADING:
            weight = a**step if step == _STEPS else (1 - a) * a**step
            F[a] += weight * spread
            own[a] += weight * diagonal
    for a in SPREADING:
        yield F[a], own[a]


def label_spreading(problem: Problem, labels: Labels) -> Model:
    """Label spreading; neighbours and alpha by the exact leave-one-out error."""
    L, n, K = len(labels), problem.n, labels.n_classes
    Y = np.eye(K, dtype=np.float32)[labels.values] * labels.known[..., None]
    side_by_side = Y.transpose(1, 0, 2).reshape(n, -1)
    fits, least = [(0, side_by_side)] * L, np.full(L, np.inf)
    for k in NEIGHBOURS:
        for F, own in _spread(graph_of(problem).normalised(k), side_by_side, n):
            shares = F.reshape(-1, L, K).transpose(1, 0, 2)  # (L, N, K)
            left_out = (shares[:, :n] - own[:, None] * Y).argmax(axis=-1)
            wrong = np.sum((left_out != labels.values) & labels.known, axis=1)
            for i in np.flatnonzero(wrong < least):
                total = shares[i].sum(axis=1, keepdims=True)
                fits[i], least[i] = (k, shares[i] / np.where(total > 0, total, 1)), wrong[i]
    return partial(_spread_to, problem, fits, K)


def _spread_to(
    problem: Problem, fits: list[tuple[int, np.ndarray]], n_classes: int, rows: Inputs
) -> np.ndarray:
    """Votes (L, n_rows, k): of the graph's rows their own, of new rows their neighbours'."""
    n = problem.n
    if rows is problem.labelled:
        shares = [F[:n] for _, F in fits]
    elif rows is problem.seen:
        shares = [F[n:] for _, F in fits]
    else:
        nearest = rows.once("nearest", lambda: graph_of(problem).neighbours(rows.X))
        shares = [F[nearest[:, :k]].sum(axis=1) for k, F in fits]
    return np.stack([encode(F.argmax(axis=1), n_classes) for F in shares])


def spread_votes(problem: Problem, labels: Labels, scores: Sequence[np.ndarray]) -> np.ndarray:
    """Majority of each seen row's ten nearest neighbours in a teacher's labels (L, m, k)."""
    nearest = graph_of(problem).nearest[problem.n :, :_AGREEING] - problem.n
    votes = np.eye(max(labels.n_classes, 2), dtype=np.float32)[decode(scores[0])]
    inside = nearest >= 0
    counts = (votes[:, np.where(inside, nearest, 0)] * inside[..., None]).sum(axis=2)
    return encode(counts.argmax(axis=-1), labels.n_classes)
