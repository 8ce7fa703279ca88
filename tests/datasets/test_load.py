import pickle
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.utils import Bunch

from ddkd.datasets import Split, available, load
from ddkd.datasets._named import FASHION_MNIST
from ddkd.datasets._rows import stratified_order
from ddkd.populations import GaussianPopulation


def rows(X):
    return {row.tobytes() for row in np.ascontiguousarray(X)}


@pytest.mark.parametrize("name", [n for n in available() if n != "fashion-mnist"])
def test_named_sets(name):
    split = load(name, rng=0)
    assert isinstance(split, Split)
    assert split.name == name
    for X in (split.X_train, split.X_test):
        assert X.dtype == np.float64
    # Features of order one, so that one bandwidth rule serves every set.
    assert 0.1 < split.X_train.std() < 2
    again = load(name, rng=0)
    np.testing.assert_array_equal(split.X_train, again.X_train)
    assert not np.array_equal(split.X_train, load(name, rng=1).X_train)
    assert rows(split.X_train).isdisjoint(rows(split.X_test))
    pool = split.transfer if isinstance(split.transfer, np.ndarray) else split.transfer.sample(5000)
    assert pool.shape[1] == split.X_train.shape[1]
    assert rows(pool).isdisjoint(rows(split.X_train) | rows(split.X_test))


def test_deformation_sources_are_neither_labelled_nor_test_images():
    split = load("deformed-digits", rng=1)
    images = split.transfer.images.reshape(997, 64)
    everything = np.concatenate([split.X_train, split.X_test, images])
    # The 1,797 digits are all different, and each is in exactly one part.
    assert len(rows(everything)) == len(everything) == 1797
    assert rows(everything) == rows(load_digits().data / 16.0)


def test_digits_are_stratified_and_keep_their_labels():
    split = load("digits", rng=2)
    X, y = load_digits(return_X_y=True)
    truth = {row.tobytes(): label for row, label in zip(X / 16.0, y, strict=True)}
    assert [truth[row.tobytes()] for row in split.X_test] == split.y_test.tolist()
    share = np.bincount(y) / len(y)
    for labels in (split.y_train, split.y_test):
        assert np.abs(np.bincount(labels) - share * len(labels)).max() <= 2


def test_stratified_order_keeps_the_shares_of_rare_classes():
    y = np.array([0] * 90 + [1] * 10)
    for seed in range(20):
        order = stratified_order(y, np.random.default_rng(seed))
        assert sorted(order) == list(range(100))
        for end in range(100):
            assert abs(y[order[:end]].sum() - end / 10) <= 1.2


