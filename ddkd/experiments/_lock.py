"""A lock on a folder that ends with the process holding it, however that ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

LOCK_NAME = ".lock"


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Make the folder, if need be, and hold it for as long as the context lasts.

    Parameters
    ----------
    folder : Path
        The folder. A file `.lock` in it says who holds it.

    Yields
    ------
    None
        Once the folder is held.

    Raises
    ------
    ValueError
        If it is a file, or another run holds it; the message says since when.
    """
    path = folder / LOCK_NAME
    with _locked(path) as file:
        file.truncate(0)
        now = datetime.now().astimezone()
        file.write(f" since {now:%H:%M} (process {os.getpid()}), {now:%Y-%m-%d}".encode())
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()


def _locked(path: Path) -> IO[bytes]:
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise ValueError(f"a folder is needed, and {path.parent} is a file") from None
        try:
            file = path.open("a+b")
        except FileNotFoundError:  # the holder before has just removed the empty folder
            continue
        try:
            _lock(file.fileno())
        except OSError:
            file.seek(0)
            since = file.read().decode(errors="replace")  # "" if it is not written yet
            file.close()
            raise ValueError(
                f"{path.parent} is in use by a run that is running{since}; wait for it or "
                f"choose another folder"
            ) from None
        # The holder before may have removed the file that was opened here.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, 2**20, os.SEEK_SET)  # what is locked cannot be read by others
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
