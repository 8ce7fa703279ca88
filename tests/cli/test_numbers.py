"""Every number that a command prints, and every size that it chooses, by another way to it."""

import csv
import json
import re
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ddkd import cli

pytestmark = pytest.mark.usefixtures("unsaved_pictures")
FEW = ["--repeats", "2", "--jobs", "1", "--quiet"]
N, POOL = 120, 396  # labelled rows, a fifth of 600; rows to transfer


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Three classes that overlap."""
    rng = np.random.default_rng(0)
    y = np.arange(600) % 3
    X = rng.normal(size=(3, 4))[y] + 0.5 * rng.normal(size=(600, 4))
    path = tmp_path_factory.mktemp("data") / "blobs.npz"
    np.savez(path, X=X, y=y)
    return path


@pytest.fixture
def run(tmp_path, capsys):
    """Run a command in a folder of its own: what is printed in one line, and its values."""

    def command(*words):
        numbers = tmp_path / "numbers.json"
        assert cli.main([*map(str, words), "--json", str(numbers)]) == 0
        printed = " ".join(capsys.readouterr().out.split())
        return printed, json.loads(numbers.read_text())

    return command


def table(folder):
    with (folder / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def means(rows, by, value="error"):
    """Mean over the repeats, in the order of the values of a column."""
    found = {}
    for row in rows:
        found.setdefault(row[by], []).append(float(row[value]))
    return {key: np.mean(values) for key, values in found.items()}


def paired(rows, by, a, b):
    """Mean difference within a repeat and its standard error."""
    at = {(row[by], row["repeat"]): float(row["error"]) for row in rows}
    gaps = [at[a, r] - at[b, r] for r in sorted({row["repeat"] for row in rows})]
    return np.mean(gaps), np.std(gaps, ddof=1) / np.sqrt(len(gaps))


def verdict(gap, standard_error):
    if abs(gap) <= 2 * standard_error:
        return "makes no clear difference"
    return "pays" if gap < 0 else "does not pay"


def test_distill_by_default_trains_a_student_of_a_quarter_of_the_transfer_rows(data, run, tmp_path):
    out = tmp_path / "out"
    printed, values = run("distill", "--data", data, "--out", out, "--teacher-width", 300, *FEW)
    rows = table(out)
    widths = {row["model"]: int(row["width"]) for row in rows}
    sizes = re.search(r"teacher ([\d,]+), student ([\d,]+); ([\d,]+) transfer rows", printed)
    _, student, m = (int(size.replace(",", "")) for size in sizes.groups())
    assert widths == {"teacher": 300, "student": student, "direct": student}
    assert student == m // 4 > 80
    assert len({row["repeat"] for row in rows}) == 2
    errors = means(rows, "model")
    for who, text in (
        ("student", "the student errs on {} of the test rows"),
        ("teacher", "its teacher errs on {},"),
        ("direct", "trained directly on the labels errs on {}."),
    ):
        assert text.format(f"{100 * errors[who]:.1f} %") in printed
        assert values[who] == pytest.approx(errors[who])
    rival = min(("teacher", "direct"), key=errors.get)
    gap, standard_error = paired(rows, "model", "student", rival)
    assert printed.startswith(f"Distilling {verdict(gap, standard_error)}:")
    assert values["gain"] == pytest.approx(-gap)
    assert values["standard_error"] == pytest.approx(standard_error)
    gaps = [paired(rows, "model", "student", other) for other in ("teacher", "direct")]
    minus = [f"{100 * gap:+.1f} \u00b1 {100 * error:.1f}" for gap, error in gaps]
    assert f"minus teacher: {minus[0]} points; " in printed
    assert f"minus directly trained model: {minus[1]}. " in printed


def test_curve_names_the_peak_the_best_and_the_widest_of_its_table(data, run, tmp_path):
    out = tmp_path / "out"
    printed, values = run("curve", "--data", data, "--out", out, "--max-width", 400, *FEW)
    rows = table(out)
    errors = {int(width): error for width, error in means(rows, "width").items()}
    near = [w for w in errors if 0.7 * N <= w <= 1.4 * N]
    peak, best = max(near, key=errors.get), min(errors, key=errors.get)
    assert values["n_samples"] == N
    assert (values["peak_width"], values["best_width"], values["widest"]) == (peak, best, 400)
    for name, width in (("peak", peak), ("best", best), ("at_widest", 400)):
        assert values[name] == pytest.approx(errors[width])
        assert f"{100 * errors[width]:.1f} %" in printed
    assert f"falls to {100 * errors[400]:.1f} % at 400. The best is" in printed
    below = min((w for w in errors if w < N), key=errors.get)
    beyond = min((w for w in errors if w > N), key=errors.get)
    expected = verdict(*paired(rows, "width", str(beyond), str(below)))
    assert f"going beyond the peak {expected} on these data" in printed


def test_curve_by_default_is_as_wide_as_its_help_says(data, run, tmp_path):
    _, values = run("curve", "--data", data, "--out", tmp_path / "out", "--labelled", 12, *FEW)
    assert (values["n_samples"], values["widest"]) == (12, 20 * 12)


def test_predict_states_the_gaps_of_its_table(data, run, tmp_path):
    out = tmp_path / "out"
    printed, values = run("predict", "--data", data, "--out", out, "--labelled", 20, *FEW)
    rows = table(out)
    widths = {int(row["width"]) for row in rows}
    assert max(widths) == 10 * 20
    assert 20 <= len(widths) <= 24  # as many as can be told apart
    gaps = {True: [], False: []}
    assert {float(row["alpha"]) for row in rows} == {0.0, 0.1, 1.0, 10.0}
    for alpha in {row["alpha"] for row in rows}:
        of = [row for row in rows if row["alpha"] == alpha]
        measured, predicted = means(of, "width"), means(of, "width", "predicted_error")
        gaps[float(alpha) > 0] += [abs(measured[w] - predicted[w]) for w in measured]
    largest, median = 100 * np.nanmax(gaps[True]), 100 * np.nanmedian(gaps[False])
    assert values["largest_gap_with_ridge"] == pytest.approx(largest)
    assert values["median_gap_without_ridge"] == pytest.approx(median)
    assert f"off by at most {largest:.1f} points" in printed
    assert f"without one by {median:.1f} points" in printed


@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_advise_prints_the_error_of_the_model_that_it_saves(task, run, tmp_path, monkeypatch):
    """On the rows of --test. The choice itself takes a minute, and has tests of its own."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3))
    y = (X[:, 0] > 0.8).astype(int) if task == "classes" else X[:, 0] + 0.25
    np.savez(tmp_path / "d.npz", X=X[:60], y=y[:60])
    np.savez(tmp_path / "test.npz", X=X[60:], y=y[60:])
    model = DummyClassifier() if task == "classes" else DummyRegressor()
    advice = SimpleNamespace(
        estimator=lambda: make_pipeline(FunctionTransformer(), model).fit(X[:60], y[:60]),
        ranking=np.array([("majority", 0.1)], dtype=[("name", "U9"), ("error", float)]),
        n_classes=2 if task == "classes" else 0,
        n_labelled=60,
        sentences=lambda: ["It is expected to err."],
        table=lambda: "name error",
        report=lambda: "It is expected to err.\n\nname error",
        plot=lambda: SimpleNamespace(figure=Figure()),
        **{"simplest": "majority", "error": 0.1, "low": 0.0, "high": 0.2},
        **{"best": "majority", "distils": False, "decided": True, "cautions": [], "failures": {}},
    )
    monkeypatch.setattr("ddkd.cli.advise.advise", lambda *_, **__: advice)
    saved = tmp_path / "model.joblib"
    files = ["--data", tmp_path / "d.npz", "--test", tmp_path / "test.npz", "--save", saved]
    printed, values = run("advise", *files, "--task", task, "--out", tmp_path / "out")
    predicted = joblib.load(saved).predict(X[60:])
    if task == "classes":
        error, words = np.mean(predicted != y[60:]), "of the rows wrong"
        assert 0 < error < 0.4
    else:
        error = np.sum((predicted - y[60:]) ** 2) / np.sum((y[60:] - y[60:].mean()) ** 2)
        words = "of the variance left"
    assert values["error"] == pytest.approx(error)
    stated = f"{100 * error:.1f}" if error < 1 else f"{100 * error:.0f}"
    assert f"Measured on 30 held-out rows: {stated} % {words}." in printed
    assert "majority of 60 labels; --labelled all trains it on all but test rows." in printed


