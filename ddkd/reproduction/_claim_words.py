"""Claims in words: counts, margins, a table, and what they say in three sentences."""

import textwrap
from collections import Counter
from collections.abc import Sequence

from ddkd.reproduction._claims import QUESTIONS, Claim

_SYMBOLS = {"holds": "\u2713", "fails": "\u2717", "undecided": "?"}
_NAMES = {
    "deformed-digits": "deformed digits",
    "mixture": "clusters",
    "relu-network": "the smooth target",
}
_RIVALS = {"everyone": "every rival", "traditional": "every rival that sees only the labels"}


def _short_name(data: str) -> str:
    """What a data set of the main job is called in a sentence; another one by its name."""
    return _NAMES.get(data, data)


def _settings(claims: Sequence[Claim]) -> list[tuple[str, float]]:
    """Data sets and flip rates, in the order of the claims; rates increase."""
    data = dict.fromkeys(claim.data for claim in claims)
    rates = {name: sorted({c.flip_rate for c in claims if c.data == name}) for name in data}
    return [(name, rate) for name in data for rate in rates[name]]


def _by_statement(claims: Sequence[Claim]) -> dict[str, dict[tuple[str, float], Claim]]:
    """Claims by key, then by data set and flip rate; those that fail most often first."""
    by_key: dict[str, dict[tuple[str, float], Claim]] = {}
    for claim in claims:
        by_key.setdefault(claim.key, {})[claim.data, claim.flip_rate] = claim

    def failures(key: str) -> int:
        return sum(claim.verdict == "fails" for claim in by_key[key].values())

    return {key: by_key[key] for key in sorted(by_key, key=failures, reverse=True)}


def claims_summary(claims: Sequence[Claim]) -> list[str]:
    """Say in three sentences what the claims say together.

    Parameters
    ----------
    claims : sequence of Claim
        Claims on one or more data sets.

    Returns
    -------
    list of str
        How many hold; where the student beats its rivals when no label is wrong; by how much on
        the first data set.

    Examples
    --------
    >>> from ddkd.reproduction import Claim, claims_summary
    >>> values = {"hard student": 0.03, "kernel ridge": 0.05}
    >>> claim = Claim("everyone", "it wins", "toy", 0.0, "holds", -0.02, 0.005, 9, values)
    >>> for sentence in claims_summary([claim]):
    ...     print(sentence)
    1 of 1 claim holds, 0 fail, 0 are undecided
    on clean toy the student beats every rival
    on toy the hard student errs on 3.0 % of the test rows, kernel ridge on 5.0 %
    """
    counts = Counter(claim.verdict for claim in claims)
    hold = f"{len(claims)} claims hold" if len(claims) > 1 else "1 claim holds"
    others = f"{counts['fails']} fail, {counts['undecided']} are undecided"
    sentences = [f"{counts['holds']} of {hold}, {others}"]
    lowest = min(claim.flip_rate for claim in claims)
    for key, rivals in _RIVALS.items():
        decisive = [c for c in claims if c.key == key and c.flip_rate == lowest]
        if decisive:
            return [*sentences, _where(decisive, rivals), _numbers(claims, decisive[0])]
    return sentences


def _where(decisive: Sequence[Claim], rivals: str) -> str:
    """On which data sets the student beats its rivals."""
    clean = "clean " if decisive[0].flip_rate == 0 else ""
    best = rivals.replace("every", "the best")
    clauses: list[str] = []
    for verdict, first, later in (
        ("holds", f"the student beats {rivals}", ""),
        ("fails", f"the student loses to {best}", "it loses"),
        ("undecided", f"the student and {best} are about equal", "it is undecided"),
    ):
        names = [_short_name(claim.data) for claim in decisive if claim.verdict == verdict]
        if names:
            article = "" if names[0].startswith("the ") else clean
            clauses.append(f"on {article}{' and '.join(names)} {later if clauses else first}")
    return "; ".join(clauses)


def _numbers(claims: Sequence[Claim], decisive: Claim) -> str:
    """Student, teacher and best rival on one data set."""
    place = ("teacher", decisive.data, decisive.flip_rate)
    errors = dict(decisive.values)
    for claim in claims:
        if (claim.key, claim.data, claim.flip_rate) == place:
            errors = {**claim.values, **errors}
    (first, error), *others = errors.items()
    more = "".join(f", {name} on {100 * value:.1f} %" for name, value in others)
    first = f"on {_short_name(decisive.data)} the {first}"
    return f"{first} errs on {100 * error:.1f} % of the test rows{more}"


