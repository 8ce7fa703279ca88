"""An unbounded stream of images: small random deformations of a finite set."""

from typing import Any

import numpy as np
from scipy import ndimage

from ddkd._checks import check_array, check_integer, check_real, check_rng

# Rows deformed at a time: the work arrays of a block then stay in cache, whatever n is.
_BLOCK = 1024

# Elastic displacements are drawn on a grid of this many points a side and interpolated.
_GRID = 4


class DeformedImages:
    """Stream of randomly deformed copies of some images.

    Each row starts from an image drawn uniformly with replacement. It is shifted, rotated,
    scaled and sheared about its centre, warped elastically by a smooth random field, resampled
    bilinearly (zero outside the frame), and multiplied by a random contrast.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width)
        The images to start from.
    shift : float, default 0.3
        Shifts along each axis are uniform on [-shift, shift], in pixels.
    rotation : float, default 7
        Angles are uniform on [-rotation, rotation], in degrees.
    log_scale : float, default 0.06
        Logarithms of the magnification are uniform on [-log_scale, log_scale].
    shear : float, default 0.15
        Horizontal shears are uniform on [-shear, shear], in pixels per pixel.
    elastic : float, default 0.25
        Standard deviation in pixels of the elastic displacement at each of 4 x 4 control points,
        between which it is interpolated linearly.
    contrast : float, default 0.05
        Contrast factors are uniform on [1 - contrast, 1 + contrast].

    Attributes
    ----------
    images : ndarray of shape (n_images, height, width)
        The images that the stream starts from, as float64.

    Raises
    ------
    ValueError
        If `images` is not a finite 3-D array or a deformation is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.datasets import DeformedImages
    >>> stream = DeformedImages(np.eye(8)[None])
    >>> stream.sample(1000, rng=0).shape
    (1000, 64)
    """

    def __init__(
        self,
        images: Any,
        *,
        shift: float = 0.3,
        rotation: float = 7.0,
        log_scale: float = 0.06,
        shear: float = 0.15,
        elastic: float = 0.25,
        contrast: float = 0.05,
    ) -> None:
        self.images = check_array("images", images, ndim=3)
        self.shift = check_real("shift", shift, low=0.0)
        self.rotation = check_real("rotation", rotation, low=0.0)
        self.log_scale = check_real("log_scale", log_scale, low=0.0, high=10.0)
        self.shear = check_real("shear", shear, low=0.0)
        self.elastic = check_real("elastic", elastic, low=0.0)
        self.contrast = check_real("contrast", contrast, low=0.0)

    def sample(self, n: int, *, rng: Any = None) -> np.ndarray:
        """Draw deformed images.

        Parameters
        ----------
        n : int
            How many.
        rng : None, int, SeedSequence or numpy Generator, optional
            Source of randomness.

        Returns
        -------
        ndarray of shape (n, height * width)
            The images, flattened.
        """
        n = check_integer("n", n)
        generator = check_rng(rng)
        _, height, width = self.images.shape
        out = np.empty((n, height * width))
        for start in range(0, n, _BLOCK):
            block = out[start : start + _BLOCK]
            sources = generator.integers(len(self.images), size=len(block))
            row, column = self._source_positions(len(block), generator)
            gain = generator.uniform(1 - self.contrast, 1 + self.contrast, size=(len(block), 1))
            place = np.broadcast_arrays(sources[:, None], row, column)
            # Linear between pixels; the image's number is whole, so nothing mixes two images.
            pixels = ndimage.map_coordinates(self.images, place, order=1, mode="grid-constant")
            block[:] = gain * pixels
        return out

    def _source_positions(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Where each output pixel of n images looks in its source: rows and columns (n, h * w)."""
        _, height, width = self.images.shape
        centre = np.array([(height - 1) / 2, (width - 1) / 2])
        grid = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"))
        offset = grid.reshape(2, -1) - centre[:, None]

        angle = np.deg2rad(self.rotation) * rng.uniform(-1, 1, size=n)
        zoom = np.exp(self.log_scale * rng.uniform(-1, 1, size=n))
        shear = self.shear * rng.uniform(-1, 1, size=n)
        cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
        matrix = np.empty((n, 2, 2))
        # Rotation and scale, times a shear that moves columns in proportion to the row.
        matrix[:, 0, 0], matrix[:, 0, 1] = cos - sin * shear, -sin
        matrix[:, 1, 0], matrix[:, 1, 1] = sin + cos * shear, cos

        moved = self.shift * rng.uniform(-1, 1, size=(n, 2))
        position = matrix @ offset + (centre + moved)[:, :, None]
        field = self.elastic * rng.standard_normal((n, 2, _GRID, _GRID))
        down, across = _interpolation(height), _interpolation(width)
        position += (down @ field @ across.T).reshape(n, 2, -1)
        return position[:, 0], position[:, 1]


def _interpolation(size: int) -> np.ndarray:
    """Matrix (size, _GRID) of linear interpolation from _GRID evenly spread control points."""
    place = np.linspace(0, _GRID - 1, size)
    return np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(_GRID)))
