"""Data sets of OpenML, where there is a network."""

from sklearn.datasets import fetch_openml

from ddkd._checks import check_matrix
from ddkd.datasets._data_file import DataFile


def read_openml(name: str, *, version: int | str = 1, data_home: str | None = None) -> DataFile:
    """Fetch ``openml:NAME``, whose columns must be numbers and whose target is a class.

    scikit-learn checks the download against the checksum that OpenML states, and keeps it.
    """
    try:
        bunch = fetch_openml(
            name.removeprefix("openml:"),
            version=version,
            data_home=data_home,
            as_frame=False,
            parser="liac-arff",
        )
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{name} cannot be fetched ({error}); it needs a network and an active data set of "
            f"that name and version, or an earlier download in data_home"
        ) from None
    return DataFile(name, check_matrix(f"X of {name}", bunch.data), bunch.target, "classes")
