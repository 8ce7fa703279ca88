"""The pages say what the package does: their code runs, and the reference leaves nothing out."""

import doctest
import importlib
import json
import pkgutil
import re
import runpy
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import ddkd
from tools import claims_page, pictures

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


@pytest.mark.parametrize("page", sorted(p.name for p in DOCS.glob("*.rst")))
@pytest.mark.slow
def test_code_on_the_pages_runs(page):
    plt.switch_backend("Agg")
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testfile(str(DOCS / page), module_relative=False, optionflags=options)
    plt.close("all")
    assert result.failed == 0


def _listed():
    """Names in the tables of the reference, without ``ddkd.``."""
    text = (DOCS / "api.rst").read_text(encoding="utf-8")
    return re.findall(r"^   ([A-Za-z_][\w.]*)$", text, flags=re.MULTILINE)


def test_the_reference_lists_every_public_name_once():
    listed = _listed()
    assert len(listed) == len(set(listed))
    packages = {found.name for found in pkgutil.iter_modules(ddkd.__path__) if found.ispkg}
    for name in sorted(packages - {"cli", "lecture"} | {"testing"}):
        module = importlib.import_module(f"ddkd.{name}")
        public = [entry for entry in module.__all__ if callable(getattr(module, entry))]
        missing = [e for e in public if f"{name}.{e}" not in listed and not hasattr(ddkd, e)]
        assert not missing, name
    missing = [e for e in ddkd.__all__ if e not in listed and e != "__version__"]
    assert not missing


@pytest.mark.parametrize("name", _listed())
def test_the_reference_lists_no_name_that_is_gone(name):
    module, _, attribute = f"ddkd.{name}".rpartition(".")
    assert callable(getattr(importlib.import_module(module), attribute))


def _pages(page):
    """Entries of the tables of contents on a page."""
    text = (DOCS / f"{page}.rst").read_text(encoding="utf-8")
    tables = re.findall(r"\.\. toctree::\n(?:   :.*\n)*\n((?:   .*\n)+)", text)
    entries = [line.strip() for table in tables for line in table.splitlines()]
    return [re.sub(r".*<(.*)>", r"\1", entry) for entry in entries]


def test_every_page_is_reached_and_the_sidebar_is_short():
    top = _pages("index")
    assert len(top) <= 8
    pages = [entry for page in top if (DOCS / f"{page}.rst").is_file() for entry in _pages(page)]
    patterns = {"index", *top, *pages}
    for path in DOCS.glob("*.rst"):
        assert any(path.match(f"{pattern}.rst") for pattern in patterns), path.name


def test_links_between_pages_lead_somewhere():
    examples = {path.name for path in (ROOT / "examples").glob("*_*.py")}
    examples.remove("test_my_conjecture.py")  # to copy, not to look at
    terms = re.findall(
        r"^   (\w[\w -]*)$", (DOCS / "glossary.rst").read_text("utf-8"), re.MULTILINE
    )
    for path in DOCS.glob("*.rst"):
        text = path.read_text(encoding="utf-8")
        for page in re.findall(r":doc:`(?:[^`<]*<)?([\w/]+)>?`", text):
            assert (DOCS / f"{page}.rst").is_file() or page.startswith("auto_examples"), path.name
        for example in re.findall(r"sphx_glr_auto_examples_([\w.]+)", text):
            assert example in examples, path.name
        for term in re.findall(r":term:`(?:[^`<]*<)?([\w -]+)>?`", text):
            assert term in terms, path.name


def test_the_words_that_people_search_for_are_defined():
    text = (DOCS / "glossary.rst").read_text(encoding="utf-8")
    for word in (
        "interpolation threshold",
        "benign overfitting",
        "self-distillation",
        "born-again",
        "weak-to-strong generalization",
        "pseudo-labels",
        "semi-supervised",
        "model collapse",
        "random features",
        "min-norm",
        "effective parameters",
        "deterministic equivalent",
    ):
        assert f"\n   {word}\n" in text


def test_the_gallery_is_in_teaching_order():
    order = runpy.run_path(str(DOCS / "teaching_order.py"))["ORDER"]
    examples = {path.name for path in (ROOT / "examples").glob("*_*.py")}
    examples.remove("test_my_conjecture.py")  # to copy, not to look at
    assert len(set(order)) == len(order)
    assert examples <= set(order)


def test_the_tables_of_claims_are_the_measured_ones():
    claims = json.loads(claims_page.MEASURED.read_text(encoding="utf-8"))
    text = claims_page.PAGE.read_text(encoding="utf-8")
    assert claims_page.page(text, claims) == text


def test_the_numbers_of_the_picture_are_those_of_the_claims():
    found = json.loads(pictures.RESCUED.read_text(encoding="utf-8"))
    claims = json.loads(claims_page.MEASURED.read_text(encoding="utf-8"))
    for key, width in (("direct-width n", 200.0), ("direct-width 4n", 800.0)):
        (claim,) = (
            c for c in claims if (c["key"], c["data"], c["flip_rate"]) == (key, found["data"], 0.0)
        )
        at = found["width"].index(width)
        difference = found["student"][at] - found["direct"][at]
        assert difference == pytest.approx(claim["difference"], abs=2e-5)


def test_the_table_of_images_is_the_measured_one():
    measured = json.loads((DOCS / "measured" / "which-rows.json").read_text(encoding="utf-8"))
    page = (DOCS / "synthetic_data.rst").read_text(encoding="utf-8")
    third, everything = measured["share"].index(0.3), measured["share"].index(1.0)
    columns = [("teacher", 0), ("least", everything)]
    columns += [(key, third) for key in ("surest", "least", "random")]
    for case in measured["cases"]:
        cells = [f"{100 * case[k][i]:.1f} +- {100 * case[f'{k}_se'][i]:.1f}" for k, i in columns]
        assert "\n     - ".join(cells) in page, case["data"]


def test_the_quickstart_runs(capsys):
    text = (DOCS / "index.rst").read_text(encoding="utf-8")
    block = text.split(".. code-block:: python\n\n")[1].split("\n\n")[0]
    assert len(block.splitlines()) == 5
    exec(textwrap.dedent(block), {})
    assert float(capsys.readouterr().out) < 0.1


def test_the_counts_of_the_abstract_are_the_measured_ones():
    claims = json.loads(claims_page.MEASURED.read_text(encoding="utf-8"))
    text = " ".join((DOCS / "paper.rst").read_text(encoding="utf-8").split())
    stated = re.findall(r"``([\w -]+)``,? holds in (\d+) of (\d+)", text)
    assert len(stated) == len(set(stated)) == 13
    for key, n_holding, n_settings in stated:
        verdicts = [claim["verdict"] for claim in claims if claim["key"] == key]
        assert (verdicts.count("holds"), len(verdicts)) == (int(n_holding), int(n_settings)), key


def test_the_tests_and_figures_that_the_abstract_names_exist():
    text = (DOCS / "paper.rst").read_text(encoding="utf-8")
    tests = re.findall(r"``(tests/[\w/]+\.py)::(\w+)``", text)
    assert len(tests) == 6
    assert all(f"def {name}(" in (ROOT / file).read_text(encoding="utf-8") for file, name in tests)
    figures = re.findall(r":ref:`sphx_glr_auto_examples_(\w+\.py)`", text)
    assert len(figures) == 6
    assert all((ROOT / "examples" / name).exists() for name in figures)
