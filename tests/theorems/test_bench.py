import json
from dataclasses import replace

import numpy as np
import pytest

import ddkd
from ddkd.cli import main
from ddkd.theorems import ALL, Theorem, verify
from tools import theorems_page


def exponential(**changes):
    """A theorem that is right: the mean of an exponential variable."""
    fields = {
        "id": "exponential",
        "statement": "An exponential variable of rate r has mean 1/r.",
        "source": "own",
        "kind": "exact",
        "law": lambda rate: 1 / rate,
        "simulate": lambda rng, rate: rng.exponential(1 / rate, 400).mean(),
        "settings": [{"rate": 0.2}, {"rate": 5.0}],
        "wrong": {
            "the median": lambda rate: np.log(2) / rate,
            "the rate": lambda rate: rate,
        },
    }
    return Theorem(**(fields | changes))


def test_a_right_theorem_agrees_and_its_mistakes_are_rejected():
    [verdict] = verify([exponential()])
    assert verdict.agrees
    assert verdict.passed
    assert str(verdict).startswith("agrees: largest gap ")
    assert str(verdict).endswith(verdict.comparison.power_in_words)
    assert verdict.comparison.predicted.tolist() == [5.0, 0.2]
    mistakes = verify([exponential()], wrong=True)
    assert [mistake.variant for mistake in mistakes] == ["the median", "the rate"]
    assert all(mistake.passed and str(mistake).startswith("rejected: gap ") for mistake in mistakes)


@pytest.fixture(scope="module")
def comparisons():
    """Of a right formula, at sixty seeds."""
    return [verify([exponential()], rng=seed)[0].comparison for seed in range(60)]


@pytest.mark.parametrize("place", [slice(None), 0, 1])
def test_a_formula_wrong_by_the_stated_resolution_is_rejected_nine_times_in_ten(place, comparisons):
    rejected, rates = 0, np.array([0.2, 5.0])
    for seed, comparison in enumerate(comparisons):
        factor = np.ones(2)
        everywhere = place == slice(None)
        stated = comparison.common_resolution if everywhere else comparison.resolution
        factor[place] += stated if everywhere else stated[place]
        wrong = exponential(law=lambda rate, factor=factor: float(factor[rates == rate][0]) / rate)
        rejected += not verify([wrong], rng=1000 + seed)[0].agrees
    # Binomial with 0.9: fewer than 46 of 60 come once in 1,000 times. Of two points wrong alike
    # more are noticed.
    assert rejected >= 46


def test_a_wrong_theorem_disagrees_and_a_mistake_that_is_none_is_not_rejected():
    [verdict] = verify([exponential(law=lambda rate: 1.1 / rate)])
    assert not verdict.passed
    assert str(verdict).startswith("DISAGREES")
    [mistake] = verify([exponential(wrong={"none": lambda rate: 1 / rate})], wrong=True)
    assert not mistake.passed
    assert str(mistake).startswith("NOT rejected")


def test_a_bound_may_be_exceeded_and_not_undercut():
    holds, fails = (
        verify([exponential(kind="bound", law=lambda rate, share=share: share / rate)])[0]
        for share in (0.8, 1.2)
    )
    assert holds.agrees
    assert "notice" not in str(holds)
    assert 0.75 < holds.closest < 0.85
    assert f"closest {100 * holds.closest:.0f} %" in str(holds)
    assert "IS VIOLATED" in str(fails)


def test_the_allowed_bias_is_relative_and_part_of_the_resolution():
    biased = exponential(law=lambda rate: 1.02 / rate, bias=0.04)
    [verdict] = verify([biased])
    assert verdict.agrees
    assert (verdict.comparison.resolution > 0.08).all()


@pytest.mark.slow
def test_draws_depend_on_the_seed_and_the_name_alone():
    first, second = exponential(), exponential(id="other")
    alone = verify([first], rng=3)[0].comparison.simulated
    together = verify([second, first], rng=3, n_jobs=2)[1].comparison.simulated
    assert (alone == together).all()
    assert (verify([first], rng=4)[0].comparison.simulated != alone).all()
    assert (verify([second], rng=3)[0].comparison.simulated != alone).all()


