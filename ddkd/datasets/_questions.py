"""What must be decided before a table can be read: all of it said at once, with one command."""

import shlex
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import starmap
from typing import Any

from ddkd._text import printable


class Question(ValueError):
    """One thing to decide, and the options of `read_file` that would decide it.

    Parameters
    ----------
    text : str
        What was met, and what can be done about it.
    **answers
        Options that would decide it; none where the file itself must be mended.
    """

    def __init__(self, text: str, **answers: Any) -> None:
        super().__init__(text)
        self.answers = answers


class Undecided(ValueError):
    """Everything that must be decided before a file can be read.

    Parameters
    ----------
    path : str
        The file.
    questions : sequence of Question
        What to decide.
    options : mapping
        Options of `read_file` with which the file would be read.

    Attributes
    ----------
    command : str
        The command that is to be run, without flags that decide anything.
    """

    def __init__(
        self, path: str, questions: Sequence[Question], options: Mapping[str, Any]
    ) -> None:
        self.path, self.questions, self.options = path, questions, options
        self.command = f"ddkd curve --data {quoted(path)}"
        super().__init__(str(self))

    def __str__(self) -> str:
        """One line that ends in the command."""
        texts = [printable(str(question), 500) for question in self.questions]
        said = texts[0]
        if len(texts) > 1:
            numbered = [f"({i}) {text}" for i, text in enumerate(texts, start=1)]
            said = f"{len(texts)} things to decide. {'. '.join(numbered)}"
        where = "" if said.startswith("data file ") else f"data file {self.path}: "
        flags = " ".join(filter(None, starmap(flag, self.options.items())))
        run = "Run" if self.questions[-1].answers else "Then run"
        then = f". {run}: {self.command} {flags}" if self.options else ""
        return f"{where}{said}{then}".rstrip()


def flag(name: str, value: Any) -> str:
    """An option of `read_file` as a flag of the command line; empty where it says nothing."""
    if value in (None, False, []) or (name, value) == ("decimal", "."):
        return ""
    word = f"--{name.replace('_', '-')}"
    if value is True:
        return word
    values = [value] if isinstance(value, str) else list(value)
    if any(value.startswith("-") for value in values):
        return " ".join(f"{word}={quoted(value)}" for value in values)
    return f"{word} {quoted(*values)}"


def answered(options: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Options with some answers: columns to drop and to keep join those there are."""
    merged = {**options, **answers}
    for name in ("drop", "keep"):
        merged[name] = list(dict.fromkeys([*options[name], *answers.get(name, ())]))
    merged["keep"] = [name for name in merged["keep"] if name not in merged["drop"]]
    return merged


def named(option: str, name: str, names: Sequence[str]) -> str:
    """The name of a column, if there is one; a Question where it is spelt almost so."""
    if name in names:
        return name
    near = get_close_matches(name, names, n=9, cutoff=0.0)
    if option == "label" and get_close_matches(name, near):
        raise Question(f"there is no column {name}, but {flag('label', near[0])}", label=near[0])
    raise ValueError(f"--{option}: there is no column {name}. There is {listed(near)}")


def hold(names: Sequence[str]) -> str:
    """The beginning of a sentence on what some columns hold."""
    return f"column{'s' * (len(names) > 1)} {listed(names)} hold{'s' * (len(names) == 1)}"


def listed(names: Sequence[str], most: int = 8) -> str:
    """Some names and how many more there are, each cut where it is long."""
    shown = ", ".join(name if len(name) < 40 else f"{name[:36]}..." for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def quoted(*names: str) -> str:
    """Names as a shell takes them."""
    return " ".join(shlex.quote(name) for name in names)
