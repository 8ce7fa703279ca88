"""The lecture's one HTML file, joined from its parts."""

import base64
import hashlib
import re
from pathlib import Path


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
    # Nothing but this script and this style takes effect, whatever a link to the page may hold:
    # page.html has the policy, and here are the digests that it asks for.
    for tag in ("script", "style"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        page = page.replace(f"DIGEST-OF-{tag.upper()}", digest, 1)
    Path(path).write_text(page, encoding="utf-8")


def _part(name: str) -> str:
    text = (Path(__file__).parent / "page" / name).read_text("utf-8")
    return re.sub(r"^import [^;]*;\n|^export ", "", text, flags=re.MULTILINE)
