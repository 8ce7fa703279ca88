"""What makes a contest short where it matters not how well its methods do."""

from contextlib import contextmanager

import pytest


@contextmanager
def few_settings():
    """A forest of few trees, and two costs to choose a support vector machine from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ddkd.contestants._library._N_TREES", 8)
        patch.setattr("ddkd.contestants._library.COSTS", (1.0, 10.0))
        yield
