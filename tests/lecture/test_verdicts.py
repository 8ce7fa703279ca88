"""What a scene says of a guess: where the error is largest, and why, over seeds and guesses."""

import re

import numpy as np
import pytest

from tests.lecture.conftest import open_page, run
from tests.lecture.test_browser import OPEN_MORE, drag

SETTINGS_1 = [
    {"noise": noise, "alpha": alpha, "n_samples": n, "target": target}
    for noise in (0.0, 0.2, 0.5)
    for alpha in (0.0, 1e-8, 1e-3)
    for n in (8, 16, 24)
    for target in ("wiggly", "gentle")
]


def check_peaks(words, guess, peak):
    """The two widths, or sizes, that every verdict begins with."""
    said, worst = re.match(r"You said worst at (\d+)\. It is worst at (\d+): ", words).groups()
    assert int(said) == guess
    assert int(worst) == peak


@pytest.mark.parametrize("seeds", [[2], pytest.param([*range(1, 51)], marks=pytest.mark.slow)])
def test_scene_1_compares_a_guess_with_its_errors(seeds, browser, page):
    open_page(browser, page)
    script = """
        const scene = new Scene1();
        scene.open();
        return arguments[1].map((seed) => {
          const guess_peak = WIDTHS[(7 * seed) % WIDTHS.length];
          const setting = { ...arguments[0], seed, guess_peak, width: WIDTHS.at(-1) };
          for (const [name, value] of Object.entries(setting)) scene.controls.set(name, value);
          scene.guess.fromSliders();
          const points = scene.points(seed);
          const { errors, trainErrors } = errorCurves(points, WIDTHS, setting.alpha);
          return [scene.explain(), guess_peak, WIDTHS, errors, trainErrors];
        })"""
    at_n = 0
    for setting in SETTINGS_1:
        for words, guess, widths, errors, train in run(browser, script, setting, seeds):
            peak, n = widths[np.argmax(errors)], setting["n_samples"]
            check_peaks(words, guess, peak)
            assert ("as many weights as points" in words) == (peak == n)
            assert (f"not at {n}, the number of points" in words) == (peak != n)
            if peak == n and setting["alpha"] == 0:
                assert train[widths.index(n)] < 1e-9
            assert "noise" not in words or setting["noise"] > 0
            at_n += peak == n
    assert 0 < at_n < len(SETTINGS_1) * len(seeds)


@pytest.mark.parametrize("n_seeds", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_scene_2_compares_a_guess_with_its_errors(n_seeds, browser, page):
    open_page(browser, page)
    script = """
        const scene = new Scene2({ ask: () => new Promise(() => {}) });
        const { data, flip_rate, seed } = arguments[0];
        const setting = { data, flip_rate, seed, labels: "hard", width: 200, step: 5,
          teacher: "interpolating", n_transfer: 3000 };
        const world = drawWorld(setting);
        const models = SIZES.map((n_transfer) => fitModels(world, { ...setting, n_transfer }));
        const errors = models.map(({ student }) => testError(world, student));
        scene.answer = { setting };
        SIZES.forEach((size, k) => scene.trail(setting).set(size, errors[k]));
        const guess_peak = SIZES[(7 * seed) % SIZES.length];
        scene.controls.set("guess_peak", guess_peak);
        scene.guess.fromSliders();
        return [scene.verdict(), guess_peak, SIZES, errors]"""
    for seed in range(1, n_seeds + 1):
        for data, rate in (("moons", 0.1), ("no gap", 0.3)):
            setting = {"data": data, "flip_rate": rate, "seed": seed}
            words, guess, sizes, errors = run(browser, script, setting)
            peak = sizes[np.argmax(errors)]
            check_peaks(words, guess, peak)
            assert ("about as many labels as weights" in words) == (abs(peak - 200) < 26)
            assert ("not at 200, its number of weights" in words) == (abs(peak - 200) >= 26)
            (worst,) = re.findall(r"([\d.]+) %", words)
            assert float(worst) == pytest.approx(100 * max(errors), abs=0.051)


def test_a_guess_without_a_peak_is_called_so(browser, page):
    """A line that falls is highest at its start; the sliders tell what was drawn."""
    open_page(browser, page, reduced_motion="reduce")
    browser.execute_script(OPEN_MORE)
    drag(browser, "scene0-chart", [(0.5, 0.4), (0.9, 0.8)])
    browser.find_element("id", "scene0-reveal").click()
    coach = browser.find_element("id", "scene0-coach").text
    assert coach.startswith("You drew no peak. It is worst at 10,000: ")
    browser.find_element("id", "scene0-reveal").click()
    drag(browser, "scene0-chart", [(0.3, 0.7), (0.59, 0.3), (0.9, 0.6)])
    browser.find_element("id", "scene0-reveal").click()
    slid = browser.find_element("id", "scene0-guess_peak-value").text
    coach = browser.find_element("id", "scene0-coach").text
    assert coach.startswith(f"You said worst at {slid}. ")
    assert 3000 <= int(slid) <= 4000
    drag(browser, "scene1-chart", [(0.3, 0.7), (0.98, 0.3), (0.99, 0.6)])
    browser.find_element("id", "scene1-reveal").click()
    coach = browser.find_element("id", "scene1-coach").text
    assert coach.startswith("You said worst at 200. ")  # the widest model, at the picture's edge
    assert browser.find_element("id", "scene1-guess_peak-value").text == "200"


def test_scene_0_compares_a_guess_with_the_measured_curve(browser, page):
    open_page(browser, page)
    script = """
        const scene = new Scene0();
        return SCENE0_SETTINGS.guess_peak.choices.map((peak) => {
          scene.controls.set("guess_peak", peak);
          scene.guess.fromSliders();
          return [scene.verdict(), peak];
        })"""
    for words, guess in run(browser, script):
        check_peaks(words.replace("10,000", "10000", 1), guess, 10_000)
        assert "falls to 14.2 %, rises to this peak, and falls a second time, to 13.4 %" in words
        assert "89.9 % wrong is guessing among ten classes" in words
