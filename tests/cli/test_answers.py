"""What each command asks of the library, and what it says of the answer, without the work."""

import argparse
import re
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest

from ddkd.cli import _main, advise, curve, distill, page, phase, reproduce, theorems
from ddkd.cli._data import Data
from ddkd.datasets import DataFile
from ddkd.lecture import check_link
from ddkd.prediction import predict_phase
from ddkd.reproduction._reproduce import Reproduction
from ddkd.sweeps import SweepResult
from ddkd.theorems import ALL
from ddkd.theory import PhaseDiagram, phase_diagram


def arguments(command, *words, **change):
    words = [command, *map(str, words)]
    args = _main._parser(import_module(f"ddkd.cli.{command}")).parse_args(words)
    args.argv = words
    vars(args).update(change)
    return args


class Asked(Exception):
    """Raised with what a command asks for, in place of doing it."""


def ask(*given, **options):
    raise Asked(given, options)


# --- curve


def records(width, error, value="error"):
    columns = {"width": np.array(width), "repeat": np.zeros(len(width), dtype=int)}
    return SweepResult(columns | {value: np.array(error)})


@pytest.mark.parametrize(
    ("width", "error", "peak"),
    [
        ([5, 10, 20], [0.2, 0.212, 0.1], 10),  # 1.05 times the valley is .21
        ([5, 10, 20], [0.2, 0.208, 0.1], None),
        ([5, 10, 20], [0.1, 0.208, 0.2], None),
        ([5, 10, 20], [0.1, 0.212, 0.2], 10),
        ([7, 10, 20], [0.1, 0.4, 0.1], None),  # nothing below .7 times the rows
        ([5, 10, 14], [0.1, 0.4, 0.1], None),  # nor beyond 1.4 times
        ([5, 10, 15], [0.1, 0.4, 0.1], 10),
        ([5, 6, 20], [0.3, 0.4, 0.1], 6),  # nothing near: the highest of all
    ],
)
def test_a_peak_is_a_twentieth_above_both_valleys(width, error, peak):
    lead, values = curve._peak(records(width, error), "error", 10)
    assert values["peaks"] == (peak is not None)
    top = peak or 10
    assert (values["peak_width"], values["peak"]) == (top, error[width.index(top)])
    last, best = f"{100 * error[-1]:.1f} % at {width[-1]}.", min(error)
    if peak is None:
        assert f"has no peak at width 10, the number of labelled rows, and is {last}" in lead
        assert "going beyond" not in lead
    else:
        stated = f"peaks at {100 * values['peak']:.1f} % at width {peak}, with 10 labelled rows"
        assert f"{stated}, and falls to {last}" in lead
    at = width[error.index(best)]
    assert f"The best is {100 * best:.1f} % at width {at}" in lead


def test_the_curve_of_numbers_is_of_the_variance_left():
    lead, _ = curve._peak(
        records([5, 10, 20], [0.3, 0.9, 0.4], "variance_left"), "variance_left", 10
    )
    assert lead.startswith("The share of variance left peaks at 90.0 % at width 10")


@pytest.mark.parametrize(("task", "n_scores"), [("classes", 300), ("numbers", 100)])
def test_every_width_is_kept_up_to_two_gibibytes_of_scores(task, n_scores):
    split = SimpleNamespace(X_test=range(100), classes=[0, 1, 2], task=task)
    most = 2 * 2**30 // (8 * n_scores)
    data = SimpleNamespace(split=split)
    assert curve._every_width(data, 5) == [1, 2, 3, 4, 5]
    assert len(curve._every_width(data, most)) == most
    with pytest.raises(ValueError, match=f"--max-width {most:,} is possible"):
        curve._every_width(data, most + 1)


# --- distill


def distilled(monkeypatch, tmp_path, n_pool, value="error", task="classes", **change):
    """The answer of `distill` whose models err as told, and the sizes that it asked for."""
    asked = {}
    errors = {"teacher": [0.25, 0.35], "student": [0.2, 0.2], "direct": [0.375, 0.385]}

    def run_sweep(args, data, experiment, by, **sizes):
        asked.update(sizes)
        model = np.repeat(list(errors), 2)
        columns = {"model": model, "repeat": np.tile([0, 1], 3)}
        return SweepResult(columns | {value: np.ravel(list(errors.values()))})

    monkeypatch.setattr(distill, "run_sweep", run_sweep)
    data = SimpleNamespace(
        split=SimpleNamespace(transfer=np.empty((n_pool, 2)), task=task),
        value=value,
        require_transfer=lambda: None,
        notes=lambda: [],
    )
    args = arguments("distill", **change)
    args.out = tmp_path
    return distill.run(args, data), asked


