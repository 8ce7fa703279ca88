"""Ugly input to every public function: it works, or says which argument was wrong."""

import re
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from ddkd import InterpolationWarning
from tests.fuzz_spoilers import SPOILED_ARRAYS, SPOILED_SCALARS
from tests.fuzz_targets import TARGETS, numbers

# How scikit-learn's own checks of X and y speak, besides naming the argument.
SKLEARN = (
    "Complex data|string to float|float.. argument|Found array|numbers of samples"
    "|Expected 2D array|inhomogeneous|at least 1 dimension"
)
OTHER_NAMES = {
    "X": rf"\bX\b|{SKLEARN}",
    "X_new": rf"\bX\b|{SKLEARN}",
    "y": rf"\b[yY]\b|{SKLEARN}|label|class",
}

# What an estimator's inputs are called once its features are computed.
INNER_NAMES = r"|\b[ZY] contains NaN or infinity"

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
