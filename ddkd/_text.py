"""Text of unknown origin: file names, column names, labels; and values as JSON has them."""

import json
from typing import Any


def printable(text: str, most: int | None = None) -> str:
    r"""Show control characters and marks that turn the direction of writing instead of obeying.

    Line breaks stay. Of a text longer than `most` characters the middle is left out. What is
    printed, written to a table or put into a page goes through here.

    Examples
    --------
    >>> from ddkd._text import printable
    >>> print(printable("red \x1b[31m, turned \u202e, and \ud800"))
    red \x1b[31m, turned \u202e, and \ud800
    >>> print(printable(1000 * "long " + "name.csv", most=20))
    long lon...name.csv
    """
    if most is not None and len(text) > most:
        half = (most - 3) // 2
        text = f"{text[:half]}...{text[-half:]}"
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def counted(n: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> from ddkd._text import counted
    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {noun}{'s' * (n != 1)}"


def plain(value: Any) -> Any:
    """Plain data for JSON, which knows no NaN and no infinity: None in place of these.

    Examples
    --------
    >>> from ddkd._text import plain
    >>> plain({"error": float("nan"), "widths": (1, 2)})
    {'error': None, 'widths': [1, 2]}
    """
    return json.loads(json.dumps(value, default=str), parse_constant=lambda name: None)


def percent(value: float) -> str:
    """A share as a person would write it in percent; a huge one to two digits.

    Examples
    --------
    >>> from ddkd._text import percent
    >>> percent(0.0312), percent(1.234), percent(123.4)
    ('3.1 %', '123 %', '12,000 %')
    """
    if abs(value) >= 10:
        return f"{float(f'{100 * value:.2g}'):,.0f} %"
    return f"{100 * value:,.0f} %" if abs(value) >= 1 else f"{100 * value:.1f} %"
