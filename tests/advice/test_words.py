"""Sentences, table and limits of an advice whose ranking is told."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from sklearn.ensemble import ExtraTreesClassifier

from ddkd.advice import Advice, _cautions
from ddkd.advice._cautions import cautions_of, is_unbalanced
from ddkd.advice._sentences import _short

COLUMNS = "name,title,student,error,low,high,difference,standard_error,balanced_error"
ROWS = [
    ("student-of-svm", "student of SVM", True, 0.100, 0.05, 0.15, 0.0, 0.01, 0.101),
    ("svm", "support machine", False, 0.112, 0.06, 0.16, 0.012, 0.011, 0.113),
    ("ridge", "ridge", False, 0.149, 0.1, 0.2, 0.049, 0.049, 0.15),
    ("majority", "student of most", True, 0.20, 0.15, 0.25, 0.1, 0.08, 0.201),
]


def advice(rows=ROWS, counts=(50, 50), **change):
    """An advice of a hundred labels."""
    ranking = np.rec.fromrecords(rows, names=COLUMNS)
    truth = np.repeat(np.arange(len(counts)), counts)
    needs = {"student-of-svm": ("svm",), "majority": ("svm", "ridge")}
    losses = dict.fromkeys(("ridge", "svm", "student-of-svm", "majority"))
    contest = SimpleNamespace(
        losses={name: None for name in losses if name in ranking.name},
        labels=SimpleNamespace(values=truth[None]),
        scale=SimpleNamespace(words="one scale for all columns"),
        entries=[SimpleNamespace(name=name, needs=needs.get(name, ())) for name in losses],
        difference=lambda a, b: (-0.012, 0.01),
        fit=list,
    )
    given = {
        "best": ranking.name[0],
        "error": 0.105,
        "low": 0.055,
        "high": 0.155,
        "distils": bool(ranking.student[0]),
        "decided": False,
        "ranking": ranking,
        "cautions": ["Careful."],
        "failures": {"own": "ValueError: no"},
        "n_labelled": len(truth),
        "n_unlabelled": 20,
        "n_classes": len(counts),
        "n_given": 20,
        "_contest": contest,
    }
    return Advice(**given | change)


def first(row):
    """A row as that of the best, from which differences are taken."""
    return (*row[:6], 0.0, *row[7:])


def test_every_sentence_has_the_numbers_of_the_ranking():
    assert advice().sentences() == [
        "A student of SVM is expected to err on 10.5 % (5.5 to 15.5 %, against labels as noisy as "
        "yours).",
        "As far as 100 labels can tell, 2 of 4 methods are as good; the simplest of them is ridge.",
        "Cross-validated, a student of SVM has an error of 10.0 %, its teacher of 11.2 %: better "
        "by 1.2 points (-0.4 to 2.8).",
        "Cross-validated, the best rival without a teacher, support machine, has an error of 11.2 "
        "%, a student of SVM of 10.0 %: 1.2 points more, undecided.",
        "The vote of 3 near the best is the safer choice: committee() in Python.",
        "The labels chose the scale: one scale for all columns.",
        "own failed and is left out: ValueError: no",
        "Careful.",
    ]


def sentence(start, **change):
    said = [text for text in advice(**change).sentences() if start in text]
    return said[0] if said else None


def test_sentences_that_depend_on_what_there_is():
    assert "15.0 of" not in " ".join(advice().sentences())
    alone = sentence("As far as", rows=[ROWS[0], ROWS[1], ROWS[3]])
    assert alone == "As far as 100 labels can tell, no other of 3 methods is as good."
    apart = (*ROWS[1][:6], 0.016, 0.01, 0.2)  # 1.6 standard errors
    assert sentence("near the best", rows=[ROWS[0], apart]) is None
    rival = sentence("the best student", rows=[first(ROWS[1]), ROWS[0]], decided=True)
    assert rival.startswith("Cross-validated, the best student, a student of SVM, has an error")
    assert rival.endswith("support machine of 11.2 %: 0.0 points more, decided.")
    far = (*ROWS[1][:3], 0.612, 0.5, 0.7, 0.512, 0.1, 0.6)
    said = sentence("the best rival", rows=[ROWS[0], far])
    assert said.endswith(
        "error of 61.2 %, a student of SVM of 10.0 %: 51.2 points more, undecided."
    )
    assert sentence("its teacher", rows=[first(ROWS[3]), ROWS[1]]) is None  # of several teachers
    assert sentence("its teacher", rows=[first(ROWS[1]), ROWS[2]]) is None
    assert sentence("unlabelled rows used") is None
    used = sentence("unlabelled rows used", n_given=1234)
    assert used == "20 of 1,234 unlabelled rows used."
    leaves = sentence("expected to", n_classes=0)
    assert "is expected to leave 10.5 % of the variance (5.5 to 15.5 %" in leaves
    assert "The median of" in sentence("near the best", n_classes=0)


@pytest.mark.parametrize(
    ("counts", "high", "guess"),
    [((75, 25), 0.25, "25.0 %"), ((74, 26), 0.25, None), ((40, 35, 25), 0.6, "60.0 %")],
)
def test_a_guess_errs_on_all_but_the_largest_class(counts, high, guess):
    said = sentence("Always guessing", counts=counts, high=high)
    expected = f"Always guessing the most frequent class, at {guess}, may be as good."
    assert said == (guess and expected)


@pytest.mark.parametrize(("high", "is_said"), [(1.0, True), (0.99, False)])
def test_the_mean_leaves_all_of_the_variance(high, is_said):
    said = sentence("Always guessing", n_classes=0, high=high)
    assert said == ("Always guessing the mean, at 100 %, may be as good." if is_said else None)


def test_who_is_near_is_told_by_differences_and_of_numbers_by_errors_too():
    assert advice().near(1.0).tolist() == [True, False, True, False]
    assert advice().near().tolist() == [True, True, True, True]
    assert advice(n_classes=0).near().tolist() == [True, True, True, False]
    assert advice().committee() == ["student-of-svm", "svm", "ridge"]
    assert advice().committee(within=1.0) == ["student-of-svm", "ridge"]
    mean, low, high = advice().difference("a", "b")
    assert (mean, low, high) == pytest.approx((-0.012, -0.012 - 0.01645, -0.012 + 0.01645))
    assert advice().simplest == "ridge"
    far = [(*ROWS[2][:3], 0.1 * 1.5, *ROWS[2][4:])]
    assert advice(rows=ROWS[:1] + far, n_classes=0).near().tolist() == [True, True]


@pytest.mark.parametrize(("counts", "unbalanced"), [((75, 25), False), ((76, 24), True)])
def test_a_balanced_error_is_shown_where_classes_are_unequal(counts, unbalanced):
    made = advice(counts=counts)
    assert is_unbalanced(np.repeat([0, 1], counts)) == unbalanced
    assert made.is_unbalanced == unbalanced
    assert not advice(counts=counts, n_classes=0).is_unbalanced
    head, *lines = made.table().splitlines()
    assert head.split() == ["error", "90", "%", "interval", "to", "the", "best"] + (
        ["bal."] if unbalanced else []
    )
    for line, row in zip(lines, ROWS, strict=True):
        expected = [row[3], row[4], row[5], row[6], row[7], *[row[8]] * unbalanced]
        printed = [float(number) for number in re.findall(r"\d+\.\d", line[36:])]
        assert printed == pytest.approx([100 * number for number in expected], abs=0.0501)
        assert line.startswith(row[1])
    assert len({len(line) for line in (head, *lines)}) == 1


def test_numbers_of_a_table_have_at_most_five_characters():
    assert [_short(number) for number in (0.04, 999.9, 999.96, 12345.0)] == [
        "0.0",
        "999.9",
        "1e+03",
        "1e+04",
    ]
    assert (_short(1.25, "+"), _short(-1.25, "+")) == ("+1.2", "-1.2")


# --- cautions


def rows(n=60, d=4):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, d)), rng.normal(size=(n, d))


def test_the_area_under_the_curve_is_that_of_ranks():
    """Of the same forest, by the share of pairs that it puts in order."""
    X, pool = rows()
    (said,) = cautions_of(X, np.arange(60) % 2, pool + 1.2, np.arange(2), 3, np.arange(60), 5)
    rng = np.random.default_rng(5)
    samples = [part[rng.choice(60, 60, replace=False)] for part in (X, pool + 1.2)]
    forest = ExtraTreesClassifier(
        100,
        min_samples_leaf=3,
        bootstrap=True,
        oob_score=True,
        random_state=int(rng.integers(2**31)),
    )
    forest.fit(np.concatenate(samples), np.repeat([0, 1], 60))
    seen = forest.oob_decision_function_[:, 1]
    area = mannwhitneyu(seen[60:], seen[:60]).statistic / 60**2
    stated = float(re.search(r"area under the curve (\.\d+|\d\.\d+), \.5 if", said)[1])
    assert stated == pytest.approx(area, abs=0.0051)


@pytest.mark.parametrize(("area", "is_said"), [(0.6586, False), (0.6590, True)])
def test_rows_differ_beyond_three_standard_errors_of_that_area(area, is_said, monkeypatch):
    """Mann and Whitney, 60 rows each: the standard error is sqrt(121 / 12) / 60 = .0529."""
    monkeypatch.setattr(_cautions, "roc_auc_score", lambda *_: area)
    X, pool = rows()
    said = cautions_of(X, np.arange(60) % 2, pool, np.arange(2), 3, np.arange(60), 5)
    assert bool(said) == is_said


def test_few_rows_are_not_compared():
    for n, is_said in ((9, False), (10, True)):
        X, pool = rows(n)
        said = cautions_of(X, np.arange(n) % 2, pool + 100, np.arange(2), 2, np.arange(n), 5)
        assert any("tells them apart" in text for text in said) == is_said
        line = np.linspace(0, 1, n)[:, None]
        said = cautions_of(line, np.arange(n) % 2, X[:0], np.arange(2), 2, None, 5)
        assert any("in time or in groups" in text for text in said) == is_said
    constant = cautions_of(np.ones((60, 2)), np.arange(60) % 2, X[:0], np.arange(2), 2, None, 5)
    assert len(constant) == 1
    half = np.column_stack([np.ones(60), np.arange(60.0)])  # one column tells enough
    said = cautions_of(half, np.arange(60) % 2, X[:0], np.arange(2), 2, None, 5)
    assert any("in time or in groups" in text for text in said)


@pytest.mark.parametrize(("n_groups", "is_said"), [(9, True), (10, False)])
def test_groups_are_few_below_ten(n_groups, is_said):
    X, _ = rows()
    groups = np.arange(60) % n_groups
    said = cautions_of(X, np.arange(60) % 2, X[:0], np.arange(2), 2, groups, 5)
    assert any(text.startswith(f"Intervals from {n_groups} gr") for text in said) == is_said


def test_five_rare_classes_are_named_and_more_are_said_to_be():
    X, _ = rows()
    for n_rare, words in ((5, "class 0, 1, 2, 3, 4:"), (6, "class 0, 1, 2, 3, 4 and more:")):
        y = np.maximum(np.arange(60), n_rare)
        y = np.minimum(np.where(y >= n_rare, n_rare + y % 2, y), n_rare + 1)
        said = cautions_of(X, y, X[:0], np.arange(n_rare + 2), 3, np.arange(60), 5)
        assert any(words in text for text in said), said


@pytest.mark.parametrize(
    ("n", "n_far", "is_said"), [(150, 2, True), (150, 3, False), (400, 4, True), (400, 5, False)]
)
def test_labels_are_far_if_two_or_a_hundredth_have_half_of_the_variance(n, n_far, is_said):
    y = np.random.default_rng(0).normal(size=n)
    y[:n_far], y[n_far : 2 * n_far - 1] = 1e4, 9e3  # these, and one less that are less far
    said = cautions_of(np.zeros((n, 1)), y, np.zeros((0, 1)), None, 5, np.arange(n), 0)
    assert (
        any(
            text.startswith(f"More than half of the variance is in {n_far} of {n}") for text in said
        )
        == is_said
    )
