"""The page's JavaScript against ddkd.solvers and ddkd.theory, setting by setting."""

from urllib.parse import urlencode

import numpy as np
import pytest

from ddkd import DistilledClassifier, LeastSquaresClassifier
from ddkd.lecture import check_link, waves
from tests.lecture.conftest import run

EPS = np.finfo(float).eps


def run_on(browser, page, script, *arguments):
    """What a script returns on the page, which is opened once for all."""
    if browser.current_url != page.as_uri():
        browser.get(page.as_uri())
    return run(browser, script, *arguments)


def link(scene, setting):
    return f"#{urlencode({'scene': scene, **setting})}"


def test_linear_algebra(browser, page):
    rng = np.random.default_rng(0)
    A = rng.standard_normal((12, 7))
    G = A.T @ A
    script = """
        const A = new Matrix(12, 7, Float64Array.from(arguments[0]));
        const G = gram(A);
        const x = choleskySolve(cholesky(G), Float64Array.from(arguments[1]));
        return Array.from(x)"""
    b = rng.standard_normal(7)
    x = run_on(browser, page, script, A.T.ravel().tolist(), b.tolist())
    np.testing.assert_allclose(x, np.linalg.solve(G, b), rtol=1e-11)


def test_normal_distribution_function(browser, page):
    from scipy.special import ndtr

    x = np.linspace(-12, 12, 481)
    values = run_on(browser, page, "return arguments[0].map(normalCdf)", x.tolist())
    np.testing.assert_allclose(values, ndtr(x), rtol=1e-12)


def scene1_settings(count):
    rng = np.random.default_rng(1)
    for _ in range(count):
        n = int(rng.integers(8, 25))
        near = int(np.clip(n + rng.integers(-3, 4), 1, 200))
        yield {
            "width": near if rng.random() < 0.4 else int(rng.integers(1, 201)),
            "noise": round(float(rng.uniform(0, 0.5)), 2),
            "alpha": 0.0 if rng.random() < 0.5 else float(10 ** rng.uniform(-8, 0)),
            "n_samples": n,
            "seed": int(rng.integers(1, 999)),
            "target": str(rng.choice(["wiggly", "gentle"])),
        }


def test_polynomials_agree_with_the_solvers(browser, page):
    """On 150 settings, predictions to the larger of 1e-8 and 100 eps times the condition."""
    settings = list(scene1_settings(150))
    script = """
        return arguments[0].map((s) => {
          const points = drawPoints(s);
          const { prediction, error } = fitWidth(points, s.width, s.alpha);
          return [Array.from(prediction), error];
        })"""
    worst = 0.0
    for setting, (prediction, error) in zip(
        settings, run_on(browser, page, script, settings), strict=True
    ):
        expected = check_link(link(1, setting))
        condition = 10 / expected["noise divided by"]  # the largest singular value is below 10
        tolerance = max(1e-8, 100 * EPS * condition)
        gap = np.max(np.abs(prediction - expected["prediction"]))
        scale = max(1.0, np.max(np.abs(expected["prediction"])))
        worst = max(worst, gap / scale)
        assert gap <= tolerance * scale, setting
        np.testing.assert_allclose(error, expected["error"], rtol=10 * tolerance)
    print(f"scene 1: {len(settings)} settings, worst difference {worst:.1e}")


def scene2_settings(count):
    rng = np.random.default_rng(2)
    for _ in range(count):
        yield {
            "n_transfer": int(rng.choice([50, 150, 300, 1000])),
            "flip_rate": float(rng.choice([0.0, 0.1, 0.2])),
            "labels": str(rng.choice(["hard", "soft"])),
            "width": int(rng.choice([40, 200])),
            "teacher": str(rng.choice(["interpolating", "ridge"])),
            "data": str(rng.choice(["moons", "no gap"])),
            "seed": int(rng.integers(1, 999)),
        }


def test_moons_agree_with_the_solvers(browser, page):
    """On 20 settings; `solvers.ridge` at the page's own tiny ridge."""
    settings = list(scene2_settings(20))
    script = """
        return arguments[0].map((s) => {
          const world = drawWorld(s);
          const models = fitModels(world, s);
          return [models.teacher, models.student, models.tuned].map((coef) =>
            [Array.from(predict(world.Z_test, coef)), testError(world, coef)]);
        })"""
    worst = 0.0
    for setting, models in zip(settings, run_on(browser, page, script, settings), strict=True):
        expected = check_link(link(2, setting))
        # Normal equations: a relative ridge of 1e-10 leaves a condition of at most 200e10.
        tolerances = 1e-8, 100 * EPS * 2e12, 1e-8
        for k, (name, tolerance) in enumerate(
            zip(("teacher", "student", "tuned ridge"), tolerances, strict=True)
        ):
            scores, error = models[k]
            gap = np.max(np.abs(scores - expected["predictions"][k]))
            worst = max(worst, gap)
            assert gap <= tolerance * max(1.0, np.abs(expected["predictions"][k]).max()), setting
            assert abs(error - expected[name]) <= 0.001
    print(f"scene 2: {len(settings)} settings, worst difference {worst:.1e}")


