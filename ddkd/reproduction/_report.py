"""Files of the main job: claims, results, figures, and one page that shows them together."""

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from ddkd._provenance import made_with
from ddkd._text import printable
from ddkd.reproduction._claim_words import claims_in_full, claims_summary, claims_table
from ddkd.reproduction._claims import Claim
from ddkd.reproduction._picture import comparison_figures
from ddkd.reproduction._reproduce import Reproduction

# What to look for in each figure of `comparison_figures`.
_CAPTIONS = {
    "width": "The dotted line is the interpolation threshold, where the width equals the number n "
    "of labelled examples. Look there: the directly trained model's error peaks, a student's need "
    "not, for it is trained on many more examples than n.",
    "own-peak": "A student has a peak of its own, where its width equals the size m of its "
    "transfer set. Look how far right of n it sits: m is what counts, not n.",
    "transfer": "The student's error against the size m of its transfer set. Look to the right of "
    "the dotted line, where m exceeds the student's width: does the error fall below that of its "
    "teacher, and below that of the best model without a teacher?",
    "flips": "The price of wrong training labels. Look which line rises least: a teacher that "
    "interpolates reproduces every wrong label, its student need not.",
}

_WIDEST = 500  # characters of a claim's line, which the page breaks where its reader's screen ends


def write_report(done: Reproduction, out: Path) -> None:
    """Write claims, results, figures and a report into a folder.

    Parameters
    ----------
    done : Reproduction
        What :func:`ddkd.reproduction.reproduce` measured.
    out : Path
        An existing folder. It receives ``claims.json``, ``results.npz``, ``results.csv``, the
        figures of each data set as PNG and SVG, and ``index.html``: one file that can be mailed.
    """
    claims = json.dumps(_records(done), indent=1)
    (out / "claims.json").write_text(claims + "\n", encoding="utf-8")
    done.result.save(out / "results.npz")
    done.result.to_csv(out / "results.csv")
    pictures = {protocol.data: "" for protocol in done.protocols}
    for protocol in done.protocols:
        figures = comparison_figures(done.result.where(data=protocol.data).columns, protocol.title)
        for name, figure in figures.items():
            stem = out / f"{_slug(protocol.data)}-{name}"
            figure.savefig(f"{stem}.png", dpi=100)
            figure.set_layout_engine(None)  # it is laid out now
            figure.savefig(f"{stem}.svg")
            image = Path(f"{stem}.png").read_bytes()
            pictures[protocol.data] += _picture(image, figure.get_label(), _CAPTIONS[name])
    (out / "index.html").write_text(_page(done, pictures), encoding="utf-8")


def _records(done: Reproduction) -> list[dict[str, Any]]:
    """The claims, each with the settings, the seed and the versions that it was measured with."""
    made = {"seed": done.result.parameters["seed"], **made_with()}
    sizes = {
        protocol.data: {
            "n_samples": int(done.result.where(data=protocol.data)["n_samples"][0]),
            "teacher_width": protocol.teacher_width,
            "n_transfer": protocol.n_transfer,
        }
        for protocol in done.protocols
    }
    return [{**claim.as_dict(), **sizes[claim.data], **made} for claim in done.claims]


def _slug(data: str) -> str:
    """A data set's name or path as part of a file name."""
    stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in Path(data).stem)
    return stem[:60]


def _picture(image: bytes, label: object, caption: str) -> str:
    """A figure inside the page, with a caption that says what to see."""
    data = base64.b64encode(image).decode()
    return (
        f'<figure><div class="wide"><img src="data:image/png;base64,{data}" '
        f'alt="{_escaped(label)}"></div><figcaption>{_escaped(caption)}</figcaption></figure>'
    )


def _page(done: Reproduction, pictures: dict[str, str]) -> str:
    """One HTML page without scripts, that asks nothing of anyone else."""
    answer = " ".join(f"{text[0].upper()}{text[1:]}." for text in claims_summary(done.claims))
    sections = "".join(
        f"<h2>{_escaped(protocol.title)}</h2>"
        f"<p>Data set <code>{_escaped(protocol.data)}</code>.</p>{pictures[protocol.data]}"
        for protocol in done.protocols
    )
    # No script runs and nothing is fetched, whatever a data file's name or a claim may hold.
    style = Path(__file__).with_name("report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = Template(Path(__file__).with_name("report.html").read_text("utf-8"))
    return page.substitute(
        policy=f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'",
        style=style,
        answer=_escaped(answer),
        repeats=_escaped(done.claims[0].n_repeats),
        sections=sections,
        marks="".join(f"<p>{_escaped(line)}</p>" for line in claims_table(done.claims, _WIDEST)),
        claims=_in_full(done.claims),
    )


def _in_full(claims: Sequence[Claim]) -> str:
    """Each claim, and below it what was measured in every setting."""
    return "".join(
        f"<dt>{_escaped(statement)}</dt>" + "".join(f"<dd>{_escaped(line)}</dd>" for line in lines)
        for statement, lines in claims_in_full(claims)
    )


def _escaped(value: object) -> str:
    """A value as text of the page, whoever chose it."""
    return html.escape(printable(str(value)))
