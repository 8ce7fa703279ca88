"""The file: one, small, self-contained; and the command that writes it or checks its links."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from ddkd import cli, lecture

PARTS = Path(lecture.__file__).parent / "page"


def run(capsys, *arguments):
    status = cli.main(["page", *arguments])
    captured = capsys.readouterr()
    return status, captured.out or captured.err


def test_one_small_file_that_asks_for_nothing(page):
    text = page.read_text("utf-8")
    assert len(text.encode()) < 150_000
    assert "{{" not in text
    assert re.findall(r"^(?:import|export)\b", text, re.MULTILINE) == []
    loaded = re.findall(r"""(?:src|href)=["'](?!#|\$)([^"']*)["']""", text)
    assert loaded == ["https://arxiv.org/abs/2102.06849"]  # a link to read, not to load
    assert re.findall(r"fetch\(|XMLHttpRequest|@import|[: ]url\(", text) == []


def test_every_control_is_a_slider_or_a_button_in_the_document(page):
    body = page.read_text("utf-8").split("<script>")[0]
    assert set(re.findall(r'<input type="(\w+)"', body)) == {"range"}
    assert re.findall(r"<(?:select|textarea|details)", body) == []
    assert "createElement" not in page.read_text("utf-8")


def test_names_are_unique_over_all_modules():
    """Joined modules share one scope; a second function of a name would hide the first."""
    names = [
        name
        for path in PARTS.glob("*.js")
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
    ]
    assert sorted(names) == sorted(set(names))


def test_every_module_is_joined_after_those_it_imports():
    order = re.findall(r"\{\{(\w+)\.js\}\}", (PARTS / "page.html").read_text("utf-8"))
    assert sorted(order) == sorted(path.stem for path in PARTS.glob("*.js"))
    for k, name in enumerate(order):
        imported = re.findall(r'from "\./(\w+)\.js"', (PARTS / f"{name}.js").read_text("utf-8"))
        assert set(imported) <= set(order[:k])


def test_its_parts_are_short():
    texts = [path.read_text("utf-8") for path in PARTS.iterdir()]
    assert sum(bool(line.strip()) for text in texts for line in text.splitlines()) <= 2600


def test_scene_0_shows_the_measured_curve():
    """Width and error of every model in docs/measured, and no other."""
    measured = json.loads(
        (Path(__file__).parents[2] / "docs" / "measured" / "founding-experiment.json").read_text()
    )
    text = (PARTS / "scene0.js").read_text("utf-8")
    for name, expected in (
        ("widths", measured["widths"]),
        ("errors", measured["measured"]["error"]),
    ):
        assert json.loads(re.search(rf"{name}: (\[.*?\])", text)[1]) == expected
    assert f"n_samples: {measured['n_samples']}" in text


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.1, 0.15, 0.2, 0.3])
def test_flips_are_exactly_the_rate_and_nested(rate, monkeypatch):
    """round(40 rate) labels are wrong, and those of a lower rate stay so."""
    from ddkd.lecture import _scenes

    labels = {}

    def remember(Z, y, alpha):
        labels.setdefault(current, y.copy())
        return ridge(Z, y, alpha)

    ridge = _scenes.ridge
    monkeypatch.setattr(_scenes, "ridge", remember)
    for current in (0.0, rate, 0.3):
        _scenes.moons(n_transfer=50, flip_rate=current)
    wrong, wrong_most = (labels[0.0] != labels[k] for k in (rate, 0.3))
    assert wrong.sum() == round(40 * rate)
    assert not np.any(wrong & ~wrong_most)


def test_the_command_writes_the_page_into_a_new_folder(tmp_path, capsys):
    out = tmp_path / "new" / "page.html"
    status, text = run(capsys, "--out", str(out))
    assert status == 0
    assert text.startswith("Page: ")
    assert out.read_text("utf-8").startswith("<!doctype html>")


def test_out_must_not_be_a_folder(tmp_path, capsys):
    status, text = run(capsys, "--out", str(tmp_path))
    assert status == 1
    assert f"{tmp_path}: Is a directory" in text


def test_the_last_seed_that_a_link_may_ask_for_is_allowed():
    assert lecture.check_link("#scene=1&width=8&seed=9999")["error"] > 0


def test_check_prints_the_answer_first_and_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    status, text = run(capsys, "--check", "file:///a page.html#scene=1&width=16")
    assert status == 0
    assert text.splitlines()[0] == "Error: 99.9899"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("", "the link's scene must be one of '1', '2', '3'"),
        ("#scene=7", "the link's scene must be one of '1', '2', '3'"),
        ("#scene=1&colour=red", "a setting of polynomials must be one of 'width'"),
        ("#scene=1&width=wide", "width must be a number"),
        ("#scene=1&width=-1", "width must be a number"),
        ("#scene=1&noise=nan", "noise must be a number"),
        ("#scene=1&seed=10000", "seed must be a number from 0 to 9999; got '10000'"),
        ("#scene=2&labels=none", "labels must be one of 'hard', 'soft'"),
        ("#scene=2&flip_rate=0.17", "flip_rate must be one of"),
    ],
)
def test_a_bad_link_is_one_line_that_says_what_is_allowed(link, words, capsys):
    status, text = run(capsys, "--check", link)
    assert status == 1
    assert len(text.splitlines()) == 1
    assert words in text


def test_random_numbers_are_those_of_mulberry32():
    """The first numbers of seed 7001, computed with the author's five lines of JavaScript."""
    from ddkd.lecture._random import uniforms

    expected = [0.964236170751974, 0.06577026727609336, 0.3817827943712473]
    np.testing.assert_array_equal(uniforms(7, 1, 3), expected)


def test_no_script_but_its_own_runs(page):
    text = page.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', text)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
