"""The claims of the main job as HTML tables, one for each data set."""

import html
import json
from pathlib import Path

from ddkd.experiments import MAIN_JOB, Claim
from ddkd.plotting._report import html_claims_table

__all__ = ["claims_html"]

_HOW_TO_GET = (
    "<p>No claims were given. Measure them with <code>python -m ddkd reproduce</code>, "
    "then build this page again in the same folder.</p>"
)


def claims_html(path: Path | None) -> str:
    """Tables of the claims in a file, behind a choice of data set; a hint without a file."""
    if path is None:
        return _HOW_TO_GET
    claims = _read_claims(path)
    titles = {job.data: job.title for job in MAIN_JOB}
    by_data: dict[str, list[Claim]] = {}
    for claim in claims:
        by_data.setdefault(claim.data, []).append(claim)
    choices, tables = [], []
    for i, (data, some) in enumerate(by_data.items()):
        title = html.escape(titles.get(data, data))
        choices.append(
            f'<label><input type="radio" name="data" value="claims-{i}"'
            f"{' checked' if i == 0 else ''}> {title}</label>"
        )
        tables.append(
            f'<div id="claims-{i}" role="region" aria-label="{title}"{" hidden" if i else ""}>'
            f"{html_claims_table(some)}</div>"
        )
    repeats = claims[0].n_repeats
    return (
        f"<p>Mean difference in percentage points of test error over {repeats} repeats (standard "
        f"error); negative is in the claim&rsquo;s favour. Verdicts at two standard errors.</p>"
        f'<fieldset id="data"><legend>Data</legend>{"".join(choices)}</fieldset>{"".join(tables)}'
    )


def _read_claims(path: Path) -> list[Claim]:
    """Claims as the main job writes them."""
    try:
        claims = [Claim(**_finite(entry)) for entry in json.loads(path.read_text(encoding="utf-8"))]
        if not claims:
            raise ValueError("it holds none")
        for claim in claims:
            # Formatting reads every field that the tables use.
            html_claims_table([claim])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"{path} is not a claims.json as `python -m ddkd reproduce` writes it: {error}"
        ) from None
    return claims


def _finite(entry: dict) -> dict:
    """JSON has no NaN; the main job writes null."""
    nan = float("nan")
    return {k: nan if v is None else v for k, v in entry.items()}
