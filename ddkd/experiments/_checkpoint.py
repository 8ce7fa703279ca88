"""Finished tasks of a sweep on disk: a manifest and one checksummed JSON file a task."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ddkd.experiments._atomic import write_atomic
from ddkd.experiments._lock import LOCK_NAME
from ddkd.experiments._task import TaskResult

_MANIFEST = "manifest.json"
_FORMAT = 3


class Checkpoint:
    """The checkpoint folder of one sweep, which its caller has locked.

    ``manifest.json`` says which sweep it belongs to. ``task-000012.json`` holds task 12: its
    records, after a SHA-256 of these, of their number and of the manifest. Files appear whole or
    not at all.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], *, resume: bool) -> None:
        self.folder = folder
        manifest = {"format": _FORMAT, **json.loads(json.dumps(identity))}
        self._sweep = _digest(json.dumps(manifest, sort_keys=True))
        if (folder / _MANIFEST).exists():
            if not resume:
                raise ValueError(
                    f"checkpoint folder {folder} already holds a sweep; pass resume=True to "
                    f"continue it, or choose another folder"
                )
            self._check_same(manifest)
        else:
            self._check_empty()
            self._write(_MANIFEST, json.dumps(manifest, indent=1).encode())

    def finished(self, n_tasks: int) -> dict[int, TaskResult]:
        """Tasks that are done; a damaged one is reported and left out."""
        done = {}
        for index in range(n_tasks):
            try:
                content = self._path(index).read_bytes().decode(errors="replace")
            except FileNotFoundError:
                continue
            checksum, _, body = content.rstrip("\n").partition("\n")
            if checksum == self._checksum(index, body):
                done[index] = TaskResult(index, **json.loads(body))
            else:
                warnings.warn(
                    f"checkpoint task {self._path(index)} is damaged or of another sweep; "
                    f"computing it again",
                    RuntimeWarning,
                    stacklevel=3,
                )
        return done

    def store(self, result: TaskResult) -> None:
        """Write a finished task; when this returns, the task survives a crash."""
        body = json.dumps({"records": result.records, "seconds": result.seconds})
        content = f"{self._checksum(result.index, body)}\n{body}\n"
        self._write(self._path(result.index).name, content.encode())

    def _checksum(self, index: int, body: str) -> str:
        """Digest of a task, which no other task and no other sweep has."""
        return _digest(f"{self._sweep} {index} {body}")

    def _path(self, index: int) -> Path:
        return self.folder / f"task-{index:06d}.json"

    def _write(self, name: str, content: bytes) -> None:
        try:
            write_atomic(self.folder / name, content)
        except OSError as error:
            raise OSError(
                f"cannot write {name} in {self.folder} ({error.strerror}); the sweep can be "
                f"resumed with the tasks that are there"
            ) from None

    def _check_empty(self) -> None:
        # A sweep killed before its manifest was in place leaves a lock and temporary files.
        names = [path.name for path in self.folder.iterdir() if path.suffix != ".tmp"]
        if strangers := [name for name in names if name != LOCK_NAME]:
            raise ValueError(
                f"checkpoint folder {self.folder} holds other files ({', '.join(strangers[:3])}) "
                f"and no manifest; choose an empty or a new folder"
            )

    def _check_same(self, manifest: dict[str, Any]) -> None:
        path = self.folder / _MANIFEST
        try:
            stored = json.loads(path.read_bytes())
            if not isinstance(stored, dict):
                raise ValueError("it is not a JSON object")
        except (ValueError, OSError) as error:
            raise ValueError(
                f"checkpoint manifest {path} is damaged ({error}); choose another folder"
            ) from None
        old, new = _flat(stored), _flat(manifest)
        different = [
            f"{key}: {old.get(key, 'absent')} there, {new.get(key, 'absent')} here"
            for key in {**new, **old}
            if old.get(key) != new.get(key)
        ]
        if different:
            raise ValueError(
                f"checkpoint folder {self.folder} belongs to another sweep: {'; '.join(different)}"
            )


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    """Nested dictionaries as one, with dotted names and JSON text as values."""
    if not isinstance(value, dict) or not value:
        return {prefix.removesuffix("."): json.dumps(value)}
    parts: dict[str, str] = {}
    for key, item in value.items():
        parts |= _flat(item, f"{prefix}{key}.")
    return parts


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
