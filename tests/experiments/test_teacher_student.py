"""A teacher, its student and the direct model against least squares by hand."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from ddkd.datasets import load
from ddkd.experiments import teacher_student
from ddkd.features import RandomFourierFeatures, bandwidth_gamma

SIZES = {"teacher_width": 90, "student_width": 20, "n_transfer": 50}


@pytest.fixture(scope="module")
def split():
    return load("digits", n_samples=40, n_test=60, n_transfer=50, rng=0)


def models_of(split, rng, widths, bandwidth):
    """Feature maps of teacher and student, from the generator after the labels were flipped."""
    seeds = [int(s) for s in rng.integers(2**32, size=3)]
    gamma = bandwidth_gamma(split.X_train, bandwidth)
    maps = [
        RandomFourierFeatures(w, gamma=gamma, random_state=s)
        for w, s in zip(widths, seeds, strict=False)
    ]
    return [features.fit(split.X_train).transform for features in maps]


def least_squares(Z, Y, alpha):
    """Coefficients of minimum norm, or with a penalty."""
    if alpha == 0:
        return np.linalg.lstsq(Z, Y, rcond=None)[0]
    return Ridge(alpha, fit_intercept=False, solver="svd").fit(Z, Y).coef_.T


@pytest.mark.parametrize(
    "options",
    [
        {},
        {
            "labels": "soft",
            "flip_rate": 0.1,
            "teacher_alpha": 0.3,
            "student_alpha": 0.02,
            "bandwidth": 1.5,
        },
    ],
)
def test_teacher_student_and_direct_model_are_least_squares(split, options):
    records = teacher_student(split, np.random.default_rng(5), **SIZES, **options)
    rng = np.random.default_rng(5)
    noisy = split.flip_labels(options.get("flip_rate", 0.0), rng=rng)
    wide, narrow = models_of(split, rng, (90, 20), options.get("bandwidth", 0.8))
    X, X_test, pool = split.X_train, split.X_test, split.transfer
    alphas = options.get("teacher_alpha", 0.0), options.get("student_alpha", 0.0)
    codes = 1.0 * (noisy.y_train[:, None] == split.classes)
    teacher = least_squares(wide(X), codes, alphas[0])
    scores = wide(pool) @ teacher
    votes = scores if options else np.eye(10)[scores.argmax(axis=1)]
    student = least_squares(narrow(pool), votes, alphas[1])
    direct = least_squares(narrow(X), codes, alphas[1])
    rows = {record["model"]: record for record in records}
    said = {}
    for name, features, coef in (
        ("teacher", wide, teacher),
        ("student", narrow, student),
        ("direct", narrow, direct),
    ):
        said[name] = split.classes[(features(X_test) @ coef).argmax(axis=1)]
        fitted = split.classes[(features(X) @ coef).argmax(axis=1)]
        assert rows[name]["error"] == np.mean(said[name] != split.y_test), name
        assert rows[name]["train_error"] == np.mean(fitted != noisy.y_train), name
        assert rows[name]["n_samples"] == 40
    assert rows["student"]["agreement"] == np.mean(said["student"] == said["teacher"])
    assert np.isnan([rows[name]["agreement"] for name in ("teacher", "direct")]).all()


def test_models_of_numbers_are_least_squares_about_their_mean(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 3))
    np.savez(tmp_path / "d.npz", X=X, y=20 + X[:, 0] + 0.1 * rng.normal(size=150))
    split = load(str(tmp_path / "d.npz"), n_samples=40, rng=0)
    with pytest.raises(ValueError, match="labels must be 'soft' where they are numbers"):
        teacher_student(split, np.random.default_rng(5), **SIZES)
    sizes = SIZES | {"n_transfer": 10**6}
    records = teacher_student(split, np.random.default_rng(5), labels="soft", **sizes)
    rng = np.random.default_rng(5)
    split.flip_labels(0.0, rng=rng)
    wide, narrow = models_of(split, rng, (90, 20), 0.8)

    def fitted(features, X, y):
        Z, level = features(X), y.mean()
        centre = Z.mean(axis=0)
        coef = np.linalg.lstsq(Z - centre, y - level, rcond=None)[0]
        return lambda new: level + (features(new) - centre) @ coef

    teacher = fitted(wide, split.X_train, split.y_train)
    models = {
        "teacher": teacher,
        "student": fitted(narrow, split.transfer, teacher(split.transfer)),
        "direct": fitted(narrow, split.X_train, split.y_train),
    }
    assert [record["model"] for record in records] == list(models)
    for record in records:
        predict = models[record["model"]]
        left = np.mean((predict(split.X_test) - split.y_test) ** 2) / np.var(split.y_test)
        assert record["variance_left"] == pytest.approx(left, rel=1e-6)
        trained = np.mean((predict(split.X_train) - split.y_train) ** 2)
        assert record["train_mse"] == pytest.approx(trained, rel=1e-6, abs=1e-12)
        assert np.isnan(record["agreement"])


def test_only_the_student_has_transfer_rows_and_a_smaller_pool_is_used_whole(split):
    for asked, used in ((30, 30), (80, 50)):
        sizes = {"teacher_width": 60, "student_width": 20, "n_transfer": asked}
        records = teacher_student(split, np.random.default_rng(0), **sizes)
        found = {record["model"]: (record["width"], record["n_transfer"]) for record in records}
        assert found == {"teacher": (60, 0), "student": (20, used), "direct": (20, 0)}
