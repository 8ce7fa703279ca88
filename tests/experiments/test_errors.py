import numpy as np

from ddkd.experiments._errors import Errors


def test_options_that_every_repeat_has():
    widths = [10, 41, 80, 10, 80]  # in the second repeat nothing was recorded at 41
    columns = {
        "model": np.full(5, "direct-predicted"),
        "flip_rate": np.zeros(5),
        "repeat": np.array([0, 0, 0, 1, 1]),
        "width": np.array(widths, dtype=float),
        "error": np.linspace(0.1, 0.5, 5),
    }
    errors = Errors(columns)
    assert errors.options("direct-predicted", 0.0, "width").tolist() == [10, 41, 80]
    options = errors.options("direct-predicted", 0.0, "width", every_repeat=True)
    assert options.tolist() == [10, 80]
    assert [errors.values("direct-predicted", 0.0, width=w).size for w in options] == [2, 2]
    assert errors.options("absent", 0.0, "width").size == 0
