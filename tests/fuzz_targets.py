"""What the fuzz test calls: every public function, with valid arguments."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from ddkd import (
    DistilledClassifier,
    DistilledRegressor,
    GaussianPopulation,
    LeastSquaresClassifier,
    LeastSquaresRegressor,
    MixturePopulation,
    RandomFourierFeatures,
    RandomReLUFeatures,
    datasets,
    experiments,
    features,
    simulation,
    solvers,
    testing,
    theory,
)


@dataclass(frozen=True)
class Argument:
    """A valid argument: `make(rng)` draws one; `role` says how it may be spoiled."""

    role: str
    make: Callable[[np.random.Generator], Any]


def array(*shape):
    return Argument("array", lambda rng: rng.standard_normal(shape))


def positive(*shape):
    return Argument("array", lambda rng: rng.uniform(0.5, 2, shape))


def classes(n, k=3):
    return Argument("labels", lambda rng: rng.permutation(np.arange(n) % k))


def whole(value):
    return Argument("integer", lambda rng: value)


def real(value):
    return Argument("real", lambda rng: value)


def wholes(*values):
    return Argument("array", lambda rng: np.array(values))


def word(value):
    return Argument("word", lambda rng: value)


def seed():
    return Argument("seed", lambda rng: int(rng.integers(2**31)))


POPULATION = GaussianPopulation(np.linspace(2, 0.5, 6), np.linspace(1, -1, 6), noise_variance=0.3)
HARD = GaussianPopulation(np.linspace(2, 0.5, 6), np.linspace(1, -1, 6), labels="hard")
MIXTURE = MixturePopulation(np.linspace(2, 0.5, 6), np.linspace(1, -1, 6), flip_rate=0.1)
LAW = theory.least_squares(HARD, 20)


def stream_fit(Z, Y, alpha, width, rcond, n_features=5, n_targets=2):
    stream = solvers.StreamingLeastSquares(n_features, n_targets).update(Z, Y)
    return stream.solve(alpha, width=width, rcond=rcond)


def path_with_coef(Z, Y, widths, Z_test, alpha, rcond):
    path = solvers.width_path(Z, Y, widths, Z_test=Z_test, alpha=alpha, rcond=rcond)
    return path, [path.coef(w) for w in path.widths]


def transform(kind):
    def call(X, **parameters):
        return kind(random_state=0, **parameters).fit(X).transform(X)

    return call


def regress(X, y, X_new, **parameters):
    return LeastSquaresRegressor(**parameters).fit(X, y).predict(X_new)


def classify(X, y, X_new, **parameters):
    return LeastSquaresClassifier(**parameters).fit(X, y).decision_function(X_new)


def distil(X, y, transfer, X_new, **parameters):
    teacher = LeastSquaresClassifier(RandomFourierFeatures(20, random_state=0))
    model = DistilledClassifier(teacher, transfer=transfer, random_state=0, **parameters)
    model.fit(X, y)
    return model.predict(X_new), model.agreement(X_new)


def imitate(X, y, transfer, X_new, **parameters):
    model = DistilledRegressor(transfer=transfer, random_state=0, **parameters)
    return model.fit(X, y).predict(X_new)


def population(eigenvalues, coef, noise_variance, w):
    made = GaussianPopulation(eigenvalues, coef, noise_variance=noise_variance)
    return made.risk(w), made.error_rate(w)


def mixture_population(eigenvalues, mean, flip_rate, w):
    made = MixturePopulation(eigenvalues, mean, flip_rate=flip_rate)
    return made.risk(w), made.error_rate(w)


def hard_population(eigenvalues, coef, flip_rate, n_samples, rng):
    made = GaussianPopulation(eigenvalues, coef, labels="hard", flip_rate=flip_rate)
    X = made.sample(n_samples, rng=rng)
    return X, made.label(X, rng=rng)


def split(X_train, y_train, transfer, X_test, y_test, rate, rng):
    made = datasets.Split(X_train, y_train, transfer, X_test, y_test)
    return made.X_train, made.transfer, made.X_test, made.flip_labels(rate, rng=rng).y_train


def deformed(images, n, rng, **deformation):
    return datasets.DeformedImages(images, **deformation).sample(n, rng=rng)


def mixture(n, rng, **parameters):
    return datasets.ClusterMixture(rng=0, **parameters).sample(n, rng=rng)


def network(X, **parameters):
    return datasets.ReLUNetworkTarget(rng=0, **parameters).label(X)


def load(n_samples, n_test, flip_rate, rng):
    made = datasets.load("digits", n_samples=n_samples, n_test=n_test, flip_rate=flip_rate, rng=rng)
    return made.X_train, made.y_train


def swept(repeats, seed):
    def experiment(data, rng):
        return [{"value": data + rng.normal()}]

    result = experiments.sweep(
        experiment, lambda rng: rng.normal(), repeats=repeats, seed=seed, progress=False
    )
    return result["value"]


def matches(prediction, n_repeats, false_alarm, rng):
    # A mismatch is an answer here, and AssertionError the way to give it.
    with contextlib.suppress(AssertionError):
        testing.assert_matches_theory(
            lambda rng: rng.normal(size=3),
            prediction,
            n_repeats=n_repeats,
            false_alarm=false_alarm,
            rng=rng,
        )
    return []


def distill_law(n_transfer, alpha, labels):
    return LAW.distill(n_transfer, alpha=alpha, labels=labels)


def law_at(n_samples, alpha, features):
    return theory.least_squares(POPULATION, n_samples, alpha=alpha, features=features)


def best_alpha(n_samples, features):
    return theory.best_alpha(POPULATION, n_samples, features=features)


def simulated(n_samples, alpha, rng):
    return simulation.least_squares(POPULATION, n_samples, alpha=alpha, rng=rng)


def simulated_curve(n_samples, widths, alpha, rng):
    return simulation.width_curve(POPULATION, n_samples, widths, alpha=alpha, rng=rng)


PROBLEM = {"Z": array(9, 5), "Y": array(9, 2), "rcond": real(1e-10)}
SAMPLE = {"X": array(12, 4), "y": classes(12), "X_new": array(3, 4)}
ALPHA = {"alpha": real(0.1)}
N_SAMPLES = {"n_samples": whole(20)}
SPECTRUM = {"eigenvalues": positive(8), "coef": array(8), **N_SAMPLES, "n_components": whole(30)}
RNG = {"rng": seed()}

TARGETS: dict[str, tuple[Callable[..., Any], dict[str, Argument]]] = {
    "min_norm": (solvers.min_norm, PROBLEM),
    "ridge": (solvers.ridge, PROBLEM | ALPHA),
    "ridge path": (solvers.ridge, PROBLEM | {"alpha": positive(3)}),
    "leave_one_out": (solvers.leave_one_out, PROBLEM | {"alpha": positive(3)}),
    "width_path": (
        path_with_coef,
        {"Z": array(5, 9), "Y": array(5, 2), "widths": wholes(2, 5, 9), "Z_test": array(3, 9)}
        | {"alpha": real(0.0), "rcond": real(1e-10)},
    ),
    "StreamingLeastSquares": (
        stream_fit,
        PROBLEM | ALPHA | {"width": whole(4), "n_features": whole(5), "n_targets": whole(2)},
    ),
    "isotropic_risk": (
        theory.isotropic_risk,
        N_SAMPLES
        | {"n_features": whole(40), "signal": real(1.0), "unseen_signal": real(0.5)}
        | {"noise_variance": real(0.2)},
    ),
    "isotropic_risk arrays": (
        theory.isotropic_risk,
        {"n_samples": wholes(10, 20), "n_features": wholes(5, 60), "signal": positive(2)},
    ),
    "isotropic_overlap": (
        theory.isotropic_overlap,
        N_SAMPLES | {"n_features": whole(40), "flip_rate": real(0.1)},
    ),
    "isotropic_risk_quantile": (
        theory.isotropic_risk_quantile,
        {"quantile": real(0.5), **N_SAMPLES, "n_features": whole(40), "noise_variance": real(0.2)},
    ),
    "theory.least_squares": (law_at, N_SAMPLES | ALPHA | {"features": wholes(0, 1, 3)}),
    "best_alpha": (best_alpha, N_SAMPLES | {"features": wholes(0, 1, 3)}),
    "theory.least_squares arrays": (
        law_at,
        {"n_samples": wholes(10, 20), "alpha": positive(2), "features": wholes(0, 1, 3)},
    ),
    "theory.random_features arrays": (
        theory.random_features,
        SPECTRUM
        | {"n_samples": wholes(10, 20), "n_components": wholes(5, 40), "alpha": positive(2)},
    ),
    "LinearLaw.distill": (distill_law, {"n_transfer": whole(50), **ALPHA, "labels": word("hard")}),
    "theory.random_features": (
        theory.random_features,
        SPECTRUM | ALPHA | {"noise_variance": real(0.1), "labels": word("real")},
    ),
    "transfer_size": (lambda excess: theory.transfer_size(LAW, excess), {"excess": real(0.01)}),
    "prefix_masks": (theory.prefix_masks, {"widths": wholes(1, 3), "n_features": whole(6)}),
    "simulation.least_squares": (simulated, N_SAMPLES | ALPHA | RNG),
    "simulation.random_features": (simulation.random_features, SPECTRUM | ALPHA | RNG),
    "width_curve": (simulated_curve, N_SAMPLES | {"widths": wholes(1, 3)} | ALPHA | RNG),
    "assert_matches_theory": (
        matches,
        {"prediction": Argument("array", lambda rng: np.zeros(3)), "n_repeats": whole(20)}
        | {"false_alarm": real(1e-6)}
        | RNG,
    ),
    "GaussianPopulation": (
        population,
        {"eigenvalues": positive(5), "coef": array(5), "noise_variance": real(0.2), "w": array(5)},
    ),
    "MixturePopulation": (
        mixture_population,
        {"eigenvalues": positive(5), "mean": array(5), "flip_rate": real(0.1), "w": array(5)},
    ),
    "mixture_model": (
        lambda coef, n_transfer, alpha: theory.mixture_model(MIXTURE, coef).distill(
            n_transfer, alpha=alpha
        ),
        {"coef": array(6), "n_transfer": whole(20)} | ALPHA,
    ),
    "class_mixture": (
        theory.class_mixture,
        {"n_classes": whole(3), "radius": real(2.0), "n_features": whole(9)}
        | N_SAMPLES
        | ALPHA
        | {"flip_rate": real(0.1)},
    ),
    "cluster_mixture": (
        theory.cluster_mixture,
        {"n_clusters": whole(4), "radius": real(2.0), "n_features": whole(9)}
        | N_SAMPLES
        | ALPHA
        | {"flip_rate": real(0.1)},
    ),
    "class_mixture_model": (
        theory.class_mixture_model,
        {"n_classes": whole(3), "radius": real(2.0), "n_features": whole(9)}
        | {"error_rate": real(0.3)},
    ),
    "GaussianPopulation hard": (
        hard_population,
        {"eigenvalues": positive(5), "coef": array(5), "flip_rate": real(0.1)} | N_SAMPLES | RNG,
    ),
    "RandomFourierFeatures": (
        transform(RandomFourierFeatures),
        {"X": array(8, 4), "n_components": whole(7), "gamma": real(0.5)},
    ),
    "RandomFourierFeatures scale": (
        transform(RandomFourierFeatures),
        {"X": array(8, 4), "gamma": word("scale")},
    ),
    "RandomReLUFeatures": (
        transform(RandomReLUFeatures),
        {"X": array(8, 4), "n_components": whole(7)},
    ),
    "median_distance": (features.median_distance, {"X": array(8, 4)}),
    "LeastSquaresRegressor": (
        regress,
        {"X": array(12, 4), "y": array(12), "X_new": array(3, 4), **ALPHA, "rcond": real(1e-10)},
    ),
    "LeastSquaresClassifier": (classify, SAMPLE | ALPHA | {"rcond": real(1e-10)}),
    "DistilledClassifier": (
        distil,
        SAMPLE | {"transfer": array(30, 4), "n_transfer": whole(25), "labels": word("hard")},
    ),
    "DistilledRegressor": (
        imitate,
        {"X": array(12, 4), "y": array(12), "X_new": array(3, 4)}
        | {"transfer": array(30, 4), "n_transfer": whole(25)},
    ),
    "Split": (
        split,
        {"X_train": array(12, 3), "y_train": classes(12), "transfer": array(7, 3)}
        | {"X_test": array(6, 3), "y_test": classes(6), "rate": real(0.25)}
        | RNG,
    ),
    "DeformedImages": (
        deformed,
        {"images": positive(3, 8, 8), "n": whole(5), "rotation": real(7.0), "shear": real(0.1)}
        | {"elastic": real(0.2), "contrast": real(0.1), "log_scale": real(0.1), "shift": real(0.3)}
        | RNG,
    ),
    "ClusterMixture": (
        mixture,
        {"n": whole(5), "n_features": whole(4), "n_clusters": whole(6), "n_classes": whole(3)}
        | {"rank": whole(2), "noise": real(0.1), "centre_scale": real(0.5)}
        | RNG,
    ),
    "ReLUNetworkTarget": (
        network,
        {"X": array(7, 3), "n_features": whole(3), "n_hidden": whole(4)},
    ),
    "load": (
        load,
        {"n_samples": whole(30), "n_test": whole(20), "flip_rate": real(0.1), **RNG},
    ),
    "sweep": (swept, {"repeats": whole(3), "seed": seed()}),
    "default_widths": (
        experiments.default_widths,
        {"n_samples": whole(50), "max_width": whole(400), "n_widths": whole(12)},
    ),
    # The standard error of a single difference is documented to be NaN.
    "judge": (
        lambda differences: experiments.judge(differences).verdict,
        {"differences": array(6)},
    ),
}


def numbers(result: Any) -> list[np.ndarray]:
    """Every numeric array in a result, except the diagnostics that depend on the input's dtype."""
    if is_dataclass(result):
        skip = ("rcond", "condition", "population", "interpolates", "features")
        names = [f.name for f in fields(result) if f.name not in skip and f.name[0] != "_"]
        return [a for name in names for a in numbers(getattr(result, name))]
    if isinstance(result, list | tuple):
        return [a for item in result for a in numbers(item)]
    values = np.asarray(result)
    return [values.astype(np.float64)] if values.dtype.kind in "biuf" else []
