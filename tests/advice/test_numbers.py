"""Every number of an advice, and every limit of what it takes, by another way to it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ddkd._scale import BANDWIDTHS
from ddkd.advice._cross_validation import CrossValidation, error_of_a_choice, standard_error
from ddkd.advice._entrants import check_numbers, check_truth, encode, entrants, groups_of, prepare
from ddkd.advice._model import AdvisedClassifier, AdvisedRegressor
from ddkd.contestants import ADVISED, Inputs, Labels
from ddkd.features import bandwidth_gamma

N = 40


def contest(n_classes=3, n_folds=2):
    """Three contestants whose scores are drawn, each row hidden once or twice."""
    rng = np.random.default_rng(0)
    truth = np.arange(N) % n_classes if n_classes else rng.normal(size=N)
    truth = np.where(np.arange(N) < 20, 0, truth) if n_classes else truth
    known = np.array([np.arange(N) % n_folds != fold for fold in range(n_folds)] * 2)
    labels = Labels(np.repeat(truth[None], len(known), axis=0), n_classes, known)
    groups = np.arange(N) // 2
    made = CrossValidation(
        problem=SimpleNamespace(labelled=Inputs(np.zeros((N, 1))), seed=7),
        everything=Labels.all_known(truth, n_classes),
        labels=labels,
        groups=groups,
        encoder=None,
        scale=SimpleNamespace(words="one scale for all columns"),
        model=None,
    )
    made.entries = [
        SimpleNamespace(name="a", title="A", needs=(), seconds=1.0, failure=""),
        SimpleNamespace(name="b", title="B", needs=("a",), seconds=2.0, failure=""),
        SimpleNamespace(name="c", title="C", needs=(), seconds=3.0, failure="no luck"),
        SimpleNamespace(name="d", title="D", needs=(), seconds=4.0, failure=""),
    ]
    for entry, noise in zip(made.entries, (1.5, 0.8, 0, 9.0), strict=True):
        k = max(n_classes, 1)
        right = np.eye(k)[truth] if n_classes else truth[:, None]
        entry.scores = right + noise * rng.normal(size=(len(known), N, k)) if noise else None
    return made, truth


def run(made, monkeypatch):
    path = "ddkd.advice._cross_validation.compete"
    monkeypatch.setattr(path, lambda *_, **__: made.entries)
    made.run([], [], None)


@pytest.mark.parametrize("n_classes", [3, 0])
def test_the_ranking_is_that_of_held_out_losses(n_classes, monkeypatch):
    made, truth = contest(n_classes)
    run(made, monkeypatch)
    assert list(made.losses) == ["a", "b", "d"]
    losses = {}
    for entry in (made.entries[i] for i in (0, 1, 3)):
        hidden = ~made.labels.known
        if n_classes:
            wrong = entry.scores.argmax(axis=2) != truth
        else:
            wrong = (entry.scores[..., 0] - truth) ** 2 / truth.var()
        losses[entry.name] = [wrong[hidden[:, i], i].mean() for i in range(N)]
        np.testing.assert_allclose(made.losses[entry.name], losses[entry.name])
    ranking = made.ranking()
    assert ranking.name.tolist() == sorted(losses, key=lambda name: np.mean(losses[name]))
    best = np.array(losses[ranking.name[0]])
    for row in ranking:
        loss = np.array(losses[row["name"]])
        half = 1.645 * standard_error(loss, made.groups)
        assert row["error"] == pytest.approx(loss.mean())
        assert row["low"] == pytest.approx(max(loss.mean() - half, 0))
        high = loss.mean() + half
        assert row["high"] == pytest.approx(min(high, 1) if n_classes else high)
        assert row["difference"] == pytest.approx(loss.mean() - best.mean())
        assert row["standard_error"] == pytest.approx(standard_error(loss - best, made.groups))
        assert row["student"] == (row["name"] == "b")
        assert row["seconds"] == {"a": 1.0, "b": 2.0, "d": 4.0}[row["name"]]
        if n_classes:
            each = [loss[truth == c].mean() for c in range(3)]
            assert row["balanced_error"] == pytest.approx(np.mean(each))
        else:
            assert row["balanced_error"] == row["error"]
    error, low, high = made.expected_error()
    table = np.array(list(losses.values()))
    assert error == error_of_a_choice(table, made.groups, 7)
    half = 1.645 * standard_error(best, made.groups)
    assert (low, high) == (
        max(error - half, 0),
        min(error + half, 1) if n_classes else error + half,
    )
    mean, its_error = made.difference("d", "b")
    gap = np.array(losses["d"]) - losses["b"]
    assert (mean, its_error) == pytest.approx((gap.mean(), standard_error(gap, made.groups)))


def test_if_everyone_fails_it_is_said_why(monkeypatch):
    made, _ = contest()
    made.entries = made.entries[2:3] * 2
    with pytest.raises(ValueError, match="every contestant failed: no luck; no luck"):
        run(made, monkeypatch)


def test_a_single_group_is_judged_where_it_was_chosen():
    losses = np.array([[0.0, 1.0], [0.0, 0.5]])
    assert error_of_a_choice(losses, np.zeros(2, dtype=int), 0) == 0.25


# --- what is taken


def test_whole_numbers_are_classes_up_to_a_third_of_the_rows_or_twenty():
    for n, most in ((30, 20), (90, 30)):
        codes, classes = check_truth(np.arange(n) % most, n, None)
        assert len(classes) == most == codes.max() + 1
        with pytest.raises(ValueError, match=f"y has {most + 1} different whole .* {n} rows"):
            check_truth(np.arange(n) % (most + 1), n, None)
        assert check_truth(np.arange(n) % (most + 1), n, "classes")[1].size == most + 1
    assert check_truth(np.array(list("abcdefghijklmnopqrstuvwxyz")), 26, None)[1].size == 26


def test_numbers_are_taken_between_two_limits():
    for largest in (1e100, 1e-100):
        check_numbers("y", [0.0, -largest])
        for wrong in (largest * 1.01 if largest > 1 else largest * 0.99,):
            with pytest.raises(ValueError, match="value of y must be from 1e-100 to 1e\\+100"):
                check_numbers("y", [0.0, -wrong])
    with pytest.raises(ValueError, match="y is 0 in every row"):
        check_numbers("y", [0.0, 0.0])


def test_a_column_of_text_has_at_most_half_as_many_values_as_rows_or_twenty():
    for n, most in ((30, 20), (60, 30)):
        for n_values, is_taken in ((most, True), (most + 1, False)):
            frame = pd.DataFrame(
                {"a": np.arange(n) / 7, "k": [f"v{i % n_values}" for i in range(n)]}
            )
            if is_taken:
                assert encode(frame, None)[1].shape[0] == n
            else:
                with pytest.raises(ValueError, match=f"column k of X holds text of {n_values} "):
                    encode(frame, None)
    _, X, pool = encode(np.ones((3, 2)), np.zeros((0, 2)))
    assert (X.shape, pool.shape) == ((3, 2), (0, 2))
    assert encode(np.ones((3, 2)), np.zeros((5, 2)))[2].shape == (5, 2)


def test_groups_are_numbered_and_equal_rows_are_one():
    X = np.array([[1.0], [2.0], [1.0]])
    assert groups_of(["b", "a", "b"], X).tolist() == [1, 0, 1]
    assert groups_of(None, X) is None  # few values are not copies
    many = np.append(np.arange(30.0), 3.0)[:, None]
    equal = groups_of(None, many)
    assert equal[3] == equal[30]
    assert len(set(equal.tolist())) == 30
    for wrong in (["a", "a", "a"], ["a", "b"]):
        with pytest.raises(ValueError, match="two groups or more, one for each of 3 rows"):
            groups_of(wrong, X)


@pytest.mark.parametrize(("n_pool", "width"), [(0, 1), (2, 1), (30, 10), (90, 30), (600, 160)])
def test_students_have_four_features_a_label_or_a_third_of_the_pool(n_pool, width, monkeypatch):
    rng = np.random.default_rng(0)
    X, pool = rng.normal(size=(N, 2)), rng.normal(size=(n_pool, 2))
    labels = Labels.all_known((X[:, 0] > 0).astype(int), 2)
    monkeypatch.setattr("ddkd.advice._entrants.N_SEEN", 80)
    problem, scale = prepare(X, pool, labels, 3, None)
    assert problem.student_width == width
    assert (problem.first is not None) == (n_pool > 80)
    assert problem.first is None or len(problem.first.X) == 80
    np.testing.assert_allclose(problem.labelled.X, scale.transform(X))
    expected = [bandwidth_gamma(problem.labelled.X, b) for b in BANDWIDTHS]
    np.testing.assert_allclose(problem.gammas, expected)
    assert problem.gamma in problem.gammas
    assert problem.seed == 3


@pytest.mark.parametrize("n_classes", [3, 0])
@pytest.mark.parametrize("n_pool", [0, 9])
def test_without_unlabelled_rows_nobody_competes_who_needs_them(n_classes, n_pool):
    rivals, teachers = entrants(None, n_classes, np.zeros((n_pool, 2)))
    suited = {r.name for r in ADVISED if r.suits(2, n_classes)}
    assert {r.name for r in rivals} == {
        r.name for r in ADVISED if r.name in suited and (n_pool or r.sees == "labels")
    }
    several = {"student-of-neighbours", "student-of-majority"} if n_classes else set()
    students = {f"student-of-{name}" for name in suited} | several
    assert {t.name for t in teachers} == (students if n_pool else set())


# --- models


def voted(scores, kind=AdvisedClassifier):
    """A committee of models whose scores are told."""
    model = kind([], X_unlabelled=Inputs(np.empty((0, 1))))
    model.classes_ = np.arange(3) if np.shape(scores[0])[1] == 3 else np.array(["no", "yes"])
    model._scores = lambda X: [np.array(score, dtype=float) for score in scores]
    return model


def test_the_best_has_one_and_a_half_votes():
    first, second, third = np.eye(3)[[0]], np.eye(3)[[1]], np.eye(3)[[2]]
    assert voted([first]).decision_function(None).tolist() == first.tolist()
    assert voted([first, second]).predict(None) == [0]  # one against one
    assert voted([first, second, second]).predict(None) == [1]  # one against two
    assert voted([first, second, third, third]).predict(None) == [2]
    votes = voted([first, second, third]).decision_function(None)[0]
    apart = voted([second, first, first]).decision_function(None)[0]
    assert votes[0] - votes[1] == pytest.approx(apart[0] - apart[1])  # half a vote
    assert votes[1] == votes[2]


def test_of_two_classes_votes_are_for_the_second():
    yes, no = [[0.2]], [[-5.0]]
    assert voted([yes]).decision_function(None).tolist() == [0.2]
    assert voted([yes, no]).predict(None) == ["yes"]
    assert voted([yes, no, no]).predict(None) == ["no"]
    assert voted([no, yes, yes, no]).predict(None) == ["no"]


def test_of_numbers_the_median_counts():
    model = voted([[[1.0], [8.0]], [[3.0], [9.0]], [[100.0], [7.0]]], AdvisedRegressor)
    assert model.predict(None).tolist() == [3.0, 8.0]
