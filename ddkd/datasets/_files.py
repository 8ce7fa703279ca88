"""A user's own data, read once: a table as it came, or a .npz with arrays X and y."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from ddkd._text import counted, printable
from ddkd.datasets._arrays import read_arrays, read_npz
from ddkd.datasets._cells import read_cells
from ddkd.datasets._data_file import DataFile, digest_of, numbers_of_rows
from ddkd.datasets._questions import Question, Undecided, answered, listed
from ddkd.datasets._table import read_tables

_MOST_QUESTIONS = 50


def read_file(
    path: str | os.PathLike[str],
    *,
    label: str | None = None,
    sep: str | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    task: str | None = None,
    one_hot: bool = False,
    impute: bool = False,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    drop_missing: bool = False,
    unlabelled: str | os.PathLike[str] | None = None,
    test: str | os.PathLike[str] | None = None,
) -> DataFile:
    """Read a table, or a .npz with arrays X and y, and files that go with it.

    Tables are read by pandas: .parquet with pyarrow, the first sheet of .xlsx with openpyxl, any
    other file as text, such as .csv, .tsv, .txt (also packed: .gz, .bz2, .xz, .zip). The first line
    names the columns. Nothing is guessed: a column holds numbers if all its cells are numbers as
    `decimal` and `thousands` say; a cell is missing if it is empty or NA, <NA>, N/A, n/a, NaN, nan,
    null, NULL, ? or an error of a spreadsheet, such as #DIV/0!. What could be read in two ways is
    refused, all of it at once, with the flags that decide it; a flag ``--drop-missing`` of the
    command line is ``drop_missing=True`` here. Columns that are constant or empty are left out of a
    table.

    Parameters
    ----------
    path : str or Path
        The file.
    label : str, optional
        Name of the label column of a table. Default: the last.
    sep : str, optional
        What separates the columns of a text: a character, or "comma", "semicolon", "tab", "bar",
        "space". Default: the one of the first four that parts most lines alike.
    decimal : {".", ","}, default="."
        The decimal sign.
    thousands : str, optional
        The sign between thousands: a comma, a point, a space, an apostrophe or an underscore.
    task : {"classes", "numbers"}, optional
        What the labels are. Default: recognised, where that can be told.
    one_hot : bool, default=False
        Turn each text column into a column of zeros and ones for each of its values.
    impute : bool, default=False
        Fill a missing number with the mean of its column, leave the values of a missing text
        zero, and mark either in a column of its own. A missing label is never filled.
    drop : sequence of str, default=()
        Columns to leave out.
    keep : sequence of str, default=()
        Columns that have been asked about, such as one that numbers the rows, and are right.
    drop_missing : bool, default=False
        Leave out rows with a missing cell. Rows without a label are left out in any case.
    unlabelled : str or Path, optional
        A file of inputs for the transfer set: a .npz with X beside a .npz, else a table with the
        same columns.
    test : str or Path, optional
        A file of rows to test on, of the same form as `path`.

    Returns
    -------
    DataFile
        Everything read.

    Raises
    ------
    ValueError
        If a file cannot be read, or could be read in two ways; the message says what to do.
    """
    others = {"unlabelled": unlabelled, "test": test}
    paths = {"labelled": Path(path)}
    paths |= {part: Path(file) for part, file in others.items() if file is not None}
    options: dict[str, Any] = {
        "label": label,
        "sep": sep,
        "decimal": decimal,
        "thousands": thousands,
        "task": task,
        "one_hot": one_hot,
        "impute": impute,
        "drop": [drop] if isinstance(drop, str) else list(drop),
        "keep": [keep] if isinstance(keep, str) else list(keep),
        "drop_missing": drop_missing,
    }
    if both := set(options["drop"]) & set(options["keep"]):
        raise ValueError(f"--drop and --keep both name {listed(sorted(both))}")
    file = _read(paths, options)
    return replace(
        file,
        name=printable(paths["labelled"].name, most=100),
        notes=tuple(map(printable, [*file.notes, *_repeated(file)])),
        digest=digest_of(*paths.values()),
    )


def _read(paths: Mapping[str, Path], options: Mapping[str, Any]) -> DataFile:
    """Read the files as often as there is something to decide, then say all of it."""
    cells = cache(read_cells)
    questions: list[Question] = []
    answers = dict(options)
    while len(questions) < _MOST_QUESTIONS:
        try:
            file = _decided(paths, cells, answers)
            if not questions:
                return file
            break
        except Question as question:
            questions.append(question)
        except ValueError as error:  # no answer helps
            questions.append(Question(str(error)))
        answers = answered(answers, questions[-1].answers)
        if not questions[-1].answers:
            break
    main, *others = paths.items()
    said = {part: str(path) for part, path in others}
    helps = any(question.answers for question in questions)
    raise Undecided(str(main[1]), questions, answers | said if helps else {}) from None


def _decided(paths: Mapping[str, Path], cells: Any, options: Mapping[str, Any]) -> DataFile:
    """The data, if every question is answered; else the first Question."""
    npz = [path for path in paths.values() if path.suffix.lower() == ".npz"]
    if npz and len(npz) < len(paths):
        raise ValueError(f"{npz[0]} is a .npz: the other files must be such files, too")
    for name, value in options.items():
        if npz and name != "task" and value not in (None, False, [], "."):
            raise ValueError(
                f"--{name.replace('_', '-')} is for tables such as .csv; {npz[0]} must hold its "
                f"inputs as X and its labels as y"
            )
    parts: dict[str, Any] = {}
    for part, path in paths.items():
        try:
            parts[part] = read_npz(path, part) if npz else cells(path, options["sep"])
        except OSError as error:
            reason = error.strerror or error
            raise ValueError(f"data file {path} cannot be read: {reason}") from None
        except MemoryError:
            raise ValueError(f"data file {path} needs more memory than there is") from None
    if npz:
        return read_arrays(paths["labelled"].name, parts, options["task"])
    return read_tables(parts, options)


def _repeated(file: DataFile) -> Iterator[str]:
    """Notes on rows that stand in the files more than once."""
    parts = {"labelled": file.X, "unlabelled": file.unlabelled}
    parts["test"] = None if file.test is None else file.test[0]
    arrays = {part: X for part, X in parts.items() if X is not None}
    ends = np.cumsum([len(X) for X in arrays.values()])
    numbers = numbers_of_rows(np.concatenate(list(arrays.values())))
    rows = dict(zip(arrays, np.split(numbers, ends[:-1]), strict=True))
    if n_repeated := len(file.X) - len(np.unique(rows["labelled"])):
        where = "may be on both sides of a split, as examples of a few categories"
        if file.groups is not None:
            where = "stay on one side of every split"
        repeat = "repeats" if n_repeated == 1 else "repeat"
        yield f"{counted(n_repeated, 'row')} {repeat} an earlier one; equal rows {where}."
    for one, other in combinations(rows, 2):
        if n_shared := int(np.isin(rows[one], rows[other]).sum()):
            n = len(rows[one])
            yield f"Of the {n:,} {one} rows {n_shared:,} equal a row of the {other} file."
