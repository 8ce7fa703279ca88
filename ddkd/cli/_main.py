"""The program: parse, run one command, print its answer or one line that says what is wrong."""

import argparse
import io
import os
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from threadpoolctl import threadpool_limits

from ddkd import __version__
from ddkd._text import printable
from ddkd.cli import advise, curve, diagnose, distill, page, phase, predict, reproduce, theorems
from ddkd.cli._answer import Answer, wrap
from ddkd.cli._data import OWN_DATA, Data
from ddkd.cli._flags import PRINT, shared
from ddkd.cli._output import hold_folder, how_to_resume, publish, saved_answer
from ddkd.exceptions import InterpolationWarning

# A command is a module with HELP (one line), FLAGS (each with what argparse is to know of it) and
# run(args, data) -> Answer.
_MODULES = (reproduce, curve, distill, predict, advise, phase, diagnose, theorems, page)
COMMANDS = {module.__name__.rpartition(".")[2]: module for module in _MODULES}
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str or None, default=None
        Arguments without the program's name; those of the process if None.

    Returns
    -------
    int
        Exit status: 0, 1 after an error, 2 for wrong arguments, 130 when interrupted.

    Raises
    ------
    SystemExit
        For wrong arguments, ``--help`` and ``--version``, as argparse does.
    """
    for stream in (sys.stdout, sys.stderr):  # print what the terminal cannot show as an escape
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    args = parser.parse_args(words)
    if args.command is None:
        parser.print_help()
        return 0
    args.argv = words
    try:
        # Two processes with as many BLAS threads each as there are cores wait for one another.
        with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
            # At a threshold a model that fails to interpolate is what the curves are about; the
            # records say so in a column.
            warnings.simplefilter("ignore", InterpolationWarning)
            warnings.showwarning = _print_warning
            answer = _answer(args)
        answer.print(json_file=args.json, verbose=args.verbose)
        return answer.status
    except KeyboardInterrupt:
        print(f"\ninterrupted. {how_to_resume(args)}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if args.debug:
            raise
        _complain(f"ddkd {args.command}: error: {_in_one_line(error)}")
        return 1


def _answer(args: argparse.Namespace) -> Answer:
    """Read the data and run the command, or find the answer of a finished run."""
    run = COMMANDS[args.command].run
    data = None if getattr(args, "data", OWN_DATA) == OWN_DATA else Data(args)
    if not hasattr(args, "force"):  # it has no folder
        return run(args, data)
    with hold_folder(args):
        return saved_answer(args, data) or publish(args, data, run(args, data))


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning's own words, without the place in the code that issued it."""
    print(f"ddkd: warning: {printable(' '.join(str(message).split()))}", file=sys.stderr)


def _complain(text: str) -> None:
    """Print what is wrong: in lines that fit on a terminal, else in one."""
    print(wrap(text) if sys.stderr.isatty() else printable(text), file=sys.stderr)


def _in_one_line(error: Exception) -> str:
    """What went wrong; for what is not the user's doing, also where to look."""
    text = printable(" ".join(str(error).split()), most=1500)
    if isinstance(error, OSError) and error.strerror and error.filename:
        return printable(f"{error.filename}: {error.strerror}")
    if isinstance(error, ValueError | OSError | ImportError):
        return text
    return f"{type(error).__name__}: {text} (--debug shows where)"


class _Parser(argparse.ArgumentParser):
    """A parser that says what to do with a file, and shows control characters as they are."""

    def error(self, message: str) -> NoReturn:
        file = re.search(r"[^\s']+\.(csv|tsv|npz)\b", message, re.IGNORECASE)
        hint = f"; use --data, as in `ddkd curve --data {file[0]}`" if file else ""
        _complain(f"{self.prog}: error: {message}{hint}; --help lists what there is")
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ddkd",
        description="Distilling double descent: exact curves, teachers and students.",
        epilog="ddkd COMMAND --help lists the flags of a command.",
    )
    parser.add_argument("--version", action="version", version=f"ddkd {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        command.set_defaults(out=Path("ddkd-results") / name)
        for flag, options in (module.FLAGS | shared(*PRINT)).items():
            command.add_argument(flag, **options)
    return parser
