"""What the README promises: its commands, its examples and its numbers."""

import json
import re

import pytest

from tests.readme_claims import MEASURED, ROOT, block

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [text.strip() for language, text in BLOCKS if not language]
EXAMPLES = [text for language, text in BLOCKS if language == "python"]


def test_two_commands_each_one_line_that_sets_up_its_own_environment():
    endings = ["python -m ddkd reproduce", "python -m pytest -n auto"]
    for command, ending in zip(COMMANDS, endings, strict=True):
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && . .venv/bin/activate && ")
        assert command.endswith(ending)


@pytest.mark.parametrize("example", EXAMPLES)
def test_python_examples_run(example, capsys):
    namespace = {"__name__": "readme"}
    exec(compile(example, "README.md", "exec"), namespace)
    for name, test in namespace.items():
        if name.startswith("test_"):
            test()
    for line in re.findall(r"^# prints (.*)$", example, flags=re.MULTILINE):
        assert line in capsys.readouterr().out


def test_the_table_of_claims_is_the_measured_one():
    claims = json.loads(MEASURED.read_text(encoding="utf-8"))
    assert block(README, claims) == README


def test_every_file_it_names_exists():
    names = re.findall(r"`((?:docs|examples)/[\w./-]*|[A-Z]+\.(?:md|cff))`", README)
    names += re.findall(r"\]\((docs/[^)]+)\)", README)
    assert len(names) > 5
    assert [name for name in names if not (ROOT / name).exists()] == []
