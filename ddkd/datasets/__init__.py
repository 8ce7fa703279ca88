"""Data in three parts: a labelled training set, an unlabelled transfer set, a clean test set."""

from ddkd.datasets._data_file import DataFile, equal_rows, fingerprint
from ddkd.datasets._deform import DeformedImages
from ddkd.datasets._encoder import TableEncoder
from ddkd.datasets._files import read_file
from ddkd.datasets._load import available, load
from ddkd.datasets._questions import Undecided
from ddkd.datasets._split import Split, is_stream
from ddkd.datasets._synthetic import ClusterMixture, ReLUNetworkTarget, TwoMoons

__all__ = [
    "ClusterMixture",
    "DataFile",
    "DeformedImages",
    "ReLUNetworkTarget",
    "Split",
    "TableEncoder",
    "TwoMoons",
    "Undecided",
    "available",
    "equal_rows",
    "fingerprint",
    "is_stream",
    "load",
    "read_file",
]
