import numpy as np
import pytest

from ddkd.reproduction._lookup import Errors


def test_what_was_not_predicted_in_a_repeat_is_nan_there():
    widths = [10, 41, 80, 10, 80]  # in the second repeat nothing was recorded at 41
    columns = {
        "model": np.full(5, "direct-predicted"),
        "role": np.full(5, "prediction"),
        "flip_rate": np.zeros(5),
        "repeat": np.array([0, 0, 0, 1, 1]),
        "width": np.array(widths, dtype=float),
        "error": np.linspace(0.1, 0.5, 5),
    }
    errors = Errors(columns)
    assert errors.options("direct-predicted", 0.0, "width").tolist() == [10, 41, 80]
    predicted = [errors.values("direct-predicted", 0.0, width=w) for w in (10, 41, 80)]
    np.testing.assert_allclose(predicted, [[0.1, 0.4], [0.2, np.nan], [0.3, 0.5]])
    assert errors.options("absent", 0.0, "width").size == 0
    for absent in ({"width": 11}, {"width": 10, "repeat": 7}):
        with pytest.raises(ValueError, match="not one record a repeat for direct-predicted"):
            errors.values("direct-predicted", 0.0, **absent)
