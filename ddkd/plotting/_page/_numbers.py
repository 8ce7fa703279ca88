"""What the page shows: theory and simulation at every position of its sliders.

The setting is that of the paper in its simplest form. A label is the sign of a function with
Gaussian eigenfunctions and a power-law spectrum, some labels are wrong, and a model of width k is
least squares on k random features; its law is `ddkd.theory.random_features`. Simulations share
their random numbers between positions of a slider, so that what moves is what the slider did.
"""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ddkd import theory
from ddkd.exceptions import InterpolationWarning
from ddkd.populations import GaussianPopulation
from ddkd.solvers import min_norm, ridge, width_path

__all__ = ["CurveNumbers", "Dots", "Setting", "StudentNumbers", "curve_numbers", "student_numbers"]


@dataclass(frozen=True, eq=False)
class Setting:
    """A kernel's spectrum, a truth and the sliders' positions; sizes that build in seconds."""

    eigenvalues: np.ndarray = field(default_factory=lambda: np.arange(1.0, 601.0) ** -1.5)
    n_samples: int = 50
    flip_rates: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4)
    alphas: tuple[float, ...] = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
    transfer_sizes: tuple[int, ...] = (50, 70, 100, 140, 200, 280, 400, 800, 1600)
    widest: int = 1000
    widest_student: int = 500
    n_repeats: int = 40
    n_student_repeats: int = 12

    @property
    def coef(self) -> np.ndarray:
        """The truth's coefficients on the unit-variance eigenfunctions."""
        return np.sqrt(self.eigenvalues)

    @property
    def populations(self) -> list[GaussianPopulation]:
        """The eigenfunctions as inputs, with each fraction of wrong labels."""
        ones = np.ones(self.eigenvalues.size)
        return [
            GaussianPopulation(ones, self.coef, labels="hard", flip_rate=flip_rate)
            for flip_rate in self.flip_rates
        ]

    def law(self, flip_rate: float, n_components: Any, alpha: Any = 0.0) -> theory.RandomFeatureLaw:
        """Law of a model fitted to the labelled examples."""
        return theory.random_features(
            self.eigenvalues,
            self.coef,
            self.n_samples,
            n_components,
            alpha=alpha,
            labels="hard",
            flip_rate=flip_rate,
        )

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw inputs (n, n_eigenfunctions)."""
        return rng.standard_normal((n, self.eigenvalues.size))

    def label(self, X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw labels (n, n_flip_rates); one wrong at some rate is wrong at every higher one."""
        seed = int(rng.integers(2**32))
        return np.column_stack([p.label(X, rng=seed) for p in self.populations])

    def features(self, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draw random features, as coefficients (n_eigenfunctions, width) without 1/sqrt(width)."""
        weights = rng.standard_normal((self.eigenvalues.size, width))
        weights *= np.sqrt(self.eigenvalues)[:, None]
        return weights

    def error_rate(self, coef: np.ndarray) -> np.ndarray:
        """Exact 0-1 errors of models whose coefficients are the next to last axis."""
        stacked = np.moveaxis(coef, -2, 0)
        errors = self.populations[0].error_rate(stacked.reshape(len(stacked), -1))
        return errors.reshape(stacked.shape[1:])


@dataclass(frozen=True, eq=False)
class Dots:
    """Simulated test errors, mean and standard error over repeats; (..., n_widths)."""

    widths: np.ndarray
    error: np.ndarray
    standard_error: np.ndarray


@dataclass(frozen=True, eq=False)
class CurveNumbers:
    """The double-descent curve: arrays (n_flip_rates, n_alphas, n_widths) of theory, and dots."""

    widths: np.ndarray
    error: np.ndarray
    train_risk: np.ndarray
    dots: Dots


@dataclass(frozen=True, eq=False)
class StudentNumbers:
    """Teacher, direct model and student: theory, and dots.

    `teacher` is (n_flip_rates,), `direct` (n_flip_rates, n_widths) and `student`
    (n_transfer_sizes, n_flip_rates, n_widths); there are dots for each transfer size.
    """

    teacher_width: int
    widths: np.ndarray
    teacher: np.ndarray
    direct: np.ndarray
    student: np.ndarray
    direct_dots: Dots
    student_dots: list[Dots]


def curve_numbers(setting: Setting, rng: np.random.Generator) -> CurveNumbers:
    """Test error at every width, fraction of wrong labels and ridge."""
    widths = _widths(setting.widest, 48, [setting.n_samples])
    laws = [[setting.law(f, widths, alpha) for alpha in setting.alphas] for f in setting.flip_rates]
    dot_widths = _widths(setting.widest, 12, [setting.n_samples], spread=(0.8, 1.0, 1.25))
    errors = [_curve_draw(setting, dot_widths, child) for child in rng.spawn(setting.n_repeats)]
    return CurveNumbers(
        widths=widths,
        error=np.array([[law.error_rate for law in row] for row in laws]),
        train_risk=np.array([[law.train_risk for law in row] for row in laws]),
        dots=_dots(dot_widths, errors),
    )


def _curve_draw(setting: Setting, widths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One training set's errors, (n_flip_rates, n_alphas, n_widths)."""
    X = setting.sample(setting.n_samples, rng)
    Y = setting.label(X, rng)
    weights = setting.features(widths.max(), rng)
    Z, alphas = X @ weights, np.array(setting.alphas)
    errors = []
    for width in widths:
        # The law's features carry 1/sqrt(width), which only a ridge can see.
        coef = ridge(Z[:, :width], Y, alphas * width).coef
        errors.append(setting.error_rate(weights[:, :width] @ coef).T)
    return np.stack(errors, axis=-1)


def student_numbers(setting: Setting, rng: np.random.Generator) -> StudentNumbers:
    """Test errors of the teacher, the direct model and the students of every transfer size."""
    teacher_width, widest = setting.widest, setting.widest_student
    widths = _widths(widest, 40, [setting.n_samples, *setting.transfer_sizes])
    teachers = [setting.law(f, teacher_width) for f in setting.flip_rates]
    peaks = [
        _widths(widest, 10, [setting.n_samples, m], spread=(0.8, 0.9, 1.0, 1.1, 1.25))
        for m in (setting.n_samples, *setting.transfer_sizes)
    ]
    draws = [_student_draw(setting, peaks, child) for child in rng.spawn(setting.n_student_repeats)]
    direct, *students = [_dots(w, [draw[i] for draw in draws]) for i, w in enumerate(peaks)]
    return StudentNumbers(
        teacher_width=teacher_width,
        widths=widths,
        teacher=np.array([law.error_rate for law in teachers]),
        direct=np.array([setting.law(f, widths).error_rate for f in setting.flip_rates]),
        student=np.array(
            [
                [law.distill(m, widths).error_rate for law in teachers]
                for m in setting.transfer_sizes
            ]
        ),
        direct_dots=direct,
        student_dots=students,
    )


def _student_draw(
    setting: Setting, widths: list[np.ndarray], rng: np.random.Generator
) -> list[np.ndarray]:
    """One draw's errors: of the direct model, then of the student of every transfer size.

    Each is (n_flip_rates, n_widths), at the widths in the same place of the list.
    """
    X = setting.sample(setting.n_samples, rng)
    Y = setting.label(X, rng)
    weights = setting.features(setting.widest, rng)
    teacher = weights @ min_norm(X @ weights, Y).coef
    weights = setting.features(setting.widest_student, rng)
    pool = setting.sample(max(setting.transfer_sizes), rng)
    Z, hard = pool @ weights, np.where(pool @ teacher >= 0, 1.0, -1.0)
    training_sets = [(X @ weights, Y), *((Z[:m], hard[:m]) for m in setting.transfer_sizes)]
    errors = []
    for (features, labels), at in zip(training_sets, widths, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InterpolationWarning)
            # Predictions at a feature's coefficients are the model's own.
            path = width_path(features, labels, at, Z_test=weights)
        errors.append(setting.error_rate(np.asarray(path.predictions)).T)
    return errors


def _widths(
    widest: int,
    n_even: int,
    peaks: list[int],
    spread: tuple[float, ...] = (0.9, 0.96, 0.985, 1.0, 1.015, 1.04, 1.1),
) -> np.ndarray:
    """Widths from 2 to the widest, evenly spaced in logarithm, with more around the peaks."""
    near = np.outer(peaks, spread).ravel()
    widths = np.unique(np.r_[np.geomspace(2, widest, n_even), near].round().astype(int))
    return widths[widths <= widest]


def _dots(widths: np.ndarray, errors: list[np.ndarray]) -> Dots:
    """Summarise draws."""
    spread = np.std(errors, axis=0, ddof=1)
    return Dots(widths, np.mean(errors, axis=0), spread / np.sqrt(len(errors)))
