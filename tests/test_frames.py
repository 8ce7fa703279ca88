"""DataFrames: names and their order are checked, text and missing cells reach who can take them."""

from functools import partial

import joblib
import numpy as np
import pandas
import pytest
import sklearn
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from ddkd import (
    DistilledClassifier,
    DistilledRegressor,
    LeastSquaresClassifier,
    LeastSquaresRegressor,
    RandomFourierFeatures,
    advise,
    diagnose,
)
from ddkd.datasets import TableEncoder, load
from ddkd.experiments import curve
from ddkd.prediction import predict_curve

RNG = np.random.default_rng(0)
N = 240


def frame(n):
    """A table whose label hangs on a number, a colour and whether the number is missing."""
    size, colour = RNG.normal(size=n), np.array(["red", "blue"])[RNG.integers(2, size=n)]
    score = np.where(colour == "red", size, -size)
    table = pandas.DataFrame({"size": size, "colour": colour, "weight": RNG.normal(size=n)})
    gone = RNG.random(n) < 0.1
    table.loc[gone, "weight"] = np.nan
    return table, np.where(score > 0, "yes", "no")


TABLE, LABELS = frame(N)
POOL, _ = frame(500)
NUMBERS = TABLE[["size", "weight"]].fillna(0.0)
MISNAMED = [
    lambda table: table[table.columns[::-1]],
    lambda table: table.rename(columns={"size": "length"}),
]


def pipeline(last):
    numbers = ["size", "weight"]
    parts = make_column_transformer((SimpleImputer(), numbers), (OneHotEncoder(), ["colour"]))
    return make_pipeline(parts, last)


# A linear model without an intercept of these columns is no better than chance.
@pytest.mark.filterwarnings("ignore:the teacher:ddkd.InterpolationWarning")
@pytest.mark.parametrize("wrong", MISNAMED)
@pytest.mark.parametrize(
    ("model", "y"),
    [
        (LeastSquaresClassifier(), LABELS),
        (LeastSquaresRegressor(), NUMBERS["size"]),
        (DistilledClassifier(LeastSquaresClassifier()), LABELS),
        (DistilledRegressor(Ridge()), NUMBERS["size"]),
    ],
)
def test_other_names_and_another_order_are_refused(model, y, wrong):
    fitted = clone(model).fit(NUMBERS, y)
    np.testing.assert_array_equal(fitted.feature_names_in_, ["size", "weight"])
    assert len(fitted.predict(NUMBERS)) == N
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(wrong(NUMBERS))


# A linear model without an intercept of these columns is no better than chance.
@pytest.mark.filterwarnings("ignore:the teacher:ddkd.InterpolationWarning")
@pytest.mark.parametrize("wrong", MISNAMED)
@pytest.mark.parametrize("model", [DistilledClassifier, DistilledRegressor])
def test_a_transfer_set_of_other_names_is_refused(model, wrong):
    y = LABELS if model is DistilledClassifier else NUMBERS["size"]
    teacher = LeastSquaresClassifier() if model is DistilledClassifier else Ridge()
    with pytest.raises(ValueError, match="feature names should match"):
        model(teacher, transfer=wrong(NUMBERS)).fit(NUMBERS, y)
    numbers = NUMBERS.to_numpy()
    same = model(teacher, transfer=NUMBERS).fit(NUMBERS, y).predict(NUMBERS)
    np.testing.assert_array_equal(
        same, model(teacher, transfer=numbers).fit(numbers, y).predict(numbers)
    )


