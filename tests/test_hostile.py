"""Names and fields chosen to do harm: in headers, labels, file names and claims."""

import csv
import io
import json
import pickle
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

from ddkd import cli
from ddkd.datasets import load, read_file
from ddkd.reproduction import Claim, Protocol, Reproduction
from ddkd.reproduction._report import _page, _slug
from ddkd.sweeps import SweepResult, Table

HOSTILE = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x1b\\link",
    "\x9b2J",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "\u200bzero",
    "\x08\x08\x08",
    "bell\x07",
    "carriage\rreturn",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>1</script>",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+2+3",
    "-2+3",
    "@SUM(1)",
    r"$\frac{1}$",
    "$",
    r"$\nothing$",
    "%s%n",
    "{repeats}{0}",
    "a" * 200,
    "\u00e9" * 100,
    "\u4e2d" * 70,
    "\U0001f4a5",
    "..",
    "CON",
    "-rf",
    "--force",
]


def assert_printable(text):
    assert all(c.isprintable() or c == "\n" for c in text), ascii(text)


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def assert_harmless(page):
    assert_printable(page)
    found = Tags(page)
    assert not found.tags & {"script", "iframe", "object", "embed", "svg", "base", "form", "link"}
    assert not {name for name in found.attributes if name.startswith("on")}
    policy = page.partition('Content-Security-Policy"')[2].partition(">")[0]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe-inline" not in policy


def assert_no_formula(path):
    text = path.read_text(encoding="utf-8")
    assert_printable(text)
    for row in csv.reader(text.splitlines()):
        for field in row:
            if field.startswith(("=", "+", "-", "@")):
                float(field)


