"""The headline: what to expect of a chosen one, how many are as good, and the simplest of them."""

import pickle
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from ddkd.advice import advise
from ddkd.advice._cross_validation import error_of_a_choice
from ddkd.advice._sentences import _points
from tests.helpers.quickly import few_settings

N = 60


@pytest.mark.parametrize("n_contestants", [1, pytest.param(16, marks=pytest.mark.slow)])
def test_a_choice_among_equals_has_the_error_of_each(n_contestants):
    """Coins of one bias: the least error of many is too small, the corrected one is not."""
    rng = np.random.default_rng(0)
    losses = (rng.random((200, n_contestants, N)) < 0.3).astype(float)
    expected = np.array([error_of_a_choice(table, np.arange(N), 0) for table in losses])
    bias, its_error = expected.mean() - 0.3, expected.std(ddof=1) / np.sqrt(200)
    assert abs(bias) < 4 * its_error
    least = losses.mean(axis=2).min(axis=1)
    assert least.mean() - 0.3 < -0.05 * (n_contestants > 1) + 4 * 0.01


def test_it_is_the_mean_over_draws_of_who_was_chosen_judged_on_who_was_left_out():
    rng = np.random.default_rng(1)
    losses = rng.random((3, 12))
    groups = np.repeat(np.arange(6), 2)
    errors = []
    for counts in np.random.default_rng(5).multinomial(6, np.full(6, 1 / 6), size=1000):
        drawn, left_out = counts[groups], counts[groups] == 0
        if left_out.any():
            chosen = np.argmin([np.average(row, weights=drawn) for row in losses])
            errors.append(losses[chosen, left_out].mean())
    assert error_of_a_choice(losses, groups, 5) == pytest.approx(np.mean(errors))


def test_one_that_is_far_the_best_has_its_own_error():
    losses = np.vstack([np.arange(N) < 6, np.ones(N)]).astype(float)
    assert error_of_a_choice(losses, np.arange(N), 0) == pytest.approx(0.1, abs=0.01)


class Guesses(ClassifierMixin, BaseEstimator):
    """Always the first class."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.fixture(scope="module")
def advice():
    """Two classes that a line divides, but for some noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, 3))
    y = np.where(X[:, 0] + 0.3 * rng.normal(size=N) > 0, "yes", "no")
    with few_settings():
        return advise(X, y, rng.normal(size=(80, 3)), contestants=[Guesses()], n_folds=3)


def test_the_headline_names_error_number_and_simplest(advice):
    ranking = advice.ranking
    assert advice.low <= advice.error <= advice.high
    assert ranking.error[0] <= advice.error < ranking.error[0] + 0.1
    near = ranking.difference <= ranking.standard_error
    assert 1 < near.sum() < len(ranking)
    assert advice.simplest == "logistic-regression"
    assert near[ranking.name == "logistic-regression"]
    other = ranking[ranking.student != advice.distils][0]
    _, low, _ = advice.difference(other.name, advice.best)
    assert advice.decided == (low > 0)
    first, second, *_ = advice.sentences()
    assert f"is expected to err on {100 * advice.error:.1f} % ({100 * advice.low:.1f} to" in first
    assert second == (
        f"As far as 60 labels can tell, {near.sum()} of {len(ranking)} methods are as good; the "
        f"simplest of them is logistic regression."
    )
    by_name = advice.estimator(advice.simplest)
    assert by_name[-1].names == ["logistic-regression"]
    with pytest.raises(ValueError, match="'nobody' is no contestant; there are logistic-regr"):
        advice.estimator("nobody")
    with pytest.raises(ValueError, match=r"\['svm'\] is no contestant"):
        advice.estimator(["svm"])
    with pytest.raises(ValueError, match="within must be a real number; got 'near'"):
        advice.near("near")


def test_a_difference_is_that_of_the_two_errors_beside_it(advice):
    """The corrected error of the headline is not the one that differences are taken from."""
    listed = set((100 * advice.ranking.error).round(1))
    said = [text for text in advice.sentences() if text.startswith("Cross-validated, ")]
    assert len(said) == 2
    for text in said:
        errors = [float(number) for number in re.findall(r" of (\d+\.\d) %", text)]
        (points,) = re.findall(r"(\d+\.\d) points|no better", text)
        assert listed.issuperset(errors)
        assert abs(abs(errors[0] - errors[1]) - float(points or 0)) < 0.11
        assert ("better by" in text) == (errors[0] < errors[1])