def test_quick_takes_one_setting_and_fewer_draws():
    [verdict] = verify([exponential()], quick=True)
    assert verdict.comparison.predicted.tolist() == [5.0]
    assert verdict.comparison.n_repeats == 25


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"kind": "true"}, "kind"),
        ({"settings": []}, "settings"),
        ({"n_repeats": 2}, "n_repeats"),
        *(({"bias": bias}, "bias must be") for bias in (np.nan, np.inf, -0.01)),
    ],
)
def test_bad_theorems_are_refused(changes, named):
    with pytest.raises(ValueError, match=named):
        exponential(**changes)


def test_names_are_unique_and_shapes_agree():
    with pytest.raises(ValueError, match="different names"):
        verify([exponential(), exponential()])
    with pytest.raises(ValueError, match="shape"):
        verify([exponential(simulate=lambda rng, rate: [1.0, 2.0])])


def test_a_wrong_law_of_another_shape_is_refused():
    # Three points in place of one, and none in place of three: as many together.
    pair = {
        "law": lambda rate: np.full(int(rate), 1 / rate),
        "simulate": lambda rng, rate: np.full(int(rate), rng.exponential(1 / rate)),
        "settings": [{"rate": 1.0}, {"rate": 3.0}],
    }
    moved = {"swapped": lambda rate: np.full(int(4 - rate), 1 / rate)}
    with pytest.raises(ValueError, match=r"every law of exponential.*\(1,\).*got \(3,\)"):
        verify([exponential(**pair, wrong=moved)], wrong=True)


def test_one_theorem_alone_is_verified():
    [verdict] = verify(exponential())
    assert verdict.agrees


def test_a_record_is_json_whatever_the_numbers():
    # A simulation that does not vary and a law of zero: infinite z and resolution.
    odd = exponential(law=lambda rate: 0.0, simulate=lambda rng, rate: 1.0)
    [verdict] = verify(odd)
    record = json.loads(json.dumps(verdict.to_dict(), allow_nan=False))
    assert record["z"] is None
    assert record["resolution"] == [None, None]
    assert record["common_resolution"] is None
    assert record["verdict"] == "disagrees"


def test_the_list_is_in_order():
    assert len({theorem.id for theorem in ALL}) == len(ALL)
    for theorem in ALL:
        assert len(theorem.settings) >= 3, theorem.id
        assert len(theorem.wrong) >= 2, theorem.id
        assert len(theorem.statement) <= 74, theorem.id
        assert theorem.statement.endswith("."), theorem.id
        assert theorem.equation, theorem.id
        assert theorem.limits, theorem.id
        assert theorem.source, theorem.id


@pytest.mark.parametrize("theorem", ALL, ids=lambda theorem: theorem.id)
def test_every_theorem_agrees_in_one_setting(theorem):
    assert verify([theorem], quick=True)[0].agrees


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(1, 5), marks=pytest.mark.nightly)])
@pytest.mark.parametrize(
    "theorem",
    [pytest.param(t, id=t.id, marks=[pytest.mark.nightly] * (t.id == "hard-ridge")) for t in ALL],
)
def test_every_theorem_agrees_and_every_mistake_is_rejected(theorem, seeds):
    # Among the mistakes, so that one set of draws serves both.
    both = replace(theorem, wrong={"none": theorem.law, **theorem.wrong})
    for seed in seeds:
        itself, *mistakes = verify([both], rng=seed, wrong=True)
        assert itself.agrees
        assert len(mistakes) == len(theorem.wrong)
        assert all(mistake.passed for mistake in mistakes)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("theorem", [t for t in ALL if t.kind != "bound"], ids=lambda t: t.id)
def test_the_stated_resolution_of_every_theorem_is_honest(theorem):
    rejected = 0
    for seed in range(20):
        [verdict] = verify([theorem], rng=seed)
        factor = 1 + verdict.comparison.common_resolution
        wrong = {"by the resolution": lambda f=factor, **s: f * np.asarray(theorem.law(**s))}
        rejected += verify([replace(theorem, wrong=wrong)], rng=100 + seed, wrong=True)[0].passed
    assert rejected >= 14


