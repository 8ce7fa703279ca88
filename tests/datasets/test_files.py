"""A user's own files: what is read, how it is split, and that nothing in it is changed."""

import re
import sys

import numpy as np
import pandas
import pytest
from sklearn.preprocessing import OneHotEncoder

from ddkd import cli
from ddkd.datasets import DataFile, load, read_file
from ddkd.sweeps import SweepResult

pytestmark = pytest.mark.usefixtures("unsaved_pictures")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 3))
KIND = np.arange(200) % 2


def write(path, header, *columns):
    rows = zip(*columns, strict=True)
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "d.csv", "a,b,c,kind", *X.T, KIND)


@pytest.mark.parametrize(
    "command",
    [
        "curve",
        "distill",
        "predict",
        pytest.param("reproduce", marks=pytest.mark.slow),
        pytest.param("advise", marks=pytest.mark.slow),
    ],
)
def test_no_label_of_a_file_is_changed_unless_asked(command, file, tmp_path, monkeypatch):
    """Every split that any command trains on has the file's own labels."""
    truth = {row.tobytes(): label for row, label in zip(X, KIND, strict=True)}
    seen = []
    split = load(file, rng=0, standardise=False)
    assert all(
        truth[row.tobytes()] == y for row, y in zip(split.X_train, split.y_train, strict=True)
    )
    flip = type(split).flip_labels

    def spy(self, rate, **options):
        seen.append(rate)
        return flip(self, rate, **options)

    monkeypatch.setattr(type(split), "flip_labels", spy)
    sizes = ["--repeats", "2", "--jobs", "1", "--out", str(tmp_path / "out")]
    sizes += {"reproduce": ["--quick"], "distill": ["--teacher-width", "100"]}.get(command, [])
    sizes += ["--max-width", "60"] if command in ("curve", "predict") else []
    if command == "advise":
        sizes = ["--out", str(tmp_path / "out")]
    assert cli.main([command, "--quiet", "--data", str(file), *sizes]) == 0
    assert set(seen) <= {0.0}
    if command == "reproduce":
        result = SweepResult.load(tmp_path / "out" / "results.npz")
        assert set(result["flip_rate"]) == {0.0}


def test_one_hot_is_scikit_learns(tmp_path):
    colour = np.array(["red", "blue", "green"])[np.arange(200) % 3]
    path = write(tmp_path / "d.csv", "a,colour,c,kind", X[:, 0], colour, X[:, 2], KIND)
    found = read_file(path, one_hot=True)
    wanted = OneHotEncoder(sparse_output=False).fit_transform(colour[:, None])
    np.testing.assert_array_equal(found.X, np.column_stack([X[:, 0], X[:, 2], wanted]))