def table(path, name="x", labels=("a", "b")):
    """A .csv of two inputs and a label."""
    rng = np.random.default_rng(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([name, "other", "label"])
        for i in range(60):
            writer.writerow([rng.normal() + i % 2, rng.normal(), labels[i % 2]])
    return path


@pytest.mark.parametrize("name", [*HOSTILE, "long" * 2500], ids=ascii)
def test_headers(name, tmp_path):
    path = table(tmp_path / "d.csv", name)
    data = read_file(path)
    assert_printable(f"{data!r} {load(data, rng=0)} {data.notes}")
    for text in ("word", ""):
        path.write_text(path.read_text(encoding="utf-8").replace("\n", f"\n{text}", 2))
        path.write_bytes(path.read_bytes().replace(b"0.", b",", 1))
        with pytest.raises(ValueError, match=r"d\.csv") as error:
            read_file(path)
        assert_printable(str(error.value))
        assert len(str(error.value)) < 1200
    with pytest.raises(ValueError, match="label") as error:
        read_file(table(path, name), label="missing")
    assert_printable(str(error.value))
    assert len(str(error.value)) < 1200


@pytest.mark.parametrize("label", HOSTILE, ids=ascii)
def test_labels(label, tmp_path, capsys):
    path = table(tmp_path / "d.csv", labels=(label, "b"))
    assert len(load(read_file(path), rng=0).classes) == 2
    table(path, labels=(label, label))
    assert cli.main(["curve", "--data", str(path), "--out", str(tmp_path / "out")]) == 1
    out, err = capsys.readouterr()
    assert_printable(out + err)
    assert len(err) < 1700
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_texts_in_a_table_of_results(text, tmp_path):
    Table({"data": np.array([text, "b"]), text: np.array([-1.5, 2])}).to_csv(tmp_path / "r.csv")
    assert_no_formula(tmp_path / "r.csv")


@pytest.mark.parametrize("text", [*HOSTILE, "\udcff"], ids=ascii)
def test_fields_of_claims(text):
    claim = Claim("soft", "it wins", "toy", 0.0, "holds", -0.02, 0.005, 9, {"hard student": 0.1})
    values = {text: 0.1, "hard student": 0.1}
    claims = [
        replace(claim, statement=text),
        replace(claim, key=text),
        replace(claim, data=text),
        replace(claim, n_repeats=text),
        replace(claim, values=values),
    ]
    protocol = Protocol(text, text)
    done = Reproduction((protocol,), SimpleNamespace(), claims)
    assert_harmless(_page(done, {text: ""}))
    assert len(_slug(text).encode()) < 245


def run_on_a_file(name, command, tmp_path, capsys):
    path = table(tmp_path / name)
    more = ["--repeats", "1", "--jobs", "1", "--quiet", "--out", str(tmp_path / "out")]
    assert cli.main([*command, "--data", str(path), *more]) == 0
    out, err = capsys.readouterr()
    assert_printable(out + err)
    out = tmp_path / "out"
    assert_no_formula(out / "results.csv")
    assert len(SweepResult.load(out / "results.npz")) > 0
    for file in out.iterdir():
        if file.suffix in (".json", ".txt", ".html"):
            assert_printable(file.read_text(encoding="utf-8"))
    json.loads((out / "answer.json").read_text())
    return out


def archive(path, **members):
    """A .npz of arrays, or of bytes as they are."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


def header(shape, descr="<f8"):
    """The first bytes of a .npy of any size, and nothing after them."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_a_file_that_is_too_large_is_called_that(tmp_path):
    y = npy(np.arange(90) % 2)
    huge = archive(tmp_path / "huge.npz", X=header((10**14, 3)), y=y)
    small = archive(tmp_path / "d.npz", X=npy(np.eye(90, 3)), y=y)
    for options in ({}, {"unlabelled": huge}):
        with pytest.raises(ValueError, match=r"huge\.npz needs more memory than there") as error:
            read_file(small if options else huge, **options)
        assert "damaged" not in str(error.value)


def test_nobody_is_told_to_unpickle(tmp_path):
    for name in ("d.npz", "r.npz"):
        (tmp_path / name).write_bytes(pickle.dumps({"X": 1}))
        archive(tmp_path / f"in-{name}", X=header((3,), "|O") + pickle.dumps([1]), meta=b"")
    for read in (read_file, SweepResult.load):
        for path in tmp_path.iterdir():
            with pytest.raises(ValueError, match="npz") as error:
                read(path)
            assert "allow_pickle" not in str(error.value)
            assert "load it" not in str(error.value)


@pytest.mark.parametrize("word", HOSTILE[:8], ids=ascii)
def test_arguments(word, capsys):
    for arguments in ([word], ["curve", word], ["curve", "--seed", word], ["curve", f"--{word}"]):
        with pytest.raises(SystemExit) as stop:
            cli.main(arguments)
        assert stop.value.code == 2
        out, err = capsys.readouterr()
        assert_printable(out + err)


@pytest.mark.parametrize("where", ["absent/numbers.json", ""])
def test_json_that_cannot_be_written_is_refused_before_any_work(where, tmp_path, capsys):
    file = tmp_path / where
    with pytest.raises(SystemExit):
        cli.main(["curve", "--json", str(file), "--out", str(tmp_path / "out")])
    assert "--json: must be a file that can be written" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


CURVE = ["curve", "--max-width", "20"]
FILES = [f"{text.replace('/', '|')[:120]}.csv" for text in HOSTILE]
FILES = [name for name in FILES if len(name.encode()) < 250]
FILES += ["n" * 245 + ".csv", b"\xff\xfe.csv".decode(errors="surrogateescape")]


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=pytest.mark.slow) for name in FILES[:-2:3]),
        r"$\frac{1}$.csv",
        *FILES[-2:],
    ],
    ids=ascii,
)
def test_file_names(name, tmp_path, capsys):
    run_on_a_file(name, CURVE, tmp_path, capsys)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["<img onerror=1>$\\frac.csv", "\x1b[31m=1+1\udcff" + "n" * 235 + ".csv"], ids=ascii
)
def test_file_names_of_the_main_job(name, tmp_path, capsys):
    out = run_on_a_file(name, ["reproduce", "--quick"], tmp_path, capsys)
    assert_harmless((out / "index.html").read_text(encoding="utf-8"))
