"""What a result says of the versions that made it."""

import importlib.metadata
import shutil
import subprocess
from pathlib import Path

import pytest

from ddkd import __version__
from ddkd._provenance import environment, made_with

ROOT = Path(__file__).parents[1]


def test_versions_are_those_installed():
    stated = made_with()
    assert stated["version"] == __version__
    for name in ("numpy", "scipy", "scikit-learn"):
        assert stated[name] == importlib.metadata.version(name)
    assert stated.items() <= environment()["versions"].items()


def test_the_commit_is_that_of_the_clone():
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a clone")
    head = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert made_with.__wrapped__()["commit"].removesuffix("-dirty") == head.stdout.strip()


def test_without_git_there_is_no_commit(monkeypatch):
    def no_git(*_, **__):
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", no_git)
    assert "commit" not in made_with.__wrapped__()