@pytest.mark.parametrize(
    ("n_pool", "m", "width"), [(3, 3, 1), (99, 99, 24), (3000, 3000, 400), (20_000, 10_000, 400)]
)
def test_a_student_has_a_quarter_of_the_transfer_rows_and_at_most_400(
    n_pool, m, width, monkeypatch, tmp_path
):
    answer, asked = distilled(monkeypatch, tmp_path, n_pool)
    assert (asked["n_transfer"], asked["student_width"], asked["labels"]) == (m, width, "hard")
    assert asked["teacher_width"] == 4000
    assert (asked["teacher_alpha"], asked["student_alpha"]) == (0.0, 0.0)
    assert f"Widths: teacher 4,000, student {width}; {m:,} transfer rows." in answer.body
    assert not any("own peak" in line for line in answer.body)


@pytest.mark.parametrize(("n_pool", "is_near"), [(79, True), (80, False)])
def test_a_student_of_half_the_rows_or_more_is_near_its_peak(
    n_pool, is_near, monkeypatch, tmp_path
):
    answer, _ = distilled(monkeypatch, tmp_path, n_pool, student_width=40)
    said = [line for line in answer.body if "own peak" in line]
    assert bool(said) == is_near
    assert not said or said == [
        "With 79 transfer rows a student of width 40 is near its own peak or past it; "
        "--student-width 19 would be well below."
    ]


def test_a_student_is_judged_against_the_better_of_the_two(monkeypatch, tmp_path):
    answer, asked = distilled(monkeypatch, tmp_path, 99, "variance_left", "numbers")
    assert asked["labels"] == "soft"
    assert answer.lead == (
        "Distilling makes no clear difference: the student leaves 20.0 % of the variance, its "
        "teacher leaves 30.0 %, the student's model trained directly on the labels leaves 38.0 %."
    )
    assert answer.body[0].startswith(
        "Student minus teacher: -10.0 \u00b1 5.0 points; student minus directly trained model: "
        "-18.0 \u00b1 0.5. Judged against"
    )
    assert answer.values["gain"] == pytest.approx(0.1)
    assert answer.values["standard_error"] == pytest.approx(0.05)
    _, asked = distilled(monkeypatch, tmp_path, 99, labels="soft")
    assert asked["labels"] == "soft"
    assert distill._points(0.5, 0.25) == "+50.0 \u00b1 25.0"
    assert distill._points(0.123, np.nan) == "+12.3 \u00b1 ? (too few repeats)"


# --- phase


def test_the_map_of_a_population_is_of_300_labels_and_nine_sizes(monkeypatch):
    monkeypatch.setattr(phase, "phase_diagram", ask)
    with pytest.raises(Asked) as asked:
        phase.run(arguments("phase"), None)
    (population,), options = asked.value.args
    eigenvalues = np.asarray(population.eigenvalues)
    np.testing.assert_allclose(eigenvalues * np.arange(1, 501), 1.0)
    assert len(set(population.coef)) == 1
    sizes = np.array(options.pop("n_transfer"))
    assert (len(sizes), sizes[0], sizes[-1]) == (9, 125, 2000)
    np.testing.assert_allclose(sizes[1:] / sizes[:-1], np.sqrt(2), rtol=0.01)
    assert options.pop("n_samples") == 300
    assert options.pop("flip_rate") == (0.0, 0.05, 0.1, 0.15, 0.2)
    assert options == {"features": "random", "teacher_width": 2000, "student_width": 100}
    with pytest.raises(Asked) as asked:
        phase.run(arguments("phase", "--labelled", 50, "--max-transfer", 8), None)
    options = asked.value.args[1]
    assert (options["n_samples"], options["n_transfer"][0]) == (50, 1)
    assert options["n_transfer"][-1] == 8


