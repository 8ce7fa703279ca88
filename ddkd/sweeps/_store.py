"""Finished tasks on disk: a file each, in a folder of the very experiment that they belong to."""

import hashlib
import json
import re
import shutil
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from ddkd.sweeps._atomic import write_atomic
from ddkd.sweeps._task import Task, TaskResult

_NAME = re.compile(r"sweep-[0-9a-f]{16}")


class Store:
    """Tasks of one experiment, which keep what they gave: a JSON file each.

    A task is deterministic, so that whoever writes its file writes the same records.

    Parameters
    ----------
    folder : Path
        Where each experiment has a folder of its own.
    identity : mapping
        All that a record depends on, as JSON; its digest is in the name of that folder.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        self.folder = folder / f"sweep-{digest[:16]}"

    def path(self, task: Task) -> Path:
        """Return the place of a task's file.

        Parameters
        ----------
        task : Task
            The task.

        Returns
        -------
        Path
            The file, whether it is there or not.
        """
        return self.folder / f"point-{task.point_index}-repeat-{task.repeat}.json"

    def read(self, task: Task) -> TaskResult | None:
        """Read a finished task.

        Parameters
        ----------
        task : Task
            The task.

        Returns
        -------
        TaskResult or None
            What it gave; None if it has not finished, or its file is damaged.

        Warns
        -----
        RuntimeWarning
            If the file is damaged.
        """
        try:
            stored = json.loads(self.path(task).read_bytes())
            records = [dict(record) for record in stored["records"]]
            return TaskResult(task.index, records, float(stored["seconds"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            warnings.warn(
                f"{self.path(task)} is damaged ({error}): it is computed again",
                RuntimeWarning,
                stacklevel=3,
            )
            return None

    def write(self, task: Task, result: TaskResult) -> None:
        """Keep a finished task; when this returns, the task survives a crash.

        Parameters
        ----------
        task : Task
            The task.
        result : TaskResult
            What it gave.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        text = json.dumps({"records": result.records, "seconds": result.seconds})
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomic(self.path(task), text.encode())
        except OSError as error:
            raise OSError(
                f"cannot write {self.path(task)} ({error.strerror}); the same call goes on with "
                f"the tasks that are there"
            ) from None

    def date(self, tasks: Sequence[Task]) -> str:
        """Say when the last of some finished tasks was written.

        Parameters
        ----------
        tasks : sequence of Task
            The tasks.

        Returns
        -------
        str
            Day and minute.
        """
        newest = max(self.path(task).stat().st_mtime for task in tasks)
        return f"{datetime.fromtimestamp(newest):%Y-%m-%d %H:%M}"

    @staticmethod
    def count(folder: Path) -> int:
        """Count the tasks that a folder keeps, of whatever experiments.

        Parameters
        ----------
        folder : Path
            What was given as `folder`.

        Returns
        -------
        int
            Their number; 0 where there is no folder.
        """
        return len(list(folder.glob("sweep-*/point-*-repeat-*.json")))

    @staticmethod
    def clear(folder: Path) -> None:
        """Remove all tasks from a folder, and the folder if nothing else is in it.

        Parameters
        ----------
        folder : Path
            What was given as `folder`.
        """
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            if _NAME.fullmatch(path.name):
                shutil.rmtree(path, ignore_errors=True)  # another run may be writing there
        with suppress(OSError):  # it holds something else
            folder.rmdir()