def _margin(claim: Claim, n_repeats: int) -> str:
    """A claim's margin in points of per cent, positive in its favour, or the count it rests on.

    Where a claim rests on fewer than all `n_repeats`, it says so.
    """
    if "examples needed" in claim.values:
        needed = claim.values["examples needed"]
        return f"m = {needed:,}" if needed else f"m > {claim.values['most tried']:,}"
    if "repeats that interpolate" in claim.values:
        return f"{claim.values['repeats that interpolate']} of {claim.n_repeats}"
    some = f" in {claim.n_repeats} repeats" if claim.n_repeats < n_repeats else ""
    return f"{-100 * claim.difference:+.1f} \u00b1 {100 * claim.standard_error:.1f}{some}"


def _means(claim: Claim) -> str:
    """The errors that a claim compares, in percent."""
    return ", ".join(
        f"{name} {100 * value:.1f} %"
        for name, value in claim.values.items()
        if isinstance(value, float)
    )


def claims_table(claims: Sequence[Claim], width: int = 78) -> list[str]:
    """Put the verdicts into a table: under each question a line a claim, failing ones first.

    Parameters
    ----------
    claims : sequence of Claim
        Claims on one or more data sets.
    width : int, default=78
        Length of the longest line.

    Returns
    -------
    list of str
        What the signs and columns mean, then the questions and claims.

    Examples
    --------
    >>> from ddkd.reproduction import Claim, claims_table
    >>> claim = Claim("everyone", "it wins", "toy", 0.1, "holds", -0.02, 0.005, 9, {})
    >>> print(claims_table([claim])[1])
    Columns, from the left: toy with 10 % of the labels wrong.
    """
    columns = _settings(claims)
    data = {name: [column for column in columns if column[0] == name] for name, _ in columns}
    rates = (", ".join(f"{100 * rate:g}" for _, rate in group) for group in data.values())
    first, *others = map("{} with {} %".format, map(_short_name, data), rates)
    named = "; ".join([f"{first} of the labels wrong", *others])
    signs = ", ".join(f"{sign} {verdict}" for verdict, sign in _SYMBOLS.items())
    lines = [f"A mark stands for a claim in one setting: {signs}."]
    lines += textwrap.wrap(f"Columns, from the left: {named}.", width)
    room = width - 3 - len(columns) - len(data)
    for key in dict.fromkeys(claim.question for claim in claims):
        lines.append(f" {QUESTIONS.get(key, key)}")
        for cells in _by_statement([c for c in claims if c.question == key]).values():
            verdicts = {column: _SYMBOLS[claim.verdict] for column, claim in cells.items()}
            groups = ("".join(verdicts.get(c, " ") for c in group) for group in data.values())
            statement, *others = dict.fromkeys(claim.statement for claim in cells.values())
            if others:  # they differ in a size alone
                statement = statement.split(" = ")[0]
            text = textwrap.shorten(statement, room, placeholder=" ...")
            lines.append(f"   {' '.join(groups)} {text}")
    return lines


def claims_in_full(claims: Sequence[Claim]) -> list[tuple[str, list[str]]]:
    """Every number that the claims rest on.

    Parameters
    ----------
    claims : sequence of Claim
        Claims on one or more data sets.

    Returns
    -------
    list of tuple
        Each statement, with a line for each data set and flip rate.

    Examples
    --------
    >>> from ddkd.reproduction import Claim, claims_in_full
    >>> values = {"hard student": 0.03, "kernel ridge": 0.05}
    >>> claim = Claim("everyone", "it wins", "toy", 0.1, "holds", -0.02, 0.005, 9, values)
    >>> [(statement, [line])] = claims_in_full([claim])
    >>> print(statement, line.partition(" ")[2], sep=": ")
    it wins: toy, 10 % wrong: +2.0 ± 0.5, holds. hard student 3.0 %, kernel ridge 5.0 %
    """
    return [
        (
            next(iter(cells.values())).statement,
            [
                f"{_SYMBOLS[claim.verdict]} {_short_name(data)}, {100 * rate:g} % wrong: "
                f"{_margin(claim, claims[0].n_repeats)}, {claim.verdict}. {_means(claim)}"
                for (data, rate), claim in cells.items()
            ],
        )
        for cells in _by_statement(claims).values()
    ]
