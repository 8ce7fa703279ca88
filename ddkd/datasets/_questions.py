"""What must be decided before a table can be read: all of it said at once, with one command."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ddkd._text import printable


class Question(ValueError):
    """One thing to decide, and the options of `read_file` that would decide it.

    Parameters
    ----------
    text : str
        What was met, and what can be done about it.
    mend : str, default=""
        What must be done to the file first, where no option helps.
    **answers
        Options that would decide it; `settled` names what a mend settles.
    """

    def __init__(self, text: str, *, mend: str = "", **answers: Any) -> None:
        super().__init__(text)
        self.mend, self.answers = mend, answers


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
    """

    def __init__(
        self, path: str, questions: Sequence[Question], options: Mapping[str, Any]
    ) -> None:
        self.path, self.questions, self.options = path, questions, options
        super().__init__(self._message(f"ddkd curve --data {quoted(path)}"))

    def of_command(self, command: str) -> "Undecided":
        """Say the same of another command.

        Parameters
        ----------
        command : str
            The command without flags that decide anything.

        Returns
        -------
        Undecided
            The same error.
        """
        self.args = (self._message(command),)
        return self

    def _message(self, command: str) -> str:
        texts = [printable(str(question), 500) for question in self.questions]
        said = texts[0]
        if len(texts) > 1:
            numbered = [f"({i}) {text}" for i, text in enumerate(texts, start=1)]
            said = f"{len(texts)} things to decide. {'. '.join(numbered)}"
        mends = [question.mend for question in self.questions if question.mend]
        run = "Run" if not mends else f"First {', and '.join(mends)}; then run"
        flags = " ".join(filter(None, (flag(*option) for option in self.options.items())))
        then = f". {run}: {command} {flags}" if self.options else ""
        where = "" if said.startswith("data file ") else f"data file {self.path}: "
        return f"{where}{said}{then}".rstrip()


def flag(name: str, value: Any) -> str:
    """An option of `read_file` as a flag of the command line; empty where it says nothing."""
    if name == "settled" or value in (None, False, []) or (name, value) == ("decimal", "."):
        return ""
    word = f"--{name.replace('_', '-')}"
    if value is True:
        return word
    values = [value] if isinstance(value, str) else list(value)
    plain = [value for value in values if not value.startswith("-")]
    flags = [f"{word} {quoted(*plain)}"] if plain else []
    return " ".join([*flags, *(f"{word}={quoted(v)}" for v in values if v not in plain)])


def answered(options: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Options with some answers: columns to drop and to keep join those there are."""
    merged = dict(options)
    for name, value in answers.items():
        joins = name in ("drop", "keep", "settled")
        merged[name] = list(dict.fromkeys([*options.get(name, ()), *value])) if joins else value
    merged["keep"] = [name for name in merged["keep"] if name not in merged["drop"]]
    return merged


def named(option: str, name: str, names: Iterable[str]) -> str:
    """The name of a column, if there is one; a Question where it is spelt almost so."""
    names = list(names)
    if name in names:
        return name
    close = get_close_matches(name, names, n=1)
    if close and option == "label":
        raise Question(f"there is no column {name}, but {flag('label', close[0])}", label=close[0])
    hint = f"Did you mean {quoted(close[0])}? " if close else ""
    raise ValueError(f"--{option}: there is no column {name}. {hint}There is {listed(names)}")


def listed(names: Sequence[str], most: int = 8) -> str:
    """Some names and how many more there are, each cut where it is long."""
    shown = ", ".join(name if len(name) < 40 else f"{name[:36]}..." for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def quoted(*names: str) -> str:
    """Names as a shell takes them."""
    return " ".join(shlex.quote(name) for name in names)
