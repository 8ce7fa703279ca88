"""From probes to causes: rules in the order of decision, the first that holds wins."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ddkd.diagnosis._peaks import Peak, find_peak
from ddkd.diagnosis._probes import Probes
from ddkd.diagnosis._subject import Spent

__all__ = ["Verdict", "decide"]

_REMOVABLE = ("penalty", "cutoff", "rank", "stopped", "averaged", "tuned")


@dataclass(frozen=True)
class Verdict:
    """Causes, the first one first; `higher` is how many times the peak rises without it."""

    causes: tuple[str, ...]
    higher: float | None = None


class _Case:
    """The probes, and what several rules need to know of them."""

    def __init__(self, probes: Probes, *, has_range: bool) -> None:
        self.probes = probes
        self.has_range = has_range
        self.gains: dict[str, float] = {}
        self.higher: float | None = None

    def has(self, cause: str) -> bool:
        return any(part.cause == cause for part in self.probes.parts)

    def own_peak(self) -> Peak | None:
        peak = find_peak(self.probes.own_curve, linear=self.probes.is_linear)
        if peak is not None:
            self.probes.note("peak of the curve", peak.ratio, "times the worse valley")
        return peak

    def uses_all_rows(self) -> bool:
        return not (self.probes.equal_rows or self.probes.uses_part)

    def tried_threshold(self) -> bool:
        """Whether one of the caller's widths is within a tenth of the threshold."""
        t = self.probes.threshold
        return any(abs(width - t) <= 0.1 * t for width in self.probes.own_widths)

    def is_high(self, peak: Peak) -> bool:
        """Whether a peak is as high as it should be: damped ones are 2 to 5 times the valley."""
        return self.probes.data.classes is not None or peak.ratio >= 5

    def brings_back(self, cause: str) -> bool:
        """Whether taking a part away brings a peak back, or makes a low one three times higher."""
        change = self.probes.without(cause)
        if change is None:
            return False
        try:
            gain = self.probes.gain_without(change)
        except (ValueError, TypeError):  # the estimator does not take the neutral value
            return False
        self.gains[cause] = gain
        self.probes.note(f"labels met without {cause}", gain, "orders of magnitude better")
        peak = self.probes.peak_without(change)
        if peak is None:
            return False
        before = self.height(peak.width)
        higher = peak.error / before if before > 0 else np.inf
        self.probes.note(f"error there without {cause}", higher, "times as high")
        if higher < (3 if self.probes.data.classes is None else 1.2):
            return False
        self.higher = max(self.higher or 0.0, higher)
        return True

    def height(self, width: float) -> float:
        """The test error at a width as the pipeline is."""
        return float(self.probes.curve([width], self.probes.data.y).errors[0])


def _inert(case: _Case) -> list[str]:
    probes = case.probes
    widths = probes.own_widths
    models = [probes.subject.model(w, probes.data.y)[0] for w in widths]
    tested = np.array([probes.subject.numbers(m, probes.data.X_test) for m in models])
    size = np.abs(tested).max()
    constant = np.ptp(tested, axis=1).max() <= 1e-6 * size  # a huge penalty
    change = np.ptp(tested, axis=0).max() / size if size > 0 else 0.0
    probes.note("change of predictions", change, "over all widths, relative")
    if change < 1e-6 and not constant:
        return ["inert"]
    ends = [probes.columns(w) for w in (widths[0], widths[-1])]
    if probes.growth is None and ends[0] and ends[0] == ends[1] and not case.has("tuned"):
        change = abs(probes.misfit(widths[0]) - probes.misfit(widths[-1]))
        probes.note("change of the fit", change, "misfit of changed labels")
        if change <= 0.1:
            return ["inert"]
    return []


def _leak(case: _Case) -> list[str]:
    return ["leak"] if case.probes.leaked >= 0.2 else []


def _healthy(case: _Case) -> list[str]:
    peak = case.own_peak()
    if peak is None or not case.uses_all_rows():
        return []
    if not case.probes.is_linear and case.probes.noisy_ring is None:
        return []  # an accident of a fit that wanders: noise does not make it higher
    threshold = case.probes.threshold
    near = not case.probes.numeric or abs(peak.width - threshold) <= 0.15 * threshold
    if not near:
        ring = case.probes.ring
        if ring is not None and ring.error >= 3 * peak.error:
            return ["healthy" if case.tried_threshold() else "grid"]
        near = ring is not None
    if not near or case.has("averaged") or case.has("tuned"):
        return []
    if case.is_high(peak):
        return ["healthy"]
    damping = [cause for cause in _REMOVABLE if case.brings_back(cause)]
    return damping or ["healthy"]


def _few_rows(case: _Case) -> list[str]:
    if case.uses_all_rows() or (case.probes.ring is None and case.own_peak() is None):
        return []
    return ["effective-samples"]


def _grid(case: _Case) -> list[str]:
    if not case.probes.numeric:
        return []
    ring = case.probes.ring
    if ring is None or case.own_peak() is not None:
        return []
    damped = not case.probes.interpolates or case.has("averaged")
    if damped and not case.is_high(ring):
        return []
    return ["grid"] if case.has_range and not case.tried_threshold() else ["healthy"]


def _ensemble_peak(case: _Case) -> list[str]:
    low = case.own_peak() or case.probes.ring
    return ["averaged"] if low is not None and case.has("averaged") else []


def _tuned(case: _Case) -> list[str]:
    if not case.has("tuned"):
        return []
    noisy = case.probes.noisy_ring
    return [] if noisy is not None and noisy.ratio >= 5 else ["tuned"]


