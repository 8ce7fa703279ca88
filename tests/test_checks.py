"""Arrays whose numbers are not what they seem: masked, or objects; columns by mask or index."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from ddkd import DistilledClassifier, LeastSquaresClassifier, RandomFourierFeatures
from ddkd._checks import check_features, check_real
from ddkd.datasets import Split
from ddkd.solvers import StreamingLeastSquares, min_norm, ridge, width_path

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 5))
y = np.sign(X[:, 0])
FEATURES = RandomFourierFeatures(8, random_state=0).fit(X)
MODEL = LeastSquaresClassifier(FEATURES).fit(X, y)
TAKES_INPUTS = {
    "min_norm": lambda X: min_norm(X, y),
    "width_path": lambda X: width_path(X, y, [1, 2]),
    "StreamingLeastSquares": lambda X: StreamingLeastSquares(5).update(X, y),
    "Split": lambda inputs: Split(inputs, y, X, X, y),
    "RandomFourierFeatures.fit": RandomFourierFeatures(8).fit,
    "RandomFourierFeatures.transform": FEATURES.transform,
    "LeastSquaresClassifier.fit": lambda X: LeastSquaresClassifier().fit(X, y),
    "LeastSquaresClassifier.predict": MODEL.predict,
    "DistilledClassifier.fit": lambda X: DistilledClassifier(MODEL, MODEL).fit(X, y),
    "DistilledClassifier.transfer": lambda T: DistilledClassifier(MODEL, transfer=T).fit(X, y),
}


@pytest.mark.parametrize("take", TAKES_INPUTS.values(), ids=TAKES_INPUTS)
def test_the_hidden_values_of_a_masked_array_are_not_used(take):
    with pytest.raises(ValueError, match="is a masked array, whose hidden values would be used"):
        take(np.ma.masked_array(X, mask=X > 1))


@pytest.mark.parametrize("take", TAKES_INPUTS.values(), ids=TAKES_INPUTS)
def test_words_are_not_read_as_numbers(take):
    message = "one of its objects is a str|could not convert string to float: 'word'"
    with pytest.raises(ValueError, match=message):
        take(np.full(X.shape, "word", dtype=object))


TAKES_LABELS = {
    "ridge": lambda y: ridge(X, y, 1.0),
    "LeastSquaresClassifier.fit": lambda y: LeastSquaresClassifier().fit(X, y),
    "Split": lambda labels: Split(X, labels, X, X, y),
}


@pytest.mark.parametrize("take", TAKES_LABELS.values(), ids=TAKES_LABELS)
def test_masked_labels_are_refused(take):
    with pytest.raises(ValueError, match="is a masked array"):
        take(np.ma.masked_array(y, mask=y > 0))


@pytest.mark.parametrize("name", ["Z", "Y", "widths"])
def test_a_sparse_matrix_is_refused_by_name(name):
    arguments = {"Z": X, "Y": y[:, None], "widths": np.ones((1, 1))}
    arguments[name] = csr_array(arguments[name])
    with pytest.raises(ValueError, match=rf"{name} is a sparse matrix; .*{name}\.toarray\(\)"):
        width_path(**arguments)


def test_objects_that_are_numbers_are_taken():
    objects = X.astype(object)
    np.testing.assert_array_equal(min_norm(objects, y).coef, min_norm(X, y).coef)
    np.testing.assert_array_equal(MODEL.predict(objects), MODEL.predict(X))


@pytest.mark.parametrize(
    ("limits", "interval"),
    [
        ({"low": 0.0, "high": 1.0}, "[0, 1]"),
        ({"low": 0.0, "high": 1.0, "low_open": True, "high_open": True}, "(0, 1)"),
        ({"high": 1.0}, "(-inf, 1]"),
        ({"low": 0.0}, "[0, inf)"),
    ],
)
def test_an_interval_is_open_where_its_end_is_not_taken(limits, interval):
    with pytest.raises(ValueError) as caught:
        check_real("alpha", np.nan, **limits)
    assert str(caught.value) == f"alpha must be finite and in {interval}; got nan"


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([0, 3], "features must select some of 3 features: index 3 is out of bounds"),
        (np.array([True, False]), "features must select some of 3 features: boolean index did not"),
        ([1, -2], r"features must select at least one feature, and none twice; got \[1, -2\]"),
        (np.zeros(3, dtype=bool), "features must select at least one feature"),
        ([0.0], "features must be None, a boolean mask of 3 entries or a 1-D index array"),
    ],
)
def test_columns_that_are_not_there_or_twice_are_refused(features, message):
    with pytest.raises(ValueError, match=message):
        check_features("features", features, 3)


def test_columns_keep_their_order_and_count_from_the_end():
    assert check_features("features", [2, -3], 3).tolist() == [2, 0]
    assert check_features("features", np.array([True, False, True]), 3).tolist() == [0, 2]
