"""The stacked, shared-factorisation comparison against one scikit-learn model at a time."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier
from sklearn.semi_supervised import LabelPropagation

from ddkd import DistilledClassifier, LeastSquaresClassifier
from ddkd.contestants import (
    N_SEEN,
    RIVALS,
    TABULAR,
    Contestant,
    _graph,
    _kernels,
    _library,
    _rivals,
)
from ddkd.datasets import load
from ddkd.reproduction import (
    MAIN_JOB,
    _reproduce,
    _setting,
    _teachers,
    compare,
    protocols,
    reproduce,
)
from ddkd.reproduction._setting import Setting
from ddkd.sweeps import SweepResult

RATES = (0.0, 0.1)
TEACHER, POOL, N = 400, 700, 60


@pytest.fixture(scope="module")
def split():
    return load("deformed-digits", rng=4, n_samples=N, n_test=300)


@pytest.fixture(scope="module")
def records(split):
    return compared(split)


def compared(split, **options):
    """The comparison of `records`, with further options."""
    sizes = {"teacher_width": TEACHER, "n_transfer": POOL, "flip_rates": RATES}
    return compare(split, np.random.default_rng(7), bandwidth=0.8, **sizes, **options)


@pytest.fixture(scope="module")
def same_randomness(split):
    """The features, labels and pool that `records` were measured with."""
    rng = np.random.default_rng(7)
    return Setting(split, rng, 0.8, POOL, RATES, None)


def find(records, **wanted):
    rows = [r for r in records if all(r[key] == value for key, value in wanted.items())]
    assert len(rows) == 1, wanted
    return rows[0]


@pytest.mark.parametrize("f", [0, 1])
@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_students_are_those_of_distilled_classifier(split, records, same_randomness, f, labels):
    task = same_randomness
    for width in (N, 4 * N):
        model = DistilledClassifier(
            LeastSquaresClassifier(task.features(TEACHER, task.teacher_seed)),
            LeastSquaresClassifier(task.features(width, task.problem.seed)),
            transfer=task.problem.pool.X,
            labels=labels,
        ).fit(split.X_train, task.labels.values[f])
        wanted = {"flip_rate": RATES[f], "width": width, "n_transfer": POOL}
        row = find(records, model=labels, **wanted)
        assert row["error"] == pytest.approx(1 - model.score(split.X_test, task.y_test))
        assert row["agreement"] == pytest.approx(model.agreement(split.X_test))


def test_teacher_and_direct_models_are_least_squares_classifiers(split, records, same_randomness):
    task = same_randomness
    for f, rate in enumerate(RATES):
        for model, seed, width in (
            ("teacher", task.teacher_seed, TEACHER),
            ("direct", task.problem.seed, 4 * N),
        ):
            fitted = LeastSquaresClassifier(task.features(width, seed))
            fitted.fit(split.X_train, task.labels.values[f])
            row = find(records, model=model, width=width, flip_rate=rate)
            assert row["error"] == pytest.approx(1 - fitted.score(split.X_test, task.y_test))


def test_ten_percent_of_the_labels_are_wrong_and_the_teacher_fits_them(records, same_randomness):
    assert same_randomness.wrong.sum(axis=1).tolist() == [0, 6]
    row = find(records, model="teacher", width=TEACHER, flip_rate=0.1)
    assert (row["train_error"], row["wrong_fitted"], row["interpolates"]) == (0.0, 1.0, 1.0)


def test_an_interpolating_teachers_soft_labels_on_its_own_inputs_are_the_labels(records):
    for rate in RATES:
        for width in (N // 2, 4 * N):
            same = {"flip_rate": rate, "width": width}
            a = find(records, model="direct", **same)["error"]
            assert find(records, model="self-distillation", **same)["error"] == pytest.approx(a)


def test_the_keys_of_the_records_are_unique(split):
    # Also where the teacher is as wide as the widest of its narrower versions, 10 n.
    options = {"teacher_width": 10 * N, "n_transfer": 3 * N + 20, "flip_rates": RATES}
    records = compare(split, np.random.default_rng(3), **options)
    keys = [(r["model"], r["flip_rate"], r["width"], r["n_transfer"]) for r in records]
    assert len(set(keys)) == len(keys)
    teacher = find(records, model="teacher", width=10 * N, flip_rate=0.0)
    assert (teacher["interpolates"], teacher["n_transfer"]) == (1.0, 0)


@pytest.mark.slow
def test_the_same_generator_gives_the_same_records(split):
    options = {"teacher_width": 100, "n_transfer": 200, "flip_rates": (0.1,)}
    first = compare(split, np.random.default_rng(1), **options)
    again = compare(split, np.random.default_rng(1), **options)
    other = compare(split, np.random.default_rng(2), **options)
    assert repr(first) == repr(again)
    assert repr(first) != repr(other)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"bandwidth": 0.0}, r"bandwidth must be finite and in \(0, inf\); got 0.0"),
        ({"teacher_width": 0}, "teacher_width must be at least 1; got 0"),
        ({"n_transfer": 2.5}, "n_transfer must be an integer; got 2.5"),
        ({"flip_rates": ()}, "flip_rates is empty"),
        ({"flip_rates": (0.1, 1.5)}, r"flip_rates\[1\] must be finite and in \[0, 1\]; got 1.5"),
    ],
)
def test_bad_options_are_named(split, option, words):
    with pytest.raises(ValueError, match=words):
        compare(split, np.random.default_rng(0), **option)


def test_a_pool_smaller_than_the_student_still_gets_every_width():
    split = load("digits", rng=0, n_samples=60, n_test=100, n_transfer=150)
    records = compare(split, np.random.default_rng(0), teacher_width=100, flip_rates=(0.0,))
    hard = [r for r in records if r["model"] == "hard" and r["n_transfer"] == 150]
    assert [r["width"] for r in hard] == [6, 15, 30, 45, 54, 60, 66, 90, 120, 180, 240]


def test_quick_keeps_no_wrong_labels_and_a_tenth_or_the_rates_there_are():
    quick = MAIN_JOB[0].quick()
    assert (quick.flip_rates, quick.teacher_width, quick.n_transfer) == ((0.0, 0.1), 2000, 4000)
    assert replace(MAIN_JOB[0], flip_rates=(0.2, 0.3)).quick().flip_rates == (0.2, 0.3)


def test_the_protocol_is_the_one_that_the_reports_speak_of():
    """A weaker rival, a narrower grid or a smaller transfer set shows here, and nowhere else."""
    assert {
        protocol.data: (
            protocol.flip_rates,
            protocol.teacher_width,
            protocol.n_transfer,
            protocol.n_samples,
            protocol.n_test,
        )
        for protocol in MAIN_JOB
    } == {
        "deformed-digits": ((0.0, 0.05, 0.1, 0.2), 4000, 20_000, None, None),
        "digits": ((0.0, 0.1), 4000, 20_000, 100, 400),
        "mixture": ((0.0, 0.1), 4000, 20_000, None, None),
        "relu-network": ((0.0, 0.1), 4000, 10_000, None, None),
    }
    assert _setting.BANDWIDTHS == (0.3, 0.5, 0.8, 1.25, 2.0)
    assert _setting.STUDENT_WIDTHS == (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.5, 2, 3, 4)
    small = (0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 2.75, 3, 3.25, 3.5, 4.5, 6)
    assert (3, small) == (_setting.SMALL_TRANSFER, _setting.SMALL_WIDTHS)
    teacher = (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10)
    assert (teacher, 5000) == (_teachers.TEACHER_WIDTHS, N_SEEN)
    assert _reproduce.SEEN_REPEATS == 4
    assert _rivals.RIDGE_WIDTHS == (0.25, 0.5, 1, 2, 4, 10)
    np.testing.assert_allclose(_kernels.ALPHAS, 10.0 ** np.arange(-8, 1.5, 0.5))
    assert (_library.COSTS, _library._N_FOLDS) == ((0.3, 1.0, 3.0, 10.0), 5)
    assert (_library._N_TREES, _library._N_COPIES) == (60, 10)
    assert (_graph.NEIGHBOURS, _graph.SPREADING) == ((7, 20), (0.2, 0.5, 0.8, 0.95))
    assert (_library._SELF_TRAINED, _library._ROUNDS) == (2000, 5)
    assert (_graph.NEIGHBOURS, _graph.SPREADING) == ((7, 20), (0.2, 0.5, 0.8, 0.95))
    assert _graph._STEPS == 30
    assert [rival.name for rival in RIVALS] == [
        "ridge-any-width",
        "kernel-ridge",
        "svm",
        "extra-trees",
        "label-spreading",
        "self-training",
    ]


def test_linear_models_and_boosting_compete_when_everyone_does(split, records):
    assert not {rival.name for rival in TABULAR} & {r["model"] for r in records}
    options = {"teacher_width": 60, "n_transfer": 60, "flip_rates": [0.0], "tabular": True}
    entered = {r["model"] for r in compare(split, np.random.default_rng(0), **options)}
    assert "logistic-regression" in entered
    assert not {"ridge-regression", "boosting"} & entered  # numbers; 64 inputs of ten classes
    competes = {rival.name: rival.suits for rival in TABULAR}["boosting"]
    sizes = [(50, 10), (51, 10), (250, 2), (500, 0), (501, 0)]
    assert [competes(*size) for size in sizes] == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("everyone", "wanted"), [(False, [5000] * 4 + [0] * 2), (True, [None] * 6)]
)
def test_the_pool_is_seen_in_four_repeats_or_in_all_of_them(monkeypatch, everyone, wanted):
    def seen(split, rng, *, n_seen, tabular, **options):
        assert tabular == everyone
        return [{"n_seen": str(n_seen)}]

    monkeypatch.setattr(_reproduce, "_answer", lambda jobs, result: "")
    monkeypatch.setattr(_reproduce, "compare", seen)
    monkeypatch.setattr(_reproduce, "judge_claims", lambda columns, data: [])
    done = reproduce(protocols("mixture"), everyone=everyone, repeats=6, progress=False)
    assert done.result["n_seen"].tolist() == [str(n) for n in wanted]


def test_the_answer_so_far_is_that_of_the_widest_on_the_first_data_set_at_a_tenth():
    """Of two data sets, of which the second is finished first."""
    rows = [("hard", 4.0, 9.0, 0.1, 0.31), ("hard", 4.0, 9.0, 0.2, 0.9)]
    rows += [("hard", 4.0, 9.0, 0.01, 0.9), ("teacher", 40.0, 0.0, 0.01, 0.9)]
    rows += [("hard", 2.0, 9.0, 0.1, 0.9), ("hard", 4.0, 3.0, 0.1, 0.9)]
    rows += [("teacher", 40.0, 0.0, 0.1, 0.42), ("teacher", 4.0, 0.0, 0.1, 0.9)]
    names = ("model", "width", "n_transfer", "flip_rate", "error")
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    columns["data"] = np.array(["digits"] * len(rows))
    said = _reproduce._answer(MAIN_JOB, SweepResult(columns))
    assert said == "student 31.0 %, teacher 42.0 %"


class Crashes(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise RuntimeError("out of luck")

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


class Guesses(Crashes):
    """Predicts a fixed class; its subclasses misbehave."""

    def fit(self, X, y):
        return self


class Misshaped(Guesses):
    def predict(self, X):
        return np.zeros((len(X), 2), dtype=int)


class Positional(Guesses):
    def predict(self, X):
        return np.arange(len(X)) % 3


class Exits(Guesses):
    def fit(self, X, y):
        raise SystemExit(3)


def test_contestants_join_and_bad_ones_are_named_and_harm_nobody(split, records):
    mine = [
        Contestant("nearest", KNeighborsClassifier(1)),
        LabelPropagation(kernel="knn"),
        Guesses,
        Crashes(),
        Misshaped,
        Positional,
        Exits,
    ]
    found = compared(split, contestants=mine)
    known = {(r["model"], r["flip_rate"], r["width"], r["n_transfer"]): r for r in records}
    own = [r for r in found if r["model"] not in {key[0] for key in known}]
    for row in (r for r in found if r["model"] in {key[0] for key in known}):
        same = known[row["model"], row["flip_rate"], row["width"], row["n_transfer"]]
        assert (row["failure"], row["error"]) == ("", same["error"])
    reasons = {r["model"]: r["failure"] for r in own}
    assert reasons.pop("Crashes") == "RuntimeError: out of luck"
    assert "shape (300, 2)" in reasons.pop("Misshaped")
    assert "rows are permuted" in reasons.pop("Positional")
    assert reasons.pop("Exits") == "SystemExit: 3"
    assert reasons == {"nearest": "", "LabelPropagation": "", "Guesses": ""}
    sees = {r["model"]: r["sees"] for r in own}
    assert (sees["nearest"], sees["LabelPropagation"]) == ("labels", "pool")
    fitted = KNeighborsClassifier(1).fit(split.X_train, split.y_train)
    row = find(found, model="nearest", flip_rate=0.0)
    assert row["error"] == pytest.approx(1 - fitted.score(split.X_test, split.y_test))


def test_test_labels_decide_nothing(split):
    options = {"teacher_width": 100, "n_transfer": 200, "flip_rates": (0.1,)}
    swapped = replace(split, y_test=split.y_test[::-1])
    first, second = (compare(s, np.random.default_rng(1), **options) for s in (split, swapped))
    for a, b in zip(first, second, strict=True):
        chosen = [(key, value) for key, value in a.items() if key != "error"]
        assert repr(chosen) == repr([(key, value) for key, value in b.items() if key != "error"])


def test_with_no_pool_to_see_what_needs_it_is_left_out_and_the_others_are_the_same(split, records):
    found = compared(split, contestants=[LabelPropagation(kernel="knn")], n_seen=0)
    left_out = {r["model"] for r in records} - {r["model"] for r in found}
    assert left_out == {
        "label-spreading",
        "self-training",
        "student-of-label-spreading",
        "student-of-majority",
        "student-of-neighbours",
    }
    assert repr(found) == repr([r for r in records if r["model"] not in left_out])
