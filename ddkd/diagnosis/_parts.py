"""Read a pipeline's parameters: which part could take a peak away, and what would make it neutral.

Names alone decide nothing; they say what the probes may take away, and what to call it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from ddkd.diagnosis._subject import Change, last_step

_PENALTIES = {"alpha", "reg_alpha", "reg_lambda", "l2_regularization", "weight_decay", "shrinkage"}
_CUTOFFS = {"rcond", "cond", "cutoff", "rtol", "tol", "eps"}
_ITERATIONS = {"max_iter", "n_iter", "iterations", "n_iterations", "maxiter", "iter_lim"}
_ITERATIONS |= {"epochs", "n_epochs", "steps", "n_steps", "max_steps"}
_WIDTHS = {"n_components", "k", "degree", "width", "n_knots", "hidden_layer_sizes", "n_features"}
_SEARCHED = _PENALTIES | _CUTOFFS | _WIDTHS | _ITERATIONS | {"C"}
_NARROWING = {"n_components", "n_nonzero_coefs"}  # of a model, such as partial least squares
_SEARCHING = {"BayesianRidge": "lambda_init", "ARDRegression": "threshold_lambda"}
_SEARCHING |= {"LassoLarsIC": "criterion"}
_LONGEST_LIBSVM = 300_000  # iterations
_LONGER = 30  # times as many iterations, where a run may have ended early
_ALONE = {"n_estimators": 1, "bootstrap": False, "max_samples": 1.0}


@dataclass(frozen=True)
class Part:
    """A parameter that may damp a peak: the cause it stands for, and its neutral value.

    `neutral` are arguments of ``set_params``; None where there is no value to set.
    """

    cause: str
    owner: str
    name: str
    value: object
    neutral: Change


def parts(estimator: Any, model: Any, columns: list[int]) -> list[Part]:
    """Every part of an estimator that could explain a missing peak, by its parameters' names.

    `model` is the estimator fitted, which knows its number of iterations, and `columns` are the
    numbers of columns after its steps.
    """
    made = getattr(last_step(model), "n_iter_", None)
    n_iter = None if made is None else _LONGER * int(np.max(made))  # one number, or one a class
    found = []
    for place, owner in {"": estimator, **estimator.get_params(deep=True)}.items():
        if hasattr(owner, "get_params") and not isinstance(owner, type):
            prefix, own = f"{place}__" if place else "", owner.get_params(deep=False)
            for cause, name, neutral in _of_owner(owner, own, n_iter):
                named = neutral and {prefix + key: value for key, value in neutral.items()}
                found.append(Part(cause, type(owner).__name__, prefix + name, own.get(name), named))
        if isinstance(owner, Pipeline):
            found += _narrowing(owner, prefix, columns)
    return found


def _narrowing(pipeline: Pipeline, prefix: str, columns: list[int]) -> Iterator[Part]:
    """Steps after which there are fewer columns than an earlier step has made."""
    steps = [(n, s) for n, s in pipeline.steps[:-1] if s is not None and s != "passthrough"]
    widest = np.maximum.accumulate(columns)
    for (name, step), width, most in zip(steps, columns, widest, strict=False):
        if width < most:
            place = prefix + name
            yield Part("rank", type(step).__name__, place, width, {place: "passthrough"})


def _of_owner(
    owner: Any, own: dict[str, Any], n_iter: int | None
) -> Iterator[tuple[str, str, Change]]:
    kind = type(owner).__name__
    searched = _searched(own, kind)
    if searched is not None:
        yield "tuned", *searched
        return
    for name, value in own.items():
        if name == "dtype" and value in (np.float32, "float32"):
            yield "cutoff", name, {name: np.float64}
    if hasattr(owner, "transform") and not hasattr(owner, "predict"):
        return
    ending = _ending(own)
    if ending is not None:
        yield "stopped", ending, _longer(own, ending, n_iter)
    for name, value in own.items():
        if kind.startswith("Voting") and name == "estimators":
            yield "averaged", name, {"weights": [1] + [0] * (len(value) - 1)}
        if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
            continue
        if name in _PENALTIES:
            yield "penalty", name, {name: float(f"{value * 1e-12:.2g}")}
        elif name == "C":  # without an end, libsvm may take minutes
            end = {"max_iter": _LONGEST_LIBSVM} if own.get("max_iter") == -1 else {}
            yield "penalty", name, {name: value * 1e4, **end}
        elif name in _CUTOFFS and _ITERATIONS.isdisjoint(own):
            yield "cutoff", name, {name: 1e-15}
        elif name in _NARROWING:
            yield "rank", name, None
        elif name == "n_estimators" and value > 1 and ("Boost" not in kind or "estimator" in own):
            # Boosted trees have no member whose width could be the parameter.
            yield "averaged", name, {key: _ALONE[key] for key in _ALONE if own.get(key) is not None}


def _ending(own: dict[str, Any]) -> str | None:
    """The parameter that can end a fit's iterations early, if it has iterations."""
    solver = own.get("solver")
    if solver in ("auto", "svd", "cholesky"):
        return None
    for name in own:
        if name in _ITERATIONS and isinstance(own[name], int) and own[name] > 0:
            return name
    iterates = solver in ("lsqr", "sparse_cg", "sag", "saga") and "max_iter" in own
    return "tol" if iterates else None


def _longer(own: dict[str, Any], name: str, n_iter: int | None) -> dict[str, Any]:
    """Arguments for a much longer run, however it ends; of `n_iter` iterations if that is known."""
    neutral: dict[str, Any] = {"max_iter": 100_000}
    if name != "tol":
        most = _LONGER * own[name]
        neutral = {name: max(own[name], min(most, n_iter or most))}
        if isinstance(own.get("n_iter_no_change"), int):
            neutral["n_iter_no_change"] = neutral[name]
    if isinstance(own.get("tol"), float):
        neutral["tol"] = float(f"{own['tol'] * 1e-8:.2g}")
    if own.get("early_stopping") is True:
        neutral["early_stopping"] = False
    return neutral


def _searched(own: dict[str, Any], kind: str) -> tuple[str, Change] | None:
    """The parameter with which a model searches a penalty, width, cutoff or number of steps."""
    for name in ("param_grid", "param_distributions"):
        grids = own.get(name) or []
        for grid in [grids] if isinstance(grids, dict) else grids:
            for key, values in grid.items():
                last = key.split("__")[-1]
                if last in _SEARCHED and (not hasattr(values, "__len__") or len(values) >= 2):
                    harmless = {"C": 1e4} | dict.fromkeys(_PENALTIES, 1e-12)
                    return name, {name: {key: [harmless[last]]}} if last in harmless else None
    if kind in _SEARCHING:
        return _SEARCHING[kind], None
    if kind.endswith("CV") and "estimator" not in own:
        fixed: dict[str, Any] = {"alphas": [1e-12], "Cs": [1e4]}
        return next(((name, {name: fixed[name]}) for name in fixed if name in own), ("cv", None))
    return None
