"""Calls of methods, objects and functions of functions, as functions of plain arguments."""

import contextlib
import warnings

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
    datasets,
    experiments,
    features,
    prediction,
    simulation,
    solvers,
    sweeps,
    testing,
    theory,
)

POPULATION = GaussianPopulation(np.linspace(2, 0.5, 6), np.linspace(1, -1, 6), noise_variance=0.3)
HARD = GaussianPopulation(np.linspace(2, 0.5, 6), np.linspace(1, -1, 6), labels="hard")
MIXTURE = MixturePopulation(np.linspace(2, 0.5, 6), np.linspace(1, -1, 6), flip_rate=0.1)
LAW = theory.least_squares(HARD, 20)
DIGITS = datasets.load("digits", n_samples=40, n_test=50, rng=0)


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


def population(eigenvalues, coef, noise_variance, model):
    made = GaussianPopulation(eigenvalues, coef, noise_variance=noise_variance)
    return made.risk(model), made.error_rate(model)


def mixture_population(eigenvalues, mean, flip_rate, coef):
    made = MixturePopulation(eigenvalues, mean, flip_rate=flip_rate)
    return made.risk(coef), made.error_rate(coef)


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


def encoded(X):
    return datasets.TableEncoder().fit_transform(X)


def load(n_samples, n_test, flip_rate, rng):
    made = datasets.load("digits", n_samples=n_samples, n_test=n_test, flip_rate=flip_rate, rng=rng)
    return made.X_train, made.y_train


def swept(repeats, seed):
    def experiment(data, rng):
        return [{"value": data + rng.normal()}]

    result = sweeps.sweep(
        experiment, lambda rng: rng.normal(), repeats=repeats, seed=seed, progress=False
    )
    return result["value"]


def matches(law, n_repeats, false_alarm, rng):
    # A mismatch is an answer here, and AssertionError the way to give it; a warning says of few
    # draws that the answer is not to be trusted.
    with contextlib.suppress(AssertionError), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_repeats = .*: with fewer than 100 draws")
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


def simulated_student(n_transfer, alpha, label_noise, rng):
    coef = np.linspace(-1, 1, 2 * POPULATION.n_features).reshape(2, -1)
    options = {"alpha": alpha, "label_noise": label_noise, "rng": rng}
    return simulation.distill(POPULATION, coef, n_transfer, **options)


def simulated_flow(n_samples, time, rng):
    return simulation.gradient_flow(POPULATION, n_samples, time, rng=rng)


def simulated_bag(n_samples, n_subsample, n_models, alpha, rng):
    return simulation.bagging(POPULATION, n_samples, n_subsample, n_models, alpha=alpha, rng=rng)


def simulated_self(n_samples, alpha, mixing, rng):
    return simulation.self_distill(POPULATION, n_samples, alpha=alpha, mixing=mixing, rng=rng)


def self_law(alpha, mixing):
    teacher = theory.least_squares(POPULATION, 20, alpha=1.0)
    return theory.self_distill(teacher, alpha=alpha, mixing=mixing)


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


def median_matches(law, n_repeats, rng):
    with contextlib.suppress(AssertionError):
        testing.assert_median_matches_theory(
            lambda rng: rng.normal(size=3), law, n_repeats=n_repeats, rng=rng
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
