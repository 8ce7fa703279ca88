"""What a command prints: the answer first, at most 78 columns."""

import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ddkd._text import plain, printable

WIDTH = 78


@dataclass(frozen=True)
class Answer:
    """What a command found.

    Parameters
    ----------
    lead : str
        The answer in a sentence or two; the first line printed.
    body : sequence of str, default=()
        Further paragraphs, each wrapped; a line that starts with a space is printed as it is.
    more : str, default=""
        The long form, such as a table, that ``--verbose`` adds.
    report : Path, optional
        The file or folder to look at next, printed last.
    values : mapping or list, default={}
        What ``--json`` prints or writes.
    status : int, default=0
        Exit status of the program.
    table, figure : Table and Figure, optional
        Results, written as results.csv (of a sweep as results.npz, too), and their picture, as
        figure.png and, for print, figure.svg.
    write : callable, optional
        Writes what else there is into a folder.
    """

    lead: str
    body: Sequence[str] = ()
    more: str = ""
    report: Path | None = None
    values: Mapping[str, Any] | Sequence[Any] = field(default_factory=dict)
    status: int = 0
    table: Any = None
    figure: Any = None
    write: Callable[[Path], object] | None = None

    def as_json(self) -> str:
        """Answer and values as JSON.

        Returns
        -------
        str
            Lines that end in a line break.
        """
        values = self.values
        if isinstance(values, Mapping):
            values = {"answer": self.lead, **values}
        return json.dumps(plain(values), indent=1) + "\n"

    def print(self, *, json_file: Path | None = None, verbose: bool = False) -> None:
        """Print to standard output.

        Parameters
        ----------
        json_file : Path or None, default=None
            A file that receives the values as JSON; "-" prints them in place of everything else.
        verbose : bool, default=False
            Whether to print the long form, too.
        """
        if json_file == Path("-"):
            print(self.as_json(), end="")
            return
        if json_file is not None:
            with named(json_file):
                json_file.write_text(self.as_json(), encoding="utf-8")
        paragraphs = [wrap(self.lead), *map(wrap, self.body)]
        if verbose and self.more:
            paragraphs.append(f"\n{printable(self.more)}")
        print(_for_this_terminal("\n".join(paragraphs)))
        if self.report is not None:
            print(f"\n{printable(str(self.report))}")


@contextmanager
def named(place: Path | str) -> Iterator[None]:
    """Say what was being written in an error that does not, such as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(place)) from error


def wrap(text: str) -> str:
    """Wrap a paragraph at 78 columns; a line that starts with a space stays as it is."""
    return printable(text) if text.startswith(" ") else fill(printable(text))


def fill(text: str, first: str = "", later: str = "") -> str:
    """Lines of at most 78 columns; no number is parted from its percent sign."""
    lines = textwrap.fill(
        text.replace(" %", "\u00a0%"),
        WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace("\u00a0", " ")


def _for_this_terminal(text: str) -> str:
    """Signs in letters that the terminal has."""
    try:
        "\u2713\u2717\u00b1".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return text.replace("\u2713", "+").replace("\u2717", "x").replace("\u00b1", "+-")
    return text
