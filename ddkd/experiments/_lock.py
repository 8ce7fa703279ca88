"""A lock on a folder that ends with the process holding it, however that ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["folder_lock"]

LOCK_NAME = ".lock"


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the folder for one sweep; ValueError if another holds it."""
    with (folder / LOCK_NAME).open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError:
            raise ValueError(
                f"checkpoint folder {folder} is in use by another sweep; "
                f"wait for it or choose another folder"
            ) from None
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
