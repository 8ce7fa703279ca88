"""The program: parse, run one command, print its answer or one line that says what is wrong."""

import argparse
import io
import os
import re
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType, ModuleType
from typing import NoReturn

from ddkd._text import printable
from ddkd._version import __version__
from ddkd.cli._answer import named, wrap
from ddkd.cli._flags import PRINT

# A command is a module of this name that is imported when it is asked for. It has NEEDS, the data
# that it takes by default (None if it takes none), WRITES, whether it fills a folder, FLAGS and
# run(args, data) -> Answer.
COMMANDS = {
    "reproduce": "measure the paper's claims, on four demonstrations or on your data",
    "curve": "one double-descent curve on any data",
    "distill": "one teacher-student run on any data: does distilling pay?",
    "predict": "a curve predicted from the kernel before any fit, beside the measured one",
    "advise": "which method to use, whether to distil it, and how sure that is",
    "phase": "when to distil, predicted in seconds: a map over label noise and transfer size",
    "diagnose": "why the error of your own pipeline has no peak",
    "theorems": "check published results against simulations, in two minutes",
    "page": "the live lecture: one HTML file that needs no network",
}
INTERRUPTED = 130  # as shells report signal 2
TERMINATED = 143  # and signal 15
_OUTPUT = "standard output"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str or None, default=None
        Arguments without the program's name; those of the process if None.

    Returns
    -------
    int
        Exit status: 0, 1 after an error, 2 for wrong arguments, 130 when interrupted, 143 when
        terminated.

    Raises
    ------
    SystemExit
        For wrong arguments, ``--help`` and ``--version``, as argparse does.
    """
    _prepare_streams()
    if argv is None:  # a program of its own
        signal.signal(signal.SIGTERM, _terminate)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except KeyboardInterrupt as stop:
        was_terminated = isinstance(stop, _Terminated)
        how = "terminated" if was_terminated else "interrupted"
        print(f"\n{how}. {stop}".rstrip(), file=sys.stderr)
        return TERMINATED if was_terminated else INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _discard_output()
        return 1
    except Exception as error:
        if "--debug" in words:
            raise
        if isinstance(error, OSError) and error.filename == _OUTPUT:
            _discard_output()
        _complain(f"ddkd {' '.join(words[:1])}: error: {_in_one_line(error)}")
        return 1


def _run(words: list[str]) -> int:
    """Parse the words, run the command and print its answer."""
    command = import_module(f"ddkd.cli.{words[0]}") if words and words[0] in COMMANDS else None
    parser = _parser(command)
    args = parser.parse_args(words)
    if command is None:
        parser.print_help()
        return 0
    from ddkd.cli._command import run

    args.argv = words
    answer = run(command, args)
    with named(_OUTPUT):
        answer.print(json_file=args.json, verbose=args.verbose)
        sys.stdout.flush()
    return answer.status


class _Terminated(KeyboardInterrupt):
    """Signal 15, which ends a run as Ctrl-C does."""


def _terminate(signum: int, _: FrameType | None) -> NoReturn:
    """Let signal 15 unwind the program: killed at once, it would leave joblib's workers behind."""
    signal.signal(signum, signal.SIG_DFL)  # the second one kills
    raise _Terminated


def _prepare_streams() -> None:
    """Make standard output and error take all letters, and whatever is written if closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):  # what the terminal cannot show is escaped
            stream.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Let what is left of standard output go nowhere, instead of failing again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str) -> None:
    """Print what is wrong: in lines that fit on a terminal, else in one."""
    print(wrap(text) if sys.stderr.isatty() else printable(text), file=sys.stderr)


def _in_one_line(error: Exception) -> str:
    """What went wrong; for what is not the user's doing, also where to look."""
    # A command to run next, which a long message may end in, must be whole.
    text = printable(" ".join(str(error).split()), most=5000)
    if isinstance(error, OSError) and error.strerror and error.filename:
        return printable(f"{error.filename2 or error.filename}: {error.strerror}")
    if isinstance(error, ValueError | OSError | ImportError):
        return text
    return f"{type(error).__name__}: {text} (--debug shows where)"


class _Parser(argparse.ArgumentParser):
    """A parser that says what to do with a file, and shows control characters as they are."""

    def error(self, message: str) -> NoReturn:
        known = r"(?:arguments|choice): '?(\S+\.(csv|tsv|txt|npz|parquet|xlsx))\b"
        file = re.search(known, message, re.IGNORECASE)
        hint = f"; use --data, as in `ddkd curve --data {file[1]}`" if file else ""
        _complain(f"{self.prog}: error: {message}{hint}; --help lists what there is")
        sys.exit(2)


def _parser(command: ModuleType | None) -> argparse.ArgumentParser:
    """A parser of all commands, with the flags of one."""
    parser = _Parser(
        prog="ddkd",
        description="Distilling double descent: exact curves, teachers and students.",
        epilog="ddkd COMMAND --help lists the flags of a command.",
    )
    parser.add_argument("--version", action="version", version=f"ddkd {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        one = commands.add_parser(name, help=help_text, description=help_text)
        if command is not None and command.__name__ == f"ddkd.cli.{name}":
            defaults = {"data": command.NEEDS, "out": f"ddkd-results/{name}", "flip_rate": 0.0}
            one.set_defaults(**defaults)  # where its flags say nothing else
            for flag, options in (command.FLAGS | PRINT).items():
                one.add_argument(flag, **options)
    return parser
