"""The public names that programs outside ddkd call, with the arguments they pass."""

import dataclasses
import importlib
import inspect
import pkgutil

import pytest

import ddkd

# name: the parameters that must be there, in this order where they are positional
CONTRACT = {
    "ddkd.diagnose": "estimator X y *param_name *param_range *X_test *y_test *scores *max_fits "
    "*progress *rng",
    "ddkd.DistilledClassifier": "teacher student *transfer *n_transfer *random_state *labels",
    "ddkd.DistilledRegressor": "teacher student *transfer *n_transfer *random_state",
    "ddkd.solvers.width_path": "Z Y widths *Z_test *Y_test *alpha *rcond *keep_coefs",
    "ddkd.features.ColumnBlocks": "feature_map X",
    "ddkd.theory.LinearLaw.distill": "n_transfer *labels *features *alpha *keep *with_labels",
    "ddkd.theory.self_distill": "law *labels *alpha *mixing",
    "ddkd.theory.committee": "law n_models *decide",
    "ddkd.theory.random_features": "*bulk",
    "ddkd.theory.best_teacher": "population n_samples *features *alpha",
    "ddkd.theory.gradient_flow": "population n_samples time *features",
    "ddkd.theory.bagging": "population n_samples n_subsample n_models *alpha",
    "ddkd.theory.phase_diagram": "population",
    "ddkd.prediction.predict_phase": "split",
    "ddkd.prediction.predict_curve": "",
    "ddkd.prediction.predict_student": "",
    "ddkd.advice.advise": "X y X_unlabelled *contestants *n_folds *rng *n_jobs *progress",
    "ddkd.testing.assert_matches_theory": "simulate law *n_repeats *bias *false_alarm *rng",
    "ddkd.theorems.Theorem": "id statement source kind *law *simulate *settings *wrong",
    "ddkd.theorems.verify": "theorems *rng *n_jobs *wrong",
    "ddkd.contestants.Contestant": "name estimator *sees",
    "ddkd.reproduction.compare": "split rng *contestants",
    "ddkd.experiments.teacher_student": "",
    "ddkd.experiments.draw_split": "",
    "ddkd.reproduction.reproduce": "",
    "ddkd.experiments.curve": "",
    "ddkd.sweeps.sweep": "",
    "ddkd.plotting.DoubleDescentDisplay.from_estimator": "estimator X y *param_name *param_range "
    "*X_test *y_test",
    "ddkd.theory.least_squares": "population n_samples *features *alpha",
    "ddkd.theory.best_alpha": "population n_samples *features",
    "ddkd.theory.isotropic_risk": "n_samples n_features",
    "ddkd.theory.isotropic_risk_quantile": "quantile n_samples n_features",
    "ddkd.theory.transfer_size": "law excess",
    "ddkd.theory.prefix_masks": "widths n_features",
    "ddkd.theory.crossing_size": "law",
    "ddkd.theory.mixture_model": "population coef",
    "ddkd.theory.cluster_mixture": "",
    "ddkd.datasets.load": "*n_samples",
}
ATTRIBUTES = {
    "ddkd.theory.LinearLaw": ["effective_parameters"],
    "ddkd.theorems": ["ALL"],
    "ddkd.advice.Advice": [
        "ranking",
        "best",
        "distils",
        "decided",
        "estimator",
        "committee",
        "report",
        "plot",
    ],
    "ddkd.testing.Comparison": ["resolution", "common_resolution"],
    "ddkd.theory": ["PhaseDiagram"],
    "ddkd": [
        "LeastSquaresClassifier",
        "LeastSquaresRegressor",
        "GaussianPopulation",
        "MixturePopulation",
        "RandomFourierFeatures",
        "RandomReLUFeatures",
        "InterpolationWarning",
    ],
    "ddkd.solvers": ["min_norm", "ridge", "leave_one_out", "width_path", "StreamingLeastSquares"],
}


def find(path):
    """Import a module, or a name in one."""
    owner, _, name = path.rpartition(".")
    if owner and hasattr(found := find(owner), name):
        return getattr(found, name)
    return importlib.import_module(path)


@pytest.mark.parametrize("path", CONTRACT)
def test_a_public_name_takes_what_programs_pass(path):
    parameters = inspect.signature(find(path)).parameters
    positional = [word for word in CONTRACT[path].split() if not word.startswith("*")]
    assert [name for name in parameters if name != "self"][: len(positional)] == positional
    keywords = [word[1:] for word in CONTRACT[path].split() if word.startswith("*")]
    assert not [name for name in keywords if name not in parameters]


@pytest.mark.parametrize("path", ATTRIBUTES)
def test_a_public_name_has_what_programs_read(path):
    owner = find(path)
    fields = getattr(owner, "__dataclass_fields__", {})
    assert not [n for n in ATTRIBUTES[path] if not hasattr(owner, n) and n not in fields]


# What is filled in step by step: a display draws itself later, as scikit-learn's do.
FILLED_IN = {"DistillationDisplay", "DoubleDescentDisplay", "PhaseDiagramDisplay"}
FILLED_IN |= {"Entry", "Problem"}


def test_public_data_classes_are_frozen_but_those_that_are_filled_in():
    names = [m.name for m in pkgutil.iter_modules(ddkd.__path__) if m.name[0] != "_"]
    rooms = [importlib.import_module(f"ddkd.{name}") for name in names]
    values = [getattr(room, name) for room in rooms for name in getattr(room, "__all__", ())]
    classes = [v for v in values if inspect.isclass(v) and dataclasses.is_dataclass(v)]
    assert len(classes) > 20
    assert {c.__name__ for c in classes if not c.__dataclass_params__.frozen} == FILLED_IN
