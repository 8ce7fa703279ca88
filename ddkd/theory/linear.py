"""Least squares on columns of a population, and chains of students distilled from it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import broadcast, times, unwrap
from ddkd._checks import (
    as_real_array,
    check_array,
    check_choice,
    check_counts,
    check_masks,
    check_nonnegative,
)
from ddkd._repr import short_repr
from ddkd.populations import (
    GaussianPopulation,
    MixturePopulation,
    Population,
    Score,
)
from ddkd.theory._arguments import Features, Values
from ddkd.theory._fit import fit_to
from ddkd.theory._law import Law, check_labels, law_fields, learned_fields
from ddkd.theory._refit import refit_with_fresh
from ddkd.theory._student import kept_target, mixed_target, noisy_target


@short_repr
@dataclass(frozen=True, eq=False)
class LinearLaw(Law):
    """Law of a linear model fitted by least squares, and what it implies.

    Made by `least_squares`, by `mixture_model` and by `LinearLaw.distill`. Every number is a
    float, or an array over a whole curve if an argument was one.

    Attributes
    ----------
    population : Population
        Where the inputs and the truth come from.
    labels : {"own", "hard", "soft"}
        What the model was fitted to: the population's own labels, or a teacher's.
    features : ndarray of bool, shape (..., n_features)
        The columns used.
    n_samples : float or ndarray
        Number of examples the model was fitted to.
    alpha : float or ndarray
        Ridge penalty.
    kappa : float or ndarray
        Implicit ridge, the root of n = sum s/(s + kappa) + alpha/kappa.
    target_risk : float or ndarray
        Mean squared error against the labels the model was fitted to, on fresh inputs.
    risk : float or ndarray
        Mean squared error against the population's noisy or flipped labels.
    train_risk : float or ndarray
        Mean squared error on the examples the model was fitted to.
    correlation : float or ndarray
        Correlation of the model's score with the truth; on clusters the cosine of its angle to
        the best score, which is the margin over the radius.
    error_rate : float or ndarray
        Probability that the score's sign differs from the truth's, or is the wrong cluster's.
    agreement : float, ndarray or None
        Probability that student and teacher have the same sign; None for a model that has
        no teacher.

    Notes
    -----
    Of a given model, which was not fitted, `n_samples`, `alpha`, `kappa`, `target_risk` and
    `train_risk` are None.
    """

    features: np.ndarray

    def distill(
        self,
        n_transfer: ArrayLike,
        *,
        labels: str | None = None,
        features: Features = None,
        alpha: ArrayLike = 0.0,
        keep: tuple[ArrayLike, ArrayLike] | None = None,
        with_labels: ArrayLike | str | None = None,
        label_noise: ArrayLike = 0.0,
    ) -> "LinearLaw":
        """Law of a student fitted to this model's labels on fresh inputs.

        The student, on columns S with m examples, is a fit to the linear target c w, where w
        is the teacher and c = 1 for soft labels (its scores), c = sqrt(2/pi)/sqrt(Q) for hard
        ones (their signs; Q the variance of the score). The target varies from teacher to
        teacher, so energies are s E w^2, not s (E w)^2. The part of the teacher on columns
        that the student lacks, and 1 - 2/pi for hard labels, act as noise.

        *Asymptotic* (exact as n, m and the widths grow in proportion), for any columns, any
        ridge and m below, at or above the student's width; one teacher, its students' average.

        Parameters
        ----------
        n_transfer : int or array_like of int
            Number m of examples the teacher labels; infinity for the limit.
        labels : {"hard", "soft"} or None, default=None
            Signs of the teacher's scores, or the scores; None for the population's own kind,
            "hard" for hard labels and "soft" for real ones.
        features : None, "all", bool mask or index array, default=None
            The student's columns; None for the teacher's own, "all" for every column. A stack
            of masks (..., n_features) gives a curve.
        alpha : float or array_like, default=0.0
            Ridge penalty of the student; 0 for minimum norm.
        keep : tuple (low, high), optional
            Keep only inputs whose absolute score, in its standard deviations, lies between;
            `n_transfer` counts those kept, and `high` may be infinite. For hard labels. On two
            clusters the score is standardised over both.
        with_labels : int, array_like of int or "own", optional
            The student learns true labels, too: of so many fresh examples, or of the teacher's
            own. In the latter case it sees again what its teacher's mistakes came from. In a
            Gaussian population.
        label_noise : float or array_like, default=0.0
            Variance of noise on the teacher's soft labels, or the rate in [0, 1/2] at which its
            hard ones are flipped. `generations` of such students are models trained on what the
            model before them wrote.

        Returns
        -------
        LinearLaw
            The student's law; `agreement` is a number (None if the teacher is a vote), and it may
            teach in turn. `n_samples` counts all examples, those with true labels included.

        Raises
        ------
        ValueError
            If an argument is out of its range, or a combination has not been derived.

        Notes
        -----
        On two clusters, in coordinates of unit variance, these sit at +-nu, ``|nu|`` = r, and the
        teacher's score is the unit vector u with margin a = <u, nu>. By Stein's identity the sign
        y of its score has E[x y] = (2 Phi(a) - 1) nu + 2 phi(a) u: hard labels lean towards the
        clusters' axis, which is how they denoise. With the student's own columns and m > p,
        no ridge, rho = a/r::

            A = [r (2 Phi(a) - 1) + 2 phi(a) rho]/(1 + r^2),  B^2 = 4 phi(a)^2 (1 - rho^2),
            tau^2 = 1 - (1 + r^2) A^2 - B^2,
            margin = r A/sqrt(A^2 + B^2 + tau^2 p/(m - p)).

        In general, least squares with covariance I + nu nu', linear target (I + nu nu')^-1 E[x y]
        and noise tau^2 in the same law. Soft labels: E[x y] = <u, nu> nu + u, so the student
        with all its teacher's columns is its teacher. *Asymptotic*, there at a physicist's
        level of rigour.

        A soft label with noise of variance v has the same linear target and v more noise; hard
        labels flipped at the rate e have 1 - 2 e times the target and 1 - (1 - 2 e)^2 more noise.

        Inputs kept by their score have another covariance along the teacher, and on clusters along
        the centres, too; the rank-two change is inverted with the student's ridge, and leaves kappa
        as it is. With the clusters' y = 1 and g = score - a, a window in units of sqrt(1 + a^2)::

            I + U M U',  M = ((E g^2 - 1, E g), (E g, 1)),  E[x y] = U (E g y, E y),  U = (u, nu).

        *Asymptotic*, for a given teacher; our own. Averaged over teachers of two clusters, the
        error is off by 1 to 4 % at a hundred columns, as their margins differ.

        References
        ----------
        On self-training in mixtures: Frei, Zou, Chen and Gu, arXiv 2106.13805; Takahashi,
        arXiv 2205.07739; Takanami, Takahashi and Sakata, arXiv 2501.16226. On generations that
        add noise: Dohmatob, Feng and Kempe, arXiv 2402.07712.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> from ddkd.populations import GaussianPopulation, MixturePopulation
        >>> population = GaussianPopulation(np.ones(100), np.ones(100), labels="hard")
        >>> teacher = theory.least_squares(population, 50)
        >>> student = teacher.distill([200, 20_000, np.inf])
        >>> student.error_rate.round(4), round(teacher.error_rate, 4)
        (array([0.374 , 0.3397, 0.3395]), 0.3395)
        >>> clusters = MixturePopulation(np.ones(100), np.full(100, 0.2), flip_rate=0.1)
        >>> teacher = theory.least_squares(clusters, 60)
        >>> student = teacher.distill([200, 1000, 10_000])
        >>> student.error_rate.round(3), round(teacher.error_rate, 3)
        (array([0.305, 0.256, 0.248]), 0.267)
        """
        population, kind = self.population, check_labels(labels, self.population.labels)
        m, ridge = check_counts("n_transfer", n_transfer), check_nonnegative("alpha", alpha)
        mask = self.features
        if features is not None:
            mask = check_masks("features", features, population.n_features)
        noise = _check_label_noise(label_noise, kind)
        target, centre = noisy_target(self._target(kind), noise, kind), population.centre
        window = {} if keep is None else _check_window(keep)
        if window and self._votes:
            raise ValueError("keep has not been derived for students of a vote")
        if window and (kind == "soft" or with_labels is not None):
            raise ValueError("keep is derived for hard labels and without with_labels")
        own = isinstance(with_labels, str)
        if with_labels is not None:
            GaussianPopulation.checked(population)
        if own:
            check_choice("with_labels", with_labels, ("own",))
            if not self._is_plain or np.isinf(m + self.n_samples).any():
                raise ValueError(
                    'with_labels="own" is derived for finitely many labels of a least_squares law'
                )
            m = m + self.n_samples
        elif with_labels is not None:
            extra = check_counts("with_labels", with_labels, allow_inf=False)
            m = m + extra
        shapes = {"features": mask[..., 0], "teacher": self._score.size, "label_noise": noise}
        broadcast(n_transfer=m, alpha=ridge, **shapes, **window)
        fit = fit_to(population.eigenvalues, mask, m, ridge)
        if own:
            figures = refit_with_fresh(self, fit, target)
            fields = law_fields(population, fit=fit, labels=kind, **figures)
            return LinearLaw(features=mask, **fields)
        if with_labels is not None:
            target = mixed_target(population.label_target(), target, extra / m)
        if window:
            target = noisy_target(kept_target(self._score, fit, centre, **window), noise, kind)
            centre = None  # the target has the covariance of the kept inputs
        teacher = None if self._votes else self._score
        fields = learned_fields(population, fit, target, kind, teacher, centre)
        return LinearLaw(features=mask, **fields)

    def risk_on(self, population: Population) -> Values:
        """Mean squared error of this model on inputs and labels of another population.

        Parameters
        ----------
        population : Population
            Where the model is judged: the same columns with other variances (covariate shift),
            another truth, or another kind of label.

        Returns
        -------
        float or ndarray
            The risk against that population's labels, noise or flips included.

        Raises
        ------
        ValueError
            If the population has another number of columns, or the law is a vote's.

        Notes
        -----
        With the mean m and the variances of the coefficients, which depend on the inputs that the
        model was fitted to alone, inputs of covariance T, truth b and noise v::

            risk = v + (m - b)' T (m - b) + sum T_jj Var w_j.

        The coefficients are uncorrelated, as coordinates are where the model was fitted; T
        need not be diagonal in this formula, while populations have uncorrelated coordinates.
        *Asymptotic*, for any law of a linear model; our own, an equivalent of the formulas in the
        reference.

        References
        ----------
        Patil, Du and Tibshirani, arXiv 2404.01233 (abstract only).

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> from ddkd.populations import GaussianPopulation
        >>> coef = np.full(100, 0.1)
        >>> law = theory.least_squares(GaussianPopulation(np.ones(100), coef), 50, alpha=10.0)
        >>> elsewhere = GaussianPopulation(np.linspace(0, 4, 100), coef, noise_variance=0.5)
        >>> round(law.risk, 3), round(law.risk_on(elsewhere), 3)
        (0.517, 1.535)
        """
        size = Population.checked(population).n_features
        if size != self.population.n_features:
            raise ValueError(
                f"population must have the {self.population.n_features} columns of the law's; "
                f"it has {size}"
            )
        if self._votes:
            raise ValueError("risk_on has not been derived for a vote")
        s = population.eigenvalues
        score = Score.of(np.sqrt(s) * self.coef_mean, times(s, self.coef_variance))
        return unwrap(population.score_risk(score))

    @property
    def margin(self) -> Values:
        """Mean of the score over its standard deviation within a cluster, on two clusters."""
        population = MixturePopulation.checked(self.population)
        return unwrap(population.score_margin(self._score))

    @property
    def effective_parameters(self) -> Values:
        """Parameters the model uses on test inputs, n df2/(n - df2), df2 = sum A^2.

        A model without signal in its features has the risk 1 + this/n on unit noise; on isotropic
        inputs and without a ridge it tends to n p/(n - p) below and n^2/(p - n) above the
        threshold. Against it the curve of double descent folds back (Curth, Jeffares and van der
        Schaar, arXiv 2310.18988). *Asymptotic*.
        """
        if type(self) is not LinearLaw or self._fit is None:
            raise ValueError(
                f"effective_parameters are of one fit; this is a {type(self).__name__}"
            )
        with np.errstate(divide="ignore"):
            return unwrap(np.sum(self._fit.A**2, axis=-1) / self._fit.free)

    @property
    def _is_plain(self) -> bool:
        """Whether this is one fit to the population's own labels."""
        return type(self) is LinearLaw and self.labels == "own" and self._fit is not None

    @property
    def _votes(self) -> bool:
        """Whether the labels handed on are a majority's, and no score's."""
        return False


