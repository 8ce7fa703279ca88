"""The command diagnose, on a module in the folder where it is called."""

import json
import sys

import numpy as np
import pytest

from ddkd import cli

MODULE = """
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

damped = make_pipeline(RBFSampler(gamma=0.3, random_state=0), Ridge())
"""
DIAGNOSE = ["diagnose", "own_pipelines:damped", "--param", "rbfsampler__n_components"]
DIAGNOSE += ["--data", "d.npz", "--labelled", "60", "--quiet"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with a module and data, as the working folder."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5))
    np.savez(tmp_path / "d.npz", X=X, y=np.sin(X).sum(axis=1) + 0.5 * rng.normal(size=300))
    (tmp_path / "own_pipelines.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("own_pipelines", None)


def test_the_first_line_says_why_and_the_numbers_are_kept(folder, capsys):
    assert cli.main([*DIAGNOSE, "--verbose", "--json", "found.json", "--plot", "why.png"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("No peak at 60: an effective ridge of 1 is at work")
    assert max(map(len, said.splitlines())) <= 78
    assert "d.npz: 300 rows" in said
    assert (folder / "why.png").stat().st_size > 0
    found = json.loads((folder / "found.json").read_text())
    assert found["cause"] == "penalty"
    assert found["threshold"] == 60
    assert all(item["probe"] in said for item in found["evidence"])


@pytest.mark.parametrize("param", [[], ["--param", "n_components"], ["--param", "rbfsampler"]])
def test_a_width_that_is_missing_or_wrong_is_told_with_what_there_is(param, capsys):
    assert cli.main([*DIAGNOSE[:2], *param, *DIAGNOSE[4:]]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ddkd diagnose: error: param_name (--param) must be the name of")
    assert "rbfsampler__gamma, rbfsampler__n_components, rbfsampler__random_state, ridge__" in line
    assert line.endswith(f"; got {param[1] if param else None!r}")


@pytest.mark.parametrize("model", ["own_pipelines:none", "nowhere:damped", "own:pipelines:x", ":x"])
def test_a_model_that_is_not_there_is_named(model, capsys):
    assert cli.main([DIAGNOSE[0], model, *DIAGNOSE[2:]]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"ddkd diagnose: error: '{model}' is not MODULE:NAME")
    assert len(error.splitlines()) == 1