def _removable(case: _Case) -> list[str]:
    found: dict[str, float] = {}
    for cause in _REMOVABLE:
        case.higher = None
        if case.brings_back(cause):
            found[cause] = case.higher or 0.0
    ordered = sorted(found, key=lambda cause: -found[cause])
    if ordered:
        case.higher = found[ordered[0]]
        if case.probes.noisy_ring is not None and "low-noise" not in ordered:
            ordered.append("low-noise")
    return ordered


def _quiet_labels(case: _Case) -> list[str]:
    probes = case.probes
    if probes.noisy_ring is None:
        return []
    curve = probes.own_curve
    within_reach = curve.errors.min() < 0.3 * curve.spread
    # Where classes are hardly told apart, an error near chance can only rise a little.
    exact = probes.data.classes is None and probes.is_linear and probes.interpolates
    if within_reach or exact:
        return ["low-noise"]
    return []


def _few_rows_without_peak(case: _Case) -> list[str]:
    return [] if case.uses_all_rows() else ["effective-samples"]


def _ensemble(case: _Case) -> list[str]:
    return ["averaged"] if case.has("averaged") else []


def _other_loss(case: _Case) -> list[str]:
    """Fits that are not linear in the labels, however long the iterations run."""
    probes = case.probes
    if probes.is_linear:
        return []
    change = probes.without("stopped")
    if change is not None:
        if probes.data.classes is not None:
            mended = probes.misfit(probes.center, change) < 0.01
        else:
            longer = probes.disturbance(probes.center, change)
            mended = longer.linear < 0.3 * probes.at_threshold.linear
        if mended:
            return ["stopped"]
    if probes.data.classes is None:
        return []
    return ["loss", *(["penalty"] if case.has("penalty") else [])]


def _damped(case: _Case) -> list[str]:
    large = {cause: gain for cause, gain in case.gains.items() if gain > 0.3}
    return sorted(large, key=lambda cause: -large[cause])


def _not_linear(case: _Case) -> list[str]:
    return [] if case.probes.is_linear else ["loss"]


def _undamped(case: _Case) -> list[str]:
    probes = case.probes
    if not probes.interpolates or (probes.numeric and probes.threshold > 1.1 * probes.guess):
        return []
    if not probes.numeric:
        return ["low-noise"]
    if not case.tried_threshold():
        return ["grid"]
    # Where classes are hardly told apart the error is near chance at every width.
    hidden = probes.data.classes is not None and probes.loss_peak is not None
    return ["healthy"] if hidden else ["low-noise"]


def _sharp(case: _Case) -> list[str]:
    """A projection: directions are missing, from the features or by a cutoff."""
    probes, found = case.probes, case.probes.at_threshold
    allowed = (1.0,) if probes.data.classes is None else (1.0, 0.5)
    if min(abs(found.smoothness - a) for a in allowed) > 1e-3 or found.asymmetry > 1e-2:
        return []
    if any(part.cause == "rank" for part in probes.parts):
        return ["rank", *(["cutoff"] if case.has("cutoff") else [])]
    width = probes.center
    if probes.rank is not None:
        rank, full = probes.rank
        probes.note("rank of the features", rank, f"of {full} at the threshold")
        return ["rank"] if rank < 0.9 * full else ["cutoff"]
    few = probes.allowed(0.8 * width)
    trace = probes.trace(few)
    probes.note("trace(H) below the threshold", trace, f"effective parameters at width {few}")
    flat = abs(probes.trace(probes.far) - probes.trace(width)) < 1.5
    return ["rank", "cutoff"] if abs(trace - few) < 1.5 and flat else ["cutoff", "rank"]


def _resampled(case: _Case) -> list[str]:
    """Rows that do not count alike: averages of resampled fits, or steps row by row."""
    if case.probes.at_threshold.asymmetry <= 1e-2:
        return []
    return ["stopped", "averaged"] if case.has("stopped") else ["averaged"]


def _smooth(case: _Case) -> list[str]:
    """A smooth filter: a penalty, or iterations that ended early; the filter's law decides."""
    pairs = case.probes.filters()
    if len(pairs) < 2:
        ends_early = case.has("stopped") and not case.has("penalty")
        return ["stopped", "penalty"] if ends_early else ["penalty", "stopped"]
    s, h = np.array(pairs).T
    penalty = np.ptp(np.log(h / (1 - h) / s**2))
    stopped = np.ptp(np.log(-np.log1p(-h) / s**2))
    case.probes.note("filter as of a ridge", penalty, "spread; the smaller one fits")
    case.probes.note("filter as of few steps", stopped, "spread; the smaller one fits")
    return ["penalty", "stopped"] if penalty <= stopped else ["stopped", "penalty"]


RULES: tuple[Callable[[_Case], list[str]], ...] = (
    _inert,
    _leak,
    _healthy,
    _few_rows,
    _grid,
    _ensemble_peak,
    _tuned,
    _removable,
    _quiet_labels,
    _few_rows_without_peak,
    _ensemble,
    _other_loss,
    _damped,
    _not_linear,
    _undamped,
    _sharp,
    _resampled,
    _smooth,
)


def decide(probes: Probes, *, has_range: bool) -> Verdict:
    """The causes of a pipeline: those of the first rule that holds."""
    case = _Case(probes, has_range=has_range)
    try:
        for rule in RULES:
            causes = rule(case)
            if causes:
                return Verdict(tuple(dict.fromkeys(causes)), case.higher)
    except Spent:
        probes.note("stopped early", probes.subject.n_fits, "fits made; time or fits were spent")
        return Verdict(tuple(_damped(case)) or ("unclear",), case.higher)
    return Verdict(("unclear",))
