"""A user's own data, read once: a table as it came, or a .npz with arrays X and y."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from ddkd._text import printable
from ddkd.datasets._arrays import read_arrays, read_npz
from ddkd.datasets._cells import ENDINGS, SUFFIXES, read_cells
from ddkd.datasets._data_file import DataFile, digest_of, numbers_of_rows
from ddkd.datasets._questions import Question, Undecided, answered
from ddkd.datasets._table import read_more, read_table
from ddkd.datasets._target import test_labels

_MOST_QUESTIONS = 50


def read_file(
    path: str | Path,
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
    unlabelled: str | Path | None = None,
    test: str | Path | None = None,
) -> DataFile:
    """Read a table, or a .npz with arrays X and y, and files that go with it.

    Tables are read by pandas: .csv, .tsv, .txt (also packed: .gz, .bz2, .xz, .zip), .parquet with
    pyarrow, the first sheet of .xlsx with openpyxl. The first line names the columns. Nothing is
    guessed: a column holds numbers if all its cells are numbers as `decimal` and `thousands` say;
    a cell is missing if it is empty or NA, N/A, n/a, #N/A, NaN, nan, null, NULL or ?. What could be
    read in two ways is refused, all of it at once, with the flags that decide it; a flag
    ``--drop-missing`` of the command line is ``drop_missing=True`` here. Columns that are constant
    or empty are left out of a table.

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
        Leave out rows with a missing cell; with `impute` those without a label.
    unlabelled : str or Path, optional
        A file of inputs for the transfer set: a .npz with X, or a table with the same columns.
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
    options = {
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
    main = Path(path)
    paths = {"unlabelled": unlabelled, "test": test}
    more = {name: Path(value) for name, value in paths.items() if value is not None}
    with _plain_errors(main):
        for each in (main, *more.values()):
            _check_path(each)
        if _is_npz(main):
            _check_no_table_flags(main, options)
        file = _read(main, more, options)
        notes = list(file.notes)
        if n_repeated := len(file.X) - 1 - numbers_of_rows(file.X).max():
            where = "may be on both sides of a split, as examples of a few categories"
            if file.groups is not None:
                where = "stay on one side of every split"
            notes.append(f"{n_repeated:,} rows repeat an earlier one; equal rows {where}.")
        return replace(
            file,
            name=printable(main.name, most=100),
            notes=tuple(map(printable, notes)),
            digest=digest_of(main, *more.values()),
        )


def _read(main: Path, more: Mapping[str, Path], options: Mapping[str, Any]) -> DataFile:
    """Read the files as often as there is something to decide, then say all of it."""
    cells = cache(read_cells)
    questions: list[Question] = []
    answers = dict(options)
    while True:
        try:
            file = _decided(main, more, cells, answers)
            break
        except Question as question:
            questions.append(question)
        except ValueError as error:  # no answer helps
            questions.append(Question(str(error)))
        if not questions[-1].answers or len(questions) == _MOST_QUESTIONS:
            raise Undecided(str(main), questions, {}) from None
        answers = answered(answers, questions[-1].answers)
    if questions:
        said = {name: str(path) for name, path in more.items()}
        raise Undecided(str(main), questions, answers | said)
    return file


def _decided(
    main: Path, more: Mapping[str, Path], cells: Any, options: Mapping[str, Any]
) -> DataFile:
    """The data, if every question is answered; else the first Question."""
    if _is_npz(main):
        file = read_arrays(main, options["task"])
    else:
        file = read_table(cells(main, options["sep"]), options)
    notes = list(file.notes)
    for part, path in more.items():
        has_label = part == "test"
        with _plain_errors(path):
            if _is_npz(path):
                X, y = read_npz(path, has_label=has_label, n_features=file.X.shape[1])
            else:
                others = cells(path, options["sep"])
                X, y = read_more(others, file, options, notes, has_label=has_label)
            if has_label:
                file = replace(file, test=(X, test_labels(str(path), y, file.y, file.task)))
            else:
                file = replace(file, unlabelled=X)
    return replace(file, notes=tuple(notes))


def _is_npz(path: Path) -> bool:
    return path.suffix.lower() == ".npz"


def _check_no_table_flags(path: Path, options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        if name != "task" and value not in (None, False, [], "."):
            raise ValueError(
                f"--{name.replace('_', '-')} is for tables such as .csv; {path} must hold its "
                f"inputs as X and its labels as y"
            )


def _check_path(path: Path) -> None:
    if path.is_dir():
        raise ValueError(f"data file {path} is a directory; give a file in it")
    if not path.exists():
        raise ValueError(f"data file {path} does not exist")
    if not path.name.lower().endswith(ENDINGS):
        raise ValueError(
            f"data file {path} must end in {', '.join(SUFFIXES)} (or .csv.gz and the like): export "
            f"the table as 'CSV UTF-8'"
        )
    if path.stat().st_size == 0:
        raise ValueError(f"data file {path} is empty; it needs a header and rows")


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Errors as one message of printable characters and bounded length, whatever a file holds."""
    try:
        yield
    except OSError as error:
        where, reason = error.filename or path, error.strerror or error
        raise ValueError(printable(f"data file {where} cannot be read: {reason}")) from None
    except MemoryError:
        raise ValueError(printable(f"data file {path} needs more memory than there is")) from None
    except (Question, Undecided):
        raise
    except ValueError as error:
        raise ValueError(printable(str(error), most=1000)) from None
