"""Tables as they come: each is read right, or refused in one line with a remedy that is executed.

A case is a file and its truth: what a reader who knows the file would take from it.
"""

import gzip
import io
import re
import shlex
import zipfile
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas
import pytest

from ddkd.cli import _main, curve
from ddkd.cli._data import Data
from ddkd.datasets._cells import read_cells

N = 60
RNG = np.random.default_rng(0)
KIND = np.arange(N) % 2
A, B = (np.round(KIND + RNG.normal(size=N), 2) for _ in range(2))
C = np.round(100 * A + B, 1)  # numbers to predict
GROUP = np.array(["red", "green", "blue"])[np.arange(N) % 3]
PEOPLE = [f"person{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(N)]


def table(sep=",", end="\n", **columns):
    """A text of the columns, whose names may hold anything when given as `**{name: cells}`."""
    rows = zip(*([str(cell) for cell in cells] for cells in columns.values()), strict=True)
    return end.join([sep.join(columns), *(sep.join(row) for row in rows)]) + end


GOOD = table(a=A, b=B, kind=KIND)
COMMAS = table(";", a=A, b=B, kind=KIND).replace(".", ",")


def rough(cells, places, value):
    cells = [str(cell) for cell in cells]
    for place in places:
        cells[place] = value
    return cells


def without(cells, *places):
    return np.delete(np.asarray(cells), places)


@dataclass
class Case:
    """A file, and what it holds.

    Attributes
    ----------
    content : str or bytes
        The file.
    columns : dict of str to sequence of float
        Names and values of the columns of inputs.
    labels : sequence
        The labels.
    task : str
        Classes or numbers.
    says : str
        A word of the message or of a note; where the file is read at once, of a note.
    refused : bool
        Whether the file is refused first; the command in the message must then read it.
    mend : callable
        What the message says is to be done to the file, done to its content.
    flags : str
        Flags of the first attempt.
    name : str
        The file's name.
    """

    content: Any
    columns: dict
    labels: Any = field(default_factory=lambda: KIND)
    task: str = "classes"
    says: str = ""
    refused: bool = True
    mend: Any = None
    flags: str = ""
    name: str = "d.csv"


AB = {"a": A, "b": B}


def read(content, columns=AB, labels=KIND, **more):
    return Case(content, columns, labels, refused=False, **more)


def mended(content, says, mend, columns=AB, labels=KIND, **more):
    return Case(content, columns, labels, says=says, mend=mend, **more)


def packed(text, suffix):
    buffer = io.BytesIO()
    if suffix == "zip":
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("d.csv", text)
    elif suffix == "xlsx":
        pandas.read_csv(io.StringIO(text)).to_excel(buffer, index=False)
    elif suffix == "parquet":
        pandas.read_csv(io.StringIO(text)).to_parquet(buffer)
    return buffer.getvalue()


def titled_workbook():
    buffer = io.BytesIO()
    rows = [["Sales 2024", "", ""], ["", "", ""], ["a", "b", "kind"], *zip(A, B, KIND, strict=True)]
    pandas.DataFrame(rows).to_excel(buffer, header=False, index=False)
    return buffer.getvalue()


ZIP = [f"{i:05d}" for i in 501 + 13 * (np.arange(N) % 5)]
GERMAN = [str(387 + 7 * i) if i % 3 else f"{1 + i % 9}.{100 + i}" for i in range(N)]
GERMAN_VALUES = [float(cell.replace(".", "")) for cell in GERMAN]
POUNDS = [f"{20 + i % 30},{7 * i:03d}" for i in range(N)]
POUNDS_VALUES = [float(cell.replace(",", "")) for cell in POUNDS]
DAYS = [20200101 + 100 * (i % 12) + i % 28 for i in range(N)]
ROOMS = np.arange(N) % 7
CODES = [1000001 + i % 4 for i in range(N)]
COLOURS = {f"colour={c}": c == GROUP for c in ("blue", "green", "red")}

CASES = {
    # Read at once.
    "plain": read(GOOD),
    "semicolons": read(table(";", a=A, b=B, kind=KIND), says="separator 'semicolon'"),
    "tabs": read(table("\t", a=A, b=B, kind=KIND), says="separator 'tab'", name="d.tsv"),
    "bars": read(table("|", a=A, b=B, kind=KIND), says="separator 'bar'", name="d.txt"),
    "carriage returns": read(table(end="\r\n", a=A, b=B, kind=KIND)),
    "utf-16": read(GOOD.encode("utf-16")),
    "a byte-order mark": read("\ufeff" + GOOD),
    "windows-1252": read(
        table(a=A, b=B, espèce=np.array(["à", "é"])[KIND]).encode("cp1252"),
        labels=np.array(["à", "é"])[KIND],
        says="Windows-1252",
    ),
    "empty lines": read(GOOD + ",,\n\n" * 9),
    "gzip": read(gzip.compress(GOOD.encode()), name="d.csv.gz"),
    "zip": read(packed(GOOD, "zip"), name="d.csv.zip"),
    "parquet": read(packed(GOOD, "parquet"), name="d.parquet"),
    "excel": read(packed(GOOD, "xlsx"), name="d.xlsx"),
    "numbers to predict": read(table(a=A, b=B, c=C), labels=C, task="numbers"),
    "true and false": read(table(a=A, b=B, kind=KIND == 1), labels=KIND == 1),
    "classes 01 and 1": read(
        table(a=A, b=B, kind=["01", "1"] * 30), labels=["01", "1"] * 30, task="classes"
    ),
    "an empty column": read(table(a=A, x=[""] * N, b=B, kind=KIND), says="constant: x"),
    "a constant column": read(table(a=A, x=[7] * N, b=B, kind=KIND), says="constant: x"),
    "quotes and commas": read(
        table(**{'"a, cm"': A, '"b ""x"""': B, "kind": KIND}), {"a, cm": A, 'b "x"': B}
    ),
    "exponents": read(table(a=[f"{a:.3e}" for a in A], b=B, kind=KIND)),
    "a label in the first column, by its flag": read(
        table(sick=KIND, a=A, b=B), flags="--label sick", says=""
    ),
    "decimal commas": read(COMMAS, flags="--decimal ,"),
    "None is a word": read(
        table(a=A, x=["None", "some"] * 30, kind=GROUP),
        {"a": A, "x=None": KIND == 0, "x=some": KIND == 1},
        GROUP,
        flags="--one-hot",
    ),
    "codes with one odd one": read(
        table(a=A, code=rough(CODES, [50], "X99"), kind=GROUP),
        {
            "a": A,
            **{f"code={c}": [x == str(c) for x in rough(CODES, [50], "X99")] for c in CODES[:4]},
            "code=X99": np.arange(N) == 50,
        },
        GROUP,
        flags="--one-hot --keep code",
    ),
    "text that goes with missing rows": read(
        table(a=rough(A, [0, 3, 6], ""), x=np.where(np.arange(N) % 3, "no", "x"), kind=KIND),
        {"a": without(A, 0, 3, 6), **{f"x={v}": [] for v in ("no", "x")}},
        without(KIND, 0, 3, 6),
        flags="--one-hot --drop-missing",
    ),
    "a row of units without a label": read(
        GOOD.replace("\n", "\ncm,kg,\n", 1), says="1 row without a label left out"
    ),
    "a name of two lines": read(GOOD.replace("b", '"b\n  (kg)"', 1), columns={"a": A, "b (kg)": B}),
    # Refused with flags.
    "decimal commas, unasked": Case(COMMAS, AB, says="--decimal ,"),
    "tabs and decimal commas": Case(COMMAS.replace(";", "\t"), AB, says="--decimal ,"),
    "decimal commas in the label alone": Case(
        table(";", n=KIND + np.arange(N) % 7, c=[str(c).replace(".", ",") for c in C]),
        {"n": KIND + np.arange(N) % 7},
        C,
        "numbers",
        says="column c holds '12,6': --decimal , if that is 12.6",
    ),
    "thousands in the label": Case(
        table(";", a=A, b=B, price=POUNDS), AB, POUNDS_VALUES, "numbers", says="--thousands ,"
    ),
    "thousands in a column": Case(
        table(a=A, pay=[f'"{p}"' for p in POUNDS], kind=KIND),
        {"a": A, "pay": POUNDS_VALUES},
        says="--thousands ,",
    ),
    "German thousands": Case(
        table(";", a=[str(a).replace(".", ",") for a in A], pay=GERMAN, kind=KIND),
        {"a": A, "pay": GERMAN_VALUES},
        says="--decimal , --thousands .",
    ),
    "German thousands beside whole numbers alone": Case(
        table(";", n=KIND + 3 * (np.arange(N) % 7), pay=GERMAN, kind=KIND),
        {"n": KIND + 3 * (np.arange(N) % 7), "pay": GERMAN_VALUES},
        says="column pay holds '1.100': --decimal , --thousands . if that is 1,100, --keep pay if",
    ),
    "spaces between thousands": Case(
        table(";", a=A, pay=[p.replace(",", " ") for p in POUNDS], kind=KIND),
        {"a": A, "pay": POUNDS_VALUES},
        says="--thousands ' '",
    ),
    "spaces between columns": Case(table(" ", a=A, b=B, kind=KIND), AB, says="--sep space"),
    "aligned columns": Case(
        "\n".join(
            f"  {a!s:>8}  {b!s:>8} {k!s:>6}  "
            for a, b, k in [("a", "b", "kind"), *zip(A, B, KIND, strict=True)]
        ),
        AB,
        says="--sep space",
        name="d.txt",
    ),
    "label in the middle, as text": Case(
        table(a=A, diagnosis=GROUP, b=B),
        {"a": A, **{f"diagnosis={c}": c == GROUP for c in ("blue", "green", "red")}},
        B,
        "numbers",
        says="--label diagnosis",
    ),
    "label first, by its name": Case(table(target=KIND, a=A, b=B), AB, says="--label target"),
    "text that is not the label": Case(
        table(a=A, colour=GROUP, kind=KIND), {"a": A, **COLOURS}, says="--one-hot"
    ),
    "names of persons": Case(table(name=PEOPLE, a=A, kind=KIND), {"a": A}, says="--drop name"),
    "dates": Case(
        table(day=[f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(N)], a=A, kind=KIND),
        {"a": A},
        says="--drop day",
    ),
    "dates as numbers": Case(table(day=DAYS, a=A, kind=KIND), {"a": A}, says="dates such as"),
    "zip codes": Case(
        table(zip=ZIP, a=A, kind=KIND),
        {"a": A, **{f"zip={z}": np.array(ZIP) == z for z in sorted(set(ZIP))}},
        says="--one-hot",
    ),
    "row numbers": Case(
        table(case=range(N), a=A, kind=KIND), {"a": A}, says="seems to number the rows"
    ),
    "nothing but row numbers": Case(
        table(**{"": range(N), "time": range(1900, 1900 + N), "c": C}),
        {"time": range(1900, 1900 + N)},
        C,
        "numbers",
        says="columns unnamed 1, time hold what seems to number the rows",
    ),
    "an id in capitals": Case(
        table(PatientID=range(N, 0, -1), a=A, kind=KIND), {"a": A}, says="--drop PatientID"
    ),
    "an id with some repeats": Case(
        table(ID=[900 + 7 * i - 7 * (i == 9) for i in range(N)], a=A, kind=KIND),
        {"a": A},
        says="--drop ID",
    ),
    "an index of many repeats": Case(
        table(index=np.arange(N) // 5, a=A, kind=KIND), {"a": A}, says="--keep index"
    ),
    "a frame's index": Case(
        table(**{"": range(N), "a": A, "kind": KIND}), {"a": A}, says="--drop 'unnamed 1'"
    ),
    "an index that is kept": read(
        table(year=range(1950, 2010), a=A, kind=KIND),
        {"year": np.arange(1950, 2010), "a": A},
        flags="--keep year",
    ),
    "codes for missing": Case(
        table(a=rough(A, [3, 9], "-999"), b=B, kind=KIND), {"b": B}, says="stood for a missing"
    ),
    "codes that are numbers": read(
        table(a=rough(A, [3, 9], "-999"), b=B, kind=KIND),
        {"a": [float(a) for a in rough(A, [3, 9], "-999")], "b": B},
        flags="--keep a",
    ),
    "empty cells": Case(
        table(a=rough(A, [3, 9], ""), b=B, kind=KIND),
        {"a": without(A, 3, 9), "b": without(B, 3, 9)},
        without(KIND, 3, 9),
        says="2 of 60 rows (line 5 is the first)",
    ),
    "NA": Case(
        table(a=rough(A, [3], "NA"), b=B, kind=KIND),
        {"a": without(A, 3), "b": without(B, 3)},
        without(KIND, 3),
        says="--drop-missing",
    ),
    "question marks": Case(
        table(a=A, b=rough(B, [3], "?"), kind=KIND),
        {"a": without(A, 3), "b": without(B, 3)},
        without(KIND, 3),
        says="--drop-missing",
    ),
    "missing labels": read(
        table(a=A, b=B, kind=rough(KIND, [3], "")),
        {"a": without(A, 3), "b": without(B, 3)},
        without(KIND, 3),
        says="d.csv: 1 row without a label left out.",
    ),
    "most rows miss a cell": Case(
        table(a=rough(A, range(40), ""), b=B, kind=KIND),
        {
            "a": np.r_[np.full(40, A[40:].mean()), A[40:]],
            "b": B,
            "a missing": np.arange(N) < 40,
        },
        says="--impute",
    ),
    "three things at once": Case(
        table(
            rowid=range(1, N + 1),
            a=rough(A, [3], "NA"),
            colour=rough(GROUP, [5], "NA"),
            kind=KIND,
        ),
        {
            "a": without(A, 3, 5),
            **{name: without(mask, 3, 5) for name, mask in COLOURS.items()},
        },
        without(KIND, 3, 5),
        says="3 things to decide",
    ),
    "a trailing comma": Case(
        table(**{"a": A, "kind": GROUP, "": [""] * N}), {"a": A}, GROUP, says="--label kind"
    ),
    "a last column of remarks": Case(
        table(a=A, kind=GROUP, remarks=["see above", *[""] * (N - 2), "wrong?"]),
        {"a": A, "remarks=see above": np.arange(N) == 0, "remarks=wrong?": np.arange(N) == N - 1}
        | {"remarks missing": np.isin(np.arange(N), [0, N - 1], invert=True)},
        GROUP,
        says="--label kind or --label remarks",
    ),
    "percent": Case(
        table(a=A, b=[f"{i}.5%" for i in range(N)], kind=KIND), {"a": A}, says="--drop b"
    ),
    "currency": Case(
        table(a=A, pay=[f"{i}.50 €" for i in range(N)], kind=KIND), {"a": A}, says="--drop pay"
    ),
    "a stray word": Case(
        table(a=rough(A, [5], "12abc"), b=B, kind=KIND),
        {"b": B},
        says="no number in line 7 ('12abc';",
    ),
    "infinity": Case(
        table(a=rough(A, [5], "inf"), b=B, kind=KIND), {"b": B}, says="no number in line 7 ('inf';"
    ),
    "integers of many values": Case(
        table(a=A, b=B, age=20 + np.arange(N) % 30), AB, 20 + np.arange(N) % 30, "numbers", "--task"
    ),
    "dashes for missing numbers": Case(
        table(a=A, rooms=rough(ROOMS, [3, 9], "-"), colour=GROUP, kind=KIND),
        {"a": A, **COLOURS},
        flags="--one-hot",
        says="no number in line 5 ('-'; mend it, or leave it empty)",
    ),
    "errors of a spreadsheet": Case(
        table(a=A, rooms=rough(ROOMS, [3, 9], "#DIV/0!"), kind=rough(GROUP, [7], "#REF!")),
        {"a": without(A, 3, 7, 9), "rooms": without(ROOMS, 3, 7, 9)},
        without(GROUP, 3, 7, 9),
        says="--drop-missing",
    ),
    "nines for missing numbers": Case(
        table(a=A, rooms=rough(ROOMS, [3, 9], "999"), kind=KIND), {"a": A}, says="999 in 2 rows"
    ),
    "a code for missing labels": Case(
        table(a=A, b=B, c=rough(C, [3, 9], "-999")),
        AB,
        [float(c) for c in rough(C, [3, 9], "-999")],
        "numbers",
        says="the labels, column c, hold -999 in 2 rows",
    ),
    "months": Case(
        table(month=[202001 + 100 * (i % 4) + i % 12 for i in range(N)], a=A, kind=KIND),
        {"a": A},
        says="dates such as 202001",
    ),
    "dates that begin with the day": Case(
        table(day=[f"{1 + i % 28}{1 + i % 12:02d}2020" for i in range(N)], a=A, kind=KIND),
        {"a": A},
        says="dates such as 1012020",
    ),
    "exponents with decimal commas": Case(
        table(";", a=[f"{a + 9:.3e}".replace(".", ",") for a in A], kind=KIND),
        {"a": A + 9},
        says="--decimal , if that is 9.13,",
    ),
    "one label only": Case(
        table(a=A, b=B, kind=KIND, version=[1] * N), AB, says="every label is 1"
    ),
    "labels all different": Case(
        table(a=A, b=B, kind=KIND, name=PEOPLE),
        AB,
        says="60 different ones in 60 rows",
    ),
    "a misspelt label": Case(
        table(a=A, diagnosis=GROUP, b=B),
        AB,
        GROUP,
        says="there is no column diagnosys, but --label diagnosis",
        flags="--label diagnosys",
    ),
    "a name like a flag": Case(
        table(**{"--force": PEOPLE, "it's $HOME": PEOPLE[::-1], "a": A, "kind": KIND}),
        {"a": A},
        says="text of 60 different values",
    ),
    "two separators": Case(
        "a;b,c;kind\n" + "".join(f"{a};{b},7;{k}\n" for a, b, k in zip(A, B, KIND, strict=True)),
        {"a": A},
        says="comma or semicolon may separate its columns",
    ),
    # Refused with what must be done to the file.
    "no header": mended(
        GOOD.split("\n", 1)[1], "put a line of them first", lambda text: "a,b,kind\n" + text
    ),
    "no header, text in the label alone": mended(
        table(a=A, b=B, kind=GROUP).split("\n", 1)[1],
        "put a line of them first",
        lambda text: "a,b,kind\n" + text,
        labels=GROUP,
    ),
    "a comma in a field": mended(
        table(a=A, b=B, kind=GROUP) + "1,2,one, or two\n" * 2,
        "the comma must stand in double quotes",
        lambda text: text.replace("one, or two", '"one, or two"'),
        {"a": [*A, 1, 1], "b": [*B, 2, 2]},
        [*GROUP, *["one, or two"] * 2],
    ),
    "an open quote": mended(
        GOOD + '1,"2,1\n',
        "quote",
        lambda text: text.replace('"', ""),
        {"a": [*A, 1], "b": [*B, 2]},
        [*KIND, 1],
    ),
    "a line cut short": mended(
        GOOD + "1,2\n",
        "line 62 has 2 cells; most lines have 3. Delete the line",
        lambda text: text.removesuffix("1,2\n"),
    ),
    "a footer": mended(
        GOOD + "Source: nobody\n", "line 62 has 1 cell", lambda text: text.split("Source")[0]
    ),
    "a title": mended(
        "Export 2024,,\n,,\n" + GOOD, "all lines above", lambda text: text.split("\n,,\n")[1]
    ),
    "a title of one cell": mended("Export\n" + GOOD, "title", lambda t: t.split("\n", 1)[1]),
    "a title with a comma": mended(
        "Sales, 2024\n" + GOOD, "if it is a title", lambda t: t.split("\n", 1)[1]
    ),
    "a separator's line": mended(
        "sep=;\n" + table(";", a=A, b=B, kind=KIND),
        "if it is a title",
        lambda text: text.split("\n", 1)[1],
    ),
    "row names without a name": mended(
        "a b kind\n"
        + "\n".join(
            f"r{i} {a} {b} {k}" for i, (a, b, k) in enumerate(zip(A, B, KIND, strict=True))
        ),
        "row names too",
        lambda text: "row " + text,
        flags="--sep space",
    ),
    "two decimal signs": mended(
        table(";", a=A, b=B, c=[str(c).replace(".", ",") for c in C]),
        "which is no number",
        lambda text: text.replace(",", "."),
        labels=C,
        task="numbers",
    ),
    "unquoted decimal commas": mended(
        GOOD.replace(".", ","),
        "must stand in double quotes",
        lambda text: re.sub(r"[^;\n]+", r'"\g<0>"', COMMAS).replace(";", ","),
    ),
    "a row of sums": mended(
        GOOD + f"{A.sum():.2f},{B.sum():.2f},{KIND.sum()}\n",
        "(line 62) holds the sums",
        lambda text: text.rsplit("\n", 2)[0],
    ),
    "labels in two spellings": mended(
        table(a=A, b=B, kind=np.array(["No", "Yes"])[KIND]).replace("Yes\n", "yes \n", 5),
        "write 'yes ' as 'Yes'",
        lambda text: text.replace("yes ", "Yes"),
        labels=np.array(["No", "Yes"])[KIND],
    ),
    "a dash among few labels": mended(
        table(a=A, b=B, kind=rough(KIND, [3, 9], "-")),
        "hold '-' (line 5 of the labelled file), which is no number",
        lambda text: text.replace(",-\n", ",\n"),
        {"a": without(A, 3, 9), "b": without(B, 3, 9)},
        without(KIND, 3, 9),
    ),
    "a row of units": mended(
        GOOD.replace("\n", "\ncm,kg,-\n", 1),
        "columns a, b hold no number in line 2 ('cm'; mend it,",
        lambda text: text.replace("cm,kg,-\n", ""),
    ),
    "the header twice": mended(
        table(colour=GROUP, a=A, kind=KIND) + table(colour=GROUP, a=A, kind=KIND),
        "line 62 repeats the first line: delete it",
        lambda text: text.replace("\ncolour,a,kind\n", "\n"),
        {"a": [*A, *A], **{name: [*mask, *mask] for name, mask in COLOURS.items()}},
        [*KIND, *KIND],
        flags="--one-hot",
    ),
    "two rows of names": mended(
        "size,width,out\n" + GOOD,
        "columns size, width hold no number in line 2 ('a'; mend it,",
        lambda text: text.replace("size,width,out\n", ""),
    ),
    "a title in a workbook": mended(
        titled_workbook(),
        "Delete all lines above",
        lambda _: packed(GOOD, "xlsx"),
        name="d.xlsx",
    ),
    "a word among labels that are numbers": mended(
        table(a=A, b=B, c=rough(C, [7], "n.a.")),
        "'n.a.'",
        lambda text: text.replace("n.a.", str(C[7])),
        labels=C,
        task="numbers",
    ),
    "two columns of one name": mended(
        table(a=A, b=B, c=C, kind=KIND).replace("b,c", "b,b"),
        "rename all but one",
        lambda text: text.replace("b,b", "b,c"),
        {"a": A, "b": B, "c": C},
    ),
    "the label's name twice": mended(
        table(a=A, kind=KIND, b=B).replace("a,kind", "kind,kind"),
        "rename all but one",
        lambda text: text.replace("kind,kind", "a,kind"),
        flags="--label kind",
    ),
    "another encoding": mended(
        GOOD.encode("utf-16-le"), "iconv", lambda content: content.decode("utf-16-le")
    ),
    "empty": mended("", "two columns or more", lambda text: GOOD),
    "a header alone": mended("a,b,kind\n", "at least one row", lambda text: GOOD),
    "a damaged archive": mended(
        gzip.compress(GOOD.encode())[:-20],
        "be whole",
        lambda _: gzip.compress(GOOD.encode()),
        name="d.csv.gz",
    ),
    "a damaged workbook": mended(
        packed(GOOD, "xlsx")[:-200], "damaged", lambda _: packed(GOOD, "xlsx"), name="d.xlsx"
    ),
    "huge": mended(
        table(a=rough(A, [5], "1e200"), b=B, kind=KIND),
        "must lie within +-1e+100",
        lambda text: text.replace("1e200", str(A[5])),
    ),
    "all constant": mended(
        table(a=[1] * N, b=[2] * N, kind=KIND), "is constant", lambda text: GOOD
    ),
}


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def data_of(words):
    """What a command reads, which stands for the whole command."""
    args = _main._parser(curve).parse_args(words)
    args.argv = words
    return Data(args)


def advised(message, words):
    """The command that a message ends in, else the one that was tried."""
    *_, command = message.rpartition("un: ddkd ")
    return shlex.split(command) if "un: ddkd " in message else words


def refusal_of(words):
    """What refuses a command; empty if nothing does."""
    try:
        data_of(words)
    except ValueError as error:
        return error
    return ""


def check(case, data):
    file = data.source
    np.testing.assert_array_equal(file.y, np.asarray(case.labels))
    assert file.task == case.task
    known = {name: values for name, values in case.columns.items() if len(values)}
    assert set(case.columns) == set(file.names)
    assert file.X.shape == (len(case.labels), len(file.names))
    for name, values in known.items():
        np.testing.assert_allclose(file.X[:, file.names.index(name)], values, rtol=1e-12)
    assert f"{len(case.labels):,} rows" in file.summary()
    assert f"label: {file.label}" in file.summary()


def offered(text, names):
    """Every flag that a question offers, with its value; those without a word between go together.

    `names` are those of the columns, which end where other words begin.
    """
    words = re.findall(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""", text)
    offers, last = [], None
    for place, word in enumerate(words):
        if not word.startswith("--") or shlex.split(word.rstrip(":;,."))[0] in names:
            continue
        flag, value = word.rstrip(":;,."), []
        for other in words[place + 1 :]:
            bare = shlex.split(other.rstrip(":;") if len(other) > 1 else other)[0]
            bare = bare if len(bare) == 1 else bare.rstrip(",.")
            if flag in ("--drop", "--keep") and bare in names:
                value.append(bare)
            elif flag in ("--label", "--task", "--sep", "--decimal", "--thousands"):
                value = [bare]
                break
            else:
                break
        if last == place:
            offers[-1] += [flag, *value]
        else:
            offers.append([flag, *value])
        last = place + 1 + len(value)
    return [offer for offer in offers if offer[1:] != ["NAME"]]


@pytest.mark.parametrize("name", CASES)
def test_a_table_is_read_right_or_refused_with_a_remedy_that_works(name, tmp_path):
    """Each flag that a question offers settles it, too."""
    case = CASES[name]
    path = tmp_path / case.name
    write(path, case.content)
    words = ["curve", "--data", str(path), *shlex.split(case.flags)]
    if not case.refused:
        data = data_of(words)
        assert case.says in " ".join(data.source.notes)
        check(case, data)
        return
    refusal = refusal_of(words)
    message = str(refusal)
    assert case.says in message
    assert len(message.splitlines()) == 1
    if getattr(refusal, "options", None):  # else the file must be mended first
        names = set(read_cells(path, refusal.options.get("sep")).frame.columns)
        for question in map(str, refusal.questions):
            for offer in offered(question, names):
                assert question not in str(refusal_of([*words, *offer])), offer
    if case.mend is not None:
        write(path, case.mend(case.content))
    # What a file holds is seen once its lines can be read.
    for _ in range(1 if case.mend is None else 3):
        words = advised(message, words)
        message = str(refusal_of(words))
        if not message:
            break
    check(case, data_of(words))


def test_there_are_more_than_forty():
    assert len(CASES) >= 40
    assert sum(case.refused for case in CASES.values()) >= 40
