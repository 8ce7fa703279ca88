"""Text of unknown origin: file names, column names, labels."""

__all__ = ["printable"]


def printable(text: str) -> str:
    r"""Show control characters and marks that turn the direction of writing instead of obeying.

    Line breaks stay. What is printed, written to a table or put into a page goes through here.

    Examples
    --------
    >>> from ddkd._text import printable
    >>> print(printable("red \x1b[31m, turned \u202e, and \ud800"))
    red \x1b[31m, turned \u202e, and \ud800
    """
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
