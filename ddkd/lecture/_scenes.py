"""The numbers of the page's scenes, from ddkd.solvers and ddkd.theory, and of a link to one."""

import inspect
from contextlib import suppress
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl

import numpy as np
from sklearn.preprocessing import FunctionTransformer

from ddkd import theory
from ddkd._checks import check_choice, check_integer, check_matrix
from ddkd.lecture._random import normal_pairs, normals, uniforms
from ddkd.populations import MixturePopulation
from ddkd.solvers import ridge

GRID = np.linspace(-1, 1, 401)
N_SAMPLES, N_SLOW, N_WAVES, N_TEST = 40, 40, 200, 1000
TUNED_ALPHA = {0.0: 1.0, 0.05: 6.0, 0.1: 20.0, 0.15: 25.0, 0.2: 35.0, 0.3: 150.0}


def polynomials(
    width: int = 4,
    noise: float = 0.2,
    alpha: float = 0.0,
    n_samples: int = 16,
    seed: int = 395,
    target: Literal["wiggly", "gentle"] = "wiggly",
) -> dict[str, Any]:
    """Scene 1: one model fitted to noisy points."""
    u = -1 + (2 * np.arange(n_samples) + 0.3 + 1.4 * uniforms(seed, 1, n_samples)) / n_samples
    x = 0.75 * u + 0.25 * np.sin(np.pi * u / 2)
    y = _target(target, x) + noise * normals(seed, 2, n_samples)
    Z = _legendre(x, width)
    prediction = _legendre(GRID, width) @ ridge(Z, y, alpha).coef
    error = np.mean((prediction - _target(target, GRID)) ** 2)
    s = np.linalg.svd(Z, compute_uv=False)
    return {"prediction": prediction, "error": error, "noise divided by": np.min(s + alpha / s)}


def _target(name: str, x: np.ndarray) -> np.ndarray:
    if name == "gentle":
        return np.sin(2 * np.pi * x)
    return np.sin(np.pi * x) + 0.5 * np.sin(4 * np.pi * x + 0.7)


def _legendre(x: np.ndarray, width: int) -> np.ndarray:
    degree = np.arange(width)
    scale = np.sqrt(2 * degree + 1) * (degree + 1.0) ** -1.5
    return scale * np.polynomial.legendre.legvander(x, width - 1)


def moons(
    n_transfer: int = 3000,
    flip_rate: float = 0.1,
    labels: Literal["hard", "soft"] = "hard",
    width: int = 200,
    teacher: Literal["interpolating", "ridge"] = "interpolating",
    data: Literal["moons", "no gap"] = "moons",
    seed: int = 162,
) -> dict[str, Any]:
    """Scene 2: a teacher, its student, and a tuned ridge, with the points."""
    if flip_rate not in TUNED_ALPHA:
        raise ValueError(f"flip_rate must be one of {list(TUNED_ALPHA)}; got {flip_rate}")
    X, y = _plane(data, seed, 1, N_SAMPLES)
    X_test, truth = _plane(data, seed, 3, N_TEST)
    X_transfer, _ = _plane(data, seed, 4, n_transfer)
    y[np.argsort(uniforms(seed, 2, N_SAMPLES))[: round(flip_rate * N_SAMPLES)]] *= -1
    Z, Z_test, Z_transfer = map(waves(seed=seed).transform, (X, X_test, X_transfer))
    tuned = ridge(Z[:, :N_SLOW], y, TUNED_ALPHA[flip_rate]).coef
    coef = tuned if teacher == "ridge" else ridge(Z, y, 0.0).coef
    scores = Z_transfer[:, : len(coef)] @ coef
    targets = np.where(scores > 0, 1.0, -1.0) if labels == "hard" else scores
    features = Z_transfer[:, :width]
    alpha = 1e-10 * np.sum(features**2) / min(features.shape)  # as the page's
    student = ridge(features, targets, alpha).coef
    models = {"teacher": coef, "student": student, "tuned ridge": tuned}
    predictions = np.array([Z_test[:, : len(model)] @ model for model in models.values()])
    errors = dict(zip(models, np.mean(predictions * truth < 0, axis=1), strict=True))
    agreement = np.mean(predictions[0] * predictions[1] > 0)
    points = {"X_train": X, "y_train": y, "transfer": X_transfer, "X_test": X_test, "y_test": truth}
    return {**errors, "agreement": agreement, "predictions": predictions, **points}