def given_law(population: Population, coef: np.ndarray, mask: np.ndarray) -> LinearLaw:
    """Law of a model with these coefficients, however it came by them."""
    score = Score.fixed(np.sqrt(population.eigenvalues) * coef)
    fields = law_fields(population, score, None, labels="own", target_risk=None, train_risk=None)
    return LinearLaw(features=mask, **fields)


def _check_label_noise(value: ArrayLike, kind: str) -> np.ndarray:
    """Variances of noise on soft labels, or rates at which hard ones are flipped."""
    noise = check_nonnegative("label_noise", value)
    if kind == "hard" and (noise > 0.5).any():
        raise ValueError(f"label_noise is a rate in [0, 1/2] for hard labels; got {noise.max():g}")
    return noise


def _check_window(keep: Any) -> dict[str, np.ndarray]:
    """The bounds of the scores that are kept, of which the upper one may be infinite."""
    try:
        first, last = keep
    except (TypeError, ValueError):
        raise ValueError(f"keep must be a pair (low, high); got {keep!r}") from None
    low, high = broadcast(low=check_array("keep", first), high=as_real_array("keep", last))
    # Beyond these bounds the share of inputs that is kept is lost in rounding.
    if not ((low >= 0) & (low <= 30) & (high - low >= 1e-6)).all():
        raise ValueError(
            f"keep must be (low, high), low from 0 to 30, high at least 1e-6 above it; got {keep!r}"
        )
    return {"low": low, "high": high}
