"""Ugly input to every public function: it works, or says which argument was wrong."""

import pkgutil
import random
import re
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

import ddkd
from ddkd import InterpolationWarning
from tests.helpers.fuzz_spoilers import SPOILED_ARRAYS, SPOILED_SCALARS
from tests.helpers.fuzz_targets import (
    CALLABLES,
    OBJECTS,
    ROOMS_APART,
    arguments_of,
    call,
    parameters_of,
    public_callables,
)
from tests.helpers.fuzz_values import EXCEPTIONS, VALUES


def test_every_parameter_of_a_public_callable_has_a_value():
    """A name that is new goes into the values, or among the objects, of the helpers."""
    missing = []
    for place, value in CALLABLES.items():
        try:
            arguments_of(place, value)
        except KeyError as error:
            missing.append((place, *error.args))
    assert missing == []


@pytest.mark.filterwarnings("ignore:the teacher is hardly better than chance")  # labels are drawn
@pytest.mark.parametrize("place", sorted(CALLABLES))
def test_the_valid_arguments_are_valid(place):
    rng = np.random.default_rng(0)
    arguments = arguments_of(place, CALLABLES[place])
    call(CALLABLES[place], {name: item.make(rng) for name, item in arguments.items()})


def test_a_new_public_name_is_fuzzed_or_its_parameter_asked_for(monkeypatch):
    def planted(Z, alpha, unheard_of):
        """Parameters
        ----------
        """

    monkeypatch.setattr(ddkd.solvers, "planted", planted, raising=False)
    monkeypatch.setattr(ddkd.solvers, "__all__", [*ddkd.solvers.__all__, "planted"])
    found = public_callables()["solvers.planted"]
    with pytest.raises(KeyError, match="unheard_of"):
        arguments_of("solvers.planted", found)
    assert set(arguments_of("solvers.planted", lambda Z, alpha, rng=None: Z)) == {
        "Z",
        "alpha",
        "rng",
    }


def test_nothing_is_named_that_is_gone():
    places = set(public_callables())
    assert {place for place in EXCEPTIONS if place not in places} == set()
    used = {name for value in public_callables().values() for name in parameters_of(value)}
    assert set(VALUES) | set(OBJECTS) <= used
    rooms = {module.name for module in pkgutil.iter_modules(ddkd.__path__)}
    assert set(ROOMS_APART) <= rooms


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
    "n_test": r"\bn_test\b|\bto test\b",
    "student_alpha": r"\balpha\b",
    "alpha": r"\balpha\b|\bridge\b",
    "teacher_width": r"width|n_components",
    "student_width": r"width|n_components",
    "other": r"\bcoef\b|\bother\b",
    "random_state": r"\b[sS]eed\b|random_state",
    "y": rf"\b[yY]\b|{SKLEARN}|label|class",
}

# What an estimator's inputs are called once its features are computed.
INNER_NAMES = (
    r"|\b[ZY] contains NaN or infinity|Z must have a largest absolute entry"
    r"|alpha must be below 2\^1000 times|Input y contains NaN"
)

# A size that contradicts another argument's may be reported under either name.
SIZES = {"one row", "a row more", "empty", "no columns", "scalar", "sparse", "a dimension less"}
SIZES |= {"None", "one", "three", "numpy integer", "huge integer"}

# Beyond the range of squares of floats results may overflow, with a warning from NumPy.
EXTREME = {"overflowing", "denormal", "huge", "huge integer", "tiny"}
FEW_DRAWS = "with fewer than 100 draws a right theory can fail"
ALLOWED_WARNINGS = {InterpolationWarning, DataConversionWarning}


def drawn_case(rng):
    """A callable, the argument to spoil, how, and the seed of the others."""
    place = rng.choice(sorted(SPOILABLE))
    argument = rng.choice(sorted(SPOILABLE[place]))
    is_array = SPOILABLE[place][argument].role in ("array", "labels")
    spoiled = rng.choice(sorted(SPOILED_ARRAYS if is_array else SPOILED_SCALARS))
    return place, argument, spoiled, rng.randrange(2**16)


def _spoilable():
    for place, value in CALLABLES.items():
        arguments = arguments_of(place, value).items()
        roles = {name: item for name, item in arguments if item.role != "given"}
        if roles:
            yield place, roles


SPOILABLE = dict(_spoilable())


def outcome(place, arguments):
    """The numbers in the result, or the error; and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            return call(CALLABLES[place], arguments), caught
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


def check(place, argument, spoiled, seed):
    rng = np.random.default_rng(seed)
    specification = arguments_of(place, CALLABLES[place])
    arguments = {name: item.make(rng) for name, item in specification.items()}
    role = specification[argument].role
    value = SPOILED_SCALARS.get(spoiled)
    if role in ("array", "labels"):
        value = SPOILED_ARRAYS[spoiled](arguments[argument])
    arguments[argument] = value
    result, caught = outcome(place, arguments)
    allowed = ALLOWED_WARNINGS | ({RuntimeWarning} if spoiled in EXTREME else set())
    caught = [warning for warning in caught if FEW_DRAWS not in str(warning.message)]
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
        if not (role == "seed" and value is None):
            check_agreement(place, arguments | {argument: dense(value)}, result, spoiled)


def is_too_large(error):
    return isinstance(error, MemoryError) or "Maximum allowed" in str(error)


def check_agreement(place, arguments, result, spoiled):
    expected, _ = outcome(place, arguments)
    assert not isinstance(expected, Exception), f"works, though the dense array gives {expected!r}"
    tolerance = 1e-3 if spoiled == "float32" else 1e-9
    for ours, theirs in zip(result, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("count", [300, pytest.param(5000, marks=pytest.mark.slow)])
def test_ugly_input(count):
    rng = random.Random(count)
    for _ in range(count):
        case = drawn_case(rng)
        try:
            check(*case)
        except Exception as error:
            error.add_note(f"the case: {case}")
            raise
