"""Ugly input to every public function: it works, or says which argument was wrong."""

import dataclasses
import importlib
import pkgutil
import re
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

import ddkd
from ddkd import InterpolationWarning
from tests.helpers.fuzz_spoilers import SPOILED_ARRAYS, SPOILED_SCALARS
from tests.helpers.fuzz_targets import TARGETS, numbers

# Functions and classes without a strategy, and why they need none; results, which are
# dataclasses made by functions that have one, are not asked for.
PICTURE = "a picture: tests/test_plotting.py spoils its arguments"
OBJECTS = "takes objects of ddkd or functions of the user, not numbers"
FILES = "takes paths and words: tests/datasets, tests/cli and tests/experiments spoil them"
SLOW = "takes seconds a call: its own tests spoil its arguments"
NOT_FUZZED = {
    **{
        f"contestants.{name}": OBJECTS
        for name in (
            *("Entry", "FixedFeatures", "Inputs", "Labels", "NestedStudents", "Problem", "Rival"),
            *(
                "Teacher",
                "compete",
                "contestants_of",
                "fit_ridge",
                "folds_of",
                "keep_gram",
                "kernel_ridge",
            ),
            *("scores_of_many", "student_features", "student_of"),
        )
    },
    "datasets.available": "takes nothing",
    "datasets.fingerprint": FILES,
    "datasets.is_stream": OBJECTS,
    "datasets.read_file": FILES,
    "datasets.Undecided": FILES,
    "reproduction.claims_in_full": OBJECTS,
    "reproduction.claims_summary": OBJECTS,
    "reproduction.claims_table": OBJECTS,
    "reproduction.compare": SLOW,
    "reproduction.comparison_figures": OBJECTS,
    "estimators.PoolClassifier": OBJECTS,
    "estimators.takes_pool": OBJECTS,
    "experiments.draw_split": FILES,
    "reproduction.protocols": FILES,
    "reproduction.reproduce": SLOW,
    "reproduction.write_report": OBJECTS,
    "lecture.check_link": FILES,
    "lecture.write_page": FILES,
    "plotting.DistillationDisplay": PICTURE,
    "plotting.DoubleDescentDisplay": PICTURE,
    "plotting.PhaseDiagramDisplay": PICTURE,
    "plotting.draw_level": PICTURE,
    "plotting.draw_scores": PICTURE,
    "plotting.draw_theory": PICTURE,
    "plotting.finish": PICTURE,
    "plotting.legend_below": PICTURE,
    "plotting.legend_entries": PICTURE,
    "plotting.look": PICTURE,
    "plotting.mark_thresholds": PICTURE,
    "plotting.new_axes": PICTURE,
    "plotting.pivot": PICTURE,
    "plotting.plain": PICTURE,
    "plotting.set_title": PICTURE,
    "populations.Population": OBJECTS,
    "prediction.ConditionalPredictor": "tests/prediction/test_conditional.py spoils its matrices",
    "advice.advise": SLOW,
    "prediction.draw_phase": OBJECTS,
    "prediction.draw_prediction": OBJECTS,
    "prediction.predict_phase": SLOW,
    "prediction.predict_student": SLOW,
    "simulation.Clusters": "tests/test_simulation.py has its bad arguments",
    "simulation.Draws": OBJECTS,
    "simulation.ridge_fits": OBJECTS,
    "simulation.votes": OBJECTS,
    "sweeps.Store": FILES,
    "testing.assert_converges_to_theory": OBJECTS,
    "testing.assert_interpolates": OBJECTS,
    "theorems.draw_theorems": OBJECTS,
    "theorems.verify": OBJECTS,
    "theory.crossing_size": OBJECTS,
}


def public_callables():
    """Every class and function that a public module exports, once, by its shortest place."""
    modules = [m.name for m in pkgutil.iter_modules(ddkd.__path__) if m.name[0] != "_"]
    for name in sorted(set(modules) - {"cli", "exceptions"}):
        module = importlib.import_module(f"ddkd.{name}")
        for attribute in module.__all__:
            value = getattr(module, attribute)
            if callable(value) and not is_result(value):
                yield f"{name}.{attribute}"


def is_result(value):
    """A dataclass that neither table names, so that nobody but ddkd makes it."""
    names = {key.split(",")[0].split(".")[-1] for key in (*TARGETS, *NOT_FUZZED)}
    return dataclasses.is_dataclass(value) and value.__name__ not in names


def without_strategy(names):
    """Names of public callables that no target fuzzes and no reason exempts."""
    fuzzed = {key.split(",")[0] for key in TARGETS}
    return sorted(set(names) - fuzzed - set(NOT_FUZZED))


def test_every_public_callable_has_a_strategy():
    assert without_strategy(public_callables()) == []


