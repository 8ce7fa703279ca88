import numpy as np
import pytest

from ddkd.datasets import Split, load


def make(n=40, n_classes=4, **kwargs):
    X = np.arange(2.0 * n).reshape(n, 2)
    y = np.arange(n) % n_classes
    return Split(X, y, X + 0.5, X - 0.5, y, **kwargs)


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.1, 0.33, 1.0])
def test_flips_exactly_the_stated_number(rate):
    split = make().flip_labels(rate, rng=0)
    assert split.wrong.sum() == round(rate * 40)
    assert split.flip_rate == round(rate * 40) / 40
    np.testing.assert_array_equal(split.y_clean, make().y_train)
    np.testing.assert_array_equal(split.y_test, make().y_test)


def test_flips_are_nested_in_the_rate_and_start_from_the_truth():
    few, many = make().flip_labels(0.1, rng=5), make().flip_labels(0.5, rng=5)
    assert many.wrong[few.wrong].all()
    np.testing.assert_array_equal(few.y_train[few.wrong], many.y_train[few.wrong])
    again = many.flip_labels(0.1, rng=5)
    np.testing.assert_array_equal(again.y_train, few.y_train)


def test_flipped_labels_are_uniform_over_the_other_classes():
    n = 30_000
    X = np.zeros((n, 1))
    y = np.repeat(["a", "b", "c"], n // 3)
    flipped = Split(X, y, X, X, y).flip_labels(0.5, rng=1)
    for label in "abc":
        wrong = flipped.y_train[flipped.wrong & (flipped.y_clean == label)]
        values, counts = np.unique(wrong, return_counts=True)
        assert label not in values
        assert len(values) == 2
        # Binomial(about 5,000, 1/2): a standard deviation is 35.
        assert abs(counts[0] - counts[1]) < 5 * 71


def test_load_draws_the_same_rows_for_every_flip_rate():
    clean, five, ten = (load("mixture", flip_rate=rate, rng=3) for rate in (0, 0.05, 0.1))
    np.testing.assert_array_equal(clean.X_train, ten.X_train)
    np.testing.assert_array_equal(clean.X_test, ten.X_test)
    np.testing.assert_array_equal(clean.transfer.centres, ten.transfer.centres)
    np.testing.assert_array_equal(five.y_train[five.wrong], ten.y_train[five.wrong])
    assert ten.flip_rate == 0.1


@pytest.mark.parametrize("labels", [[True, False] * 20, ["no", "yes"] * 20, [3, 7] * 20])
def test_labels_of_any_kind(labels):
    X = np.zeros((40, 1))
    split = Split(X, labels, X, X, labels).flip_labels(0.25, rng=0)
    assert split.wrong.sum() == 10
    np.testing.assert_array_equal(split.classes, np.unique(labels))
    objects = np.array(labels, dtype=object)
    assert Split(X, objects, X, X, objects).y_train.dtype == np.asarray(labels).dtype


def test_float_labels_that_are_whole_become_integers():
    X = np.zeros((4, 1))
    assert Split(X, [0.0, 1.0, 2.0, 1.0], X, X, [1.0] * 4).y_train.dtype == np.int64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X_train": np.zeros((3, 2))}, "y_train must have 3 entries"),
        ({"X_train": np.full((4, 2), np.nan)}, "X_train contains NaN"),
        ({"X_test": np.zeros((4, 3))}, "X_test must have 2 columns"),
        ({"transfer": np.zeros((4, 3))}, "transfer must have 2 columns"),
        ({"transfer": np.zeros((0, 3))}, "transfer is empty"),
        ({"y_train": [1, 1, 1, 1]}, "y_train must hold at least two classes"),
        (
            {"y_train": [0.5, 1, 2, 3], "y_test": [2.5], "X_test": [[0, 1]], "task": "numbers"},
            "y_test must hold at least two different numbers; every one of its 1 labels is 2.5",
        ),
        ({"y_train": [0.5, 1, 1, 1]}, "y_train must hold integers, strings or booleans"),
        ({"y_train": np.array([1, "a", 2, 3], dtype=object)}, "y_train mixes text with other"),
        ({"y_test": [[1], [0], [1], [0]]}, "y_test must be a non-empty 1-D array"),
        ({"y_test": ["0"] * 4}, "must hold labels of one kind"),
        ({"y_train": [[1], [0, 1]]}, "y_train cannot be made an array"),
        ({"y_clean": [0, 1]}, "y_clean must have 4 entries"),
    ],
)
def test_bad_parts_are_named(change, message):
    X = np.zeros((4, 2))
    parts = {"X_train": X, "y_train": [0, 1, 0, 1], "transfer": X, "X_test": X, "y_test": [0] * 4}
    with pytest.raises(ValueError, match=message):
        Split(**(parts | change))


@pytest.mark.parametrize("rate", [-0.1, 1.1, np.nan, "a", True])
def test_bad_flip_rate(rate):
    with pytest.raises(ValueError, match="rate must be"):
        make().flip_labels(rate, rng=0)


def test_a_split_is_frozen_and_says_what_it_is():
    split = make(name="toy")
    with pytest.raises(AttributeError):
        split.name = "other"
    assert str(split) == (
        "toy: 40 labelled rows (0 wrong labels), 40 transfer rows, 40 test rows; "
        "2 features, 4 classes"
    )