def test_reproduce_counts_the_verdicts_of_its_file(data, run, tmp_path, monkeypatch):
    monkeypatch.setattr("ddkd.reproduction._report.comparison_figures", lambda *_, **__: {})
    out = tmp_path / "out"
    printed, values = run("reproduce", "--quick", "--data", data, "--out", out, *FEW)
    claims = json.loads((out / "claims.json").read_text())
    kept = zip(claims, values["claims"], strict=True)  # the file says versions beside them
    assert all(claim.items() >= said.items() for claim, said in kept)
    for claim in claims:
        gap, standard_error = claim["difference"], claim["standard_error"]
        if standard_error and claim["key"] != "memorises":
            words = {"pays": "holds", "does not pay": "fails"}
            assert claim["verdict"] == words.get(verdict(gap, standard_error), "undecided")
    count = [claim["verdict"] for claim in claims].count
    assert printed.startswith(
        f"{count('holds')} of {len(claims)} claims hold, {count('fails')} fail, "
        f"{count('undecided')} are undecided"
    )


def test_theorems_counts_its_verdicts(run):
    printed, values = run("theorems", "--only", "conservation", "--quick", "--jobs", 1, "--quiet")
    (found,) = values
    assert found["verdict"] == "agrees"
    assert found["simulated"] == pytest.approx(found["law"])
    assert printed.startswith("1 of 1 agree; ")
