"""The commands predict, phase and advise, as a user meets them."""

import csv
import json
import re

import joblib
import numpy as np
import pandas
import pytest
import sklearn
from sklearn.base import is_regressor

from ddkd import cli
from ddkd.datasets import DataFile, load
from ddkd.sweeps import SweepResult


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A small three-class problem in a file, and as many inputs without labels."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("data")
    y = np.arange(400) % 3
    X = rng.normal(size=(3, 4))[y] + 0.7 * rng.normal(size=(400, 4))
    np.savez(folder / "labelled.npz", X=X[:200], y=y[:200])
    np.savez(folder / "inputs.npz", X=X[200:])
    return folder


def test_predict_measures_what_it_predicts(data, tmp_path, capsys):
    arguments = ["--data", str(data / "labelled.npz"), "--out", str(tmp_path), "--repeats", "2"]
    assert cli.main(["predict", *arguments, "--jobs", "1", "--quiet", "--max-width", "100"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "predicted error is off by" in printed
    assert "The labels chose the scale of the inputs: one scale for all columns." in printed
    assert {p.name for p in tmp_path.iterdir()} == {
        "README.txt",
        "answer.json",
        "figure.png",
        "figure.svg",
        "results.csv",
        "results.npz",
        "tasks",
    }
    result = SweepResult.load(tmp_path / "results.npz")
    rows = result.where(alpha=1.0)
    gap = (rows["predicted_mse"] / rows["test_mse"] - 1)[rows["width"] >= 10]
    assert np.abs(np.median(gap)) < 0.03


def test_phase_says_when_to_distil(data, tmp_path, capsys):
    arguments = ["--data", str(data / "labelled.npz"), "--out", str(tmp_path)]
    sizes = ["--teacher-width", "200", "--student-width", "20", "--max-transfer", "100"]
    assert cli.main(["phase", *arguments, *sizes]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.count(" % label noise ") == 5
    assert "no label of a file is changed" in said
    with (tmp_path / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {float(row["flip_rate"]) for row in rows} == {0.0, 0.05, 0.1, 0.15, 0.2}
    row = rows[-1]
    gain = float(row["direct_error"]) - float(row["student_error"])
    assert float(row["gain"]) == pytest.approx(gain)
    assert (tmp_path / "figure.png").exists()


def test_phase_has_a_map_of_fewer_rows_than_its_first_size(data, tmp_path):
    arguments = ["--data", str(data / "labelled.npz"), "--labelled", "100", "--quiet"]
    assert cli.main(["phase", *arguments, "--out", str(tmp_path)]) == 0
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        sizes = {int(row["n_transfer"]) for row in csv.DictReader(file)}
    assert (min(sizes), max(sizes)) == (3, 50)  # 200 rows less 100 and 50 to test


def test_phase_claims_no_more_than_its_table(tmp_path, capsys):
    assert cli.main(["phase", "--out", str(tmp_path), "--labelled", "200", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["answer"]
    size = int(re.search(r"distil with ([\d,]+) transfer rows or more", said)[1].replace(",", ""))
    with (tmp_path / "results.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if float(row["flip_rate"]) == 0]
    better = {int(row["n_transfer"]): float(row["gain"]) > 0 for row in rows}
    assert all(better[m] == (m >= size) for m in better)  # the size itself is in the table


@pytest.mark.parametrize("unlabelled", [None, "inputs.npz"])
@pytest.mark.slow
def test_advise_names_a_method_and_checks_it(data, tmp_path, capsys, unlabelled):
    out, model = tmp_path / "out", tmp_path / "model.joblib"
    arguments = ["--data", str(data / "labelled.npz"), "--out", str(out), "--save", str(model)]
    if unlabelled:
        arguments += ["--unlabelled", str(data / unlabelled)]
    assert cli.main(["advise", *arguments, "--quiet"]) == 0
    capsys.readouterr()
    assert cli.main(["advise", *arguments, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ranking"][0]["name"] == said["best"]
    assert "is expected to err on" in said["answer"]
    assert {p.name for p in out.iterdir()} == {
        "README.txt",
        "advice.txt",
        "answer.json",
        "figure.png",
        "figure.svg",
        "results.csv",
    }
    with np.load(data / "labelled.npz") as file:
        X, y = file["X"], file["y"]
    assert joblib.load(model).score(X, y) > 0.7


@pytest.mark.usefixtures("few_rivals")
def test_no_patient_is_learned_from_and_tested_on(tmp_path, capsys):
    """Illness is a coin for each of 30 patients, whose five rows are all but equal."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(30, 3))[np.arange(150) // 5] + 0.01 * rng.normal(size=(150, 3))
    rows = np.column_stack([rows, np.arange(150) // 5, (np.arange(30) % 2)[np.arange(150) // 5]])
    path = tmp_path / "data.csv"
    np.savetxt(path, rows, delimiter=",", header="a,b,c,patient,ill", comments="", fmt="%.6g")
    arguments = ["advise", "--data", str(path), "--labelled", "all", "--json", "--quiet"]
    errors = {}
    for how in ("--group", "--drop"):
        assert cli.main([*arguments, how, "patient", "--out", str(tmp_path / how)]) == 0
        errors[how] = json.loads(capsys.readouterr().out)["error"]
    assert errors["--drop"] < 0.3 < errors["--group"]


@pytest.mark.usefixtures("few_rivals")
def test_ratings_that_are_numbers_are_advised_on_as_numbers(tmp_path, capsys):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2)).round(4)
    rows = np.column_stack([X, np.clip(np.round(2 * X[:, 0]), -2, 2)])
    path, saved = tmp_path / "d.csv", tmp_path / "model.joblib"
    np.savetxt(path, rows, delimiter=",", header="a,b,rating", comments="", fmt="%.6g")
    arguments = ["--data", str(path), "--task", "numbers", "--save", str(saved), "--labelled"]
    assert cli.main(["advise", *arguments, "all", "--out", str(tmp_path / "out")]) == 0
    assert "is expected to leave" in " ".join(capsys.readouterr().out.split())
    assert is_regressor(joblib.load(saved))


def test_that_groups_are_too_large_to_split_is_said(tmp_path):
    X = np.random.default_rng(0).normal(size=(40, 2))
    file = DataFile("d", X, np.arange(40) % 2, "classes", groups=np.arange(40) // 20)
    with pytest.raises(ValueError, match=r"of the 40 rows of d \(up to 20 stay together\) 10 are"):
        load(file, rng=0)


@pytest.mark.slow
def test_advise_keeps_groups_together(tmp_path, capsys):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 3))
    rows = np.column_stack([X, np.arange(150) // 3, X[:, 0] > 0])
    path = tmp_path / "data.csv"
    np.savetxt(path, rows, delimiter=",", header="a,b,c,patient,ill", comments="", fmt="%.6g")
    arguments = ["advise", "--data", str(path), "--out", str(tmp_path / "out"), "--quiet"]
    assert cli.main([*arguments, "--group", "patient"]) == 0
    assert cli.main([*arguments, "--group", "nobody", "--force"]) == 1
    assert "there are a, b, c, patient" in capsys.readouterr().err


def _patients(path, n, rng):
    """A table with text, gaps and groups, as it came."""
    a, kind = rng.normal(size=n), np.array(["left", "right"])[rng.integers(2, size=n)]
    b = np.where(rng.random(n) < 0.2, np.nan, 5 + rng.normal(size=n))
    ill = np.where((a > 0) ^ (kind == "left"), "yes", "no")
    columns = {"note": "x", "a": a, "kind": kind, "b": b, "patient": np.arange(n) // 2, "ill": ill}
    table = pandas.DataFrame(columns).round(6)
    table.to_csv(path, index=False)
    return table


@pytest.mark.parametrize("group", [pytest.param(False, marks=pytest.mark.slow), True])
@pytest.mark.usefixtures("few_rivals")
def test_a_saved_model_takes_the_table_as_it_came_and_no_other(group, tmp_path, capsys):
    rng = np.random.default_rng(0)
    _patients(tmp_path / "d.csv", 150, rng)
    test = _patients(tmp_path / "test.csv", 100, rng)
    saved = tmp_path / "model.joblib"
    arguments = ["--data", tmp_path / "d.csv", "--test", tmp_path / "test.csv", "--save", saved]
    arguments += ["--one-hot", "--impute", "--drop", "note", "--labelled", "all"]
    arguments += ["--group", "patient"] if group else ["--drop", "patient"]
    assert cli.main(["advise", *map(str, arguments), "--json", "--out", str(tmp_path / "out")]) == 0
    values = json.loads(capsys.readouterr().out)
    model = joblib.load(saved)
    names = ["a", "kind", "b", *["patient"] * group]
    assert model.feature_names_in_.tolist() == names
    assert model.classes_.tolist() == ["no", "yes"]
    assert np.mean(model.predict(test[names]) != test["ill"]) == pytest.approx(values["error"])
    assert model.data_ == values["data"]
    assert model.data_["label"] == "ill"
    assert model.versions_["scikit-learn"] == sklearn.__version__
    for wrong in (test[names[::-1]], test[names].rename(columns={"a": "age"})):
        with pytest.raises(ValueError, match="feature names should match"):
            model.predict(wrong)
    with pytest.raises(ValueError, match="column kind of X held text in fit"):
        model.predict(test[names].assign(kind=1.0))
    if group:  # is no input: it may say anything
        other = test[names].assign(patient=7)
        np.testing.assert_array_equal(model.predict(other), model.predict(test[names]))


def test_unlabelled_files_that_cannot_be_used(data, tmp_path, capsys):
    (tmp_path / "words.csv").write_text("a,b,c,d\n1,2,x,4\n")
    np.savez(tmp_path / "names.npz", Z=np.ones((3, 4)))
    np.savez(tmp_path / "narrow.npz", X=np.ones((3, 2)))
    for name, word in {
        "none.npz": "none.npz cannot be read: No such file or directory",
        "words.csv": "is a .npz: the other files must be such files, too",
        "names.npz": "needs arrays X; it holds Z",
        "narrow.npz": "4 columns",
    }.items():
        arguments = ["--data", str(data / "labelled.npz"), "--unlabelled", str(tmp_path / name)]
        assert cli.main(["advise", *arguments]) == 1
        message = capsys.readouterr().err
        assert word in message
        assert len(message.strip().splitlines()) == 1
    assert cli.main(["advise", "--unlabelled", str(data / "inputs.npz")]) == 1
    assert "--unlabelled is for a file of your own" in capsys.readouterr().err
