"""What the README promises: its length, its commands, its example and its numbers."""

import configparser
import re
import shlex

import pytest

from ddkd import cli
from ddkd.cli._flags import RUN
from ddkd.reproduction._reproduce import N_SEEN, SEEN_REPEATS
from tools.readme_claims import LINES as LINES_OF_RESULTS
from tools.readme_claims import ROOT, block, measured
from tools.readme_commands import command

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = README.splitlines()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
EXAMPLES = [text for language, text in BLOCKS if language == "python"]


def test_it_fits_on_two_screens():
    assert len(LINES) <= 110
    assert max(len(line) for line in LINES if "](" not in line) <= 125
    assert LINES.index("```python") < 45


def test_two_commands_each_one_line_that_sets_up_its_own_environment():
    for name, ending in (
        ("main", "python -m ddkd reproduce"),
        ("test", "python -m pytest -n auto"),
    ):
        text = command(name, README)
        assert text.startswith("python3 -m venv .venv && . .venv/bin/activate && ")
        assert text.endswith(ending)


def test_the_block_on_own_data_installs_what_reads_a_table():
    first, *others = command("data", README).splitlines()
    assert first.startswith("python -m pip install '.[data]'")
    assert all(line.startswith("python -m ddkd ") for line in others)


@pytest.mark.parametrize("example", EXAMPLES)
def test_python_examples_run(example, capsys):
    exec(compile(example, "README.md", "exec"), {"__name__": "readme"})
    printed = capsys.readouterr().out
    promised = re.findall(r"^# prints (.*)$", example, flags=re.MULTILINE)
    assert promised
    for line in promised:
        assert line in printed


def test_the_results_are_the_measured_ones():
    assert block(README, *measured()) == README
    assert README.count("**loses**") >= 2  # where it fails is said as well


def test_it_says_what_is_installed():
    """The requirements of setup.cfg: no more, no less, and never "nothing else"."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    required = re.findall(r"^[\w-]+", config["options"]["install_requires"], flags=re.MULTILINE)
    said = re.search(r"The command installs ([^.]*?), with what these need", README)[1]
    assert re.split(r",\s|\sand\s", said) == required
    assert f"Python {config['options']['python_requires'].removeprefix('>=')} or newer" in README


def test_who_wins_differs_by_two_standard_errors_in_the_repeats_that_are_named():
    claims, *_ = measured()
    lines = " ".join(README.split()).split(" - On ")[1:]
    assert len(lines) == len(LINES_OF_RESULTS)
    for line, (data, flip_rate, key, *_) in zip(lines, LINES_OF_RESULTS, strict=True):
        (claim,) = [
            c for c in claims if (c["data"], c["flip_rate"], c["key"]) == (data, flip_rate, key)
        ]
        student, rival = claim["values"].values()
        assert claim["difference"] == pytest.approx(student - rival)
        ratio = claim["difference"] / claim["standard_error"]
        outcome = "it wins" if ratio < -2 else "it **loses**" if ratio > 2 else "too close to call"
        assert f": {outcome}." in line
        for number in (student, rival):
            assert f" {100 * number:.1f} %" in line
        few = re.search(r"both in the (\d+) repeats with that rival", line)
        assert claim["n_repeats"] == (int(few[1]) if few else 10)


def test_the_repeats_with_every_rival_are_those_of_the_command():
    few, most, rows = re.search(
        r"run in the first (\d+) of the (\d+)\srepeats, with ([\d,]+) of these", README
    ).groups()
    assert (int(few), int(rows.replace(",", ""))) == (SEEN_REPEATS, N_SEEN)
    assert int(most) == RUN["--repeats"]["default"]


def test_every_command_it_names_exists(capsys):
    named = set(re.findall(r"python -m ddkd (\w+)", README)) - {"curve"}
    for name in sorted(named):
        with pytest.raises(SystemExit) as stop:
            cli.main([name, "--help"])
        assert stop.value.code == 0
        help_text = capsys.readouterr().out
        for line in re.findall(rf"python -m ddkd {name}([^`#\n]*)", README):
            flags = [word for word in shlex.split(line) if word.startswith("--")]
            assert all(flag in help_text for flag in flags)


def test_every_file_it_names_exists():
    names = re.findall(r"`((?:docs|examples)/[\w./-]*|[A-Z]+\.(?:md|cff))`", README)
    names += re.findall(r"\]\((docs/[^)]+)\)", README)
    assert len(names) > 5
    assert [name for name in names if not (ROOT / name).exists()] == []
