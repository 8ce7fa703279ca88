import numpy as np
import pytest

from ddkd.datasets import fingerprint, load
from ddkd.experiments import draw_split


def test_a_split_of_a_file_is_drawn_and_a_file_that_changed_is_refused(tmp_path):
    path = tmp_path / "d.npz"
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
    np.savez(path, X=X, y=y)
    split = draw_split(np.random.default_rng(0), data=str(path))
    loaded = load(str(path), rng=np.random.default_rng(0))
    np.testing.assert_array_equal(split.X_train, loaded.X_train)
    draw_split(np.random.default_rng(0), data=str(path), digest=fingerprint(str(path)))
    with pytest.raises(ValueError, match="changed during the run"):
        draw_split(np.random.default_rng(0), data=str(path), digest="0" * 64)