@pytest.mark.parametrize("name", ["digits", "deformed-digits"])
def test_digits_run_out(name):
    with pytest.raises(ValueError, match=r"\(n_samples\) must be at most 1,196"):
        load(name, n_samples=1200, n_test=600)
    assert len(load(name, n_samples=1000, n_test=796, rng=0).X_train) == 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "nonsense"}, "name must be one of digits, deformed-digits"),
        ({"name": 3}, "or a DataFile; got 3"),
        ({"name": "digits", "n_samples": 1}, "n_samples must be at least 2"),
        ({"name": "mixture", "n_test": 2.5}, "n_test must be an integer"),
        ({"name": "digits", "flip_rate": 2}, "flip_rate must be"),
        ({"name": "digits", "n_transfer": 998}, "n_transfer must be between 1 and 997"),
        ({"name": "digits", "rng": -1}, "rng must be"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        load(**arguments)


def test_options_reach_the_source():
    for name, option in (("digits", "label"), ("digits", "shear"), ("mixture", "clusters")):
        with pytest.raises(TypeError, match=option):
            load(name, **{option: 1})
    assert load("deformed-digits", rng=0, shear=0.4).transfer.shear == 0.4
    assert len(load("digits", rng=0, n_transfer=10).transfer) == 10
    assert load("mixture", rng=0, n_features=7).X_train.shape == (300, 7)


def test_gaussian_labels_are_the_sign_of_the_truth():
    split = load("gaussian", rng=0, n_features=20, decay=0.5, flip_rate=0.1)
    population = split.transfer
    np.testing.assert_array_equal(split.y_test, np.sign(split.X_test @ population.coef))
    np.testing.assert_array_equal(split.y_clean, np.sign(split.X_train @ population.coef))
    ratio = population.eigenvalues[0] / population.eigenvalues[3]
    assert ratio == pytest.approx(2.0)
    assert population.eigenvalues.mean() == pytest.approx(1.0)
    own = GaussianPopulation(np.ones(3), [1, 0, 0], labels="hard")
    assert load("gaussian", rng=0, population=own).transfer is own
    for labels, flip_rate in (("real", 0), ("hard", 0.1)):
        other = GaussianPopulation([1.0], [1.0], labels=labels, flip_rate=flip_rate)
        with pytest.raises(ValueError, match="population must"):
            load("gaussian", population=other)


@pytest.mark.skipif(not FASHION_MNIST.is_dir(), reason="dataset-fashion-mnist not installed")
def test_fashion_mnist():
    split = load("fashion-mnist", rng=0, n_transfer=1000)
    assert split.X_train.shape == (500, 784)
    assert split.transfer.shape == (1000, 784)
    assert split.X_train.max() == 1.0
    np.testing.assert_array_equal(np.bincount(split.y_train), 50)


def test_without_fashion_mnist_its_package_is_named(tmp_path):
    with pytest.raises(ValueError, match="install the package dataset-fashion-mnist"):
        load("fashion-mnist", folder=tmp_path / "absent")


def test_openml_is_read_and_its_failure_explained(monkeypatch):
    def fetch(name, *, version, **options):
        if name != "toy":
            raise OSError("no route to host")
        y = np.array(["a", "b"] * 20, dtype=object)
        return Bunch(data=np.arange(80.0).reshape(40, 2) + version, target=y)

    monkeypatch.setattr("ddkd.datasets._openml.fetch_openml", fetch)
    split = load("openml:toy", rng=0, standardise=False, version=7)
    assert (len(split.X_train), len(split.X_test), len(split.transfer)) == (8, 10, 22)
    rows = np.concatenate([split.X_train, split.X_test, split.transfer])
    np.testing.assert_array_equal(np.sort(rows.ravel()), np.arange(80.0) + 7)
    assert set(split.y_train) == {"a", "b"}
    with pytest.raises(ValueError, match=r"openml:absent cannot be fetched .* needs a network"):
        load("openml:absent")


class TestFiles:
    """A user's own .npz and .csv."""

    X = np.random.default_rng(0).normal(3, 2, size=(100, 3))
    y = np.arange(100) % 4

    def write_csv(self, path, labels, column=3, header="a,b,c,kind"):
        lines = [header]
        for row, label in zip(self.X, labels, strict=True):
            cells = [repr(float(value)) for value in row]
            cells.insert(column, str(label))
            lines.append(",".join(cells))
        path.write_text("\n".join(lines) + "\n")
        return path

    def test_npz_and_csv_agree(self, tmp_path):
        np.savez(tmp_path / "d.npz", X=self.X, y=self.y)
        path = self.write_csv(tmp_path / "d.csv", self.y)
        npz, csv = load(tmp_path / "d.npz", rng=0), load(str(path), rng=0)
        for part in ("X_train", "y_train", "transfer", "X_test", "y_test"):
            np.testing.assert_array_equal(getattr(npz, part), getattr(csv, part))
        assert (len(npz.X_train), len(npz.X_test), len(npz.transfer)) == (20, 25, 55)
        raw = load(path, rng=0, standardise=False)
        seen = np.concatenate([raw.X_train, raw.transfer])
        assert npz.scale == "each column has unit variance, cut at 3"
        assert raw.scale == ""
        by_hand = np.clip((raw.X_test - seen.mean(axis=0)) / seen.std(axis=0), -3, 3)
        np.testing.assert_allclose(npz.X_test, by_hand, atol=1e-12)
        assert rows(np.concatenate([raw.X_train, raw.X_test, raw.transfer])) == rows(self.X)

    def test_columns_of_one_unit_keep_their_variances(self, tmp_path):
        """The first column alone says the class; ten others are small and say nothing."""
        rng = np.random.default_rng(0)
        X = np.column_stack([10 * rng.normal(size=200), rng.normal(size=(200, 10))])
        np.savez(tmp_path / "d.npz", X=X, y=X[:, 0] > 0)
        split = load(tmp_path / "d.npz", rng=0)
        assert split.scale == "one scale for all columns"
        seen = np.concatenate([split.X_train, split.transfer])
        np.testing.assert_allclose(seen.var(axis=0).mean(), 1)
        assert seen[:, 0].std() > 5 * seen[:, 1:].std()

    @pytest.mark.parametrize(
        ("labels", "kind"),
        [(["no", "yes"] * 50, "U"), ([True, False] * 50, "b"), ([1, 2] * 50, "i")],
    )
    def test_kinds_of_label(self, tmp_path, labels, kind):
        path = self.write_csv(tmp_path / "d.csv", labels)
        split = load(path, rng=0)
        assert split.y_train.dtype.kind == kind
        np.testing.assert_array_equal(split.classes, np.unique(labels))

    def test_label_by_name(self, tmp_path):
        path = self.write_csv(tmp_path / "d.csv", self.y, column=1, header="a,kind,b,c")
        split = load(path, rng=0, label="kind")
        np.testing.assert_array_equal(split.classes, [0, 1, 2, 3])
        with pytest.raises(ValueError, match=r"--label: there is no column x. There is kind, c"):
            load(path, label="x")
        assert load(path, rng=0).task == "numbers"  # the last column's

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("", "two columns or more"),
            ("a,b\n", "must hold a header and at least one row"),
            ("1,2\n3,4\n", "put a line of them first"),
            ("a\n1\n2\n", "two columns or more"),
            ("a,b\n1,x\n2\n", "line 3 has 1 cell; most lines have 2"),
            ("a,b\n1,x\nred,y\n", "column a holds text"),
            ("a,b\nnan,x\n1,y\n2,y", "cells are missing in 1 of 3 rows"),
            (
                "a,b\n1,x\n2,\n3,y",
                "the labels are 2 different ones in 2 rows",
            ),
            ("a,b\n1,x\n2,x\n", "every label is x"),
            ("a,b\n1,x\n2,y\n3,z\n", "the labels are 3 different ones in 3 rows"),
            ("a,b\n1,0.5\n2,1.5\n3,0.5\n", "--task classes or --task numbers"),
            (b"\xff\xfe\x00", "not a text of UTF-8"),
            ("a,b\n1,x\n2,y\n3,x\n", "is too small"),
        ],
    )
    def test_bad_csv(self, tmp_path, content, message):
        path = tmp_path / "d.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(ValueError, match=message):
            load(path, n_samples=2, n_test=1)

    def test_bad_npz(self, tmp_path):
        path = tmp_path / "d.npz"
        np.savez(path, X=self.X, y=self.y)
        whole = path.read_bytes()
        for keep in (1, 50, len(whole) // 2, len(whole) - 5):
            path.write_bytes(whole[:keep])
            with pytest.raises(ValueError, match=r"d\.npz"):
                load(path)
        damaged = bytearray(whole)
        damaged[300] ^= 255
        path.write_bytes(bytes(damaged))
        with pytest.raises(ValueError, match="damaged"):
            load(path)
        path.write_bytes(b"")
        with pytest.raises(ValueError, match="damaged"):
            load(path)
        np.savez(path, X=self.X, z=self.y)
        with pytest.raises(ValueError, match="needs arrays X and y; it holds X, z"):
            load(path)
        np.savez(path, X=self.X, y=self.y[:50])
        with pytest.raises(ValueError, match="must have 100 entries"):
            load(path)
        np.savez(path, X=self.X[:, 0], y=self.y)
        with pytest.raises(ValueError, match="must be 2-D"):
            load(path)

    def test_pickles_are_refused(self, tmp_path):
        np.savez(tmp_path / "d.npz", X=self.X, y=np.array(self.y, dtype=object))
        with pytest.raises(ValueError, match="pickled objects, which are never loaded"):
            load(tmp_path / "d.npz")
        (tmp_path / "e.npz").write_bytes(pickle.dumps({"X": 1}))
        with pytest.raises(ValueError, match=r"e\.npz"):
            load(tmp_path / "e.npz")

    def test_paths(self, tmp_path):
        (tmp_path / "d.csv").mkdir()
        for name in ("d.csv", "none.csv", "none.npz"):
            with pytest.raises(ValueError, match=f"{name} cannot be read: "):
                load(tmp_path / name)
        with pytest.raises(ValueError, match="cannot be read"):
            load(tmp_path)
        (tmp_path / "d.doc").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(512))
        with pytest.raises(ValueError, match=r"not a text of UTF-8 or .* as 'CSV UTF-8'"):
            load(tmp_path / "d.doc")
        path = self.write_csv(tmp_path / "iris.data", self.y)
        assert load(path, rng=0).classes.tolist() == [0, 1, 2, 3]
        np.savez(tmp_path / "d.npz", X=self.X, y=self.y)
        with pytest.raises(ValueError, match=r"--label is for tables"):
            load(tmp_path / "d.npz", label="y")


def test_labels_that_are_equal_as_numbers_only_stay_apart(tmp_path):
    rows = [f"{i % 5}.5,{label}" for i, label in enumerate(["1", "01", "001", "7"] * 20)]
    (tmp_path / "ids.csv").write_text("\n".join(["x,label", *rows]))
    assert load(tmp_path / "ids.csv", rng=0).classes.tolist() == ["001", "01", "1", "7"]


def test_values_that_overflow_when_squared_are_refused(tmp_path):
    X = np.arange(300.0).reshape(100, 3) * 1e200
    np.savez(tmp_path / "huge.npz", X=X, y=np.arange(100) % 2)
    with pytest.raises(ValueError, match=r"must lie within \+-1e\+100; one is of size 2.99e\+202"):
        load(tmp_path / "huge.npz", rng=0)


def test_a_data_frame_is_a_pool_although_it_has_a_method_sample():
    class Frame:
        def __init__(self, values):
            self.values = values

        def __array__(self, dtype=None, copy=None):
            return self.values

        def sample(self, n):
            raise AssertionError("not a stream")

    split = load("digits", rng=0)
    again = replace(split, transfer=Frame(split.transfer))
    np.testing.assert_array_equal(again.transfer, split.transfer)
