"""The bench is worth something only if its simulations know nothing of the laws."""

import ast
import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

import ddkd
from ddkd import theory
from ddkd._workers import one_thread
from ddkd.theorems import ALL

ROOT = Path(ddkd.__file__).parent
SIMULATORS = sorted([*(ROOT / "simulation").glob("*.py"), *ROOT.glob("theorems/_*simulators.py")])


@pytest.mark.parametrize("path", SIMULATORS, ids=lambda path: path.stem)
def test_no_simulator_imports_a_law(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            assert not name.startswith("ddkd.theory"), name
            if name.startswith("ddkd.theorems"):
                assert "_simulators" in name or "_problems" in name, name


def one_draw(theorem):
    """One draw, as the bench makes it: bits depend on the number of BLAS threads."""
    with one_thread():
        draw = theorem.simulate(np.random.default_rng(5), **theorem.settings[0])
    return np.array(draw, dtype=float)


@pytest.mark.parametrize("theorem", ALL, ids=lambda theorem: theorem.id)
def test_simulated_values_do_not_change_if_every_law_is_nonsense(theorem, monkeypatch):
    before = one_draw(theorem)

    def nonsense(*args, **options):
        raise AssertionError("a simulation has asked for a law")

    for name in theory.__all__:
        monkeypatch.setattr(theory, name, nonsense)
    for other in ALL:
        module = sys.modules[other.law.__module__]
        monkeypatch.setattr(module, other.law.__name__, nonsense)
        if hasattr(module, "_laws"):
            for name, _ in inspect.getmembers(module._laws, inspect.isfunction):
                monkeypatch.setattr(module._laws, name, nonsense)
    for cached in vars(sys.modules["ddkd.theorems._simulators"]).values():
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()
    np.testing.assert_array_equal(one_draw(theorem), before)
