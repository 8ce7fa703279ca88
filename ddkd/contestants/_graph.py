r"""Contestants that know which unlabelled inputs are neighbours.

*Label spreading* (Zhou, Bousquet, Lal, Weston and Schoelkopf, "Learning with local and global
consistency", NIPS 2003), as scikit-learn's `LabelSpreading` has it: with S the normalised
adjacency of the neighbour graph, :math:`F \leftarrow \alpha S F + (1 - \alpha) Y`, thirty times. F
is linear in the labels, so one pass over the powers of S serves every :math:`\alpha`, every
labelling, and the exact leave-one-out choice among the settings.
"""

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
        self.search = NearestNeighbors(n_neighbors=k).fit(X.astype(np.float32))
        self.nearest = self.neighbours(X)

    def neighbours(self, X: np.ndarray) -> np.ndarray:
        """Neighbours of any rows among those of the graph, nearest first."""
        return self.search.kneighbors(X.astype(np.float32), return_distance=False)

    def adjacency(self, k: int) -> sparse.csr_array:
        """Matrix (N, N) with a one for each of the k nearest neighbours."""
        nearest = self.nearest[:, :k]
        N, k = nearest.shape
        ones = np.ones(nearest.size, dtype=np.float32)
        return sparse.csr_array((ones, nearest.ravel(), np.arange(0, N * k + 1, k)), shape=(N, N))

    def normalised(self, k: int) -> sparse.csr_array:
        """Adjacency less its diagonal, divided by the roots of the degrees at both ends."""
        A = self.adjacency(k)
        A.setdiag(0)
        scale = 1 / np.sqrt(np.maximum(A.sum(axis=0), 1))
        return sparse.csr_array(A * scale[:, None] * scale[None, :])


def graph_of(problem: Problem) -> Graph:
    """The problem's graph, made at its first use."""
    rows = np.concatenate([problem.labelled.X, problem.seen.X])
    return problem.seen.once("graph", lambda: Graph(rows))


def _spreading(problem: Problem) -> dict[tuple[int, float], np.ndarray]:
    """For each setting, what a unit label of each labelled row spreads to all rows: (N, n)."""

    def make() -> dict[tuple[int, float], np.ndarray]:
        graph, n = graph_of(problem), problem.n
        operators: dict[tuple[int, float], np.ndarray] = {}
        for k in NEIGHBOURS:
            S = graph.normalised(k)
            power = np.eye(S.shape[0], n, dtype=np.float32)
            total = {a: (1 - a) * power for a in SPREADING}
            for step in range(1, _STEPS + 1):
                power = S @ power
                for a in SPREADING:
                    total[a] += (a**step if step == _STEPS else (1 - a) * a**step) * power
            operators |= {(k, a): total[a] for a in SPREADING}
        return operators

    return problem.seen.once("spreading", make)


def label_spreading(problem: Problem, labels: Labels) -> Model:
    """Label spreading; neighbours and alpha by the exact leave-one-out error."""
    operators = _spreading(problem)
    fits = []
    for y, known in zip(labels.values, labels.known, strict=True):
        rows = np.flatnonzero(known)
        Y = np.eye(labels.n_classes, dtype=np.float32)[y[rows]]
        wrong = [_left_out_errors(G[np.ix_(rows, rows)], Y) for G in operators.values()]
        k, a = list(operators)[int(np.argmin(wrong))]
        spread = operators[k, a][:, rows] @ Y
        total = spread.sum(axis=1, keepdims=True)
        fits.append((k, spread / np.where(total > 0, total, 1)))

    return partial(_spread_to, problem, fits, labels.n_classes)


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


def _left_out_errors(operator: np.ndarray, Y: np.ndarray) -> int:
    """How many labelled rows the other ones' labels (n, k) get wrong."""
    left_out = operator @ Y - np.diag(operator)[:, None] * Y
    return int(np.sum(left_out.argmax(axis=1) != Y.argmax(axis=1)))


def spread_votes(problem: Problem, labels: Labels, scores: np.ndarray) -> np.ndarray:
    """Majority of each seen row's ten nearest neighbours in a model's labels (L, m, k)."""
    nearest = graph_of(problem).nearest[problem.n :, :_AGREEING] - problem.n
    votes = np.eye(max(labels.n_classes, 2), dtype=np.float32)[decode(scores)]
    inside = nearest >= 0
    counts = (votes[:, nearest] * inside[..., None]).sum(axis=2)
    return encode(counts.argmax(axis=-1), labels.n_classes)
