import numpy as np
import pytest
from scipy import sparse
from sklearn.semi_supervised import LabelSpreading

from ddkd._labels import decode
from ddkd.contestants import _graph
from ddkd.contestants._problem import Inputs, Labels, Problem
from ddkd.datasets import load


@pytest.fixture(scope="module")
def split():
    return load("digits", rng=3, n_samples=60, n_test=100, n_transfer=300)


@pytest.fixture
def problem(split):
    X = (split.X_train, split.transfer)
    return Problem(*map(Inputs, X), 0.02, 240, np.array([0.02]), 3)


def labels_of(split, known=None):
    known = np.ones((1, 60), dtype=bool) if known is None else known
    return Labels(split.y_train[None], 10, known)


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("k", [7, 20])
@pytest.mark.parametrize("alpha", [0.2, 0.95])
def test_label_spreading_is_scikit_learns(split, problem, monkeypatch, k, alpha):
    monkeypatch.setattr(_graph, "NEIGHBOURS", (k,))
    monkeypatch.setattr(_graph, "SPREADING", (alpha,))
    known = np.arange(60)[None] % 3 > 0
    model = _graph.label_spreading(problem, labels_of(split, known))
    partly = np.append(np.where(known[0], split.y_train, -1), np.full(300, -1))
    theirs = LabelSpreading(kernel="knn", n_neighbors=k, alpha=alpha, max_iter=30, tol=0.0)
    # In single precision, as neighbours are sought here: ties at the k-th neighbour fall alike.
    rows = np.concatenate([split.X_train, split.transfer]).astype(np.float32)
    theirs.fit(rows, partly)
    ours = np.concatenate([decode(model(r))[0] for r in (problem.labelled, problem.pool)])
    assert np.mean(ours != theirs.transduction_) < 0.01
    new = decode(model(Inputs(split.X_test)))[0]
    assert np.mean(new != theirs.predict(split.X_test.astype(np.float32))) < 0.03


def test_without_its_own_label_a_row_has_what_the_others_spread(split, problem):
    S, Y = _graph.graph_of(problem).normalised(7), np.eye(10)[split.y_train]
    of_all = list(_graph._spread(S, Y, 60))
    assert len(of_all) == len(_graph.SPREADING)
    for i in (0, 17, 59):
        others = np.where(np.arange(60)[:, None] == i, 0, Y)
        for (F, own), (of_others, _) in zip(of_all, _graph._spread(S, others, 60), strict=True):
            np.testing.assert_allclose(F[i] - own[i] * Y[i], of_others[i], atol=1e-6)


def test_the_setting_has_the_fewest_errors_with_labels_left_out(split, problem):
    model = _graph.label_spreading(problem, labels_of(split))(problem.pool)
    wrong, models = [], []
    for k in _graph.NEIGHBOURS:
        S, Y = _graph.graph_of(problem).normalised(k), np.eye(10)[split.y_train]
        for F, own in _graph._spread(S, Y, 60):
            left_out = (F[:60] - own[:, None] * Y).argmax(axis=1)
            wrong.append(np.sum(left_out != split.y_train))
            models.append(F[60:].argmax(axis=1))
    assert len(set(wrong)) > 1
    np.testing.assert_array_equal(decode(model)[0], models[int(np.argmin(wrong))])


def test_hidden_labels_are_not_seen(split, problem):
    known = np.arange(60)[None] % 4 > 0
    values = np.where(known, split.y_train, (split.y_train + 1) % 10)
    first, second = (
        _graph.label_spreading(problem, labels)(problem.pool)
        for labels in (labels_of(split, known), Labels(values, 10, known))
    )
    np.testing.assert_array_equal(first, second)


def test_neighbours_outvote_a_lone_label(split, problem):
    labels = labels_of(split)
    nearest = _graph.graph_of(problem).nearest[60:, :10] - 60
    scores = np.zeros((1, 300, 10))
    scores[0, :, 3] = 1.0
    scores[0, 7, :] = np.eye(10)[8]
    voted = decode(_graph.spread_votes(problem, labels, [scores]))[0]
    assert (nearest[7] >= 0).sum() > 2
    assert (voted == 3).all()


def test_neighbours_vote_where_most_rows_are_labelled(split):
    X = Inputs(split.X_train), Inputs(split.transfer[:20])
    problem = Problem(*X, 0.02, 6, np.array([0.02]), 3)
    scores = np.random.default_rng(0).standard_normal((1, 20, 10))
    voted = decode(_graph.spread_votes(problem, labels_of(split), [scores]))[0]
    distances = np.linalg.norm(split.transfer[:20, None] - split.transfer[:20], axis=2)
    to_labelled = np.linalg.norm(split.transfer[:20, None] - split.X_train, axis=2)
    for i, said in enumerate(voted):
        ten = np.argsort(np.append(distances[i], to_labelled[i]), kind="stable")[:10]
        counts = np.bincount(scores[0].argmax(axis=1)[ten[ten < 20]], minlength=10)
        assert said == counts.argmax()


def test_what_labels_spread_adds_up_to_one():
    """Where every row is its only neighbour, it keeps its label."""
    Y = np.random.default_rng(0).random((6, 3)).astype(np.float32)
    for spread, own in _graph._spread(sparse.eye_array(6, dtype=np.float32, format="csr"), Y, 6):
        np.testing.assert_allclose(spread, Y, rtol=1e-5)
        np.testing.assert_allclose(own, 1, rtol=1e-5)


def test_links_are_divided_by_the_roots_of_the_degrees_at_both_ends():
    X = np.random.default_rng(0).normal(size=(12, 2))
    X[0] = 9.0  # nobody's neighbour
    graph = _graph.Graph(X)
    assert graph.nearest.shape == (12, 12)
    squares = ((X[:, None] - X) ** 2).sum(axis=2)
    np.testing.assert_array_equal(graph.nearest, squares.argsort(axis=1))
    A = np.zeros((12, 12))
    for i, nearest in enumerate(squares.argsort(axis=1)[:, 1:3]):
        A[i, nearest] = 1
    degrees = A.sum(axis=0)
    assert {0, 1} <= set(degrees)
    roots = np.sqrt(np.where(degrees > 0, degrees, 1))
    np.testing.assert_allclose(graph.normalised(3).toarray(), A / np.outer(roots, roots), rtol=1e-6)


def test_new_rows_have_the_vote_of_their_neighbours_and_those_of_the_graph_their_own(
    split, problem
):
    """Of two labellings at once, each with its own setting."""
    values = np.stack([split.y_train, np.roll(split.y_train, 1)])
    labels = Labels(values, 10, np.ones((2, 60), dtype=bool))
    model = _graph.label_spreading(problem, labels)
    (_, fits, _) = model.args
    known, pool, new = (model(r) for r in (problem.labelled, problem.pool, Inputs(split.X_test)))
    rows = np.concatenate([split.X_train, split.transfer]).astype(np.float32)
    squares = ((split.X_test.astype(np.float32)[:, None] - rows) ** 2).sum(axis=2)
    for f, (k, shares) in enumerate(fits):
        assert k in _graph.NEIGHBOURS
        np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
        np.testing.assert_array_equal(known[f].argmax(axis=1), shares[:60].argmax(axis=1))
        np.testing.assert_array_equal(pool[f].argmax(axis=1), shares[60:].argmax(axis=1))
        nearest = squares.argsort(axis=1)[:, :k]
        votes = shares[nearest].sum(axis=1).argmax(axis=1)
        assert np.mean(new[f].argmax(axis=1) != votes) < 0.03  # ties at the k-th
