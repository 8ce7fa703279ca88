"""Measure what a pipeline does to its training labels.

With y the labels, s their scale, g random signs and f(w, t) the values fitted to the training
rows at width w on labels t: D = f(y + s g) - f(y) is s H g for a model that is linear in its
labels, with H its hat matrix. Everything here is such a difference, a test error, or a count.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from ddkd.diagnosis._parts import Part, narrowing_steps, parts
from ddkd.diagnosis._peaks import Curve, Peak, find_peak
from ddkd.diagnosis._subject import Subject, distinct_rows, fitted_pipeline

__all__ = ["Disturbance", "Evidence", "Probes"]

_EXACT = 1e-4  # a label is met if the fit is as close as this, in units of the labels' scale
_MOST_WIDTHS = 12


@dataclass(frozen=True)
class Evidence:
    """One probe: what it measured, the number, and what that number means."""

    probe: str
    value: float
    meaning: str


@dataclass(frozen=True)
class Disturbance:
    """What two random changes of the labels, g1 and g2, do to the fit at one width.

    `linear` is |D12 - D1 - D2|/|D12|; `smoothness` |D1|^2/(s g1.D1), which is 1 for a projection
    and less for any smooth filter; `asymmetry` |g2.D1 - g1.D2| s/(|D1||D2|).
    """

    linear: float
    smoothness: float
    asymmetry: float


class Probes:
    """The probes of one pipeline, each made at its first use; what was found is in `evidence`."""

    def __init__(self, subject: Subject, widths: list[Any], rng: np.random.Generator) -> None:
        self.subject = subject
        self.data = subject.data
        self.rng = rng
        self.widths = widths  # the caller's, sorted
        self.evidence: list[Evidence] = []

    def note(self, probe: str, value: float, meaning: str) -> None:
        """Remember a number for the table."""
        if all(item.probe != probe for item in self.evidence):
            self.evidence.append(Evidence(probe, float(value), meaning))

    # --- labels

    @cached_property
    def disturbed(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Labels changed in one part of the rows, in another and in both, and what was added.

        Numbers are shuffled among a half of the rows each, so that no label is one that the
        model's target transformer or loss does not allow, and the noise is as large as the signal.
        Classes are replaced in a third each: with all changed, every odd function looks linear.
        """
        y, data = self.data.y, self.data
        order = self.rng.permutation(data.n)
        if data.classes is None:
            first, second = order[: data.n // 2], order[data.n // 2 :]
            other = y.copy()
            for rows in (first, second):
                other[rows] = y[np.roll(rows, 1)]
        else:
            first, second = order[: data.n // 3], order[data.n // 3 : 2 * data.n // 3]
            other = self._other_classes()
        labels = []
        for rows in (first, second, np.r_[first, second]):
            changed = y.copy()
            changed[rows] = other[rows]
            labels.append(changed)
        return labels, [data.codes(changed) - data.codes(y) for changed in labels]

    @cached_property
    def noisy(self) -> np.ndarray:
        """Labels with noise as large as the signal, or a third of the classes changed."""
        return self.disturbed[0][0]

    def _other_classes(self) -> np.ndarray:
        """A different class for every row, with every class still there."""
        classes = self.data.classes
        assert classes is not None
        index = np.searchsorted(classes, self.data.y)
        shift = self.rng.integers(1, len(classes), size=self.data.n)
        return classes[(index + shift) % len(classes)]

    # --- widths

    @property
    def numeric(self) -> bool:
        """Whether widths are whole numbers, so that others can be tried."""
        return all(isinstance(w, int | np.integer) for w in self.widths)

    @cached_property
    def own_widths(self) -> list[Any]:
        """At most twelve of the caller's widths: those nearest to n, and a spread of the rest."""
        if len(self.widths) <= _MOST_WIDTHS or not self.numeric:
            return self.widths[:_MOST_WIDTHS]
        log = np.log(np.asarray(self.widths, dtype=np.float64))
        spread = np.linspace(0, len(self.widths) - 1, 8).round().astype(int)
        target = np.log(self.data.n_distinct)
        nearest = np.argsort(np.abs(log - target), kind="stable")[:5]
        chosen = sorted({*spread.tolist(), *nearest.tolist()})[:_MOST_WIDTHS]
        return [self.widths[i] for i in chosen]

    def columns(self, width: Any) -> list[int]:
        """Columns after each step of the pipeline fitted at a width."""
        model, _ = self.subject.model(width, self.data.y)
        try:
            return [stage.shape[1] for stage in self.subject.stages(model)]
        except Exception:  # a step that cannot transform on its own shows nothing
            return []

    @cached_property
    def growth(self) -> tuple[float, float] | None:
        """(a, b) if some step makes a w + b columns at width w, else None."""
        if not self.numeric or len(self.own_widths) < 2:
            return None
        first, last = self.own_widths[0], self.own_widths[-1]
        middle = self.own_widths[len(self.own_widths) // 2]
        counts = [self.columns(w) for w in (first, middle, last)]
        for c1, c2, c3 in zip(*counts, strict=False):
            if c3 > c1:
                slope = (c3 - c1) / (last - first)
                straight = abs(c1 + slope * (middle - first) - c2) <= 0.02 * c2
                capped = c2 > c1 and (c3 == c2 or not straight)
                if straight:
                    return slope, c1 - slope * first
                if capped and middle > first:
                    slope = (c2 - c1) / (middle - first)
                    return slope, c1 - slope * first
        return None

    @cached_property
    def guess(self) -> Any:
        """The width at which there are as many columns as different rows, as far as known."""
        n = self.data.n_distinct
        if self.growth is not None:
            slope, offset = self.growth
            return max(1, round((n - offset) / slope))
        if self.numeric:
            grown = self._grown_to(n)
            return grown if grown is not None else n
        return self.own_widths[len(self.own_widths) // 2]

    def _grown_to(self, n: int) -> Any:
        """The first of the caller's widths whose columns reach n, for columns that grow faster."""
        counts = {w: max(self.columns(w), default=0) for w in self.own_widths}
        if len(set(counts.values())) < 2 or min(counts.values()) >= n:
            return None
        return min((w for w in counts if counts[w] >= n), default=None)

    @cached_property
    def far(self) -> Any:
        """A width far above the threshold: three times, or the caller's widest."""
        if self.growth is not None:
            slope, offset = self.growth
            wanted = int(np.ceil((3 * self.data.n - offset) / slope))
            return max(wanted, self.own_widths[-1])
        return self.own_widths[-1]

    def allowed(self, width: Any) -> Any:
        """The nearest width that may be tried: others than the caller's need straight growth."""
        if not self.numeric:
            return self.own_widths[-1]
        high = self.far if self.growth is not None else self.own_widths[-1]
        return int(min(max(round(width), 1), high))

    # --- test errors

    def curve(
        self, widths: list[Any], labels: np.ndarray, change: dict[str, Any] | None = None
    ) -> Curve:
        """Test losses of widths trained on `labels`, against the clean test labels."""
        data = self.data
        losses, wrong = [], []
        for width in widths:
            model, _ = self.subject.model(width, labels, change)
            scores = self.subject.numbers(model, data.X_test)
            losses.append(np.sum((scores - data.codes(data.y_test)) ** 2, axis=1))
            if data.classes is not None:
                wrong.append(np.asarray(model.predict(data.X_test)) != data.y_test)
        if data.classes is None:
            spread = float(np.var(data.y_test))
            return Curve(widths, np.array(losses), None, spread)
        shares = np.array([np.mean(data.y_test == label) for label in data.classes])
        return Curve(widths, np.array(losses), np.array(wrong), 1 - float(np.sum(shares**2)))

    @cached_property
    def own_curve(self) -> Curve:
        return self.curve(self.own_widths, self.data.y)

    @cached_property
    def ring_widths(self) -> list[Any]:
        """Widths round the threshold, where a peak could not be missed."""
        if not self.numeric:
            return self.own_widths
        t = self.threshold
        ring = [0.5 * t, 0.93 * t, t - 1, t, 1.07 * t, 1.8 * t]
        return sorted({self.allowed(w) for w in ring})

    @cached_property
    def ring(self) -> Peak | None:
        """A peak of the caller's own labels round the threshold."""
        peak = find_peak(self.curve(self.ring_widths, self.data.y), linear=self.is_linear)
        self.note("peak at the threshold", peak.ratio if peak else 1.0, "times the worse valley")
        return peak

    @cached_property
    def loss_peak(self) -> Peak | None:
        """A peak of the squared loss round the threshold, where the error is near chance anyway."""
        curve = self.curve(self.ring_widths, self.data.y)
        spread = float(np.var(self.data.codes(self.data.y_test), axis=0).sum())
        peak = find_peak(Curve(curve.widths, curve.losses, None, spread))
        self.note("peak of the squared loss", peak.ratio if peak else 1.0, "times")
        return peak

    @cached_property
    def noisy_ring(self) -> Peak | None:
        """The same with noise as large as the signal on the training labels."""
        peak = find_peak(self.curve(self.ring_widths, self.noisy), linear=self.is_linear)
        self.note("the same with noisy labels", peak.ratio if peak else 1.0, "times")
        return peak

    # --- what the fit does to its labels

    def disturbance(self, width: Any, change: dict[str, Any] | None = None) -> Disturbance:
        """The three differences at a width: three fits and that of the caller's own labels."""
        (first, second, both), added = self.disturbed
        base = self.subject.fitted(width, self.data.y, change)
        d1, d2, d12 = (self.subject.fitted(width, t, change) - base for t in (first, second, both))
        sizes = [float(np.linalg.norm(d)) for d in (d1, d2, d12)]
        if min(sizes) == 0:
            return Disturbance(0.0, 1.0, 0.0)
        along = float(np.sum(added[0] * d1))
        across = abs(float(np.sum(added[1] * d1) - np.sum(added[0] * d2)))
        return Disturbance(
            linear=float(np.linalg.norm(d12 - d1 - d2)) / sizes[2],
            smoothness=sizes[0] ** 2 / along if along else np.inf,
            asymmetry=across / (sizes[0] * sizes[1]),
        )

    def _met(self, width: Any) -> float:
        """Share of rows whose changed label is met.

        Classes may be coded -1 and 1, 0 and 1, or 0 and 1 with the border at one half taken off.
        """
        values, codes = self.subject.fitted(width, self.noisy), self.data.codes(self.noisy)
        targets = [codes] if self.data.classes is None else [codes, (codes + 1) / 2, codes / 2]
        missed = [np.abs(values - target).max(axis=1) for target in targets]
        return max(float(np.mean(m <= _EXACT * self.data.scale)) for m in missed)

    @cached_property
    def at_threshold(self) -> Disturbance:
        """The disturbance at the threshold, where every filter shows most."""
        found = self.disturbance(self.center)
        self.note("linear in the labels", found.linear, "relative misfit; below 1e-4 is linear")
        self.note("smooth filter", found.smoothness, "1 for a projection, less for a penalty")
        self.note("asymmetry", found.asymmetry, "above .01 for averages of resampled fits")
        return found

    @property
    def center(self) -> Any:
        """The threshold, or the nearest width that may be tried."""
        return self.allowed(self.threshold) if self.numeric else self.guess

    @cached_property
    def is_linear(self) -> bool:
        return self.at_threshold.linear < 1e-4

    @cached_property
    def met_far(self) -> float:
        """Share of rows whose changed label is met far above the threshold."""
        met = self._met(self.far)
        self.note("rows met exactly, far above", met, f"share of {self.data.n} rows")
        return met

    @property
    def interpolates(self) -> bool:
        return self.met_far > 0.97

    @property
    def uses_part(self) -> bool:
        """Whether a linear fit meets a part of the rows exactly."""
        return 0.15 < self.met_far <= 0.97 and self.is_linear

    @cached_property
    def equal_rows(self) -> bool:
        self.note("different rows", self.data.n_distinct, f"of {self.data.n}")
        return self.data.n_distinct < 0.95 * self.data.n

    @cached_property
    def threshold(self) -> Any:
        """The least width that meets as many labels as a width far above does, by bisection."""
        found = self.guess
        if self.numeric and self.met_far > 0.15:
            found = self._bisect()
        self.note("threshold", float(found) if self.numeric else np.nan, "width that interpolates")
        return found

    def _bisect(self) -> int:
        goal = 0.97 * self.met_far
        low, high = 0, self.far

        def meets(width: int) -> bool:
            return self._met(width) >= goal

        for share in (0.95, 1.05):
            width = self.allowed(share * self.met_far * self.guess)
            if low < width < high:
                low, high = (low, width) if meets(width) else (width, high)
        steps = 0
        while high - low > 1 and steps < 7:
            steps += 1
            middle = (low + high) // 2
            if self.growth is None:
                inside = [w for w in self.own_widths if low < w < high]
                if not inside:
                    break
                middle = inside[len(inside) // 2]
            low, high = (low, middle) if meets(middle) else (middle, high)
        return high

    # --- parts taken away

    @cached_property
    def parts(self) -> list[Part]:
        """Parts whose names could explain a missing peak."""
        width = self.own_widths[-1]
        estimator, (model, _) = self.subject.make(width), self.subject.model(width, self.data.y)
        inner = fitted_pipeline(model)
        last = inner[-1] if isinstance(inner, Pipeline) else inner
        made = getattr(last, "n_iter_", None)  # one number, one a class, or None
        n_iter = None if made is None else int(np.max(made))
        found = parts(estimator, n_iter=n_iter, slow=self.subject.is_slow(width))
        return found + narrowing_steps(estimator, self.columns(width))

    def without(self, cause: str) -> dict[str, Any] | None:
        """Arguments of ``set_params`` that make every part of a cause neutral."""
        change: dict[str, Any] = {}
        for part in self.parts:
            if part.cause == cause and part.neutral is not None:
                change |= part.neutral
        return change or None

    def peak_without(self, change: dict[str, Any]) -> Peak | None:
        """The peak of the caller's own labels when some parts are neutral."""
        few = self.own_widths
        if self.numeric:
            t = self.center
            few = sorted({self.allowed(0.5 * t), t, self.allowed(1.8 * t)})
        return find_peak(self.curve(few, self.data.y, change), linear=self.is_linear)

    def gain_without(self, change: dict[str, Any]) -> float:
        """Orders of magnitude by which changed labels are met better at the threshold."""
        before, after = self.misfit(self.center), self.misfit(self.center, change)
        return float(np.log10(max(before, 1e-12) / max(after, 1e-12)))

    def misfit(self, width: Any, change: dict[str, Any] | None = None) -> float:
        """Distance of the fit from changed labels, in units of their scale."""
        fitted = self.subject.fitted(width, self.noisy, change)
        missed = fitted - self.data.codes(self.noisy)
        return float(np.sqrt(np.mean(missed**2))) / self.data.scale

    # --- the hat matrix

    def trace(self, width: Any) -> float:
        """Trace of the hat matrix, from n targets at once; NaN where only one can be taken.

        Estimates from random signs are off by sqrt(2 sum h_ij^2), too far for ranks.
        """
        n = self.data.n
        try:
            model = self.subject.make(width).fit(self.data.X, np.eye(n))
            fitted = np.reshape(model.predict(self.data.X), (n, n))
        except Exception:  # whatever an estimator says of many targets
            return np.nan
        return float(np.trace(fitted))

    @cached_property
    def rank(self) -> tuple[int, int] | None:
        """Rank of the centred features that enter the last step at the threshold, and the largest.

        None if the features are out of sight.
        """
        features = self._entering
        if features is None:
            return None
        singular = np.linalg.svd(features - features.mean(axis=0), compute_uv=False)
        rank = int(np.sum(singular > 1e-7 * singular[0]))
        return rank, min(self.data.n - 1, features.shape[1])

    @cached_property
    def _entering(self) -> np.ndarray | None:
        model, _ = self.subject.model(self.center, self.data.y)
        try:
            stages = self.subject.stages(model)
        except Exception:  # see `columns`
            return None
        return stages[-1].astype(np.float64) if stages else None

    def filters(self) -> list[tuple[float, float]]:
        """Pairs (singular value, filter) along the left singular vectors of the features.

        h_i = u_i.D(u_i)/s. A ridge a has h = s^2/(s^2 + a), steps of gradient descent
        h = 1 - exp(-t s^2): the first makes log[h/(1-h)/s^2] constant, the second
        log[-log(1-h)/s^2].
        """
        features = self._entering
        if features is None or self.data.classes is not None:
            return []
        u, singular, _ = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
        width = self.center
        base = self.subject.fitted(width, self.data.y)[:, 0]
        found = []
        for i in np.unique(np.linspace(0, 0.95 * len(singular), 6).astype(int)):
            size = self.data.scale * np.sqrt(self.data.n)
            fitted = self.subject.fitted(width, self.data.y + size * u[:, i])[:, 0]
            h = float(u[:, i] @ (fitted - base)) / size
            if 0.005 < h < 0.995:
                found.append((float(singular[i]), h))
        return found

    def effective_ridge(self) -> float | None:
        """The ridge that a smooth filter behaves as: the median of s^2 (1 - h)/h."""
        pairs = self.filters()
        return float(np.median([s**2 * (1 - h) / h for s, h in pairs])) if pairs else None

    # --- leaks

    @cached_property
    def leaked(self) -> float:
        """Share of test rows that stand in the training set with the same label."""
        if self.data.held_out:
            return 0.0
        train = set(zip(distinct_rows(self.data.X), self.data.y.tolist(), strict=True))
        test = zip(distinct_rows(self.data.X_test), self.data.y_test.tolist(), strict=True)
        share = float(np.mean([row in train for row in test]))
        self.note("test rows found in training", share, "share, with the same label")
        return share
