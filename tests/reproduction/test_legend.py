"""The pictures of the main job, and the number in their legend."""

import numpy as np
import pytest

from ddkd.reproduction._picture import _by_width, _Panels

N, M = 100, 1000
NEAR = range(96, 105)  # most widths are near the threshold
FAR = [50, 200, 400]


def columns(shift):
    """Models that err by .05, those on N rows by .5 at their threshold; predictions `shift` off."""
    rows = [("teacher", 2000, 0, 0.05, "curve"), ("svm", np.inf, 0, 0.2, "rival")]
    for model, m in (("direct", 0), ("direct-ridge", 0), ("hard", M), ("soft", M)):
        rows += [(model, w, m, 0.05 if m else 0.5, "curve") for w in ([N] if m else NEAR)]
        rows += [(model, w, m, 0.05, "curve") for w in FAR]
        rows += [(f"{model}-predicted", w, m, 0.05 + shift, "prediction") for w in FAR]
    names = ["model", "width", "n_transfer", "error", "role"]
    once = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    once["sees"] = np.where(once["n_transfer"] > 0, "pool", "labels")
    once |= {"flip_rate": np.zeros(len(rows)), "n_samples": np.full(len(rows), N)}
    twice = {name: np.tile(values, 2) for name, values in once.items()}
    return twice | {"repeat": np.repeat([0, 1], len(rows))}


@pytest.mark.parametrize(("shift", "stated"), [(0.0, "0.0"), (0.03, "3.0")])
def test_the_legend_says_how_far_predictions_are_off_but_for_the_threshold(shift, stated):
    (legend,) = _by_width(_Panels(columns(shift), "toy")).legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert f"predicted, off by {stated} points" in texts
