"""What is predicted of min-norm models on a comparison's rows, before any of them is fitted."""

from collections.abc import Iterator

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

from ddkd.prediction import ConditionalPredictor
from ddkd.reproduction._setting import Record, Setting

N_WIDTHS = 24
NEAR = np.array([0.85, 0.93, 0.96, 1.04, 1.07, 1.15])  # of the threshold


def predicted_errors(
    setting: Setting, model: str, X: np.ndarray, targets: np.ndarray, widths: np.ndarray
) -> Iterator[Record]:
    """Predicted errors of min-norm models, a record a width and labelling.

    Only the kernel of the features is known, not their draw. Between the `widths` others are
    filled in; at the threshold itself, where nothing is predicted, there is no record.

    Parameters
    ----------
    setting : Setting
        The split.
    model : str
        The name under which the models are measured.
    X : ndarray of shape (n, n_inputs)
        The rows they learn from.
    targets : ndarray of shape (F, n, k)
        Their targets under each labelling.
    widths : ndarray of int
        The widths at which they are measured.

    Yields
    ------
    dict
        Records of the model ``model + "-predicted"``.
    """
    gamma, n = setting.problem.gamma, len(X)
    predictor = ConditionalPredictor(
        rbf_kernel(X, gamma=gamma), rbf_kernel(setting.test.X, X, gamma=gamma)
    )
    filled = np.concatenate([np.geomspace(widths[0], widths[-1], N_WIDTHS), n * NEAR])
    grid = np.union1d(widths, filled.astype(int))
    centre = 1 / targets.shape[2] if targets.shape[2] > 1 else 0.0
    errors = np.stack(
        [predictor.predict(y - centre, grid).error_rate(setting.y_test) for y in targets]
    )
    about = {"role": "prediction", "n_transfer": n if model != "direct" else 0}
    for g in np.flatnonzero(np.isfinite(errors).all(axis=0)):
        yield from setting.records(f"{model}-predicted", errors[:, g], width=grid[g], **about)