def test_unlabelled_and_test_rows_come_from_their_files(file, tmp_path):
    pool = RNG.normal(size=(70, 3))
    held = RNG.normal(size=(30, 3))
    # Columns are matched by name, whatever their order; a label column is ignored in the pool.
    unlabelled = write(tmp_path / "u.csv", "c,kind,a,b", pool[:, 2], [0] * 70, *pool[:, :2].T)
    test = write(tmp_path / "t.csv", "kind,b,a,c", [0, 1] * 15, held[:, 1], held[:, 0], held[:, 2])
    split = load(file, rng=0, unlabelled=unlabelled, test=test, standardise=False)
    assert len(split.X_train) == 200
    assert {row.tobytes() for row in split.transfer} == {row.tobytes() for row in pool}
    np.testing.assert_array_equal(split.X_test, held)
    np.testing.assert_array_equal(split.y_test, [0, 1] * 15)
    assert len(load(file, rng=0, unlabelled=unlabelled).X_train) == 150  # the rest is to test
    (tmp_path / "u.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"u\.csv has no column c: mend it, or --drop c"):
        load(file, unlabelled=unlabelled)
    (tmp_path / "t.csv").write_text("a,b,c,kind\n1,2,3,7\n")
    with pytest.raises(ValueError, match=r"must be classes of d\.csv, 0, 1; one is 7"):
        load(file, test=test)


@pytest.mark.parametrize("one_hot", [False, True])
def test_text_where_the_labelled_file_has_numbers_is_refused(one_hot, file, tmp_path):
    unlabelled = write(tmp_path / "u.csv", "a,b,c", ["low", "high"] * 20, *X[:40, :2].T)
    with pytest.raises(
        ValueError, match=r"u\.csv has 'low' in column a, where the labelled file has numbers"
    ):
        read_file(file, unlabelled=unlabelled, one_hot=one_hot)


def test_what_is_odd_in_another_file_is_asked_about(tmp_path):
    """Other words than the labelled file's, codes for missing cells, sums, codes of a column."""
    colour = np.array(["red", "blue"])[RNG.integers(2, size=200)]
    file = write(tmp_path / "d.csv", "a,colour,kind", X[:, 0], colour, KIND)
    shouted = np.char.upper(colour)
    for cells, name in ((shouted, "RED|BLUE"), (KIND, "0")):
        write(tmp_path / "u.csv", "a,colour", X[:, 1], cells)
        with pytest.raises(ValueError, match=rf"u\.csv has '({name})' in column colour, where"):
            read_file(file, unlabelled=tmp_path / "u.csv", one_hot=True)
    few_new = np.where(np.arange(200) < 90, "green", colour)
    write(tmp_path / "u.csv", "a,colour", X[:, 1], few_new)
    data = read_file(file, unlabelled=tmp_path / "u.csv", one_hot=True)
    assert data.names == ("a", "colour=blue", "colour=green", "colour=red")
    write(tmp_path / "u.csv", "a,colour", np.where(np.arange(200) < 3, -999, X[:, 1]), colour)
    with pytest.raises(ValueError, match=r"u\.csv has -999 in 3 rows, .* in column a"):
        read_file(file, unlabelled=tmp_path / "u.csv", one_hot=True)
    kept = read_file(file, unlabelled=tmp_path / "u.csv", one_hot=True, keep="a")
    assert kept.unlabelled[:, 0].min() == -999
    write(
        tmp_path / "t.csv", "a,colour,kind", [*X[:, 1], X[:, 1].sum()], [*colour, "red"], [*KIND, 1]
    )
    with pytest.raises(ValueError, match=r"last row of the test file \(line 202\) holds the sums"):
        read_file(file, test=tmp_path / "t.csv", one_hot=True)


def test_a_shuffled_row_number_is_asked_about(tmp_path):
    path = write(tmp_path / "d.csv", "customer,a,kind", RNG.permutation(200) + 7000, X[:, 0], KIND)
    with pytest.raises(ValueError, match="column customer holds what seems to number the rows"):
        read_file(path)


def test_numbers_are_recognised_and_kept(tmp_path):
    y = X @ [1.0, 2.0, 3.0]
    split = load(write(tmp_path / "d.csv", "a,b,c,y", *X.T, y), rng=0, standardise=False)
    assert split.task == "numbers"
    np.testing.assert_allclose(split.y_train, split.X_train @ [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="numbers, so there are no classes"):
        split.flip_labels(0.1)
    assert split.flip_labels(0.0).y_train is split.y_train


def test_a_large_file_is_read_in_blocks(tmp_path):
    y = np.arange(9_000) % 3
    many = RNG.normal(size=(9_000, 2))
    text = np.where(np.arange(9_000) == 8_500, "odd", "even")  # in the third block only
    path = write(tmp_path / "d.csv", "a,b,t,y", *many.T, text, y)
    with pytest.raises(ValueError, match=r"column t holds text .* --one-hot"):
        read_file(path)
    found = read_file(path, one_hot=True)
    np.testing.assert_array_equal(found.X[:, :2], many)
    np.testing.assert_array_equal(found.X[:, 2:].sum(axis=0), [8_999, 1])
    np.testing.assert_array_equal(found.y, y)


def test_a_split_keeps_a_bounded_number_of_transfer_rows():
    rows = RNG.normal(size=(80_000, 1))
    split = load(DataFile("big", rows, np.arange(80_000) % 2, "classes"), rng=0)
    assert (len(split.X_train), len(split.X_test), len(split.transfer)) == (500, 5_000, 50_000)


def test_distill_serves_numbers(tmp_path, capsys):
    path = write(tmp_path / "d.csv", "a,b,c,y", *X.T, X @ [1.0, 2.0, 3.0])
    command = ["distill", "--data", str(path), "--out", str(tmp_path / "out"), "--repeats", "2"]
    assert cli.main([*command, "--jobs", "1", "--teacher-width", "300"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert re.match(r"Distilling [a-z ]+: the student leaves [\d.]+ % of the variance", said)
    assert cli.main([*command, "--jobs", "1", "--labels", "hard", "--force"]) == 1
    assert "'soft'" in capsys.readouterr().err


@pytest.mark.parametrize("pair", [("1", "1.0"), ("0.00", "0"), ("no", "No")])
def test_one_class_in_two_spellings_is_asked_about(pair, tmp_path):
    labels = ["other", "more", *pair] * 50
    path = write(tmp_path / "d.csv", "a,kind", X[:, 0], labels)
    with pytest.raises(ValueError, match=r"differ in spelling only: .* --task classes"):
        read_file(path)
    assert len(np.unique(read_file(path, task="classes").y)) == 4


def test_equal_rows_stay_on_one_side(tmp_path):
    """Forty rows, five times each: no part may hold a copy of a row of another."""
    rows = np.repeat(RNG.normal(size=(40, 3)), 5, axis=0)
    file = read_file(write(tmp_path / "d.csv", "a,b,c,kind", *rows.T, np.repeat(KIND[:40], 5)))
    assert file.notes == (
        "160 rows repeat an earlier one; equal rows stay on one side of every split.",
    )
    for seed in range(20):
        split = load(file, rng=seed, standardise=False)
        assert (len(split.X_train), len(split.X_test)) == (40, 50)
        sides = [
            {row.tobytes() for row in side}
            for side in (split.X_train, split.transfer, split.X_test)
        ]
        assert sum(map(len, sides)) == len(set.union(*sides))
        every = load(file, n_samples="all", rng=seed)
        assert len(every.X_train) == 200 - 50 - 4
        assert len(every.transfer) == 0


def test_equal_rows_of_a_few_categories_are_different_examples(tmp_path):
    cells = RNG.integers(3, size=(200, 2))
    file = read_file(write(tmp_path / "d.csv", "a,b,kind", *cells.T, KIND))
    assert file.groups is None
    assert file.notes == (
        "191 rows repeat an earlier one; equal rows may be on both sides of a split, as examples "
        "of a few categories.",
    )


def test_missing_cells_are_filled_by_rows_that_are_seen(tmp_path):
    """The means are those of the training and transfer rows: no test row tells anything."""
    cells = [f"{a:.3f}" if i % 5 else "" for i, a in enumerate(X[:, 0])]
    file = read_file(write(tmp_path / "d.csv", "a,b,kind", cells, X[:, 1], KIND), impute=True)
    assert file.names == ("a", "b", "a missing")
    assert np.isfinite(file.X).all()
    split = load(file, rng=0, standardise=False)
    seen = np.concatenate([split.X_train, split.transfer])
    known = seen[seen[:, 2] == 0, 0]
    for side in (split.X_train, split.transfer, split.X_test):
        np.testing.assert_allclose(side[side[:, 2] == 1, 0], known.mean())
    assert known.mean() != file.X[file.X[:, 2] == 0, 0].mean()


def test_labelled_all_is_every_row_that_is_not_tested_on(file, tmp_path, capsys):
    split = load(file, n_samples="all", rng=0)
    assert (len(split.X_train), len(split.X_test), len(split.transfer)) == (150, 50, 0)
    pool = write(tmp_path / "u.csv", "a,b,c", *X[:30].T)
    split = load(file, n_samples="all", unlabelled=pool, rng=0)
    assert (len(split.X_train), len(split.transfer)) == (150, 30)
    out = ["--out", str(tmp_path / "out"), "--quiet", "--data", str(file)]
    command = ["curve", *out, "--labelled", "all", "--repeats", "1", "--jobs", "1"]
    assert cli.main([*command, "--max-width", "20"]) == 0
    assert "150 labelled, 0 with their labels hidden" in " ".join(capsys.readouterr().out.split())
    for command in ("distill", "phase", "reproduce"):
        assert cli.main([command, *out, "--labelled", "all", "--force"]) == 1
        assert "--labelled 75 leaves 75" in capsys.readouterr().err
    assert cli.main(["curve", "--data", "digits", "--labelled", "all"]) == 1
    assert "--labelled all is for a file of your own" in capsys.readouterr().err


@pytest.mark.parametrize("n", ["1500", "200"])
def test_a_limit_comes_with_a_number_that_works(n, file, tmp_path, capsys):
    command = ["curve", "--quiet", "--data", str(file), "--repeats", "1", "--jobs", "1"]
    command += ["--max-width", "10", "--out", str(tmp_path / "out"), "--labelled"]
    assert cli.main([*command, n]) == 1
    error = capsys.readouterr().err
    assert "--labelled 149 is possible" in error
    assert cli.main([*command, "149"]) == 0


def test_without_pandas_the_line_to_paste_is_said_and_arrays_are_read(file, tmp_path, monkeypatch):
    np.savez(tmp_path / "d.npz", X=X, y=KIND)
    for module, path in (("pandas", file), ("openpyxl", tmp_path / "d.xlsx")):
        (tmp_path / "d.xlsx").write_bytes(b"PK")
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ValueError, match=f"needs {module}: python -m pip install {module}$"):
            read_file(path)
        monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert read_file(tmp_path / "d.npz").X.shape == (200, 3)
    with pytest.raises(ValueError, match=r"d\.npz is a \.npz: the other files must be such files"):
        read_file(tmp_path / "d.npz", unlabelled=file)


def test_labels_that_mix_kinds_are_refused_and_objects_are_what_they_hold():
    for labels in ([*["a", "b"] * 99, 1, 2], np.array([*["a"] * 199, None], dtype=object)):
        with pytest.raises(ValueError, match=r"mixes text with other objects|must hold"):
            load(DataFile("mine", X, np.array(labels, dtype=object), "classes"), rng=0)
    objects = np.array(["a", "b"] * 100, dtype=object)
    assert load(DataFile("mine", X, objects, "classes"), rng=0).classes.tolist() == ["a", "b"]


def test_rows_that_are_in_two_files_are_counted(file, tmp_path):
    """The transfer set and the test set overlap nothing, or it is said."""
    some = write(tmp_path / "some.csv", "a,b,c,kind", *X[:8].T, KIND[:8])
    new = write(tmp_path / "new.csv", "a,b,c,kind", *(X[:8] + 1).T, KIND[:8])
    assert read_file(file, test=some).notes == (
        "Of the 200 labelled rows 8 equal a row of the test file.",
    )
    assert read_file(file, test=new).notes == read_file(file, unlabelled=new).notes == ()
    assert read_file(file, unlabelled=some, test=some).notes == (
        "Of the 200 labelled rows 8 equal a row of the unlabelled file.",
        "Of the 200 labelled rows 8 equal a row of the test file.",
        "Of the 8 unlabelled rows 8 equal a row of the test file.",
    )
    np.savez(tmp_path / "d.npz", X=X, y=KIND)
    np.savez(tmp_path / "t.npz", X=X[:8], y=KIND[:8])
    assert "8 equal" in read_file(tmp_path / "d.npz", test=tmp_path / "t.npz").notes[0]


def test_a_cell_that_is_missing_in_another_file_is_marked_or_said(file, tmp_path):
    pool = write(tmp_path / "u.csv", "a,b,c", ["", *X[1:40, 0]], *X[:40, 1:].T)
    split = load(file, unlabelled=pool, impute=True, rng=0, standardise=False)
    data = read_file(file, unlabelled=pool, impute=True)
    assert data.names == ("a", "b", "c", "a missing")
    assert data.notes[0] == "1 missing cell filled with the mean of the column, and marked."
    np.testing.assert_array_equal(data.unlabelled[:, 3], np.arange(40) == 0)
    seen = np.concatenate([split.X_train, split.transfer])
    filled = split.transfer[split.transfer[:, 3] == 1, 0]
    np.testing.assert_allclose(filled, seen[seen[:, 3] == 0, 0].mean())
    test = write(tmp_path / "t.csv", "a,b,c,kind", ["", *X[1:40, 0] + 1], *X[:40, 1:].T, KIND[:40])
    data = read_file(file, test=test, impute=True)
    assert data.names == ("a", "b", "c")
    assert data.notes == ("Only test rows miss cells of column a: filled, not marked.",)


@pytest.mark.parametrize("pair", [("1", "1.0"), ("1", "+1"), (" u", "u"), ("True", "true")])
def test_labels_that_differ_in_spelling_are_asked_about(pair, tmp_path):
    path = write(tmp_path / "d.csv", "a,b,kind", *X[:, :2].T, [*pair, "7"] * 66 + ["7"] * 2)
    words = {"True": "False"}  # two booleans
    path.write_text(path.read_text().replace(",7\n", f",{words.get(pair[0], '7')}\n"))
    with pytest.raises(ValueError, match="differ in spelling only: write"):
        read_file(path)
    assert set(read_file(path, task="classes").y) == {*pair, words.get(pair[0], "7")}


def test_labels_beyond_the_floats_stay_apart(tmp_path):
    labels = [2**60 + i for i in KIND]
    write(tmp_path / "d.csv", "a,b,kind", *X[:, :2].T, labels)
    pandas.DataFrame({"a": X[:, 0], "kind": labels}).to_parquet(tmp_path / "d.parquet")
    for name in ("d.csv", "d.parquet"):
        assert set(map(int, read_file(tmp_path / name).y)) == {2**60, 2**60 + 1}


def test_a_test_label_that_is_no_number_is_named(tmp_path):
    file = write(tmp_path / "d.csv", "a,b,y", *X.T)
    test = write(tmp_path / "t.csv", "a,b,y", *X[:2, :2].T, ["5", "much"])
    with pytest.raises(ValueError, match=r"'much' \(line 3 of the test file\), which is no number"):
        read_file(file, test=test)


def test_a_typed_table_of_any_precision_is_read(tmp_path):
    columns = {"f": X[:, 0].astype("float32"), "u": (X[:, 1] * 9 + 99).astype("uint8")}
    columns["i"] = pandas.array([None, *KIND[1:]], dtype="Int64")
    frame = pandas.DataFrame({**columns, "c": pandas.Categorical(KIND == 1), "kind": KIND})
    frame.to_parquet(tmp_path / "d.parquet")
    data = read_file(tmp_path / "d.parquet", impute=True, one_hot=True)
    assert data.names == ("f", "u", "i", "c=False", "c=True", "i missing")
    np.testing.assert_array_equal(data.X[:, 0], columns["f"])
    np.testing.assert_array_equal(data.X[1:, 1:3], frame[["u", "i"]].iloc[1:].astype(float))


@pytest.mark.parametrize(
    "words",
    [
        ("TRUE", "FALSE"),
        ("true", "false", ""),
        ("True", "maybe"),
        ("red", "blue", "?"),
        ("red", "#REF!", "NA"),
        (" yes", "no "),
        ("2020-01-01", "2020-01-02"),
        ("None", "some"),
    ],
)
def test_the_encoder_takes_the_columns_as_pandas_reads_them(words, tmp_path):
    """What a saved model is documented to be given; a word that pandas drops is refused."""
    cells = np.resize(np.array(words), 200)
    path = write(tmp_path / "d.csv", "a,word,kind", X[:, 0], cells, KIND)
    data = read_file(path, one_hot=True, impute=True)
    new = pandas.read_csv(path)[list(data.encoder.feature_names_in_)]
    if "None" in words and new["word"].isna().any():
        with pytest.raises(ValueError, match="column word of X held the word None in fit"):
            data.encoder.transform(new)
        new = pandas.read_csv(path, keep_default_na=False)[["a", "word"]]
    np.testing.assert_array_equal(data.encoder.transform(new), data.X)


def test_numbers_in_two_spellings_are_no_classes(tmp_path):
    y = [f"{i // 2}{'.0' * (i % 2)}" for i in range(200)]
    data = read_file(write(tmp_path / "d.csv", "a,b,y", *X[:, :2].T, y), task="numbers")
    np.testing.assert_array_equal(data.y, np.arange(200) // 2)


def test_whole_numbers_that_a_float_merges_are_asked_about(tmp_path):
    codes = [2**53 + 3 * i for i in RNG.permutation(200)]
    path = write(tmp_path / "d.csv", "a,code,kind", X[:, 0], codes, KIND)
    with pytest.raises(ValueError, match=r"column code holds whole numbers beyond 9,007,199,254"):
        read_file(path)
    assert read_file(path, drop="code").names == ("a",)
    assert read_file(path, keep="code").X.shape == (200, 2)
    pandas.read_csv(path).to_parquet(tmp_path / "d.parquet")
    with pytest.raises(ValueError, match=r"column code holds whole numbers beyond 9,007,199,254"):
        read_file(tmp_path / "d.parquet")


def test_what_contradicts_itself_is_refused(file):
    with pytest.raises(ValueError, match=r"--drop and --keep both name a, b$"):
        read_file(file, drop=["b", "a", "c"], keep=["a", "b"])
    with pytest.raises(ValueError, match="comma may separate its columns, ';' does not"):
        read_file(file, sep=";")


def test_a_second_table_without_any_of_the_features_is_refused_without_a_command(tmp_path):
    labelled, other = tmp_path / "a.csv", tmp_path / "b.csv"
    labelled.write_text("a,b,y\n" + "\n".join(f"{i}.5,{i * i % 7}.25,{i % 2}" for i in range(30)))
    other.write_text("u,v\n" + "\n".join(f"{i}.5,{i * i % 7}.25" for i in range(30)))
    with pytest.raises(ValueError, match=r"b\.csv has no column a; no column b: mend") as refused:
        read_file(labelled, unlabelled=other)
    assert "Run: " not in str(refused.value)
