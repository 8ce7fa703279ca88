"""The lecture's one HTML file, joined from its parts."""

import re
from pathlib import Path

__all__ = ["write_page"]

_PARTS = Path(__file__).parent / "page"
_IMPORT_EXPORT = re.compile(r"^import [^;]*;\n|^export ", re.MULTILINE)


def write_page(path: Path | str) -> None:
    """Write the live lecture: one HTML file that needs nothing else.

    A browser loads JavaScript modules from a server only; a file that is opened by double click
    needs one classic script. The names in the modules are unique, so that to drop their imports
    and exports joins them; ``page.html`` says in which order.

    Parameters
    ----------
    path : Path or str
        Where to write it.

    Raises
    ------
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from ddkd.lecture import write_page
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_page(Path(folder) / "page.html")
    ...     (Path(folder) / "page.html").stat().st_size < 400_000
    True
    """
    page = re.sub(r"\{\{(.+?)\}\}", lambda place: _part(place[1]), _part("page.html"))
    Path(path).write_text(page, encoding="utf-8")


def _part(name: str) -> str:
    return _IMPORT_EXPORT.sub("", (_PARTS / name).read_text("utf-8"))
