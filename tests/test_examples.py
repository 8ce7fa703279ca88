"""The examples run, alone, without a warning; the sliders move the curves."""

import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ddkd import GaussianPopulation
from ddkd.theory import least_squares

EXAMPLES = Path(__file__).parents[1] / "examples"
GALLERY = sorted(path.name for path in EXAMPLES.glob("plot_*.py"))
QUICK = ["plot_nine_answers.py", "plot_your_own_pipeline.py"]


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """Count the calls of plt.show, which has nothing to show here."""
    plt.switch_backend("Agg")
    plt.close("all")
    calls = []
    monkeypatch.setattr(plt, "show", lambda: calls.append(len(plt.get_fignums())))
    yield calls
    plt.close("all")


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in GALLERY]
)
def test_an_example_draws_its_figures(name, shown):
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert shown == [1]
    plt.gcf().canvas.draw()
    titles = [ax.get_title() for ax in plt.gcf().axes] + [plt.gcf().get_suptitle()]
    assert any(titles)
    assert not any("..." in title for title in titles)  # none is cut


@pytest.mark.parametrize("name", GALLERY)
def test_an_example_is_a_lesson(name):
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    title, rule, *_ = text.removeprefix('"""\n').splitlines()
    assert len(rule) == len(title)
    assert set(rule) == {"="}
    assert title.endswith("?")
    answer = text.split('"""')[1].split(rule)[1].strip()
    assert 20 < len(answer) < 320
    assert answer.endswith(".") or answer.endswith(".)")
    assert "What to notice" in text
    assert "Exercise" in text
    assert text.endswith("plt.show()\n")


def _explorer(name):
    return runpy.run_path(str(EXAMPLES / name))["Explorer"]()


def test_double_descent_sliders():
    explorer = _explorer("interactive_double_descent.py")
    for n in (30, 100):
        explorer.n.set_val(n)
        widths, errors = explorer.dots.get_data()
        assert list(explorer.mark.get_xdata()) == [n, n]
        # the peak sits at n, and its height is near that of a coin
        near = errors[np.abs(np.log(widths / n)) < 0.06].max()
        assert near > 0.4
        assert near > errors[-1] + 0.1
    before = explorer.line.get_ydata().copy()
    explorer.log_alpha.set_val(0.5)
    assert explorer.alpha == pytest.approx(10**0.5)
    assert explorer.line.get_ydata().max() < before.max() - 0.1
    assert explorer.dots.get_ydata().max() < errors.max() - 0.1
    tuned = explorer.line.get_ydata().copy()
    explorer.flip_rate.set_val(0.4)
    assert (explorer.line.get_ydata() > tuned).all()
    assert "40 % wrong" in explorer.ax.get_title()


def test_distillation_sliders():
    explorer = _explorer("interactive_distillation.py")
    for n, m in [(40, 100), (60, 200)]:
        explorer.n.set_val(n)
        explorer.m.set_val(m)
        for name, peak in [("direct", n), ("student", m)]:
            widths, theory = explorer.lines[name].get_data()
            assert widths[theory.argmax()] == peak
            widths, errors = explorer.dots[name].get_data()
            assert abs(np.log(widths[errors.argmax()] / peak)) < 0.15
    explorer.width.set_val(77)
    (width,), (error,) = explorer.choice.get_data()
    assert width == 77
    widths, errors = explorer.dots["student"].get_data()
    assert error == errors[list(widths).index(77)]
    population = GaussianPopulation(explorer.variances, explorer.truth, labels="hard")
    assert explorer.level.get_ydata()[0] == pytest.approx(
        least_squares(population, 60).error_rate, abs=0.05
    )
