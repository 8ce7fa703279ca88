"""Every record of a comparison against one least-squares fit at a time."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import RidgeCV
from sklearn.metrics.pairwise import rbf_kernel

from ddkd._labels import encode
from ddkd.contestants import RIVALS
from ddkd.contestants._kernels import ALPHAS
from ddkd.datasets import load
from ddkd.features import bandwidth_gamma
from ddkd.prediction import ConditionalPredictor
from ddkd.reproduction import compare
from ddkd.reproduction._predicted import predicted_errors
from ddkd.reproduction._setting import BANDWIDTHS, Setting

N, TEACHER, POOL, RATES = 40, 300, 480, (0.0, 0.2)
# Widths by hand: of students, beside the size of a small transfer set, and of teachers.
STUDENTS = [4, 10, 20, 30, 36, 40, 44, 60, 80, 120, 160]
SMALL = [10, 20, 30, 40, 60, 80, 100, 110, 120, 130, 140, 180, 240]
TEACHERS = [4, 10, 20, 30, 36, 40, 44, 50, 60, 80, 120, 200, TEACHER]


@pytest.fixture(scope="module")
def split():
    return load("deformed-digits", rng=4, n_samples=N, n_test=200)


@pytest.fixture(scope="module")
def rows(split):
    """Records at 20 % wrong labels, by model, transfer size and width."""
    quick = [rival for rival in RIVALS if rival.name not in ("extra-trees", "self-training")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ddkd.reproduction._compare.RIVALS", quick)
        records = compare(
            split,
            np.random.default_rng(7),
            bandwidth=0.8,
            teacher_width=TEACHER,
            n_transfer=POOL,
            flip_rates=RATES,
        )
    by_model = defaultdict(dict)
    for record in records:
        if record["flip_rate"] == 0.2:
            by_model[record["model"], record["n_transfer"]][record["width"]] = record
    return by_model


@pytest.fixture(scope="module")
def task(split):
    return Setting(split, np.random.default_rng(7), 0.8, POOL, RATES, None)


def least_squares(Z, Y):
    return np.linalg.lstsq(Z, Y.reshape(len(Y), -1), rcond=None)[0]


@pytest.fixture(scope="module")
def features(split, task):
    """Features of labelled, test and pool rows: those of the teacher, and of any student."""
    inputs = split.X_train, split.X_test, task.problem.pool.X
    teacher = task.features(TEACHER, task.teacher_seed)
    student = task.features(240, task.problem.seed)
    return [[m.transform(X) for X in inputs] for m in (teacher, student)]


@pytest.fixture(scope="module")
def teachers(rows, task, features):
    """Coefficients of the teacher and of the tuned one."""
    (Z, _, _), _ = features
    codes = np.eye(10)[task.labels.values[1]]
    search = RidgeCV(ALPHAS, fit_intercept=False).fit(Z, codes)
    assert rows["teacher-tuned", 0][TEACHER]["alpha"] == pytest.approx(search.alpha_)
    return least_squares(Z, codes), search.coef_.T


def test_teachers_and_direct_models_of_every_width(rows, task, features, teachers):
    codes = np.eye(10)[task.labels.values[1]]
    soft = features[0][0] @ teachers[0], features[0][0] @ teachers[1]
    for model, (Z, Z_test, _), widths, targets in (
        ("teacher", features[0], TEACHERS, codes),
        ("direct", features[1], STUDENTS, codes),
        ("self-distillation", features[1], STUDENTS, soft[0]),
        ("self-distillation-tuned", features[1], STUDENTS, soft[1]),
    ):
        of_model = rows[model, 0]
        assert sorted(of_model) == widths
        for width, record in of_model.items():
            p = int(width)
            scores = Z_test[:, :p] @ least_squares(Z[:, :p], targets)
            wrong = scores.argmax(axis=1) != task.y_test
            assert record["error"] == pytest.approx(wrong.mean()), (model, width)
            assert record["role"] == ("rival" if model.endswith("tuned") else "curve")
            assert (record["sees"], record["n_samples"]) == ("labels", N)
    Z, Z_test, _ = features[1]
    assert sorted(rows["direct-ridge", 0]) == STUDENTS
    for width, record in rows["direct-ridge", 0].items():
        scale = np.sqrt(240 / width)  # narrower maps have larger features
        thin, thin_test = scale * Z[:, : int(width)], scale * Z_test[:, : int(width)]
        search = RidgeCV(ALPHAS, fit_intercept=False).fit(thin, codes)
        assert record["alpha"] == pytest.approx(search.alpha_), width
        wrong = search.predict(thin_test).argmax(axis=1) != task.y_test
        assert record["error"] == pytest.approx(wrong.mean()), width
        assert record["role"] == "rival"


def test_how_a_teacher_fits_its_labels(rows, task, features, teachers):
    (Z, Z_test, _), _ = features
    values, wrong = task.labels.values[1], task.wrong[1]
    assert wrong.sum() == 8
    for model, coef in zip(("teacher", "teacher-tuned"), teachers, strict=True):
        record, fitted = rows[model, 0][TEACHER], (Z @ coef).argmax(axis=1)
        assert record["error"] == pytest.approx(
            np.mean((Z_test @ coef).argmax(axis=1) != task.y_test)
        )
        assert record["train_error"] == pytest.approx(np.mean(fitted != values))
        assert record["wrong_fitted"] == np.mean(fitted[wrong] == values[wrong])
        assert record["interpolates"] == (model == "teacher")
        assert np.isnan(record["agreement"])
    assert rows["teacher-tuned", 0][TEACHER]["train_error"] > 0
    assert np.isnan(rows["teacher", 0][N]["train_error"])


def test_students_of_every_size_and_width(rows, task, features, teachers):
    (_, wide_test, wide_pool), (_, Z_test, Z_pool) = features
    said = [(wide_test @ coef).argmax(axis=1) for coef in teachers]
    scores = [wide_pool @ coef for coef in teachers]
    hard, tuned = (np.eye(10)[s.argmax(axis=1)] for s in scores)
    targets = np.stack([hard, tuned, scores[0]], axis=1)
    # Powers of two about the widest student's 160 features, below three quarters of the pool.
    sizes = {20: [N, 160], 40: [N, 160], 80: [N, 160], 160: [N, 160], 320: [N, 160]}
    sizes |= {120: SMALL, POOL: STUDENTS}
    assert {m for model, m in rows if model == "hard"} == sizes.keys()
    for m, widths in sizes.items():
        for model in ("hard", "hard-tuned", "soft"):
            assert sorted(rows[model, m]) == widths
        for width in widths:
            coef = least_squares(Z_pool[:m, :width], targets[:m])
            predicted = (Z_test[:, :width] @ coef).reshape(-1, 3, 10).argmax(axis=2).T
            for model, codes, teacher in zip(
                ("hard", "hard-tuned", "soft"), predicted, (0, 1, 0), strict=True
            ):
                record, at = rows[model, m][width], (model, m, width)
                assert record["error"] == pytest.approx(np.mean(codes != task.y_test)), at
                agreement = np.mean(codes == said[teacher])
                assert record["agreement"] == pytest.approx(agreement), at
                assert (record["sees"], record["role"], record["alpha"]) == ("pool", "curve", 0.0)


def test_what_is_predicted_has_its_widths(rows):
    for model, m, n, widths in (("direct", 0, N, STUDENTS), ("hard", 120, 120, SMALL)):
        near = {int(n * ratio) for ratio in (0.85, 0.93, 0.96, 1.04, 1.07, 1.15)}
        geometric = np.geomspace(widths[0], widths[-1], 24).astype(int)
        wanted = {*widths, *near, *geometric.tolist()}
        # Within 3 % of the threshold nothing is predicted.
        wanted = {width for width in wanted if abs(width / n - 1) > 0.03}
        assert rows[f"{model}-predicted", m].keys() == wanted
        assert {record["role"] for record in rows[f"{model}-predicted", m].values()} == {
            "prediction"
        }


def law_of(task, codes, X, n_classes, widths):
    """Predicted errors of centred codes by the law itself, for both kernels as they are."""
    gamma = task.problem.gamma
    kernels = rbf_kernel(X, gamma=gamma), rbf_kernel(task.test.X, X, gamma=gamma)
    targets = encode(codes, n_classes, centred=True)
    predicted = ConditionalPredictor(*kernels).predict(targets, np.array(widths, dtype=int))
    return predicted.error_rate(task.y_test)


def test_what_is_predicted_is_the_law_of_centred_codes(rows, task, features, teachers):
    said = (features[0][2][:120] @ teachers[0]).argmax(axis=1)
    for model, m, codes, X in (
        ("direct", 0, task.labels.values[1], task.problem.labelled.X),
        ("hard", 120, said, task.problem.pool.X[:120]),
    ):
        records = rows[f"{model}-predicted", m]
        wanted = law_of(task, codes, X, 10, sorted(records))
        got = [records[width]["error"] for width in sorted(records)]
        np.testing.assert_allclose(got, wanted, atol=1e-9)


def test_of_two_classes_the_codes_are_centred_as_they_are():
    split = load("digits", rng=0, n_samples=N, n_test=50, n_transfer=100)
    two = replace(split, y_train=split.y_train % 2, y_test=split.y_test % 2, y_clean=None)
    task = Setting(two, np.random.default_rng(1), 0.8, 60, (0.0,), None)
    X, widths = task.problem.labelled.X, np.array([10, 80])
    records = predicted_errors(task, "direct", X, task.labels.targets, widths)
    got = {record["width"]: record["error"] for record in records}
    wanted = law_of(task, task.labels.values[0], X, 2, sorted(got))
    np.testing.assert_allclose([got[width] for width in sorted(got)], wanted, atol=1e-9)


def test_contestants_say_what_they_are(rows, task):
    (ridge,) = rows["ridge-any-width", 0].values()
    assert ridge["width"] in (10, 20, 40, 80, 160, 400)
    (svm,) = rows["svm", 0].values()
    assert (svm["width"], svm["role"], svm["sees"], svm["alpha"]) == (np.inf, "rival", "labels", 0)
    assert rows["label-spreading", 0][np.inf]["sees"] == "pool"
    (student,) = rows["student-of-svm", POOL].values()
    assert (student["width"], student["role"], student["sees"]) == (160, "student", "pool")
    assert "svm-deformed" in {model for model, _ in rows}  # the pool is a stream of deformed images


def test_the_transfer_set_and_the_bandwidth_are_drawn_as_asked(split):
    finite = load("digits", rng=0, n_samples=N, n_test=50, n_transfer=100)
    task = Setting(finite, np.random.default_rng(1), None, 60, (0.3, 0.0), 50)
    pool = {row.tobytes() for row in task.problem.pool.X}
    assert len(pool) == 60
    assert pool <= {row.tobytes() for row in finite.transfer}
    assert not np.array_equal(task.problem.pool.X, finite.transfer[:60])
    assert len(task.problem.seen) == 50
    np.testing.assert_array_equal(task.problem.seen.X, task.problem.pool.X[:50])
    assert Setting(finite, np.random.default_rng(1), 0.5, 60, (0.0,), 60).problem.first is None
    # The noisiest labelling chooses the bandwidth, here the first one.
    gammas = [bandwidth_gamma(finite.X_train, b) for b in BANDWIDTHS]
    np.testing.assert_allclose(task.problem.gammas, gammas)
    chosen = Setting(finite, np.random.default_rng(1), None, 60, (0.3,), 50).problem.gamma
    clean = Setting(finite, np.random.default_rng(1), None, 60, (0.0,), 50).problem.gamma
    assert task.problem.gamma == chosen != clean
