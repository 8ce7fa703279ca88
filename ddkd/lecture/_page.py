"""The lecture's one HTML file, joined from its parts."""

import base64
import hashlib
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
    # Nothing but this script and this style takes effect, whatever a link to the page may hold.
    policy = (
        f"default-src 'none'; script-src {_digest(page, 'script')}; worker-src blob:; "
        f"style-src {_digest(page, 'style')}"
    )
    Path(path).write_text(page.replace("POLICY", policy, 1), encoding="utf-8")


def _digest(page: str, tag: str) -> str:
    """What a content-security policy calls the content of the page's only such tag."""
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _part(name: str) -> str:
    return _IMPORT_EXPORT.sub("", (_PARTS / name).read_text("utf-8"))
