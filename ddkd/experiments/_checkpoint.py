"""Finished cells of a sweep on disk: a manifest and one checksummed JSON file a cell."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ddkd.experiments._atomic import write_atomic
from ddkd.experiments._cell import CellResult
from ddkd.experiments._lock import LOCK_NAME

__all__ = ["Checkpoint"]

_MANIFEST = "manifest.json"
_FORMAT = 1


class Checkpoint:
    """The checkpoint folder of one sweep, which its caller has locked.

    ``manifest.json`` says which sweep it belongs to. ``cell-000012.json`` holds cell 12: its
    records and their SHA-256. Files appear whole or not at all.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], *, resume: bool) -> None:
        self.folder = folder
        manifest = {"format": _FORMAT, **json.loads(json.dumps(identity))}
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

    def finished(self, n_cells: int) -> dict[int, CellResult]:
        """Cells that are done; a damaged one is reported and left out."""
        done = {}
        for index in range(n_cells):
            path = self._path(index)
            if not path.exists():
                continue
            try:
                done[index] = _decode(path.read_bytes(), index)
            except (ValueError, KeyError, TypeError, OSError) as error:
                warnings.warn(
                    f"checkpoint cell {path} is damaged ({error}); computing it again",
                    RuntimeWarning,
                    stacklevel=3,
                )
        return done

    def store(self, result: CellResult) -> None:
        """Write a finished cell; when this returns, the cell survives a crash."""
        self._write(self._path(result.index).name, _encode(result))

    def _path(self, index: int) -> Path:
        return self.folder / f"cell-{index:06d}.json"

    def _write(self, name: str, content: bytes) -> None:
        try:
            write_atomic(self.folder / name, content)
        except OSError as error:
            raise OSError(
                error.errno,
                f"cannot write {name} ({error.strerror}); the cells finished before are "
                f"intact, and resume=True continues from them once there is room",
                str(self.folder),
            ) from None

    def _check_empty(self) -> None:
        # A sweep killed before its manifest was in place leaves a lock and temporary files.
        strangers = [
            path.name
            for path in self.folder.iterdir()
            if path.name != LOCK_NAME and path.suffix != ".tmp"
        ]
        if strangers:
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
        differences = [
            f"{key}: {old.get(key, 'absent')} there, {new.get(key, 'absent')} here"
            for key in [*new, *(key for key in old if key not in new)]
            if old.get(key) != new.get(key)
        ]
        if differences:
            raise ValueError(
                f"checkpoint folder {self.folder} belongs to another sweep: "
                + "; ".join(differences)
            )


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    """Nested dictionaries as one, with dotted names and JSON text as values."""
    if not isinstance(value, dict) or not value:
        return {prefix.removesuffix("."): json.dumps(value)}
    parts: dict[str, str] = {}
    for key, item in value.items():
        parts |= _flat(item, f"{prefix}{key}.")
    return parts


def _encode(result: CellResult) -> bytes:
    body = json.dumps({"cell": result.index, "records": result.records, "seconds": result.seconds})
    checksum = hashlib.sha256(body.encode()).hexdigest()
    return f"{checksum}\n{body}\n".encode()


def _decode(content: bytes, index: int) -> CellResult:
    checksum, _, body = content.decode().rstrip("\n").partition("\n")
    if hashlib.sha256(body.encode()).hexdigest() != checksum:
        raise ValueError("its checksum does not match")
    cell = json.loads(body)
    if cell["cell"] != index:
        raise ValueError(f"it holds cell {cell['cell']}")
    return CellResult(index, cell["records"], cell["seconds"])
