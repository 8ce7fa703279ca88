"""Run one command: read its data, make its folder, and keep what it found there."""

import argparse
import os
import sys
import warnings
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from types import ModuleType

from ddkd._provenance import made_with
from ddkd._text import printable
from ddkd._workers import one_thread
from ddkd.cli._answer import Answer
from ddkd.cli._data import OWN_DATA, Data
from ddkd.cli._output import check_folder, publish, settings, what_is_kept
from ddkd.exceptions import InterpolationWarning


def run(command: ModuleType, args: argparse.Namespace) -> Answer:
    """What a command answers; KeyboardInterrupt says what an interrupted run has left."""
    if "MPLBACKEND" in os.environ:
        import_module("matplotlib")  # refuses one that it does not know, before any work
    try:
        # Two processes with as many BLAS threads each as there are cores wait for one another.
        with warnings.catch_warnings(), one_thread(user_api="blas"):
            # At a threshold a model that fails to interpolate is what the curves are about; the
            # records say so in a column.
            warnings.simplefilter("ignore", InterpolationWarning)
            warnings.showwarning = _print_warning
            return _answer(command, args)
    except KeyboardInterrupt as stop:
        kept = what_is_kept(args) if command.WRITES else ""
        raise type(stop)(f"{stop} {kept}".strip()) from None


def _answer(command: ModuleType, args: argparse.Namespace) -> Answer:
    """The command's answer, kept in its folder if it has one."""
    made_with()
    data = None if args.data in (None, OWN_DATA) else Data(args)
    if command.WRITES:
        check_folder(args, data)
    answer = _told(command.run(args, data), args, data)
    if command.WRITES:
        publish(args, data, answer)
    return answer


def _told(answer: Answer, args: argparse.Namespace, data: Data | None) -> Answer:
    """The answer with what was read, in its second line, and with what it was computed by."""
    if not isinstance(answer.values, Mapping):
        return answer
    values = {**answer.values, "settings": settings(args, data), **made_with()}
    if data is None:
        return replace(answer, values=values)
    return replace(answer, body=[data.about, *answer.body], values={**values, "data": data.values})


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning's own words, without the place in the code that issued it."""
    print(f"ddkd: warning: {printable(' '.join(str(message).split()))}", file=sys.stderr)