def test_a_difference_of_nothing_has_no_sign(advice):
    nothing = replace(advice, _contest=SimpleNamespace(difference=lambda a, b: (-1e-9, 1e-5)))
    assert _points(*nothing.difference("a", "b")) == "no better (0.0 to 0.0 points)"


@pytest.mark.usefixtures("few_rivals")
@pytest.mark.usefixtures("few_rivals")
def test_that_a_guess_may_be_as_good_is_said(advice):
    assert not any("guessing" in text for text in advice.sentences())
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    one_of_five = advise(X, np.arange(60) % 5 == 0, None)  # which the inputs know nothing of
    said = "Always guessing the most frequent class, at 20.0 %, may be as good."
    assert said in one_of_five.sentences()
    noise = advise(X, rng.normal(size=60), None)
    assert "Always guessing the mean, at 100 %, may be as good." in noise.sentences()
    known = advise(X, X[:, 0] + 0.1 * rng.normal(size=60), None)
    assert not any("guessing" in text for text in known.sentences())


def test_the_simplest_is_not_one_that_errs_more(advice):
    """A method that is simpler than the best but worse by more than a standard error."""
    near = advice.ranking.name[advice.near(1.0)].tolist()
    order = list(advice._contest.losses)
    assert advice.simplest == min(near, key=order.index)
    assert order.index("Guesses") < order.index("student-of-svm")
    assert "Guesses" not in near


def test_every_contestant_can_be_kept_and_scores_as_it_decides(advice):
    everyone = advice._contest.fit(advice.ranking.name.tolist())
    rows = np.random.default_rng(1).normal(size=(40, 3))
    kept = pickle.loads(pickle.dumps(everyone))
    np.testing.assert_array_equal(kept.predict(rows), everyone.predict(rows))
    for name in ("svm", "extra-trees", "logistic-regression", "boosting"):
        model = advice.estimator(name)
        scores = model.decision_function(rows)
        assert len(np.unique(scores)) > 20
        np.testing.assert_array_equal(model.classes_[(scores > 0).astype(int)], model.predict(rows))


@pytest.mark.usefixtures("few_rivals")
def test_unlabelled_rows_that_are_not_used_are_said(advice, monkeypatch):
    assert not any("unlabelled rows used" in line for line in advice.sentences())
    monkeypatch.setattr("ddkd.advice._advise.MAX_POOL", 20)
    X = np.random.default_rng(0).normal(size=(70, 2))
    found = advise(X[:20], X[:20, 0] > 0, X[20:])
    assert (found.n_unlabelled, found.n_given) == (20, 50)
    assert "20 of 50 unlabelled rows used." in found.sentences()


def test_a_notebook_shows_the_same(advice):
    shown = advice._repr_html_()
    assert shown.count("<li>") == len(advice.sentences())
    assert f"{100 * advice.error:.1f} % (" in shown
    assert advice.table().splitlines()[1] in shown.partition("<pre>")[2]


def test_one_that_errs_twice_as_much_has_no_vote_however_few_rows_tell(advice):
    """Of 35 rows one more error is .03, and its standard error larger."""
    rows = [("a", 0.03, 0.0, 0.0), ("b", 0.04, 0.01, 0.05), ("c", 0.06, 0.03, 0.05)]
    ranking = np.rec.fromrecords(rows, names="name,error,difference,standard_error")
    few = replace(advice, ranking=ranking, _contest=SimpleNamespace(fit=list))
    assert few.near().all()
    assert few.committee() == ["a", "b"]


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        ((0.3123, -0.4567, 0.7891), "worse by 31.2 points (-45.7 to 78.9)"),
        ((-0.3123, -0.7891, 0.4567), "better by 31.2 points (-45.7 to 78.9)"),
        ((0.0004, -0.4567, 0.7891), "no better (-45.7 to 78.9 points)"),
        ((0.0006, -0.4567, 0.7891), "worse by 0.1 points (-45.7 to 78.9)"),
    ],
)
def test_a_difference_is_told_in_points_the_better_way_round(difference, words):
    assert _points(*difference) == words


def test_the_table_has_the_numbers_of_the_ranking(advice):
    rows = advice.table().splitlines()[1:]
    for text, row in zip(rows, advice.ranking, strict=True):
        columns = "error low high difference standard_error"
        numbers = [100 * getattr(row, name) for name in columns.split()]
        printed = [float(number) for number in re.findall(r"[+-]?\d+\.\d", text[36:])][:5]
        np.testing.assert_allclose(printed, numbers, atol=0.0501)
