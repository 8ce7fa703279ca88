"""From probes to causes: rules in the order of decision, the first that holds wins."""

from collections.abc import Iterator

import numpy as np

from ddkd.diagnosis._peaks import Peak
from ddkd.diagnosis._probes import Probes
from ddkd.diagnosis._subject import Spent


def decide(probes: Probes) -> tuple[str, ...]:
    """The causes of a pipeline, the main one first: those of the first rule that holds."""
    try:
        return next(tuple(causes) for causes in _rules(probes) if causes)
    except Spent:
        probes.note("stopped early", probes.subject.n_fits, "fits made; more are not allowed")
        many_fits = [cause for cause in ("averaged", "tuned") if probes.has(cause)]
        return tuple(_damped(probes) or many_fits or ["unclear"])


def _rules(probes: Probes) -> Iterator[list[str]]:
    """The causes that each rule finds, in the order of decision."""
    averaged = ["averaged"] if probes.has("averaged") else []
    yield _inert(probes)
    yield ["leak"] if probes.leaked >= 0.2 else []
    yield _healthy(probes)
    yield _few_rows(probes)
    yield _grid(probes)
    yield _tuned(probes)
    yield probes.removable()
    yield _quiet_labels(probes)
    yield averaged
    yield _other_loss(probes)
    yield _damped(probes)
    if not probes.is_linear:  # equal columns make a fit so by rounding alone
        yield ["rank", "loss"] if probes.rank_is_full is False else ["loss"]
    yield _undamped(probes)
    yield _sharp(probes)
    yield _smooth(probes)


def _inert(probes: Probes) -> list[str]:
    widths, tested = probes.widths, probes.own_curve.scores
    size = np.abs(tested).max()
    constant = np.ptp(tested, axis=1).max() <= 1e-6 * size  # a huge penalty
    change = np.ptp(tested, axis=0).max() / size if size > 0 else 0.0
    probes.note("change of predictions", change, "over all widths, relative")
    if change < 1e-6 and not constant:
        return ["inert"]
    columns = probes.stage_columns(widths[0])
    same = columns and columns == probes.stage_columns(widths[-1])
    if same and not probes.has("tuned"):
        change = abs(probes.misfit(widths[0]) - probes.misfit(widths[-1]))
        probes.note("change of the fit", change, "misfit of changed labels")
        if change <= 0.1:
            return ["inert"]
    return []


def _healthy(probes: Probes) -> list[str]:
    peak = probes.own_peak
    if peak is None or not probes.uses_all_rows:
        return []
    if not probes.is_linear and probes.noisy_ring is None:
        return []  # an accident of a fit that wanders: noise does not make it higher
    if probes.numeric and abs(peak.width - probes.threshold) > 0.15 * probes.threshold:
        if probes.ring is None:
            return []
        if probes.ring.error >= 3 * peak.error:
            return ["healthy" if probes.tried_threshold else "grid"]
    if probes.has("averaged") or probes.has("tuned"):
        return []
    if probes.is_high(peak):
        return ["healthy"]
    damping = probes.removable()
    return damping if damping or not probes.interpolates else [_low_peak(probes, peak)]


def _low_peak(probes: Probes, peak: Peak) -> str:
    """Whether a low peak is only the shadow of the one that labels with noise would have."""
    quiet = probes.own_curve.errors.min() < 0.1 * probes.own_curve.spread
    noisy = probes.noisy_ring if quiet and not probes.is_high(peak) else None
    return "low-noise" if noisy is not None and noisy.error >= 10 * peak.error else "healthy"


def _few_rows(probes: Probes) -> list[str]:
    if probes.uses_all_rows:
        return []
    peak = probes.ring or probes.own_peak
    other = [] if peak else _tuned(probes) or probes.removable() or _quiet_labels(probes)
    return [*other, "effective-samples"]


def _grid(probes: Probes) -> list[str]:
    if probes.ring is None or probes.own_peak is not None:
        return []
    damped = not probes.interpolates or probes.has("averaged")
    if damped and not probes.is_high(probes.ring):
        return []
    return [_low_peak(probes, probes.ring)] if probes.tried_threshold else ["grid"]


def _tuned(probes: Probes) -> list[str]:
    if not probes.has("tuned"):
        return []
    noisy = probes.noisy_ring
    return [] if noisy is not None and noisy.ratio >= 5 else ["tuned"]


def _quiet_labels(probes: Probes) -> list[str]:
    if probes.noisy_ring is None:
        return []
    curve = probes.own_curve
    return ["low-noise"] if curve.errors.min() < 0.3 * curve.spread else []


def _other_loss(probes: Probes) -> list[str]:
    """Fits that are not linear in the labels, however long the iterations run."""
    if probes.is_linear:
        return []
    longer = probes.without("stopped")
    if longer is not None:
        center = probes.center
        before = min(1.0, probes.nonlinearity(center))  # of more, two changes are at odds anyway
        if probes.nonlinearity(center, longer) < 0.3 * before:
            return ["stopped"]
    if probes.own_projection:
        return ["rank", "stopped"] if probes.has("rank") else ["stopped", "rank"]
    if probes.data.classes is None:
        return []
    return ["loss", *(["penalty"] if probes.has("penalty") else [])]


def _damped(probes: Probes) -> list[str]:
    large = {cause: gain for cause, (gain, _) in probes.taken.items() if gain > 0.3}
    return sorted(large, key=lambda cause: -large[cause])


def _undamped(probes: Probes) -> list[str]:
    if not (probes.interpolates and probes.numeric and probes.meets(probes.center)):
        return []
    if not probes.is_linear_below:  # such as a tree with a leaf for each row
        return ["loss"]
    # Where classes are hardly told apart the error is near chance at every width.
    if probes.loss_peak is None:
        return ["low-noise"]
    return ["healthy" if probes.tried_threshold else "grid"]


def _sharp(probes: Probes) -> list[str]:
    """A projection: directions are missing, from the features or by a cutoff."""
    _, smoothness, asymmetry = probes.disturbance
    allowed = (1.0,) if probes.data.classes is None else (1.0, 0.5)
    if min(abs(smoothness - a) for a in allowed) > 1e-3 or asymmetry > 1e-2:
        return []
    if probes.rank_is_full is None:
        return ["cutoff", "rank"]
    return ["cutoff"] if probes.rank_is_full else ["rank"]


def _smooth(probes: Probes) -> list[str]:
    """A smooth filter: averages, a penalty, or iterations that ended early."""
    _, _, asymmetry = probes.disturbance
    if asymmetry > 1e-2:  # rows count differently: resampled, or in steps
        return ["stopped", "averaged"] if probes.has("stopped") else ["averaged"]
    if len(probes.filters) < 2:
        only_stopped = probes.has("stopped") and not probes.has("penalty")
        return ["stopped", "penalty"] if only_stopped else ["penalty", "stopped"]
    s, h = np.array(probes.filters).T
    penalty = np.ptp(np.log(h / (1 - h) / s**2))
    stopped = np.ptp(np.log(-np.log1p(-h) / s**2))
    probes.note("filter as of a ridge", penalty, "spread; the smaller one fits")
    probes.note("filter as of few steps", stopped, "spread; the smaller one fits")
    return ["penalty", "stopped"] if penalty <= stopped else ["stopped", "penalty"]