def test_text_and_missing_cells_reach_teacher_and_student():
    model = DistilledClassifier(
        pipeline(LogisticRegression()), pipeline(LogisticRegression(C=0.1)), transfer=POOL
    ).fit(TABLE, LABELS)
    teacher = pipeline(LogisticRegression()).fit(TABLE, LABELS)
    student = pipeline(LogisticRegression(C=0.1)).fit(POOL, teacher.predict(POOL))
    np.testing.assert_array_equal(model.predict(TABLE), student.predict(TABLE))
    np.testing.assert_array_equal(model.feature_names_in_, TABLE.columns)
    assert model.n_transfer_ == 500
    with pytest.raises(ValueError, match="transfer is empty"):
        clone(model).set_params(transfer=POOL[:0]).fit(TABLE, LABELS)
    with pytest.raises(ValueError, match="could not convert string to float"):
        DistilledClassifier(LeastSquaresClassifier(), transfer=POOL).fit(TABLE, LABELS)


def test_the_encoder_is_scikit_learns_imputer_with_marks_and_one_hot():
    encoder = TableEncoder().fit(TABLE)
    imputed = SimpleImputer(add_indicator=True).fit_transform(TABLE[["size", "weight"]])
    hot = OneHotEncoder(sparse_output=False).fit_transform(TABLE[["colour"]])
    wanted = np.column_stack([imputed[:, :2], hot, imputed[:, 2]])
    np.testing.assert_allclose(encoder.transform(TABLE), wanted)
    assert encoder.names_ == ["size", "weight", "colour=blue", "colour=red", "weight missing"]
    new = pandas.DataFrame({"size": [1.0], "colour": ["green"], "weight": [2.0]})
    np.testing.assert_array_equal(encoder.transform(new), [[1, 2, 0, 0, 0]])
    with pytest.raises(ValueError, match="column size of X held numbers in fit; now it holds 'x'"):
        encoder.transform(new.assign(size="x"))
    for wrong in MISNAMED:
        with pytest.raises(ValueError, match="feature names should match"):
            encoder.transform(wrong(TABLE))
    twice = pandas.concat([TABLE, TABLE[["size"]]], axis=1)
    with pytest.raises(ValueError, match="two columns of X have the same name"):
        TableEncoder().fit(twice)


def test_columns_that_are_called_by_numbers_keep_their_places():
    table = pandas.DataFrame(RNG.normal(size=(30, 3)))
    encoder = TableEncoder().fit(table)
    np.testing.assert_array_equal(encoder.transform(table), table)
    for wrong in (table[[2, 1, 0]], table.rename(columns={0: 7})):
        with pytest.raises(ValueError, match=r"column [27] of X stands where fit had column 0"):
            encoder.transform(wrong)


def test_an_array_in_place_of_a_table_is_taken_by_place_as_scikit_learn_does():
    table = pandas.DataFrame(RNG.normal(size=(30, 2)), columns=["size", "weight"])
    encoder = TableEncoder().fit(table)
    with pytest.warns(UserWarning, match="valid feature names"):
        np.testing.assert_array_equal(encoder.transform(table.to_numpy()), table)


def test_a_table_is_not_taken_for_the_array_that_was_learned_from():
    rows = RNG.normal(size=(30, 2))
    encoder = TableEncoder().fit(rows)
    np.testing.assert_array_equal(encoder.transform(rows), rows)
    with (
        pytest.warns(UserWarning, match="without feature names"),
        pytest.raises(ValueError, match="column a of X stands where fit had column 0"),
    ):
        encoder.transform(pandas.DataFrame(rows, columns=["a", "b"]))


def test_a_column_that_comes_empty_is_filled_whatever_its_type():
    table = pandas.DataFrame({"size": [1.0, None, 3.0], "weight": [1.0, 2.0, 6.0]})
    encoder = TableEncoder().fit(table)
    for empty in (None, np.nan, "NA"):
        new = table.assign(size=empty, weight=pandas.Series([empty] * 3, dtype=object))
        np.testing.assert_array_equal(encoder.transform(new), [[2, 3, 1]] * 3)


@pytest.mark.parametrize(
    ("table", "words"),
    [(TABLE["size"], "Expected a 2-dimensional container"), (TABLE[[]], "X has no columns")],
)
def test_what_has_no_columns_is_refused(table, words):
    with pytest.raises(ValueError, match=words):
        TableEncoder().fit(table)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", MISNAMED)
