"""Wrecked CSV files: each is refused with a remedy that works, or read and its reading told."""

import re
import shlex

import numpy as np
import pytest

from ddkd import cli

RNG = np.random.default_rng(0)
KIND = np.arange(60) % 2
A, B, C = (KIND + RNG.normal(size=60) for _ in range(3))
NAMES = [f"person{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(60)]
GROUP = np.array(["red", "green", "blue"])[np.arange(60) % 3]


def table(sep=",", end="\n", **columns):
    """A CSV of the columns, whose names may hold anything when given as `**{name: cells}`."""
    rows = zip(*([str(cell) for cell in cells] for cells in columns.values()), strict=True)
    return end.join([sep.join(columns), *(sep.join(row) for row in rows)]) + end


GOOD = table(a=A, b=B, kind=KIND)


def rough(cells, places, value):
    cells = [str(cell) for cell in cells]
    for place in places:
        cells[place] = value
    return cells


# Name: the file, a word of the first message, and how often a remedy leads to the next message.
REFUSED = {
    "label in the middle, as text": (table(a=A, diagnosis=GROUP, b=B), "--label diagnosis", 1),
    "label first, by its name": (table(target=KIND, a=A, b=B), "--label target", 1),
    "text that is not the label": (table(a=A, colour=GROUP, kind=KIND), "--one-hot", 1),
    "names of persons": (table(name=NAMES, a=A, kind=KIND), "--drop name", 1),
    "dates": (table(day=[f"2024-01-{i}" for i in range(60)], a=A, kind=KIND), "--drop day", 1),
    "row numbers": (table(case=range(60), a=A, kind=KIND), "every value is different", 1),
    "an id in capitals": (table(PatientID=range(60, 0, -1), a=A, kind=KIND), "--drop PatientID", 1),
    "two columns of one name": (
        table(a=A, b=B, c=C, kind=KIND).replace("b,c", "b,b"),
        "--drop b",
        1,
    ),
    "codes for missing": (table(a=rough(A, [3, 9], "-999"), b=B, kind=KIND), "--drop a", 1),
    "an id": (table(id=range(900, 1500, 10), a=A, kind=KIND), "--drop id", 1),
    "a frame's index": (table(**{"": range(60), "a": A, "kind": KIND}), "--drop 'unnamed 1'", 1),
    "empty cells": (table(a=rough(A, [3, 9], ""), b=B, kind=KIND), "--drop-missing", 1),
    "NA": (table(a=rough(A, [3], "NA"), b=B, kind=KIND), "--drop-missing", 1),
    "question marks": (table(a=A, b=rough(B, [3], "?"), kind=KIND), "--drop-missing", 1),
    "missing labels": (table(a=A, b=B, kind=rough(KIND, [3], "")), "--drop-missing", 1),
    "missing text": (table(a=A, c=rough(GROUP, [3], ""), kind=KIND), "holds text", 2),
    "an empty column": (table(a=A, b=[""] * 60, kind=KIND), "--drop b", 1),
    "a trailing comma": (table(**{"a": A, "kind": GROUP, "": [""] * 60}), "--label kind", 2),
    "thousands": (table(a=A, pay=['"1,234"', '"12,345"'] * 30, kind=KIND), "thousands", 1),
    "percent": (table(a=A, b=[f"{i}.5%" for i in range(60)], kind=KIND), "--drop b", 1),
    "a stray word": (table(a=rough(A, [5], "12abc"), b=B, kind=KIND), "not a number", 1),
    "infinity": (table(a=rough(A, [5], "inf"), b=B, kind=KIND), "infinite", 1),
    "huge": (table(a=rough(A, [5], "1e200"), b=B, kind=KIND), "within", 1),
    "integers of many values": (table(a=A, b=B, age=20 + np.arange(60) % 30), "--task", 1),
    "one label only": (table(a=A, kind=KIND, version=[1] * 60), "--label kind", 1),
    "labels all different": (table(a=A, kind=KIND, name=NAMES), "--label kind", 2),
    "ten rows": (table(a=A[:10], b=B[:10], kind=KIND[:10]), "--labelled", 1),
    "spaces between columns": (table(sep=" ", a=A, b=B, kind=KIND), "--sep space", 1),
}
MENDED = {
    "no header": (GOOD.split("\n", 1)[1], "no header", lambda text: "x1,x2,label\n" + text),
    "a comma in a field": (
        GOOD + "1,2,one, or two\n",
        'double quotes, "like, this"',
        lambda text: text.replace("one, or two", '"1"'),
    ),
    "an open quote": (GOOD + '1,"2,1\n', "quote", lambda text: text.replace('"', "")),
    "latin-1": (
        GOOD.replace("kind", "espèce").encode("latin-1"),
        "iconv -f LATIN1",
        lambda text: text.decode("latin-1"),
    ),
    "a title": (
        "Export 2024,,\n,,\n" + GOOD,
        "delete all lines above",
        lambda text: text.split("\n,,\n")[1],
    ),
    "a title of one cell": ("Export\n" + GOOD, "title", lambda text: text.split("\n", 1)[1]),
    "a separator's line": (
        "sep=;\n" + table(sep=";", a=A, b=B, kind=KIND),
        "delete all lines above",
        lambda text: text.split("\n", 1)[1],
    ),
    "a row of sums": (
        GOOD + f"{A.sum():.2f},{B.sum():.2f},{KIND.sum()}\n",
        "delete that line",
        lambda text: text.rsplit("\n", 2)[0],
    ),
    "labels in two spellings": (
        table(a=A, b=B, kind=np.array(["No", "Yes"])[KIND]).replace("Yes\n", "yes \n", 5),
        "write them alike",
        lambda text: text.replace("yes ", "Yes"),
    ),
    "currency": (
        table(a=A, pay=[f"{i}.50 €" for i in range(60)], kind=KIND),
        "currency",
        lambda text: text.replace(" €", ""),
    ),
    "quoted decimal commas": (
        table(a=A, b=[f'"{b:.2f}"'.replace(".", ",") for b in B], kind=KIND),
        "decimal point only",
        lambda text: re.sub(r'"(-?\d),(\d\d)"', r"\1.\2", text),
    ),
    "empty": ("", "needs a header and rows", lambda text: GOOD),
    "a header alone": ("a,b,kind\n", "at least one row", lambda text: GOOD),
    "two labels of one name": (
        GOOD.replace("a,b", "kind,b"),
        "rename one",
        lambda text: text.replace("kind,b", "a,b"),
    ),
}
READ = {
    "semicolons": (table(sep=";", a=A, b=B, kind=KIND), "separator 'semicolon'"),
    "tabs": (table(sep="\t", a=A, b=B, kind=KIND), "separator 'tab'"),
    "decimal commas": (
        table(sep=";", a=A, b=B, kind=KIND).replace(".", ","),
        "read as the decimal point",
    ),
    "carriage returns": (table(end="\r\n", a=A, b=B, kind=KIND), "60 rows"),
    "tabs and decimal commas": (
        table(sep="\t", a=A, b=B, kind=KIND).replace(".", ","),
        "read as the decimal point",
    ),
    "utf-16": (GOOD.encode("utf-16"), "60 rows"),
    "empty lines": (GOOD + ",,\n" * 9, "60 rows"),
    "a byte-order mark": ("\ufeff" + GOOD, "60 rows"),
    "numbers as labels": (table(a=A, b=B, c=C), "variance"),
}
CURVE = ["curve", "--quiet", "--repeats", "1", "--jobs", "1", "--max-width", "15"]


class NoFigure:
    """Stands in for a picture: fifty of them would take a minute."""

    def savefig(self, path, **options):
        path.touch()


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Write a file and measure its curve; the exit status and all that was printed, in one line."""
    monkeypatch.setattr("ddkd.cli.curve._figure", lambda *args, **options: NoFigure())

    def curve(content, flags=(), quiet=True):
        path, out = tmp_path / "d.csv", tmp_path / "out"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        command = CURVE if quiet else [word for word in CURVE if word != "--quiet"]
        status = cli.main([*command, "--force", "--data", str(path), "--out", str(out), *flags])
        printed = capsys.readouterr()
        assert status == (1 if printed.err.startswith("ddkd curve: error: ") else 0)
        return status, " ".join((printed.out + printed.err).split())

    return curve


def remedy(message):
    """The flags of the first remedy in a message, as a shell would read them."""
    found = re.search(
        r"(--(?:drop|label|task|sep|labelled) (?:'[^']*'|[^\s,;:?]+))|--(?:one-hot|drop-missing)\b",
        message.split(": error: ", 1)[1],
    )
    return shlex.split(found[0])


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_flags_that_mend_it(name, run):
    content, word, steps = REFUSED[name]
    flags = []
    for _ in range(steps):
        status, message = run(content, flags)
        assert status == 1
        assert word in message
        word = ""
        flags += remedy(message)
    status, message = run(content, flags)
    assert status == 0, message


@pytest.mark.parametrize("name", MENDED)
def test_a_refusal_says_how_to_mend_the_file(name, run):
    content, word, mend = MENDED[name]
    flags = ["--label", "kind"] if "two labels" in name else []
    status, message = run(content, flags)
    assert status == 1
    assert word in message
    status, message = run(mend(content), flags)
    assert status == 0, message


@pytest.mark.parametrize("name", READ)
def test_what_can_be_told_is_read_and_said(name, run):
    content, word = READ[name]
    status, message = run(content, quiet=False)
    assert status == 0
    assert word in message


def test_a_misspelt_label_is_guessed(run):
    content = table(a=A, diagnosis=GROUP, b=B)
    status, message = run(content, ["--label", "diagnosys"])
    assert status == 1
    assert "Did you mean diagnosis?" in message


def test_a_file_without_its_flag(tmp_path, capsys):
    for words in (["curve", "d.csv"], ["d.csv"]):
        with pytest.raises(SystemExit) as stop:
            cli.main(words)
        assert stop.value.code == 2
        assert "--data d.csv" in capsys.readouterr().err


def test_there_are_thirty_of_them():
    assert len(REFUSED) + len(MENDED) >= 30
