"""The files of the main job, of made-up claims and without a fit."""

import html
import inspect
import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from ddkd.datasets import DataFile
from ddkd.reproduction import (
    MAIN_JOB,
    Claim,
    Protocol,
    Reproduction,
    _report,
    claims_table,
    compare,
    protocols,
    write_report,
)
from ddkd.sweeps import SweepResult


def made_up():
    """Two data sets, of which one has a name that HTML must not take for its own."""
    columns = {
        "data": np.array(["a<b", "a<b", "digits"]),
        "model": np.array(["x", "y", "x"]),
        "failure": np.array(["", "first reason", ""]),
        "n_samples": np.array([200, 200, 100]),
    }
    jobs = (Protocol("a<b", "A <toy>"), Protocol("digits", "Digits", n_transfer=77))
    claims = [
        Claim("teacher", "it beats <it>", job.data, 0.1, "holds", -0.02, np.nan, n, {"one": 0.5})
        for job, n in zip(jobs, (4, 2), strict=True)
    ]
    return Reproduction(jobs, SweepResult(columns, parameters={"seed": 5}), claims)


def test_a_report_has_every_file_and_one_page_that_runs_nothing(tmp_path, monkeypatch):
    saved = {}

    def save(figure, path, **options):
        Path(path).write_bytes(b"picture")
        saved[Path(path).name] = options, figure.get_layout_engine()

    monkeypatch.setattr(Figure, "savefig", save)
    figures = {"width": "caption 1", "flips": "caption <2>"}
    monkeypatch.setattr(
        _report,
        "comparison_figures",
        lambda columns, title: {
            name: Figure(label=f"{title}: {caption}", layout="constrained")
            for name, caption in figures.items()
        },
    )
    done = made_up()
    write_report(done, tmp_path)
    stems = [f"{data}-{name}" for data in ("a-b", "digits") for name in figures]
    pictures = {f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")}
    files = {"claims.json", "results.npz", "results.csv", "index.html"}
    assert {path.name for path in tmp_path.iterdir()} == pictures | files
    assert saved.keys() == pictures
    for name, (options, layout) in saved.items():
        assert options == ({"dpi": 100} if name.endswith("png") else {})
        assert (layout is None) == name.endswith("svg")
    text = (tmp_path / "claims.json").read_text("utf-8")
    assert text.endswith("]\n")
    assert text.startswith("[\n {\n")
    first, second = json.loads(text)
    known = {"key": "teacher", "data": "a<b", "standard_error": None, "seed": 5}
    sizes = {"n_samples": 200, "teacher_width": 4000, "n_transfer": 20_000}
    assert known | sizes | {"numpy": np.__version__} == {
        key: first[key] for key in (*known, *sizes, "numpy")
    }
    assert (second["n_samples"], second["n_transfer"]) == (100, 77)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert '<p class="answer">2 of 2 claims hold, 0 fail, 0 are undecided.</p>' in page
    assert "<p>4 repeats, each" in page
    assert "<h2>A &lt;toy&gt;</h2><p>Data set <code>a&lt;b</code>.</p><figure>" in page
    assert page.count('src="data:image/png;base64,cGljdHVyZQ==" alt="') == 4
    assert 'alt="A &lt;toy&gt;: caption &lt;2&gt;"' in page
    for line in claims_table(done.claims, 500):
        assert f"<p>{html.escape(line)}</p>" in page
    lines = [
        "<dd>\u2713 a&lt;b, 10 % wrong: +2.0 \u00b1 nan, holds. one 50.0 %</dd>",
        "<dd>\u2713 digits, 10 % wrong: +2.0 \u00b1 nan in 2 repeats, holds. one 50.0 %</dd>",
    ]
    assert f"<dl><dt>it beats &lt;it&gt;</dt>{''.join(lines)}</dl>" in page
    assert "<script" not in page


def test_contestants_that_failed_are_named_with_their_first_reason():
    done = made_up()
    twice = {name: np.tile(column, 2) for name, column in done.result.columns.items()}
    twice["failure"][-2] = "second reason"
    assert Reproduction((), SweepResult(twice), []).failures == {"y": "first reason"}


def test_a_protocol_is_made_of_what_is_asked():
    assert protocols() == MAIN_JOB
    assert [p.data for p in protocols(quick=True)] == ["deformed-digits"]
    (mixture,) = protocols("mixture", flip_rate=0.3, n_samples=50)
    assert (mixture.title, mixture.flip_rates) == ("Gaussian clusters", (0.3,))
    assert (mixture.n_samples, mixture.teacher_width) == (50, 4000)
    (other,) = protocols("other")
    assert (other.data, other.title) == ("other", "other")
    assert other.flip_rates == (0.0, 0.05, 0.1, 0.2)
    (quick,) = protocols("digits", quick=True)
    assert (quick.n_samples, quick.n_transfer, quick.teacher_width) == (100, 4000, 2000)
    table = DataFile.__new__(DataFile)
    object.__setattr__(table, "name", "my.csv")
    (own,) = protocols(table)
    assert (own.data, own.title, own.flip_rates) == ("my.csv", "my.csv", (0.0,))
    assert own.file is table
    # Whoever calls the comparison itself gets the sizes of a protocol.
    defaults = {name: p.default for name, p in inspect.signature(compare).parameters.items()}
    for name in ("flip_rates", "teacher_width", "n_transfer"):
        assert defaults[name] == getattr(other, name), name


@pytest.mark.parametrize("length", [500, 501])
def test_a_line_of_the_page_ends_at_five_hundred_letters(length):
    assert len(_report._slug("x" * length)) == 60
    statement = f"s {(length - 2 - 5) * 'w'}"  # after the mark and its four blanks
    claim = Claim("k", statement, "digits", 0.1, "holds", 0, 0, 4)
    last = claims_table([claim], _report._WIDEST)[-1]
    assert last.endswith("...") == (length > 500)