def test_the_table_of_a_map_has_each_size_beside_its_rate(monkeypatch, tmp_path):
    grids = np.arange(24.0).reshape(3, 2, 4)
    found = PhaseDiagram(
        row_name="flip_rate",
        row_values=np.array([0.0, 0.1]),
        column_name="n_transfer",
        column_values=np.array([5, 10, 20, 40]),
        fixed={"n_samples": 9, "teacher_width": 9, "student_width": 9},
        student_error=grids[0] / 100,
        teacher_error=grids[1] / 100,
        direct_error=grids[2] / 100,
        teacher_alpha=grids[0],
    )
    monkeypatch.setattr(phase, "phase_diagram", lambda *_, **__: found)
    args = arguments("phase")
    args.out = tmp_path
    answer = phase.run(args, None)
    rows = list(answer.table.rows())
    assert len(rows) == 8
    for k, row in enumerate(rows):
        i, j = divmod(k, 4)
        assert (row["flip_rate"], row["n_transfer"]) == (0.1 * i, 5 * 2**j)
        assert row["student_error"] == pytest.approx(k / 100)
        assert row["teacher_error"] == pytest.approx((k + 8) / 100)
        assert row["gain"] == pytest.approx(row["direct_error"] - row["student_error"])
    assert [answer.lead, *answer.body[: len(found.recipe().splitlines()) - 1]] == (
        found.recipe().splitlines()
    )


