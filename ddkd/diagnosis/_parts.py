"""Read a pipeline's parameters: which part could take a peak away, and what would make it neutral.

Names alone decide nothing; they say what the probes may take away, and what to call it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

__all__ = ["Part", "narrowing_steps", "parts"]

_PENALTIES = {"alpha", "reg_alpha", "reg_lambda", "l2_regularization", "weight_decay", "shrinkage"}
_CUTOFFS = {"rcond", "cond", "cutoff", "rtol", "tol", "eps"}
_ITERATIONS = {"max_iter", "n_iter", "epochs", "n_epochs", "n_steps", "steps", "iterations"}
_ITERATIONS |= {"maxiter", "iter_lim", "max_steps", "n_iterations"}
_WIDTHS = {"n_components", "k", "degree", "width", "n_knots", "hidden_layer_sizes", "n_features"}
_ITERATIVE_SOLVERS = {"lsqr", "sparse_cg", "sag", "saga"}
_TUNING_MODELS = {"BayesianRidge", "ARDRegression"}


@dataclass(frozen=True)
class Part:
    """A parameter that may damp a peak: the cause it stands for, and its neutral value.

    `neutral` are arguments of ``set_params``; None where there is no value to set.
    """

    cause: str
    owner: str
    name: str
    value: object
    neutral: dict[str, Any] | None


def parts(estimator: Any, *, n_iter: int | None = None, slow: bool = False) -> list[Part]:
    """Every part of an estimator that could explain a missing peak, by its parameters' names.

    `n_iter` is the number of iterations that a fit made, if it is known; `slow` says that a fit
    takes so long that only three times as many can be afforded, not thirty.
    """
    if not hasattr(estimator, "get_params"):
        return []
    parameters = estimator.get_params(deep=True)
    found = []
    for name, value in {**parameters, "": estimator}.items():
        if hasattr(value, "get_params") and not isinstance(value, type):
            found += _of_owner(f"{name}__" if name else "", value, n_iter, 3 if slow else 30)
    return found


def _of_owner(prefix: str, owner: Any, n_iter: int | None, factor: int) -> list[Part]:
    own = owner.get_params(deep=False)
    kind = type(owner).__name__
    found = []

    def add(cause: str, name: str, neutral: dict[str, Any] | None) -> None:
        named = neutral and {prefix + key: value for key, value in neutral.items()}
        found.append(Part(cause, kind, prefix + name, own.get(name), named))

    searched = _searched(owner, own, kind)
    if searched:
        add("tuned", *searched)
        return found
    changes_features = hasattr(owner, "transform") and not hasattr(owner, "predict")
    iterative = _is_iterative(own)
    for name, value in own.items():
        positive = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
        if changes_features:
            if name == "dtype" and value in (np.float32, "float32"):
                add("cutoff", name, {name: np.float64})
        elif name in _PENALTIES and positive:
            add("penalty", name, {name: _rounded(value * 1e-12)})
        elif name == "C" and positive:
            add("penalty", name, {name: value * 1e4})
        elif name == "dtype" and value in (np.float32, "float32"):
            add("cutoff", name, {name: np.float64})
        elif name in _CUTOFFS and positive and not iterative:
            add("cutoff", name, {name: 1e-15})
        elif name == "n_estimators" and positive and value > 1:
            alone: dict[str, Any] = {"n_estimators": 1, "bootstrap": False, "max_samples": 1.0}
            known = {key: alone[key] for key in alone if own.get(key) is not None}
            if "Boost" not in kind or "estimator" in own:  # boosted trees have no member's width
                add("averaged", name, known)
        elif name == "estimators" and isinstance(value, list) and kind.startswith("Voting"):
            add("averaged", name, {"weights": [1] + [0] * (len(value) - 1)})
    if iterative and not changes_features:
        name, neutral = _longer(own, n_iter, factor)
        add("stopped", name, neutral)
    return found


def _rounded(value: float) -> float:
    """Two digits, since the number will be read."""
    return float(f"{value:.2g}")


def _is_iterative(own: dict[str, Any]) -> bool:
    """Whether an owner's parameters include a number of iterations that can end a fit early."""
    if own.get("solver") is not None and "max_iter" in own and own["max_iter"] is None:
        return own["solver"] in _ITERATIVE_SOLVERS
    if own.get("positive") is False and own.get("solver") in ("svd", "cholesky", "auto"):
        return False
    return any(isinstance(own.get(name), int) and own[name] > 0 for name in _ITERATIONS)


def _longer(own: dict[str, Any], n_iter: int | None, factor: int) -> tuple[str, dict[str, Any]]:
    """The parameter that ends iterations, and a run that is `factor` times as long."""
    name = next((name for name in _ITERATIONS if isinstance(own.get(name), int)), "tol")
    neutral: dict[str, Any] = {}
    if name != "tol":
        neutral[name] = max(own[name], factor * min(own[name], n_iter or own[name]))
    elif "max_iter" in own:
        neutral["max_iter"] = 100_000
    if isinstance(own.get("tol"), float):
        neutral["tol"] = _rounded(own["tol"] * 1e-8)
    if own.get("early_stopping") is True:
        neutral["early_stopping"] = False
    if isinstance(own.get("n_iter_no_change"), int) and name != "tol":
        neutral["n_iter_no_change"] = neutral[name]
    return name, neutral


def _searched(
    owner: Any, own: dict[str, Any], kind: str
) -> tuple[str, dict[str, Any] | None] | None:
    """The parameter of an owner that searches a penalty, width, cutoff or number of iterations."""
    for name in ("param_grid", "param_distributions", "search_spaces"):
        grids = own.get(name)
        for grid in [grids] if isinstance(grids, dict) else grids or []:
            for key, values in grid.items():
                last = key.split("__")[-1]
                many = not hasattr(values, "__len__") or len(values) >= 2
                if many and last in _PENALTIES | _CUTOFFS | _ITERATIONS | _WIDTHS | {"C"}:
                    harmless = {"C": 1e8}.get(last, 1e-12)
                    neutral = {name: {key: [harmless]}} if last in _PENALTIES | {"C"} else None
                    return name, neutral
    for name in ("alphas", "Cs"):
        values = own.get(name)
        if values is not None and (np.ndim(values) == 0 or len(values) >= 2):
            return name, {name: [1e-12 if name == "alphas" else 1e8]}
    if kind in _TUNING_MODELS:
        return ("lambda_init" if "lambda_init" in own else "threshold_lambda"), None
    return None


def narrowing_steps(estimator: Any, columns: list[int]) -> list[Part]:
    """Steps of a pipeline after which there are fewer columns than the widest step before made.

    `columns` are the numbers of columns after each step that is not passed through.
    """
    if not hasattr(estimator, "get_params"):
        return []
    places = {"": estimator, **estimator.get_params(deep=True)}
    prefix, pipeline = next(
        ((n, v) for n, v in places.items() if isinstance(v, Pipeline)), ("", None)
    )
    if pipeline is None:
        return []
    steps = [(n, s) for n, s in pipeline.steps[:-1] if s is not None and s != "passthrough"]
    found, widest = [], 0
    for (name, step), width in zip(steps, columns, strict=False):
        if width < widest:
            full = f"{prefix}__{name}" if prefix else name
            found.append(Part("rank", type(step).__name__, full, width, {full: "passthrough"}))
        widest = max(widest, width)
    return found
