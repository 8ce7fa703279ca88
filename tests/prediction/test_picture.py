"""Pictures of predictions: their axes, names and signs."""

import numpy as np

from ddkd import GaussianPopulation
from ddkd.prediction import draw_phase, draw_prediction
from ddkd.theory import phase_diagram


def test_phase_diagram_of_theory_names_its_axes_and_keeps_its_sign():
    population = GaussianPopulation(np.ones(60), np.ones(60), labels="hard")
    diagram = phase_diagram(
        population,
        n_samples=[20, 40, 80],
        teacher_width=60,
        student_width=[10, 20],
        n_transfer=300,
        flip_rate=0.05,
    )
    display = draw_phase(diagram, title="isotropic")
    assert (display.y_name, display.x_name) == ("Labelled examples", "Student width")
    np.testing.assert_array_equal(display.gain, diagram.gain)
    assert display.ax_.get_title() == "isotropic"


def test_lines_are_medians_of_predictions_through_medians_of_measurements():
    rng = np.random.default_rng(0)
    widths, repeats, alphas = (a.ravel() for a in np.meshgrid([5, 9, 20], [0, 1, 2], [0.0, 0.5]))
    columns = {"width": widths, "repeat": repeats, "alpha": alphas}
    columns["n_samples"] = np.full(18, 9)
    for name in ("variance_left", "predicted_variance_left", "test_mse", "predicted_mse"):
        columns[name] = rng.random(18)
    upper, lower = draw_prediction(columns, title="toy").axes
    assert (upper.get_title(), upper.get_ylabel()) == ("toy", "Variance left (%)")
    assert lower.get_ylabel() == "Mean squared error"
    lines = {line.get_label(): line.get_ydata() for line in lower.get_lines()}
    joined = {line.get_label(): line.get_linestyle() != "None" for line in lower.get_lines()}
    assert not joined["min-norm"]
    assert joined["min-norm, predicted"]
    assert not lower.collections  # errors of a median are unknown
    for label, alpha in (("min-norm", 0.0), ("ridge 0.5", 0.5)):
        for name, column in ((label, "test_mse"), (f"{label}, predicted", "predicted_mse")):
            expected = [
                np.median(columns[column][(widths == w) & (alphas == alpha)]) for w in (5, 9, 20)
            ]
            np.testing.assert_allclose(lines[name], expected)
