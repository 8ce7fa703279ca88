"""How every picture looks: one colour, dashes and marker for each model, letters and titles."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddkd._text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import LineStyleType

FONT = 14  # points on a figure of 8 inches: the last row reads it, and so does a telephone
LETTER = 0.56  # width of a letter, in font sizes


@dataclass(frozen=True)
class Look:
    """What tells a curve from others: in colour, and in grey by its dashes and its marker."""

    colour: str
    dashes: LineStyleType
    marker: str


# Okabe and Ito's colours, told apart with any colour vision; the blue is darker, for print in grey.
_VERMILION, _BLACK, _ORANGE, _PURPLE = "#D55E00", "#000000", "#E69F00", "#CC79A7"
_GREEN, _SKY, _BLUE, _GREY = "#009E73", "#56B4E9", "#00508A", "#777777"

DIRECT = Look(_VERMILION, "-", "s")
TUNED = Look(_BLACK, (0, (5, 1.5)), "^")
HARD = Look(_BLUE, "-", "o")
SOFT = Look(_SKY, (0, (6, 1.5, 1, 1.5)), "v")
TUNED_TEACHER = Look(_GREEN, (0, (9, 2)), "D")
RIVAL = Look(_ORANGE, (0, (3, 1, 1, 1, 1, 1)), "P")
TEACHER = Look(_PURPLE, (0, (1, 1.2)), "X")
OTHER = Look(_GREY, (0, (2, 2)), "*")

# The same model looks the same in every picture, whatever the picture calls it.
_ALIKE = {
    DIRECT: ("direct", "directly trained", "directly trained, min-norm", "min-norm", "test"),
    TUNED: ("directly trained, tuned ridge", "tuned ridge"),
    HARD: ("hard labels", "student", "student, hard labels"),
    SOFT: ("soft labels", "student, soft labels"),
    TUNED_TEACHER: ("student of a tuned teacher",),
    TEACHER: ("teacher", "interpolating teacher"),
    OTHER: ("tuned teacher",),
    RIVAL: ("best without a teacher", "without a teacher"),
}
_MODELS = {name: model for model, names in _ALIKE.items() for name in names}
# For all other curves, in this order; the first ones differ most in grey.
_OTHERS = (DIRECT, TUNED, RIVAL, TEACHER, TUNED_TEACHER, SOFT, HARD, OTHER)


def look(name: str, taken: Container[object] = ()) -> Look:
    """Return the look of a model: its own, or the first whose colour is not taken.

    Parameters
    ----------
    name : str
        What the model is called in the picture.
    taken : container of str, default=()
        Colours of the curves that are already drawn.

    Returns
    -------
    Look
        ``colour``, ``dashes`` and ``marker``, as matplotlib takes them.

    Examples
    --------
    >>> from ddkd.plotting import look
    >>> look("student").colour == look("student, hard labels").colour
    True
    >>> look("student", taken=[look("student").colour]).marker
    's'
    """
    if name in _MODELS and _MODELS[name].colour not in taken:
        return _MODELS[name]
    return next((other for other in _OTHERS if other.colour not in taken), OTHER)


def plain(text: str, length: int = 60) -> str:
    r"""Return text that is drawn as it stands: one short line without mathtext or control codes.

    Parameters
    ----------
    text : str
        A text of unknown origin, such as the name of a file.
    length : int, default=60
        Of a longer text the middle is left out.

    Returns
    -------
    str
        The text for matplotlib.

    Examples
    --------
    >>> from ddkd.plotting import plain
    >>> print(plain("$1$.csv"))
    \$1\$.csv
    >>> print(plain(60 * "long" + ".csv", length=15))
    longlo...ng.csv
    """
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties()))
    text = printable(" ".join(unicodedata.normalize("NFC", text).split()))
    text = "".join(c if font.get_char_index(ord(c)) else "?" for c in printable(text, length))
    return text.replace("$", r"\$")


def axes_width(ax: Axes) -> float:
    """Width of axes in inches, about: before they are laid out."""
    return float(ax.figure.bbox.width / ax.figure.dpi * ax.get_position().width)


def set_title(target: Axes | Figure, *lines: str) -> None:
    """Set the title of axes or of a figure; no file name can break it, or leave the picture.

    Parameters
    ----------
    target : matplotlib Axes or Figure
        What gets the title.
    *lines : str
        Its lines, of unknown origin.

    Examples
    --------
    >>> from ddkd.plotting import new_axes, set_title
    >>> ax = new_axes()
    >>> set_title(ax, "digits.csv", "10 % wrong labels")
    >>> ax.get_title().splitlines()
    ['digits.csv', '10 % wrong labels']
    """
    from matplotlib.figure import Figure

    size = FONT + 1
    # Over axes a title may be a little wider than they are.
    inches = target.get_figwidth() if isinstance(target, Figure) else 1.15 * axes_width(target)
    length = int(inches * 72 / (LETTER * size))
    text = "\n".join(plain(line, length) for line in lines)
    if isinstance(target, Figure):
        target.suptitle(text, fontsize=size)
    else:
        target.set_title(text, fontsize=size, pad=8)