def test_advice_takes_a_table_as_it_came(wrong):
    advice = advise(TABLE, LABELS, POOL, rng=0)
    model = advice.estimator()
    np.testing.assert_array_equal(model.feature_names_in_, TABLE.columns)
    new, truth = frame(400)
    assert model.score(new, truth) > 0.85
    assert clone(model).fit(TABLE, LABELS).score(new, truth) > 0.85
    for fitted in (model, advice.committee(), clone(model).fit(TABLE, LABELS)):
        with pytest.raises(ValueError, match="feature names should match"):
            fitted.predict(wrong(new))
    with pytest.raises(ValueError, match="feature names should match"):
        advise(TABLE, LABELS, wrong(POOL))


@pytest.mark.usefixtures("few_rivals")
def test_an_advised_model_is_a_pipeline_that_begins_with_the_encoder(tmp_path):
    advice = advise(TABLE[:60], LABELS[:60], POOL[:90], rng=0)
    model = advice.estimator()
    assert isinstance(model, Pipeline)
    assert isinstance(model[0].estimator, TableEncoder)
    assert is_classifier(model)
    assert not is_regressor(model)
    np.testing.assert_array_equal(model.classes_, ["no", "yes"])
    assert model.n_features_in_ == 3
    assert len(repr(model).splitlines()) <= 6
    for made in (model, advice.committee()):
        assert "<90 rows>" in repr(made)
        assert len(repr(made)) < 1000
    new, truth = frame(300)
    said = model.predict(new)
    joblib.dump(model, tmp_path / "model.joblib")
    np.testing.assert_array_equal(joblib.load(tmp_path / "model.joblib").predict(new), said)
    np.testing.assert_array_equal(clone(model).fit(TABLE[:60], LABELS[:60]).predict(new), said)
    scores = cross_val_score(model, TABLE[:60], LABELS[:60], cv=2)
    assert scores.mean() == pytest.approx(np.mean(said == truth), abs=4 * 0.5 / np.sqrt(60))


@pytest.mark.parametrize(
    "cells",
    [
        [f"{i},5" for i in range(60)],
        [f"${i}.00" for i in range(60)],
        pandas.date_range("2024-01-01", periods=60),
    ],
)
def test_text_that_differs_in_most_rows_is_no_category(cells):
    table = TABLE[:60].assign(price=cells)
    with pytest.raises(ValueError, match=r"column price of X holds text of 60 different values"):
        advise(table, LABELS[:60], rng=0)


def test_diagnose_takes_a_table():
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["colour"]), ("passthrough", ["size"])),
        LogisticRegression(),
    )
    found = diagnose(
        model, TABLE, LABELS, param_name="logisticregression__C", param_range=[0.1, 1.0, 10.0]
    )
    assert found.cause
    for wrong in MISNAMED:
        with pytest.raises(ValueError, match=r"names|columns of X in their order"):
            diagnose(
                model,
                TABLE,
                LABELS,
                param_name="logisticregression__C",
                param_range=[0.1, 1.0, 10.0],
                X_test=wrong(TABLE),
                y_test=LABELS,
            )


def _least_squares(split, rng):
    model = LeastSquaresClassifier(RandomFourierFeatures(30, gamma=0.1, random_state=0))
    return model.fit(split.X_train, split.y_train).predict(split.X_test).tolist()


@pytest.mark.parametrize(
    "run",
    [_least_squares, partial(curve, widths=[10, 80]), partial(predict_curve, widths=[10, 80])],
)
def test_scikit_learns_output_format_changes_no_answer(run):
    split = load("digits", n_samples=40, n_test=50, rng=0)
    plain = run(split, np.random.default_rng(0))
    with sklearn.config_context(transform_output="pandas"):
        assert run(split, np.random.default_rng(0)) == plain