def _plane(data: str, seed: int, stream: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and classes: two moons, or a square without a gap between the classes."""
    u = uniforms(seed, stream, 4 * count).reshape(count, 4).T
    if data == "no gap":
        X = 4 * u[:2].T - 2
        return X, np.where(X[:, 1] > np.sin(2 * X[:, 0]), 1.0, -1.0)
    y, angle = np.where(u[0] < 0.5, -1.0, 1.0), np.pi * u[1]
    moon = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=-1)
    return 1.3 * (-y[:, None] * moon + 0.15 * normal_pairs(u[2], u[3])), y


def waves(n_components: int = N_WAVES, *, seed: int = 162) -> FunctionTransformer:
    r"""Make the feature map of the page's scene 2: plane waves, 40 slow ones first.

    .. math:: z_j(x) = h_j \cos(w_j^\top x + b_j), \qquad b_j \sim U[0, 2 \pi),

    with :math:`w_j \sim N(0, 1.5^2 I)` and height 1 for the first 40, :math:`N(0, 25^2 I)` and
    height 0.6 for the others. The slow ones draw the moons; the fast ones let a model reach
    each single label. Nested: the first p features do not depend on how many follow.

    Parameters
    ----------
    n_components : int, default 200
        How many waves.
    seed : int, default 162
        The draw, as in a link to the page.

    Returns
    -------
    FunctionTransformer
        The map, which takes points of the plane; but for rounding it is the page's own.

    Raises
    ------
    ValueError
        If an argument is out of range; on transforming, if points do not lie in the plane.

    Examples
    --------
    The teacher of the page, on the page's points:

    >>> from ddkd import LeastSquaresClassifier
    >>> from ddkd.lecture import check_link, waves
    >>> page = check_link("#scene=2")
    >>> teacher = LeastSquaresClassifier(waves()).fit(page["X_train"], page["y_train"])
    >>> round(1 - teacher.score(page["X_test"], page["y_test"]), 3), float(page["teacher"])
    (0.158, 0.158)
    """
    check_integer("n_components", n_components)
    check_integer("seed", seed, low=0, high=9999)
    return FunctionTransformer(_waves, kw_args={"n_components": n_components, "seed": seed})


def _waves(X: np.ndarray, n_components: int, seed: int) -> np.ndarray:
    X = check_matrix("X", X, n_columns=2)
    slow = np.arange(n_components) < N_SLOW
    w = np.where(slow, 1.5, 25.0) * normals(seed, 5, 2 * n_components).reshape(-1, 2).T
    b = 2 * np.pi * uniforms(seed, 505, n_components)
    return np.where(slow, 1.0, 0.6) * np.cos(X @ w + b)


def clusters(
    n_transfer: int = 100,
    flip_rate: float = 0.1,
    alpha: float = 0.0,
    generations: int = 1,
    seed: int = 1,  # of the simulation, which the laws do not need
) -> dict[str, Any]:
    """Scene 3: the laws of the teacher and of its students' generations."""
    mean = np.arange(1.0, 201) ** -0.25
    mean *= 2.5 / np.linalg.norm(mean)
    population = MixturePopulation(np.ones(200), mean, flip_rate=flip_rate)
    masks = theory.prefix_masks(range(1, 201), 200)
    curve = theory.least_squares(population, N_SAMPLES, features=masks, alpha=alpha)
    penalties = 4.0 ** np.arange(-1, 21)[:, None]
    ridges = theory.least_squares(population, N_SAMPLES, features=masks, alpha=penalties)
    laws = [theory.least_squares(population, N_SAMPLES, alpha=alpha)]
    for _ in range(generations):
        laws.append(laws[-1].distill(n_transfer, alpha=alpha))
    students = [law.distill(n_transfer, features=masks, alpha=alpha) for law in laws[:-1]]
    errors = {f"generation {k}": law.error_rate for k, law in enumerate(laws)}
    errors["best ridge"] = ridges.error_rate.min()
    return {**errors, "laws": [law.error_rate for law in (curve, *students)]}


_SCENES: dict[str, Any] = {"1": polynomials, "2": moons, "3": clusters}


def check_link(link: str) -> dict[str, Any]:
    """Compute the numbers of a setting of the page with ddkd's own solvers and theory.

    Parameters
    ----------
    link : str
        The page's address, or what follows the number sign: ``scene=1&width=16``. What it
        leaves out is as when the page opens. ``&seed=7`` asks for another draw. The other settings
        are those that "Link to this" writes: ``n_transfer``, ``flip_rate``, ``labels`` ...

    Returns
    -------
    dict
        Scene 1: ``error``, ``noise divided by`` (the least factor), ``prediction`` on the page's
        grid. Scene 2: the errors ``teacher``, ``student``, ``tuned ridge``, the share
        ``agreement`` of teacher and student, ``predictions`` (the three models' scores at the test
        points), and the points ``X_train``, ``y_train``, ``transfer``, ``X_test``, ``y_test``.
        Scene 3: the errors ``generation 0`` (the teacher), ``generation 1`` ..., ``best ridge``,
        and ``laws`` at widths 1 to 200, the teacher's first.

    Raises
    ------
    ValueError
        If the link names no scene, or a setting that the scene has not or does not allow.

    Examples
    --------
    >>> from ddkd.lecture import check_link
    >>> round(float(check_link("#scene=1&width=8")["error"]), 3)
    0.106
    """
    words = dict(parse_qsl(link.rpartition("#")[2], keep_blank_values=True))
    compute = _SCENES[check_choice("the link's scene", words.pop("scene", ""), _SCENES)]
    settings = inspect.signature(compute).parameters
    for name in words:
        check_choice(f"a setting of {compute.__name__}", name, settings)
    return compute(**{name: _value(settings[name], word) for name, word in words.items()})


def _value(setting: inspect.Parameter, word: str) -> Any:
    """The value that a word stands for: one of those allowed, or a number."""
    if allowed := get_args(setting.annotation):
        return check_choice(setting.name, word, allowed)
    with suppress(ValueError):
        if 0 <= float(word) < 10_000:
            return type(setting.default)(word)
    raise ValueError(f"{setting.name} must be a number from 0 to 9999; got {word!r}")
