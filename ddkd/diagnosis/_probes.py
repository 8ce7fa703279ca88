"""Measure what a pipeline does to its training labels.

With y the labels, s their scale, g random signs and f(w, t) the values fitted to the training
rows at width w on labels t: D = f(y + s g) - f(y) is s H g for a model that is linear in its
labels, with H its hat matrix. Everything here is such a difference, a test error, or a count.
"""

from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ddkd.diagnosis._causes import CAUSES, REMEDY
from ddkd.diagnosis._filters import directions_of, filters_of
from ddkd.diagnosis._parts import Part, parts
from ddkd.diagnosis._peaks import Curve, Peak, find_peak
from ddkd.diagnosis._separable import is_separable, looks_for_a_plane
from ddkd.diagnosis._subject import Change, Subject, distinct_rows, last_step
from ddkd.diagnosis._widths import Widths

_EXACT = 1e-4  # a label is met if the fit is as close as this, in units of the labels' scale
_LINEAR = 1e-4  # relative misfit of a fit that is linear in its labels
_MOST_SEPARATED = 500  # rows of a linear program


@dataclass(frozen=True)
class Evidence:
    """One probe: what it measured, the number, and what that number means."""

    probe: str
    value: float
    meaning: str


class Probes(Widths):
    """The probes of one pipeline, each made at its first use; what was found is in `evidence`.

    `taken` has, for each cause whose parts were taken away, the gain in meeting changed labels
    (orders of magnitude) and how many times higher the peak is then (0 without a peak).
    """

    def __init__(self, subject: Subject, widths: list[Any], rng: np.random.Generator) -> None:
        self.disturbed = subject.data.disturbed(rng)
        super().__init__(subject, widths, noisy=self.disturbed[0])
        self.evidence: dict[str, Evidence] = {}
        self.taken: dict[str, tuple[float, float]] = {}

    def note(self, probe: str, value: float, meaning: str) -> None:
        """Remember a number for the table."""
        self.evidence[probe] = Evidence(probe, float(value), meaning)

    # --- test errors

    def near(self, *shares: float) -> list[Any]:
        """Widths at shares of the threshold; the caller's own if they are no whole numbers."""
        if not self.numeric:
            return self.widths
        return sorted({self.allowed(share * self.threshold) for share in shares})

    def curve(self, widths: list[Any], labels: np.ndarray, change: Change = None) -> Curve:
        """Test losses of widths trained on `labels`, against the clean test labels."""
        data = self.data
        models = [self.subject.model(width, labels, change)[0] for width in widths]
        scores = np.array([self.subject.numbers(model, data.X_test) for model in models])
        losses = np.sum((scores - data.codes(data.y_test)) ** 2, axis=2)
        wrong = None
        if data.classes is not None:
            decided = [self.subject.decisions(model, data.X_test) for model in models]
            wrong = np.array(decided) != data.y_test
        return Curve(widths, scores, losses, wrong, data.spread)

    def _peak(self, curve: Curve, probe: str) -> Peak | None:
        peak = find_peak(curve, linear=self.is_linear)
        self.note(probe, peak.ratio if peak else 1.0, "times the worse valley")
        return peak

    @cached_property
    def own_curve(self) -> Curve:
        return self.curve(self.widths, self.data.y)

    @cached_property
    def own_peak(self) -> Peak | None:
        return self._peak(self.own_curve, "peak of the curve")

    @cached_property
    def ring_widths(self) -> list[Any]:
        """Widths round the threshold, where a peak could not be missed."""
        return self.near(0.5, 0.93, 1, 1.07, 1.8)

    @cached_property
    def ring(self) -> Peak | None:
        """A peak of the caller's own labels round the threshold."""
        return self._peak(self.curve(self.ring_widths, self.data.y), "peak at the threshold")

    @cached_property
    def noisy_ring(self) -> Peak | None:
        """The same with noise as large as the signal on the training labels."""
        return self._peak(self.curve(self.ring_widths, self.noisy), "the same with noisy labels")

    @cached_property
    def loss_peak(self) -> Peak | None:
        """A peak of the squared loss round the threshold, where the error is near chance anyway."""
        curve = self.curve(self.ring_widths, self.data.y)
        return self._peak(replace(curve, wrong=None), "peak of the loss")

    def is_high(self, peak: Peak) -> bool:
        """Whether a peak is as high as it should be: damped ones are 2 to 5 times the valley."""
        return self.data.classes is not None or peak.ratio >= 5

    # --- rows

    def _met(self, width: Any) -> float:
        """Share of rows whose changed label is met.

        Classes may be coded -1 and 1, 0 and 1, or 0 and 1 with the border at one half taken off.
        """
        values, codes = self.subject.fitted(width, self.noisy), self.data.codes(self.noisy)
        targets = [codes] if self.data.classes is None else [codes, (codes + 1) / 2, codes / 2]
        missed = [np.abs(values - target).max(axis=1) for target in targets]
        return max(float(np.mean(m <= _EXACT * self.data.scale)) for m in missed)

    @cached_property
    def met_far(self) -> float:
        """Share of rows whose changed label is met far above the threshold."""
        met = self._met(self.far)
        self.note("rows met exactly, far above", met, f"share of {self.data.n} rows")
        return met

    @property
    def interpolates(self) -> bool:
        return self.met_far > 0.97

    @cached_property
    def uses_all_rows(self) -> bool:
        """Whether rows differ, and a linear fit does not meet only a part of them exactly."""
        self.note("different rows", self.n_distinct, f"of {self.data.n}")
        if self.n_distinct < 0.95 * self.data.n:
            return False
        return self.interpolates or self.met_far <= 0.15 or not self.is_linear

    @cached_property
    def leaked(self) -> float:
        """Share of test rows that stand in the training set with the same label."""
        train = set(zip(distinct_rows(self.data.X), self.data.y.tolist(), strict=True))
        test = zip(distinct_rows(self.data.X_test), self.data.y_test.tolist(), strict=True)
        share = float(np.mean([row in train for row in test]))
        self.note("test rows found in training", share, "share, with the same label")
        return share

    @cached_property
    def threshold(self) -> Any:
        """The least width that meets as many labels as a width far above does.

        If the features could meet them well below, a cutoff hides the threshold, which is there.
        """
        found = self.guess
        if self.numeric and self.met_far > 0.15:
            found = 1 + bisect_left(range(1, self.far), True, key=self.meets)
            if found > 1.1 * self.guess and self.rank_is_full:
                found = self.guess
        self.note("threshold", float(found) if self.numeric else np.nan, "width that interpolates")
        return found

    def meets(self, width: int) -> bool:
        """Whether a width meets as many labels as one far above, or nearly."""
        return self._met(width) >= 0.97 * self.met_far

    @property
    def center(self) -> Any:
        """The threshold, or the nearest width that may be tried."""
        return self.allowed(self.threshold)

    @property
    def tried_threshold(self) -> bool:
        """Whether one of the caller's widths is within a tenth of the threshold."""
        t = self.threshold
        return any(abs(width - t) <= 0.1 * t for width in self.all_widths)

    # --- what the fit does to its labels

    def _differences(self, width: Any, change: Change = None) -> list[np.ndarray]:
        """What the three changes of the labels do to the fit."""
        base = self.subject.fitted(width, self.data.y, change)
        return [self.subject.fitted(width, t, change) - base for t in self.disturbed]

    def nonlinearity(self, width: Any, change: Change = None) -> float:
        """|D12 - D1 - D2|/|D12| of a width, with some parameters changed."""
        d1, d2, d12 = self._differences(width, change)
        return float(np.linalg.norm(d12 - d1 - d2)) / max(float(np.linalg.norm(d12)), 1e-300)

    @cached_property
    def disturbance(self) -> tuple[float, float, float]:
        """What two random changes of the labels, g1 and g2, do to the fit at the threshold.

        There every filter shows most. The first number, |D12 - D1 - D2|/|D12|, is 0 if the fit is
        linear; the second, |D1|^2/(s g1.D1), is 1 for a projection and less for a smooth filter;
        the third, |g2.D1 - g1.D2| s/(|D1||D2|), is 0 if all rows count alike.
        """
        d1, d2, _ = self._differences(self.center)
        g1, g2, _ = (self.data.codes(t) - self.data.codes(self.data.y) for t in self.disturbed)
        size1, size2 = (max(float(np.linalg.norm(d)), 1e-300) for d in (d1, d2))
        linear = self.nonlinearity(self.center)
        smoothness = size1**2 / max(float(np.sum(g1 * d1)), 1e-300)
        asymmetry = abs(float(np.sum(g2 * d1 - g1 * d2))) / (size1 * size2)
        self.note("linear in the labels", linear, "relative misfit; below 1e-4 is linear")
        self.note("smooth filter", smoothness, "1 for a projection, less for a penalty")
        self.note("asymmetry", asymmetry, "above .01 for averages of resampled fits")
        return linear, smoothness, asymmetry

    @property
    def is_linear(self) -> bool:
        return self.disturbance[0] < _LINEAR

    @property
    def is_linear_below(self) -> bool:
        """The same at half the threshold: what memorises any labels is linear at its own."""
        return self.nonlinearity(self.allowed(0.5 * self.threshold)) < _LINEAR

    @cached_property
    def own_projection(self) -> bool:
        """Whether the fit is orthogonal to what it misses of its labels.

        Least squares on columns that the labels have chosen, and conjugate gradients, are: they
        are projections, though not of all labels the same.
        """
        fitted, codes = self.subject.fitted(self.center, self.noisy), self.data.codes(self.noisy)
        missed = codes - fitted
        size = float(np.linalg.norm(fitted) * np.linalg.norm(missed))
        if np.linalg.norm(missed) < 0.01 * np.linalg.norm(codes) or size == 0:
            return False
        centred = fitted - fitted.mean(axis=0)
        product = min(abs(np.sum(fitted * missed)), abs(np.sum(centred * missed))) / size
        self.note("fit along what it misses", product, "0 for least squares on chosen columns")
        return product < 1e-3

    def misfit(self, width: Any, change: Change = None) -> float:
        """Distance of the fit from changed labels, in units of their scale."""
        missed = self.subject.fitted(width, self.noisy, change) - self.data.codes(self.noisy)
        return float(np.sqrt(np.mean(missed**2))) / self.data.scale

    # --- parts taken away

    @cached_property
    def parts(self) -> list[Part]:
        """Parts whose names could explain a missing peak."""
        width = self.widths[-1]
        model, _ = self.subject.model(width, self.data.y)
        return parts(self.subject.make(width), model, self.stage_columns(width))

    def has(self, cause: str) -> bool:
        return any(part.cause == cause for part in self.parts)

    def without(self, cause: str) -> Change:
        """Arguments of ``set_params`` that make every part of a cause neutral."""
        neutral = [part.neutral for part in self.parts if part.cause == cause and part.neutral]
        return {name: value for change in neutral for name, value in change.items()} or None

    def removable(self) -> list[str]:
        """Causes without which a peak comes back, or a low one is three times higher."""
        for cause in (key for key, cause in CAUSES.items() if cause.peak_returns == REMEDY):
            change = self.without(cause)
            if change and cause not in self.taken:
                self.taken[cause] = 0.0, 0.0
                with suppress(ValueError):  # the estimator does not take the neutral value
                    self._take_away(cause, change)
        least = 3 if self.data.classes is None else 1.2
        found = [cause for cause, (_, higher) in self.taken.items() if higher >= least]
        return sorted(found, key=lambda cause: -self.taken[cause][1])

    def _take_away(self, cause: str, change: dict[str, Any]) -> None:
        before, after = self.misfit(self.center), self.misfit(self.center, change)
        gain = float(np.log10(max(before, 1e-12) / max(after, 1e-12)))
        self.taken[cause] = gain, 0.0
        self.note(f"labels met without {cause}", gain, "orders of magnitude better")
        curve = self.curve(self.near(0.5, 1, 1.8), self.data.y, change)
        peak = find_peak(curve, linear=self.is_linear)
        if peak is not None:
            as_it_is = float(self.curve([peak.width], self.data.y).errors[0])
            higher = peak.error / as_it_is if as_it_is > 0 else np.inf
            self.taken[cause] = gain, higher
            self.note(f"error there without {cause}", higher, "times as high")

    # --- the features

    @cached_property
    def rank_is_full(self) -> bool | None:
        """Whether as many columns as rows are independent; None if they are out of sight."""
        width = self.allowed(self.guess)
        directions = directions_of(self.subject, width)
        if directions is None:
            return None
        _, singular = directions
        rank = int(np.sum(singular > 1e-7 * singular[0]))
        full = min(self.data.n - 1, max(self.stage_columns(width)))
        self.note("rank of the features", rank, f"of {full} at width {width}")
        return rank >= 0.9 * full

    @cached_property
    def separable_width(self) -> int | None:
        """The least width from which a plane separates two classes; None if that cannot be seen."""
        data, guess = self.data, self.allowed(self.guess)
        signs = data.codes(data.y)
        few = signs.shape[1] == 1 and data.n <= _MOST_SEPARATED
        model, _ = self.subject.model(self.widths[-1], data.y)
        if not (few and self.numeric and looks_for_a_plane(last_step(model))):
            return None

        def separates(width: int) -> bool:
            stages = self.subject.stages(width, data.y)
            return bool(stages) and is_separable(stages[-1].astype(np.float64), signs[:, 0])

        if not separates(guess):
            return None
        width = 1 + bisect_left(range(1, guess), True, key=separates)
        self.note("classes are separable", width, "least width, by linear programs")
        return width

    @cached_property
    def filters(self) -> list[tuple[float, float]]:
        """Pairs (singular value, filter) at the threshold."""
        return filters_of(self.subject, self.center)

    @property
    def effective_ridge(self) -> float | None:
        """The ridge that a smooth filter behaves as: the median of s^2 (1 - h)/h."""
        pairs = self.filters if self.is_linear else []
        return float(np.median([s**2 * (1 - h) / h for s, h in pairs])) if pairs else None
