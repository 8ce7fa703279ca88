"""What the fuzz test calls: every public function, with valid arguments."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

import ddkd
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
    prediction,
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


def matches(law, n_repeats, false_alarm, rng):
    # A mismatch is an answer here, and AssertionError the way to give it.
    with contextlib.suppress(AssertionError):
        testing.assert_matches_theory(
            lambda rng: rng.normal(size=3),
            law,
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


def phases(n_transfer, n_samples, teacher_width, student_width):
    found = theory.phase_diagram(
        HARD,
        n_samples=n_samples,
        n_transfer=n_transfer,
        teacher_width=teacher_width,
        student_width=student_width,
    )
    return found.gain


def flowing(n_samples, time, features):
    law = theory.gradient_flow(POPULATION, n_samples, time, features=features)
    return law.risk, law.error_rate, law.train_risk


def bagged(n_samples, n_subsample, n_models, alpha):
    return theory.bagging(POPULATION, n_samples, n_subsample, n_models, alpha=alpha)


def simulated_flow(n_samples, time, rng):
    return simulation.gradient_flow(POPULATION, n_samples, time, rng=rng)


def simulated_bag(n_samples, n_subsample, n_models, alpha, rng):
    return simulation.bagging(POPULATION, n_samples, n_subsample, n_models, alpha=alpha, rng=rng)


def simulated_self(n_samples, alpha, mixing, rng):
    made = simulation.self_distill(POPULATION, n_samples, alpha=alpha, mixing=mixing, rng=rng)
    return made.risk


def self_law(alpha, mixing):
    return theory.least_squares(POPULATION, 20, alpha=1.0).self_distill(alpha=alpha, mixing=mixing)


def blocks(X, n_components):
    made = features.RandomFourierFeatures(n_components, random_state=0).fit(X)
    return features.ColumnBlocks(made, X)[:, :3]


def predicted(widths, alphas, flip_rate, bandwidth):
    rows = prediction.predict_curve(
        DIGITS,
        np.random.default_rng(0),
        widths=widths,
        alphas=alphas,
        flip_rate=flip_rate,
        bandwidth=bandwidth,
    )
    return [row["test_mse"] for row in rows]


def median_matches(prediction, n_repeats, rng):
    with contextlib.suppress(AssertionError):
        testing.assert_median_matches_theory(
            lambda rng: rng.normal(size=3), prediction, n_repeats=n_repeats, rng=rng
        )
    return []


def curve_of_pipeline(X, y, param_range, max_fits, rng):
    model = LeastSquaresRegressor(RandomFourierFeatures(10, random_state=0))
    found = ddkd.diagnose(
        model,
        X,
        y,
        param_name="features__n_components",
        param_range=param_range,
        max_fits=max_fits,
        rng=rng,
    )
    return found.errors


def measured_curve(widths, alpha, bandwidth, flip_rate):
    rows = experiments.curve(
        DIGITS,
        np.random.default_rng(0),
        widths=widths,
        alpha=alpha,
        bandwidth=bandwidth,
        flip_rate=flip_rate,
    )
    return [row["test_mse"] for row in rows]


def taught(teacher_width, student_width, n_transfer, labels, flip_rate, teacher_alpha):
    rows = experiments.teacher_student(
        DIGITS,
        np.random.default_rng(0),
        teacher_width=teacher_width,
        student_width=student_width,
        n_transfer=n_transfer,
        labels=labels,
        flip_rate=flip_rate,
        teacher_alpha=teacher_alpha,
    )
    return [row["error"] for row in rows]


DIGITS = datasets.load("digits", n_samples=40, n_test=50, rng=0)

PROBLEM = {"Z": array(9, 5), "Y": array(9, 2), "rcond": real(1e-10)}
SAMPLE = {"X": array(12, 4), "y": classes(12), "X_new": array(3, 4)}
ALPHA = {"alpha": real(0.1)}
N_SAMPLES = {"n_samples": whole(20)}
SPECTRUM = {"eigenvalues": positive(8), "coef": array(8), **N_SAMPLES, "n_components": whole(30)}
RNG = {"rng": seed()}

TARGETS: dict[str, tuple[Callable[..., Any], dict[str, Argument]]] = {
    "solvers.min_norm": (solvers.min_norm, PROBLEM),
    "solvers.ridge": (solvers.ridge, PROBLEM | ALPHA),
    "solvers.ridge, many": (solvers.ridge, PROBLEM | {"alpha": positive(3)}),
    "solvers.leave_one_out": (solvers.leave_one_out, PROBLEM | {"alpha": positive(3)}),
    "solvers.width_path": (
        path_with_coef,
        {"Z": array(5, 9), "Y": array(5, 2), "widths": wholes(2, 5, 9), "Z_test": array(3, 9)}
        | {"alpha": real(0.0), "rcond": real(1e-10)},
    ),
    "solvers.StreamingLeastSquares": (
        stream_fit,
        PROBLEM | ALPHA | {"width": whole(4), "n_features": whole(5), "n_targets": whole(2)},
    ),
    "theory.isotropic_risk": (
        theory.isotropic_risk,
        N_SAMPLES
        | {"n_features": whole(40), "signal": real(1.0), "unseen_signal": real(0.5)}
        | {"noise_variance": real(0.2)},
    ),
    "theory.isotropic_risk, arrays": (
        theory.isotropic_risk,
        {"n_samples": wholes(10, 20), "n_features": wholes(5, 60), "signal": positive(2)},
    ),
    "theory.isotropic_overlap": (
        theory.isotropic_overlap,
        N_SAMPLES | {"n_features": whole(40), "flip_rate": real(0.1)},
    ),
    "theory.isotropic_risk_quantile": (
        theory.isotropic_risk_quantile,
        {"quantile": real(0.5), **N_SAMPLES, "n_features": whole(40), "noise_variance": real(0.2)},
    ),
    "theory.least_squares": (law_at, N_SAMPLES | ALPHA | {"features": wholes(0, 1, 3)}),
    "theory.best_alpha": (best_alpha, N_SAMPLES | {"features": wholes(0, 1, 3)}),
    "theory.least_squares, arrays": (
        law_at,
        {"n_samples": wholes(10, 20), "alpha": positive(2), "features": wholes(0, 1, 3)},
    ),
    "theory.random_features, arrays": (
        theory.random_features,
        SPECTRUM
        | {"n_samples": wholes(10, 20), "n_components": wholes(5, 40), "alpha": positive(2)},
    ),
    "theory.LinearLaw.distill": (
        distill_law,
        {"n_transfer": whole(50), **ALPHA, "labels": word("hard")},
    ),
    "theory.random_features": (
        theory.random_features,
        SPECTRUM | ALPHA | {"noise_variance": real(0.1), "labels": word("real")},
    ),
    "theory.transfer_size": (
        lambda excess: theory.transfer_size(LAW, excess),
        {"excess": real(0.01)},
    ),
    "theory.prefix_masks": (theory.prefix_masks, {"widths": wholes(1, 3), "n_features": whole(6)}),
    "simulation.least_squares": (simulated, N_SAMPLES | ALPHA | RNG),
    "simulation.random_features": (simulation.random_features, SPECTRUM | ALPHA | RNG),
    "simulation.width_curve": (simulated_curve, N_SAMPLES | {"widths": wholes(1, 3)} | ALPHA | RNG),
    "testing.assert_matches_theory": (
        matches,
        {"law": Argument("array", lambda rng: np.zeros(3)), "n_repeats": whole(20)}
        | {"false_alarm": real(1e-6)}
        | RNG,
    ),
    "populations.GaussianPopulation": (
        population,
        {"eigenvalues": positive(5), "coef": array(5), "noise_variance": real(0.2), "w": array(5)},
    ),
    "populations.MixturePopulation": (
        mixture_population,
        {"eigenvalues": positive(5), "mean": array(5), "flip_rate": real(0.1), "w": array(5)},
    ),
    "theory.mixture_model": (
        lambda coef, n_transfer, alpha: theory.mixture_model(MIXTURE, coef).distill(
            n_transfer, alpha=alpha
        ),
        {"coef": array(6), "n_transfer": whole(20)} | ALPHA,
    ),
    "theory.class_mixture": (
        theory.class_mixture,
        {"n_classes": whole(3), "radius": real(2.0), "n_features": whole(9)}
        | N_SAMPLES
        | ALPHA
        | {"flip_rate": real(0.1)},
    ),
    "theory.cluster_mixture": (
        theory.cluster_mixture,
        {"n_clusters": whole(4), "radius": real(2.0), "n_features": whole(9)}
        | N_SAMPLES
        | ALPHA
        | {"flip_rate": real(0.1)},
    ),
    "theory.class_mixture_model": (
        theory.class_mixture_model,
        {"n_classes": whole(3), "radius": real(2.0), "n_features": whole(9)}
        | {"error_rate": real(0.3)},
    ),
    "populations.GaussianPopulation, hard": (
        hard_population,
        {"eigenvalues": positive(5), "coef": array(5), "flip_rate": real(0.1)} | N_SAMPLES | RNG,
    ),
    "features.RandomFourierFeatures": (
        transform(RandomFourierFeatures),
        {"X": array(8, 4), "n_components": whole(7), "gamma": real(0.5)},
    ),
    "features.RandomFourierFeatures, scale": (
        transform(RandomFourierFeatures),
        {"X": array(8, 4), "gamma": word("scale")},
    ),
    "features.RandomReLUFeatures": (
        transform(RandomReLUFeatures),
        {"X": array(8, 4), "n_components": whole(7)},
    ),
    "features.median_distance": (features.median_distance, {"X": array(8, 4)}),
    "estimators.LeastSquaresRegressor": (
        regress,
        {"X": array(12, 4), "y": array(12), "X_new": array(3, 4), **ALPHA, "rcond": real(1e-10)},
    ),
    "estimators.LeastSquaresClassifier": (classify, SAMPLE | ALPHA | {"rcond": real(1e-10)}),
    "distillation.DistilledClassifier": (
        distil,
        SAMPLE | {"transfer": array(30, 4), "n_transfer": whole(25), "labels": word("hard")},
    ),
    "distillation.DistilledRegressor": (
        imitate,
        {"X": array(12, 4), "y": array(12), "X_new": array(3, 4)}
        | {"transfer": array(30, 4), "n_transfer": whole(25)},
    ),
    "datasets.Split": (
        split,
        {"X_train": array(12, 3), "y_train": classes(12), "transfer": array(7, 3)}
        | {"X_test": array(6, 3), "y_test": classes(6), "rate": real(0.25)}
        | RNG,
    ),
    "datasets.DeformedImages": (
        deformed,
        {"images": positive(3, 8, 8), "n": whole(5), "rotation": real(7.0), "shear": real(0.1)}
        | {"elastic": real(0.2), "contrast": real(0.1), "log_scale": real(0.1), "shift": real(0.3)}
        | RNG,
    ),
    "datasets.ClusterMixture": (
        mixture,
        {"n": whole(5), "n_features": whole(4), "n_clusters": whole(6), "n_classes": whole(3)}
        | {"rank": whole(2), "noise": real(0.1), "centre_scale": real(0.5)}
        | RNG,
    ),
    "datasets.ReLUNetworkTarget": (
        network,
        {"X": array(7, 3), "n_features": whole(3), "n_hidden": whole(4)},
    ),
    "datasets.load": (
        load,
        {"n_samples": whole(30), "n_test": whole(20), "flip_rate": real(0.1), **RNG},
    ),
    "experiments.sweep": (swept, {"repeats": whole(3), "seed": seed()}),
    "experiments.default_widths": (
        experiments.default_widths,
        {"n_samples": whole(50), "max_width": whole(400), "n_widths": whole(12)},
    ),
    "theory.phase_diagram": (
        phases,
        {"n_transfer": wholes(20, 50), "teacher_width": wholes(3, 6), "student_width": whole(2)}
        | N_SAMPLES,
    ),
    "theory.gradient_flow": (
        flowing,
        N_SAMPLES | {"time": positive(2), "features": wholes(0, 1, 3)},
    ),
    "theory.bagging": (
        bagged,
        N_SAMPLES | {"n_subsample": whole(9), "n_models": whole(3)} | ALPHA,
    ),
    "theory.LinearLaw.self_distill": (self_law, ALPHA | {"mixing": real(0.5)}),
    "simulation.gradient_flow": (simulated_flow, N_SAMPLES | {"time": real(0.5)} | RNG),
    "simulation.bagging": (
        simulated_bag,
        N_SAMPLES | {"n_subsample": whole(9), "n_models": whole(3)} | ALPHA | RNG,
    ),
    "simulation.self_distill": (simulated_self, N_SAMPLES | ALPHA | {"mixing": real(0.5)} | RNG),
    "simulation.committee": (
        lambda n_samples, n_models, alpha, rng: (
            simulation.committee(POPULATION, n_samples, n_models, alpha=alpha, rng=rng).risk
        ),
        N_SAMPLES | {"n_models": whole(3)} | ALPHA | RNG,
    ),
    "theory.best_teacher": (
        lambda n_samples, alpha, features: (
            theory.best_teacher(POPULATION, n_samples, alpha=alpha, features=features).coef
        ),
        N_SAMPLES | ALPHA | {"features": wholes(0, 1, 3)},
    ),
    "simulation.class_mixture": (
        simulation.class_mixture,
        {"n_classes": whole(3), "radius": real(2.0), "n_samples": whole(20), "n_features": whole(9)}
        | ALPHA
        | {"flip_rate": real(0.1)}
        | RNG,
    ),
    "simulation.cluster_mixture": (
        simulation.cluster_mixture,
        {"n_clusters": whole(4), "radius": real(2.0), "n_samples": whole(20)}
        | {"n_features": whole(9), "flip_rate": real(0.1)}
        | ALPHA
        | RNG,
    ),
    "testing.assert_median_matches_theory": (
        median_matches,
        {"prediction": Argument("array", lambda rng: np.zeros(3)), "n_repeats": whole(300)} | RNG,
    ),
    "diagnosis.diagnose": (
        curve_of_pipeline,
        {"X": array(60, 3), "y": array(60), "param_range": wholes(5, 20, 45, 90)}
        | {"max_fits": whole(8)}
        | RNG,
    ),
    "experiments.curve": (
        measured_curve,
        {"widths": wholes(5, 40, 60), "alpha": real(0.1), "bandwidth": real(0.8)}
        | {"flip_rate": real(0.1)},
    ),
    "experiments.teacher_student": (
        taught,
        {"teacher_width": whole(60), "student_width": whole(20), "n_transfer": whole(50)}
        | {"labels": word("hard"), "flip_rate": real(0.1), "teacher_alpha": real(0.1)},
    ),
    "features.ColumnBlocks": (blocks, {"X": array(8, 4), "n_components": whole(7)}),
    "simulation.training_sets": (
        lambda n_samples, n_sets, rng: simulation.training_sets(
            POPULATION, n_samples, n_sets, rng=rng
        ),
        N_SAMPLES | {"n_sets": whole(3)} | RNG,
    ),
    "prediction.predict_curve": (
        predicted,
        {"widths": wholes(5, 20, 60), "alphas": positive(2), "flip_rate": real(0.1)}
        | {"bandwidth": real(0.8)},
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