def test_a_new_public_name_without_a_strategy_is_noticed(monkeypatch):
    monkeypatch.setattr(ddkd.solvers, "planted", lambda Z: Z, raising=False)
    monkeypatch.setattr(ddkd.solvers, "__all__", [*ddkd.solvers.__all__, "planted"])
    assert without_strategy(public_callables()) == ["solvers.planted"]


def test_no_reason_outlives_its_name():
    assert set(NOT_FUZZED) <= set(public_callables())


# How scikit-learn's own checks of X and y speak, besides naming the argument.
SKLEARN = (
    "Complex data|string to float|float.. argument|Found array|numbers of samples"
    "|Expected 2D array|inhomogeneous|at least 1 dimension"
)
OTHER_NAMES = {
    "X": rf"\bX\b|{SKLEARN}",
    "X_new": rf"\bX\b|{SKLEARN}",
    "flip_rate": r"\b(flip_)?rate\b",
    "alphas": r"\balphas?\b",
    "law": r"\blaw\b|\bprediction\b",
    "teacher_alpha": r"\balpha\b",
    "y": rf"\b[yY]\b|{SKLEARN}|label|class",
}

# What an estimator's inputs are called once its features are computed.
INNER_NAMES = (
    r"|\b[ZY] contains NaN or infinity|alpha must be below 2\^1000 times|Input y contains NaN"
)

# A size that contradicts another argument's may be reported under either name.
SIZES = {"one row", "a row more", "empty", "no columns", "scalar", "sparse", "a dimension less"}
SIZES |= {"None", "one", "three", "numpy integer", "huge integer"}

# Beyond the range of squares of floats results may overflow, with a warning from NumPy.
EXTREME = {"overflowing", "denormal", "huge", "huge integer", "tiny"}
ALLOWED_WARNINGS = {InterpolationWarning, DataConversionWarning}


@st.composite
def cases(draw):
    """A target, the argument to spoil, and how."""
    target = draw(st.sampled_from(sorted(TARGETS)))
    argument = draw(st.sampled_from(sorted(TARGETS[target][1])))
    array = TARGETS[target][1][argument].role in ("array", "labels")
    spoiled = draw(st.sampled_from(sorted(SPOILED_ARRAYS if array else SPOILED_SCALARS)))
    return target, argument, spoiled, draw(st.integers(0, 2**16))


def call(target, arguments):
    """The numbers in the result, or the error; and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            return numbers(TARGETS[target][0](**arguments)), caught
        except (ValueError, TypeError, MemoryError) as error:
            return error, caught


def dense(value):
    """The same values as a plain float64 array; as they are where there is none."""
    if sparse.issparse(value):
        value = value.toarray()
    if isinstance(value, np.ndarray | list):
        array = np.asarray(value)
        if array.dtype.kind in "biuf" or array.dtype == object:
            return np.array(array, dtype=np.float64 if array.dtype.kind in "fO" else None)
    return value


def check(target, argument, spoiled, seed):
    rng = np.random.default_rng(seed)
    specification = TARGETS[target][1]
    arguments = {name: item.make(rng) for name, item in specification.items()}
    if specification[argument].role in ("array", "labels"):
        value = SPOILED_ARRAYS[spoiled](arguments[argument])
    else:
        value = SPOILED_SCALARS[spoiled]
    arguments[argument] = value
    result, caught = call(target, arguments)
    allowed = ALLOWED_WARNINGS | ({RuntimeWarning} if spoiled in EXTREME else set())
    messages = [str(warning.message) for warning in caught]
    assert {warning.category for warning in caught} <= allowed, f"warns: {messages}"
    assert len(set(messages)) <= 6, f"a flood of warnings: {messages}"
    if spoiled == "huge integer" and is_too_large(result):
        return
    if isinstance(result, Exception):
        names = specification if spoiled in SIZES else [argument]
        pattern = "|".join(OTHER_NAMES.get(name, rf"\b{name}\b") for name in names)
        pattern += INNER_NAMES if spoiled in EXTREME else ""
        assert re.search(pattern, str(result)), f"does not name {argument}: {result!r}"
    else:
        nan = any(np.isnan(array).any() for array in result)
        assert not nan or messages, "NaN in the result, without a warning"
        if not (specification[argument].role == "seed" and value is None):
            check_agreement(target, arguments | {argument: dense(value)}, result, spoiled)


def is_too_large(error):
    return isinstance(error, MemoryError) or "Maximum allowed" in str(error)


def check_agreement(target, arguments, result, spoiled):
    expected, _ = call(target, arguments)
    assert not isinstance(expected, Exception), f"works, though the dense array gives {expected!r}"
    tolerance = 1e-3 if spoiled == "float32" else 1e-9
    for ours, theirs in zip(result, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(cases())
def test_a_sample_of_ugly_input(case):
    check(*case)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_ugly_input(case):
    check(*case)
