"""What the fuzz test calls: every public function, with valid arguments."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ddkd import (
    RandomFourierFeatures,
    RandomReLUFeatures,
    experiments,
    features,
    simulation,
    solvers,
    testing,
    theory,
)
from ddkd.datasets import equal_rows
from tests.helpers.fuzz_arguments import (
    Argument,
    array,
    classes,
    positive,
    real,
    seed,
    whole,
    wholes,
    word,
)
from tests.helpers.fuzz_calls import (
    LAW,
    MIXTURE,
    POPULATION,
    bagged,
    best_alpha,
    blocks,
    classify,
    curve_of_pipeline,
    deformed,
    distil,
    distill_law,
    encoded,
    flowing,
    hard_population,
    imitate,
    law_at,
    load,
    matches,
    measured_curve,
    median_matches,
    mixture,
    mixture_population,
    network,
    path_with_coef,
    phases,
    population,
    predicted,
    regress,
    self_law,
    simulated,
    simulated_bag,
    simulated_flow,
    simulated_self,
    simulated_student,
    split,
    stream_fit,
    swept,
    taught,
    transform,
)

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
    "theory.isotropic_risk_quantile": (
        theory.isotropic_risk_quantile,
        {"quantile": real(0.5), **N_SAMPLES, "n_features": whole(40), "noise_variance": real(0.2)},
    ),
    "theory.implicit_ridge": (
        theory.implicit_ridge,
        {"eigenvalues": positive(5), "n_samples": positive(3)} | ALPHA,
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
    "simulation.distill": (
        simulated_student,
        {"n_transfer": whole(20), "label_noise": real(0.1)} | ALPHA | RNG,
    ),
    "testing.assert_matches_theory": (
        matches,
        {"law": Argument("array", lambda rng: np.zeros(3)), "n_repeats": whole(120)}
        | {"false_alarm": real(1e-6)}
        | RNG,
    ),
    "populations.GaussianPopulation": (
        population,
        {"eigenvalues": positive(5), "coef": array(5), "noise_variance": real(0.2)}
        | {"model": array(5)},
    ),
    "populations.MixturePopulation": (
        mixture_population,
        {"eigenvalues": positive(5), "mean": array(5), "flip_rate": real(0.1), "coef": array(5)},
    ),
    "theory.mixture_model": (
        lambda coef, n_transfer, alpha: theory.mixture_model(MIXTURE, coef).distill(
            n_transfer, alpha=alpha
        ),
        {"coef": array(6), "n_transfer": whole(20)} | ALPHA,
    ),
    "theory.cluster_mixture": (
        theory.cluster_mixture,
        {"n_clusters": whole(4), "radius": real(2.0), "n_features": whole(9)}
        | N_SAMPLES
        | ALPHA
        | {"flip_rate": real(0.1)},
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
    "estimators.DistilledClassifier": (
        distil,
        SAMPLE | {"transfer": array(30, 4), "n_transfer": whole(25), "labels": word("hard")},
    ),
    "estimators.DistilledRegressor": (
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
    "datasets.TableEncoder": (encoded, {"X": array(12, 3)}),
    "datasets.equal_rows": (equal_rows, {"X": array(12, 3)}),
    "datasets.load": (
        load,
        {"n_samples": whole(30), "n_test": whole(20), "flip_rate": real(0.1), **RNG},
    ),
    "sweeps.sweep": (swept, {"repeats": whole(3), "seed": seed()}),
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
    "theory.committee": (
        lambda n_models: theory.committee(LAW, n_models).distill(30),
        {"n_models": whole(3)},
    ),
    "theory.self_distill": (self_law, ALPHA | {"mixing": real(0.5)}),
    "simulation.gradient_flow": (simulated_flow, N_SAMPLES | {"time": real(0.5)} | RNG),
    "simulation.bagging": (
        simulated_bag,
        N_SAMPLES | {"n_subsample": whole(9), "n_models": whole(3)} | ALPHA | RNG,
    ),
    "simulation.self_distill": (simulated_self, N_SAMPLES | ALPHA | {"mixing": real(0.5)} | RNG),
    "simulation.committee": (
        lambda n_samples, n_models, alpha, rng: simulation.committee(
            POPULATION, n_samples, n_models, alpha=alpha, rng=rng
        ),
        N_SAMPLES | {"n_models": whole(3)} | ALPHA | RNG,
    ),
    "theory.best_teacher": (
        lambda n_samples, alpha, features: (
            theory.best_teacher(POPULATION, n_samples, alpha=alpha, features=features).coef
        ),
        N_SAMPLES | ALPHA | {"features": wholes(0, 1, 3)},
    ),
    "simulation.cluster_mixture": (
        simulation.cluster_mixture,
        {"n_clusters": whole(4), "radius": real(2.0), "n_samples": whole(20)}
        | {"n_features": whole(9), "flip_rate": real(0.1)}
        | ALPHA
        | RNG,
    ),
    "testing.compare_means": (
        testing.compare_means,
        {"draws": array(20, 3), "law": array(3), "bias": real(0.1), "false_alarm": real(1e-6)},
    ),
    "testing.assert_median_matches_theory": (
        median_matches,
        {"law": Argument("array", lambda rng: np.zeros(3)), "n_repeats": whole(300)} | RNG,
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
