"""Features made on demand."""

from typing import Any

import numpy as np

from ddkd.features._maps import RandomFeatures


class ColumnBlocks:
    """Features made on demand, a block of columns at a time, in place of a whole matrix.

    For feature maps too wide for memory: :func:`~ddkd.solvers.width_path` takes it for `Z` and
    for `Z_test`, makes each block once a pass, and needs memory that grows with the square of the
    number of training samples, whatever the width.

    Parameters
    ----------
    feature_map : RandomFourierFeatures or RandomReLUFeatures
        A fitted nested map.
    X : array-like of shape (n_samples, n_features)
        The inputs; the features are of these, and are computed anew each time.

    Attributes
    ----------
    shape : tuple of int
        Number of inputs, and width of the map.
    dtype : numpy.dtype
        Of the features.

    Raises
    ------
    ValueError
        If the map is of another kind, or `X` does not suit it.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.features import ColumnBlocks, RandomFourierFeatures
    >>> from ddkd.solvers import width_path
    >>> X = np.random.default_rng(0).standard_normal((30, 4))
    >>> mapping = RandomFourierFeatures(200, random_state=0).fit(X)
    >>> blocks = ColumnBlocks(mapping, X)
    >>> blocks.shape, blocks.columns(50, 60).shape
    ((30, 200), (30, 10))
    >>> width_path(blocks, X[:, 0], [10, 30, 200]).rank
    array([10, 30, 30])
    """

    def __init__(self, feature_map: RandomFeatures, X: Any):
        if not isinstance(feature_map, RandomFeatures):
            raise ValueError(
                "feature_map must be a RandomFourierFeatures or a RandomReLUFeatures; "
                f"got {type(feature_map).__name__}"
            )
        self._map = feature_map
        self._X = feature_map._validated(X)
        self.shape = (len(self._X), feature_map._n_features_out)
        self.dtype = np.dtype(np.float64)

    def __repr__(self) -> str:
        return f"ColumnBlocks({type(self._map).__name__}, shape={self.shape})"

    def columns(self, start: int, stop: int) -> np.ndarray:
        """Make some columns.

        Parameters
        ----------
        start, stop : int
            The first column, and the one after the last.

        Returns
        -------
        ndarray of shape (n_samples, stop - start)
            These columns of ``feature_map.transform(X)``.
        """
        return self._map._transform_columns(self._X, start, stop)