def test_waves_are_those_of_the_page(browser, page):
    X = np.random.default_rng(4).uniform(-2, 2, (7, 2))
    script = """
        const [seed, x1, x2] = arguments;
        const points = { x1: Float64Array.from(x1), x2: Float64Array.from(x2) };
        return Array.from(waveFeatures(points, drawWaves(seed)).data)"""
    for seed in (1, 162, 999):
        Z = np.reshape(run_on(browser, page, script, seed, *X.T.tolist()), (200, 7)).T
        np.testing.assert_allclose(waves(seed=seed).fit_transform(X), Z, atol=1e-12)
        np.testing.assert_allclose(waves(44, seed=seed).fit_transform(X), Z[:, :44], atol=1e-12)


@pytest.mark.parametrize("setting", [{}, {"width": 40, "seed": 29}, {"labels": "soft"}])
def test_a_student_of_the_class_reproduces_scene_2_with_estimators(setting, browser, page):
    """Teacher and student by scikit-learn's interface, on the page's points."""
    script = """
        const s = arguments[0];
        const world = drawWorld(s);
        const { teacher, student } = fitModels(world, s);
        return [teacher, student].map((coef) => testError(world, coef))"""
    start = {"n_transfer": 3000, "flip_rate": 0.1, "labels": "hard", "width": 200}
    setting = {**start, "teacher": "interpolating", "data": "moons", "seed": 162, **setting}
    teacher_error, student_error = run_on(browser, page, script, setting)
    points = check_link(link(2, setting))
    model = DistilledClassifier(
        LeastSquaresClassifier(waves(seed=setting["seed"])),
        LeastSquaresClassifier(waves(setting["width"], seed=setting["seed"])),
        transfer=points["transfer"],
        labels=setting["labels"],
    ).fit(points["X_train"], points["y_train"])
    errors = [1 - m.score(points["X_test"], points["y_test"]) for m in (model.teacher_, model)]
    np.testing.assert_allclose(errors, [teacher_error, student_error], atol=0.001)


def scene3_settings(count):
    rng = np.random.default_rng(3)
    for _ in range(count):
        yield {
            "n_transfer": int(rng.integers(20, 3200)),
            "flip_rate": round(float(rng.uniform(0, 0.3)), 3),
            "alpha": 0.0 if rng.random() < 0.5 else float(10 ** rng.uniform(-2, 2.4)),
            "generations": int(rng.integers(1, 5)),
        }


@pytest.mark.parametrize("count", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_laws_agree_with_the_theory(count, browser, page):
    """On settings of 200 widths each, and up to five generations, to 1e-10."""
    settings = list(scene3_settings(count))
    answers = run_on(browser, page, "return arguments[0].map(lawCurves)", settings)
    for setting, answer in zip(settings, answers, strict=True):
        expected = check_link(link(3, setting))
        laws = [answer["teacher"], *answer["students"]]
        np.testing.assert_allclose(laws, expected["laws"], rtol=0, atol=1e-10)
        full = [expected[f"generation {k}"] for k in range(setting["generations"] + 1)]
        np.testing.assert_allclose(answer["full"], full, rtol=0, atol=1e-10)
        np.testing.assert_allclose(answer["bestRidge"], expected["best ridge"], rtol=0, atol=1e-10)


def test_simulated_models_are_those_of_the_solvers(browser, page):
    """One teacher of scene 3, from the same random numbers."""
    from ddkd.lecture._random import normals, uniforms
    from ddkd.solvers import min_norm

    script = """
        const population = scenePopulation(0.1);
        return Array.from(drawTeacher(population, stream(3, 7), 60, 0))"""
    coef = run_on(browser, page, script)
    u = uniforms(3, 7, 40 + 2400 + 40)
    y = np.where(u[:40] < 0.5, -1.0, 1.0)
    mean = np.arange(1.0, 201) ** -0.25
    mean *= 2.5 / np.linalg.norm(mean)
    pairs = u[40:2440].reshape(-1, 2)
    radius, angle = np.sqrt(-2 * np.log(1 - pairs[:, 0])), 2 * np.pi * pairs[:, 1]
    noise = (radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)).ravel()
    X = noise.reshape(60, 40).T + y[:, None] * mean[:60]
    labels = np.where(u[2440:] < 0.1, -y, y)
    np.testing.assert_allclose(coef, min_norm(X, labels).coef, atol=1e-10)
    assert normals(3, 7, 2).shape == (2,)