def test_the_map_of_data_has_no_more_rows_than_there_are(monkeypatch):
    monkeypatch.setattr(phase, "predict_phase", ask)
    for name, most in (("digits", 997), ("moons", 2000)):
        args = arguments("phase", "--data", name)
        with pytest.raises(Asked) as asked:
            phase.run(args, Data(args))
        options = asked.value.args[1]
        assert (options["n_transfer"][0], options["n_transfer"][-1]) == (most // 16, most)
        assert options["flip_rates"] == (0.0, 0.05, 0.1, 0.15, 0.2)
        assert (options["bandwidth"], options["rng"]) == (0.8, 0)


# --- page and theorems


def test_the_numbers_of_a_link_are_those_of_the_library():
    link = "#scene=1&width=16"
    answer = page.run(arguments("page", "--check", link), None)
    found = check_link(link)
    scalars = {name: value for name, value in found.items() if np.ndim(value) == 0}
    assert answer.values == scalars
    said = [answer.lead, *answer.body]
    assert len(said) == len(scalars) < len(found)
    for text, (name, value) in zip(said, scalars.items(), strict=True):
        told, number = text.strip().split(": ")
        assert told.lower() == name.lower()
        assert float(number) == pytest.approx(value, rel=1e-5)


def test_the_size_of_a_page_is_that_of_its_file(tmp_path):
    out = tmp_path / "new" / "page.html"
    answer = page.run(arguments("page", "--out", out), None)
    kilobytes = int(re.match(r"Page: (\d+) kB", answer.lead)[1])
    assert kilobytes == pytest.approx(len(out.read_bytes()) / 1000, abs=0.5)


class Verdict(SimpleNamespace):
    def __str__(self):
        return "agrees" if self.passed else "is off"

    def to_dict(self):
        return {"id": self.id}


def test_theorems_that_fail_come_first_and_give_the_exit_status(monkeypatch):
    first, second, third = ALL[:3]
    found = [
        Verdict(id=t.id, theorem=t, variant=None, passed=t is not third)
        for t in (first, second, third)
    ]
    asked = []
    monkeypatch.setattr(theorems, "verify", lambda *a, **o: asked.append((a, o)) or found)
    monkeypatch.setattr(theorems, "monotonic", iter([10.0, 13.4] * 3).__next__)
    answer = theorems.run(arguments("theorems", "--quick", "--seed", 5, "--jobs", 2), None)
    wrong = sum(len(t.wrong) for t in (first, second, third))
    assert answer.lead == f"2 of 3 agree; 3 s. --wrong tries {wrong} plausible mistakes."
    assert answer.status == 1
    lines = [line for line in answer.body if re.match(r" *\d+ \S+$", line)]
    assert lines == [f"  3 {third.id}", f"  1 {first.id}", f"  2 {second.id}"]
    assert [value["seed"] for value in answer.values] == [5, 5, 5]
    assert all(value["quick"] for value in answer.values)
    options = asked[0][1]
    assert (options["rng"], options["n_jobs"], options["wrong"], options["quick"]) == (
        5,
        2,
        False,
        True,
    )
    assert list(asked[0][0][0]) == list(ALL)
    found[2].passed = True
    assert theorems.run(arguments("theorems"), None).status == 0
    answer = theorems.run(arguments("theorems", "--wrong"), None)
    assert answer.lead == "3 of 3 plausible mistakes are rejected; 3 s."


def test_theorems_are_chosen_by_name(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from dataclasses import replace\nfrom ddkd.theorems import ALL\n"
        "mine = replace(ALL[0], id='mine')\nmany = [mine, replace(ALL[1], id='yours'), 3]\n"
    )
    answer = theorems.run(
        arguments("theorems", "--list", "--from", tmp_path / "mine.py", "--only", "mine", "yours"),
        None,
    )
    assert answer.lead == "2 theorems; theorems --only ID checks one."
    assert answer.body[1] == f"   {ALL[0].statement}"
    answer = theorems.run(arguments("theorems", "--list"), None)
    assert answer.lead.startswith(f"{len(ALL)} theorems;")
    with pytest.raises(ValueError, match="no theorem is called 'nobody'"):
        theorems.run(arguments("theorems", "--list", "--only", ALL[0].id, "nobody"), None)
    (tmp_path / "none.py").write_text("x = [1, 2]\n")
    with pytest.raises(ValueError, match=r"none\.py: no ddkd\.theorems\.Theorem in it"):
        theorems.run(arguments("theorems", "--from", tmp_path / "none.py"), None)
    (tmp_path / "bad.py").write_text("1 / 0\n")
    with pytest.raises(ValueError, match=r"bad\.py: ZeroDivisionError: division by zero"):
        theorems.run(arguments("theorems", "--from", tmp_path / "bad.py"), None)


# --- reproduce and advise


@pytest.mark.parametrize(
    ("quick", "repeats", "expected"), [(True, 3, 3), (True, 9, 4), (False, 9, 9)]
)
def test_a_reproduction_asks_for_what_its_flags_say(
    quick, repeats, expected, monkeypatch, tmp_path
):
    asked = {}

    def done(jobs, **options):
        asked.update(options, jobs=jobs)
        return Reproduction((), None, [])

    monkeypatch.setattr(Reproduction, "failures", {"own": "ValueError: no"})
    monkeypatch.setattr(reproduce, "reproduce", done)
    monkeypatch.setattr(reproduce, "claims_summary", lambda _: ["one", "two", "three"])
    monkeypatch.setattr(reproduce, "claims_table", lambda _, width: ["a claim"])
    monkeypatch.setattr(reproduce, "claims_in_full", lambda _: [("Statement", ["number " * 20])])
    args = arguments("reproduce", "--repeats", repeats, "--labelled", 50, "--data", "digits")
    args.quick, args.out, args.flip_rate = quick, tmp_path, 0.25
    answer = reproduce.run(args, Data(args))
    assert answer.lead == "one; two."
    assert answer.body[-2:] == ["a claim", "own failed and is left out: ValueError: no"]
    first, *lines = answer.more.splitlines()
    assert first == "Statement"
    assert lines[0].startswith("  number")
    assert lines[1].startswith("      number")
    assert (asked["repeats"], asked["everyone"], asked["contestants"]) == (expected, False, [])
    assert {(job.flip_rates, job.n_samples) for job in asked["jobs"]} == {((0.25,), 50)}


def test_a_demonstration_of_a_stream_is_advised_with_5000_rows(monkeypatch):
    monkeypatch.setattr(advise, "advise", ask)
    for name, n_pool, task in (("moons", 5000, "classes"), ("digits", 997, "classes")):
        args = arguments("advise", "--data", name, "--flip-rate", "0.2")
        data = Data(args)
        with pytest.raises(Asked) as asked:
            advise.run(args, data)
        (X, y, pool), options = asked.value.args
        assert (len(X), len(pool)) == (len(data.split.X_train), n_pool)
        assert np.mean(y != data.split.y_train) == pytest.approx(0.2, abs=0.01)
        assert X.shape[1] == pool.shape[1] == data.split.X_train.shape[1]
        assert (options["groups"], options["task"], options["rng"]) == (None, task, 0)


def test_the_column_of_groups_is_found_by_its_name():
    file = DataFile("d", np.zeros((9, 3)), np.arange(9) % 2, "classes", names=("a", "b", "c"))
    data = SimpleNamespace(source=file, name="d")
    assert [advise._column(argparse.Namespace(group=name), data) for name in "abc"] == [
        [0],
        [1],
        [2],
    ]
    assert advise._column(argparse.Namespace(group=None), data) == []
    with pytest.raises(ValueError, match=r"--group x: there is no such .* there are a, b, c$"):
        advise._column(argparse.Namespace(group="x"), data)
    data.source = "digits"
    with pytest.raises(ValueError, match=r"no such column of numbers in d$"):
        advise._column(argparse.Namespace(group="x"), data)


def test_what_is_asked_for_is_what_the_library_takes():
    """The names that are replaced above are those of the library."""
    assert phase.phase_diagram is phase_diagram
    assert phase.predict_phase is predict_phase
