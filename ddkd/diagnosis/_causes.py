"""The causes that a diagnosis can name: a row each, with its words and its mend."""

from dataclasses import dataclass

REMEDY, NOISE = "with the remedy", "with noisy labels"  # curves that have the peak


@dataclass(frozen=True)
class Cause:
    """A cause, and what is said of it.

    `why` and `mend` may name numbers of the diagnosis (see ``_words.py``). `peak_returns` says
    how the peak comes back, if it does: with the remedy, where parts of the pipeline stand for the
    cause and the probes take them away; or with noise on the training labels.
    """

    key: str
    why: str
    mend: str
    peak_returns: str = ""


_ROWS = (
    Cause(
        "healthy",
        "The curve peaks at {threshold}, the interpolation threshold, as it should.",
        "Nothing to mend",
    ),
    Cause(
        "penalty",
        "No peak at {threshold}: {ridge} is at work{part}.",
        "Take the penalty away",
        REMEDY,
    ),
    Cause(
        "cutoff",
        "No peak at {threshold}: the solver drops small singular values{part}.",
        "Lower the cutoff",
        REMEDY,
    ),
    Cause(
        "rank",
        "No peak at {threshold}: the features have too low a rank{part}.",
        "Use features of full rank: no narrowing step, more inputs, a larger gamma",
        REMEDY,
    ),
    Cause(
        "stopped",
        "No peak at {threshold}: the iterations end before the labels are met{part}.",
        "Solve in closed form (ddkd.{solver}) what is linear in its features, or let it run until "
        "the labels are met, in several steps if need be",
        REMEDY,
    ),
    Cause(
        "averaged",
        "No peak at {threshold}: many fits are averaged{part}.",
        "Use one member alone",
        REMEDY,
    ),
    Cause(
        "tuned",
        "No peak at {threshold}: a search inside adapts the model to every width{part}.",
        "Fix what the search chooses",
        REMEDY,
    ),
    Cause(
        "grid",
        "No width near {threshold} was tried, and that is where the error peaks.",
        "Try widths on both sides of the threshold{near}",
        NOISE,
    ),
    Cause(
        "effective-samples",
        "No peak at {n}, the number of rows: the model uses fewer different ones. Look at "
        "{threshold}.",
        "Look for the peak at the number of different rows the model sees{near}",
        NOISE,
    ),
    Cause(
        "leak",
        "{leaked:.0%} of the test rows are in the training set, so nothing can be seen.",
        "Draw test rows that are not in the training set",
    ),
    Cause(
        "low-noise",
        "No peak at {threshold}: the labels have hardly any noise that could blow up.",
        "Add noise to the training labels: {noise}",
        NOISE,
    ),
    Cause(
        "loss",
        "No peak at {threshold}: this is no least squares on fixed features, but another loss, or "
        "features that the labels choose, as in a tree{part}.",
        "Use least squares on fixed features (ddkd.{solver})",
        NOISE,
    ),
    Cause(
        "inert",
        "The parameter does not change what the model can fit: there is no curve.",
        "Vary the number of features instead, such as n_components of a random feature map",
    ),
    Cause(
        "unclear",
        "The probes contradict each other or ran out; no cause can be named.",
        "Give 500 test rows or more, widths near the number of rows, or a larger max_fits",
        NOISE,
    ),
)
CAUSES = {cause.key: cause for cause in _ROWS}
