"""What scene 3 says of its laws follows from their curves, and the formula shown is the law."""

import numpy as np

from tests.lecture.conftest import open_page, run


def test_scene_3_says_what_its_laws_say(browser, page):
    """At every choice of every control."""
    open_page(browser, page)
    script = """
        const { n_transfer, flip_rate, alpha, generations } = SCENE3_SETTINGS;
        return flip_rate.choices.flatMap((flip_rate) => alpha.choices.map((alpha) =>
          n_transfer.choices.map((n_transfer) => [1, 4].map((generations) => {
            const setting = { n_transfer, flip_rate, alpha, generations };
            const laws = lawCurves(setting);
            return { ...laws, setting, words: sayLaws(laws, setting) };
          })))).flat(2)"""
    script = script.replace("flip_rate.choices", "[arguments[0]]", 1)
    kinds = set()
    for rate in (0.0, 0.1, 0.3):
        for laws in run(browser, script, rate):
            kinds.add(check_laws(laws.pop("words"), **laws))
    assert kinds >= {"gain", "lose", "ridge", "peak", "one", "none", "passes"}


def check_laws(words, setting, teacher, students, full, bestRidge, chain):
    student, m = students[0], setting["n_transfer"]
    np.testing.assert_allclose(chain[: len(full)], full, rtol=1e-12)
    percent = lambda share: f"{100 * share:.1f} %"  # noqa: E731
    if setting["generations"] > 1:
        steps = np.diff(full)
        assert "Each gains" not in words or np.all(steps < 0)
        assert "Each loses" not in words or np.all(steps > 0)
        assert "Some gain" not in words or steps.min() < 0 < steps.max() or np.any(steps == 0)
        assert ("They pass" in words) == (full[-1] < bestRidge)
        return "gain" if "Each gains" in words else "lose" if "Each loses" in words else "mixed"
    if setting["alpha"] > 0:
        assert percent(max(teacher[7:])) in words
        assert percent(max(student[7:])) in words
        return "ridge"
    if m <= 200:
        assert np.argmax(student) == m - 1
        assert np.argmax(teacher) == 39
        return "peak"
    assert f"best is {percent(min(student))}, its teacher's {percent(min(teacher))}" in words
    assert ("It passes" in words) == (min(student) < bestRidge)
    if "try them" in words:
        assert chain[-1] < bestRidge
        return "one"
    if "nor do more" in words:
        assert chain[-1] >= bestRidge
        return "none"
    return "passes"


def test_one_gaussian_cloud_makes_every_generation_worse():
    """What scene 3 says of one cloud, by the law of a Gaussian population."""
    from ddkd import theory
    from ddkd.populations import GaussianPopulation

    population = GaussianPopulation(np.ones(200), np.full(200, 200**-0.5), noise_variance=0.1)
    law = theory.least_squares(population, 40)
    errors = [law.error_rate]
    for _ in range(4):
        law = law.distill(1600, labels="hard")
        errors.append(law.error_rate)
    assert np.all(np.diff(errors) > 0)


def test_the_law_as_written_is_the_law():
    """The formula on the page, at widths below n, against ddkd.theory."""
    from scipy.special import ndtr

    from ddkd.lecture import check_link

    mean = np.arange(1.0, 201) ** -0.25
    mean *= 2.5 / np.linalg.norm(mean)
    p, n, f = np.arange(1, 40), 40, 0.1
    r2 = np.cumsum(mean**2)[:39]
    s = (1 - 2 * f) / (1 + r2)
    variance = 1 - (1 - 2 * f) * s * r2
    a = s * r2 / np.sqrt(s**2 * r2 + p * variance / (n - p))
    np.testing.assert_allclose(ndtr(-a), check_link("#scene=3")["laws"][0][:39], rtol=1e-9)