def test_the_command_prints_writes_and_fails(tmp_path, capsys, monkeypatch):
    path = tmp_path / "verdicts.json"
    arguments = ["theorems", "--only", "conservation", "--jobs", "1", "--json", str(path)]
    assert main([*arguments, "--plot", str(tmp_path / "pictures")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1 of 1 agree")
    assert max(map(len, lines)) <= 78 or str(tmp_path) in max(lines, key=len)
    [record] = json.loads(path.read_text())
    for name in ("id", "statement", "source", "kind", "law", "simulated", "standard_error", "z"):
        assert name in record
    assert record["verdict"] == "agrees"
    assert max(record["resolution"]) < 1e-6
    number = 1 + [theorem.id for theorem in ALL].index("conservation")
    below = theorems_page.printed([record]).replace("  1 ", f"{number:>3} ", 1)
    assert below in "\n".join(lines) + "\n"
    assert record["answer"] in " ".join(" ".join(lines).split())
    assert {p.name for p in (tmp_path / "pictures").iterdir()} == {"conservation.png", "sheet.png"}
    assert main([*arguments, "--wrong", "--quiet"]) == 0
    assert all(r["rejected"] and r["variant"] for r in json.loads(path.read_text()))
    conservation = next(t for t in ALL if t.id == "conservation")
    broken = replace(conservation, law=lambda population, n: n + 1)
    monkeypatch.setattr("ddkd.cli.theorems.ALL", (broken,))
    assert main(arguments) == 1
    assert "DISAGREES: gap -9.1 % at point (2,)" in capsys.readouterr().out


OWN = """
import numpy as np
from ddkd.theorems import Theorem

def mean(k):
    return k

def chi_square(name, **changes):
    def simulate(rng, k):
        return k * np.mean(rng.standard_normal((500, k)) ** 2)
    fields = dict(law=mean, simulate=simulate, settings=[{"k": 3}, {"k": 10}])
    return Theorem(name, "It has mean k.", "Helmert 1876", "exact", **(fields | changes))

right = chi_square("right", wrong={"one lost": lambda k: k - 1})
more = [right, chi_square("off", law=lambda k: 1.1 * k)]
"""


@pytest.mark.parametrize("jobs", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_theorems_of_ones_own_file_are_checked_beside_the_bench(jobs, tmp_path, capsys):
    path, records = tmp_path / "my.py", tmp_path / "records.json"
    path.write_text(OWN)
    call = ["theorems", "--from", str(path), "--jobs", jobs]
    only = ["--only", "right", "off", "conservation"]
    assert main([*call, *only, "--seed", "7", "--json", str(records)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2 of 3 agree")
    assert lines[1].endswith(" off")  # what failed comes first
    assert lines[3].startswith("    DISAGREES: gap -")
    found = {record["id"]: record for record in json.loads(records.read_text())}
    assert list(found) == ["conservation", "right", "off"]
    right = found["right"]
    assert (right["seed"], right["n_repeats"], right["quick"]) == (7, 100, False)
    assert right["settings"] == [{"k": 3}, {"k": 10}]
    assert right["version"] == ddkd.__version__
    assert main([*call, "--only", "right", "--wrong"]) == 0
    assert "one lost" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        (OWN + "twice = [chi_square('a'), chi_square('a')]", "theorems must have different names"),
        ("x = 1", "no ddkd.theorems.Theorem"),
        (OWN + "right = chi_square('votes')", "theorems must have different names"),
    ],
)
def test_a_file_of_ones_own_that_cannot_be_checked_is_one_line(text, named, tmp_path, capsys):
    path = tmp_path / "my.py"
    path.write_text(text)
    assert main(["theorems", "--from", str(path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert named in line


def test_a_file_that_is_no_python_is_not_run(tmp_path, capsys):
    path = tmp_path / "plain.csv"
    path.write_text(OWN)
    with pytest.raises(SystemExit):
        main(["theorems", "--from", str(path)])
    (line,) = capsys.readouterr().err.splitlines()
    assert "argument --from: must be a file of Python, such as my.py" in line


def test_the_command_lists_and_names_what_it_does_not_know(capsys):
    assert main(["theorems", "--list"]) == 0
    out = capsys.readouterr().out
    assert all(theorem.id in out and theorem.statement in out for theorem in ALL)
    assert max(map(len, out.splitlines())) <= 78
    assert main(["theorems", "--only", "nothing"]) == 1
    assert "--list" in capsys.readouterr().err
