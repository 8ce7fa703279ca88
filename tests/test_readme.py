"""What the README promises: its length, its commands, its example and its numbers."""

import re
import shlex

import pytest

from ddkd import cli
from tests.readme_claims import ROOT, block, measured
from tools.readme_commands import command

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = README.splitlines()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
EXAMPLES = [text for language, text in BLOCKS if language == "python"]


def test_it_fits_on_two_screens():
    assert len(LINES) <= 110
    assert max(len(line) for line in LINES if "](" not in line) <= 125
    assert LINES.index("```python") < 60


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
