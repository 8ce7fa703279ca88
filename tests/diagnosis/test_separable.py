"""From which width a linear classifier separates its labels: no peak of its error is there."""

import numpy as np
import pytest
from scipy import optimize
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from ddkd import GaussianPopulation, diagnose, theory
from ddkd.diagnosis._separable import is_separable


def gordan(features, signs):
    """Not separable if and only if signed rows average to zero: non-negative least squares."""
    rows = signs[:, None] * np.column_stack([features, np.ones(len(signs))])
    system = np.vstack([rows.T, np.ones(len(signs))])
    return optimize.nnls(system, np.append(np.zeros(rows.shape[1]), 1.0))[1] > 1e-8


def test_the_linear_program_says_what_gordans_theorem_says():
    rng, answers = np.random.default_rng(0), []
    for _ in range(200):
        p = int(rng.integers(3, 25))
        features = rng.standard_normal((30, p)) * 10.0 ** rng.integers(-6, 7)
        features[:, 0] = rng.choice([0.0, 3.0])
        signs = np.sign(features @ rng.standard_normal(p) + rng.standard_normal(30))
        signs[:2] = -1, 1
        answers.append(is_separable(features, signs))
        assert answers[-1] == gordan(features / np.abs(features).max(), signs)
    assert 30 < sum(answers) < 170


def rows(seed, n=80, n_test=600):
    population = GaussianPopulation(np.ones(200), np.ones(200), labels="hard", flip_rate=0.1)
    X = population.sample(n + n_test, rng=seed)
    y = population.label(X, rng=seed + 1)
    return {"X": X[:n], "y": y[:n], "X_test": X[n:], "y_test": y[n:]}


@pytest.mark.parametrize(
    "model", [LogisticRegression(C=1e6, max_iter=2000), LinearSVC(C=1e4, loss="hinge")]
)
def test_the_answer_names_the_width_that_separates_the_users_labels(model):
    data = rows(0)

    def build(width):
        return make_pipeline(FunctionTransformer(lambda X: X[:, :width]), model)

    found = diagnose(build, param_name=None, param_range=[10, 40, 80, 120, 200], **data)
    assert found.cause == "loss"
    [separable] = [item.value for item in found.evidence if item.probe == "classes are separable"]
    width = int(separable)
    assert f"From {width} on it can separate all its labels. Without a penalty" in str(found)
    assert "a plateau there, and no peak" in str(found)
    assert gordan(data["X"][:, :width], data["y"])
    assert not gordan(data["X"][:, : width - 1], data["y"])
    population = GaussianPopulation(np.ones(200), np.ones(200), labels="hard", flip_rate=0.1)
    assert width == pytest.approx(theory.separable_width(population, 80), rel=0.3)


def test_nothing_is_said_of_a_squared_loss_which_does_peak_at_the_number_of_rows():
    def build(width):
        shrunk = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.01)
        return make_pipeline(FunctionTransformer(lambda X: X[:, :width]), shrunk)

    found = diagnose(build, param_name=None, param_range=[10, 40, 80, 120, 200], **rows(0))
    assert found.cause != "healthy"
    assert "separate" not in str(found)


@pytest.mark.slow
def test_the_error_of_logistic_regression_is_level_up_to_there_and_falls_beyond():
    population = GaussianPopulation(np.ones(400), np.ones(400), labels="hard")
    assert theory.separable_width(
        GaussianPopulation(np.ones(400), np.ones(400), labels="hard", flip_rate=0.1), 200
    ) == pytest.approx(94, abs=0.5)
    widths, errors, rng = (75, 85, 95, 110, 130), [], np.random.default_rng(0)
    for _ in range(250):
        X = population.sample(200, rng=rng)
        y = population.label(X)
        y[:20] *= -1
        errors.append([])
        for width in widths:
            model = LogisticRegression(C=1e5, fit_intercept=False, max_iter=5000)
            coef = model.fit(X[:, :width], y).coef_[0]
            errors[-1].append(population.error_rate(coef, features=np.arange(width)))
    mean = np.mean(errors, axis=0)
    error = np.std(errors, axis=0, ddof=1) / np.sqrt(len(errors))
    assert (error < 0.0025).all()
    np.testing.assert_allclose(mean, [0.4516, 0.4510, 0.4524, 0.4517, 0.4462], atol=4 * 0.0025)
    apart = np.array(errors)[:, [2]] - np.array(errors)
    noise = np.std(apart, axis=0, ddof=1) / np.sqrt(len(errors))
    assert (np.abs(np.mean(apart, axis=0)) < 4 * noise + 0.002)[:4].all()  # no peak
    assert np.mean(apart, axis=0)[4] > 2 * noise[4]  # the second descent
