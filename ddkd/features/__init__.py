"""Random feature maps, nested in their width, and bandwidths for them."""

from ddkd.features._bandwidth import bandwidth_gamma as bandwidth_gamma
from ddkd.features._bandwidth import choose_gamma, median_distance
from ddkd.features._bandwidth import left_out_error as left_out_error
from ddkd.features._blocks import ColumnBlocks
from ddkd.features._maps import RandomFourierFeatures, RandomReLUFeatures
from ddkd.features._maps import narrow as narrow

__all__ = [
    "ColumnBlocks",
    "RandomFourierFeatures",
    "RandomReLUFeatures",
    "choose_gamma",
    "median_distance",
]
