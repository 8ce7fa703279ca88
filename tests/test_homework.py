"""The homework: solutions pass every check, untouched homework passes none; no output is stored."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

FOLDER = Path(__file__).parents[1] / "examples" / "homework"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb") if "_solution" not in path.stem)
LECTURE = (FOLDER.parents[1] / "docs" / "lecture.rst").read_text(encoding="utf-8")


def cells(name, kind="code"):
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    chosen = [cell for cell in notebook["cells"] if cell["cell_type"] == kind]
    assert all(cell.get("outputs", []) == [] for cell in chosen)
    assert all(cell.get("execution_count") is None for cell in chosen)
    return ["".join(cell["source"]) for cell in chosen]


def run(name, sources):
    names = {}
    for number, source in enumerate(sources, 1):
        exec(compile(source, f"{name}, code cell {number}", "exec"), names)


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    plt.switch_backend("Agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    yield
    plt.close("all")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in NAMES])
def test_a_solution_passes_every_check(name, capsys):
    run(name, cells(f"{name}_solution"))


@pytest.mark.parametrize("name", NAMES)
def test_a_homework_is_its_solution_with_gaps(name):
    """Whatever has no gap is the same in both, the checks above all."""
    given, solved = cells(name), cells(f"{name}_solution")
    assert len(given) == len(solved)
    for ours, theirs in zip(given, solved, strict=True):
        assert (ours == theirs) == ("..." not in ours)
        assert "..." not in theirs
    checks = [source for source in given if source.startswith("# Check\n")]
    assert len(checks) >= 3
    assert all("assert" in source for source in checks)
    asked, told = (" ".join(cells(n, "markdown")) for n in (name, f"{name}_solution"))
    assert asked.count("*Your answer:*") == told.count("*Answer:*") >= 2
    assert "*Answer:*" not in asked


@pytest.mark.parametrize("name", NAMES)
def test_the_first_check_fails_before_the_work_is_done(name):
    sources = cells(name)
    first = next(k for k, source in enumerate(sources) if source.startswith("# Check\n"))
    with pytest.raises((AssertionError, AttributeError, TypeError)):
        run(name, sources[: first + 1])


def test_the_lesson_links_every_notebook():
    assert len(NAMES) == 3
    for name in NAMES:
        assert f"examples/homework/{name}.ipynb" in LECTURE
        assert (FOLDER / f"{name}_solution.ipynb").is_file()
