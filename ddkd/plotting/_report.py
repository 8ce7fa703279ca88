"""Files of the main job: figures, tables and a page that shows them together."""

import html
import json
from collections.abc import Sequence
from pathlib import Path

from ddkd.experiments import Claim, Reproduction
from ddkd.plotting._comparison import comparison_figures

__all__ = ["claims_table", "html_claims_table", "write_report"]

_VERDICT = {"holds": "holds", "fails": "FAILS", "undecided": "undecided"}
_HOW_TO_READ = (
    "Each cell: mean difference in percentage points over the repeats (negative if the claim is "
    "right), its standard error in brackets, and the verdict at two standard errors; below, the "
    "mean errors compared."
)


def claims_table(claims: Sequence[Claim]) -> str:
    """Lay out the claims on one data set as text, a row a claim and a column a flip rate.

    Parameters
    ----------
    claims : sequence of Claim
        Claims on one data set.

    Returns
    -------
    str
        The table. Each cell gives the mean paired difference in percentage points, its standard
        error in brackets, and the verdict.

    Examples
    --------
    >>> from ddkd.experiments import Claim
    >>> claim = Claim("soft", "hard labels beat soft", "toy", 0.0, "holds", -0.02, 0.005, 9)
    >>> print(claims_table([claim]))
    claim                   0 % wrong labels
    hard labels beat soft   -2.00 (0.50) holds
    """
    flips, by_key = _grid(claims)
    body = [[_statement(row), *(_cell(row.get(f)) for f in flips)] for row in by_key.values()]
    rows = [_header(flips), *body]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("   ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _grid(claims: Sequence[Claim]) -> tuple[list[float], dict[str, dict[float, Claim]]]:
    """Flip rates, and the claims by key and flip rate."""
    by_key: dict[str, dict[float, Claim]] = {}
    for claim in claims:
        by_key.setdefault(claim.key, {})[claim.flip_rate] = claim
    return sorted({c.flip_rate for c in claims}), by_key


def _header(flips: Sequence[float]) -> list[str]:
    return ["claim", *(f"{100 * f:g} % wrong labels" for f in flips)]


def _statement(cells: dict[float, Claim]) -> str:
    return next(iter(cells.values())).statement


def _cell(claim: Claim | None) -> str:
    """One claim at one flip rate, in percentage points."""
    if claim is None:
        return ""
    verdict = _VERDICT[claim.verdict]
    if "examples needed" in claim.values:
        needed = claim.values["examples needed"]
        size = f"m = {needed:,}" if needed else f"m > {claim.values['most tried']:,}"
        return f"{size} {verdict}"
    if "repeats that interpolate" in claim.values:
        return f"{claim.values['repeats that interpolate']} of {claim.n_repeats} {verdict}"
    return f"{100 * claim.difference:+.2f} ({100 * claim.standard_error:.2f}) {verdict}"


def write_report(done: Reproduction, out: Path) -> None:
    """Write claims, results, figures and an index page into a folder.

    Parameters
    ----------
    done : Reproduction
        What :func:`ddkd.experiments.reproduce` measured.
    out : Path
        An existing folder. It receives ``claims.json``, ``results.npz``, ``results.csv``, the
        figures of each data set as PNG and SVG, and ``index.html``, which shows them together.
    """
    claims = json.dumps([claim.as_dict() for claim in done.claims], indent=1, ensure_ascii=False)
    (out / "claims.json").write_text(claims + "\n", encoding="utf-8")
    done.result.save(out / "results.npz")
    done.result.to_csv(out / "results.csv")
    figures = {
        protocol.data: _write_figures(done, protocol.data, protocol.title, out)
        for protocol in done.protocols
    }
    (out / "index.html").write_text(_page(done, figures), encoding="utf-8")


def _write_figures(done: Reproduction, data: str, title: str, out: Path) -> list[tuple[str, str]]:
    """Draw the figures of one data set; pairs of a file stem and a caption."""
    names = []
    for name, figure in comparison_figures(done.result.where(data=data).columns, title).items():
        stem = f"{_slug(data)}-{name}"
        figure.savefig(out / f"{stem}.png", dpi=100)
        figure.savefig(out / f"{stem}.svg")
        names.append((stem, str(figure.get_label())))
    return names


def _slug(data: str) -> str:
    """A data set's name or path as part of a file name."""
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in Path(data).stem)


def _page(done: Reproduction, figures: dict[str, list[tuple[str, str]]]) -> str:
    """One HTML page, without scripts or anything from elsewhere."""
    sections = []
    for protocol in done.protocols:
        claims = [c for c in done.claims if c.data == protocol.data]
        pictures = "".join(
            f'<figure><a href="{stem}.svg"><img src="{stem}.png" alt="{html.escape(text)}"></a>'
            f"<figcaption>{html.escape(text)}</figcaption></figure>"
            for stem, text in figures[protocol.data]
        )
        sections.append(
            f"<h2>{html.escape(protocol.title)}</h2>"
            f"<p>Data set <code>{html.escape(protocol.data)}</code>. {_HOW_TO_READ}</p>"
            f"{html_claims_table(claims)}{pictures}"
        )
    repeats = done.claims[0].n_repeats
    return _PAGE.format(repeats=repeats, sections="\n".join(sections))


def html_claims_table(claims: Sequence[Claim]) -> str:
    """`claims_table` as HTML with the numbers compared; the class of a cell is its verdict."""
    flips, by_key = _grid(claims)
    head = "".join(f"<th>{html.escape(text)}</th>" for text in _header(flips))
    rows = "".join(_html_row(cells, flips) for cells in by_key.values())
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _html_row(cells: dict[float, Claim], flips: Sequence[float]) -> str:
    """A claim's row: at each flip rate the verdict, and below it the numbers it rests on."""
    columns = []
    for flip in flips:
        claim = cells.get(flip)
        kind = "" if claim is None else claim.verdict
        values = "" if claim is None else _values(claim)
        columns.append(
            f'<td class="{kind}">{html.escape(_cell(claim))}'
            f"<br><small>{html.escape(values)}</small></td>"
        )
    return f"<tr><th>{html.escape(_statement(cells))}</th>{''.join(columns)}</tr>"


def _values(claim: Claim) -> str:
    """The means that a claim compares, errors in percent."""
    return ", ".join(
        f"{name} {100 * value:.1f} %"
        for name, value in claim.values.items()
        if isinstance(value, float)
    )


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Distilling double descent</title>
<meta name="viewport" content="width=device-width">
<style>
 :root {{ color-scheme: light dark; }}
 body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto;
        padding: 0 1rem; }}
 table {{ border-collapse: collapse; font-size: 1rem; }}
 th, td {{ border-bottom: 1px solid #8886; padding: .3rem .8rem; text-align: left; }}
 tbody th {{ font-weight: normal; }}
 td.holds::before {{ content: "\\2713 "; }} td.fails::before {{ content: "\\2717 "; }}
 td.holds {{ background: #0072b226; }} td.fails {{ background: #d55e0033; }}
 figure {{ margin: 1.5rem 0; }} img {{ max-width: 100%; background: white; }}
</style></head><body>
<h1>Distilling double descent: the claims, measured</h1>
<p>{repeats} repeats: new labelled examples, random features and transfer sets each time. Numbers:
<a href="claims.json">claims.json</a>, <a href="results.csv">results.csv</a>,
<a href="results.npz">results.npz</a>.</p>
{sections}
</body></html>
"""
