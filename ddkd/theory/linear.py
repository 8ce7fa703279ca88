"""Least squares in a Gaussian population, and chains of students distilled from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import unwrap
from ddkd._checks import check_choice, check_counts, check_nonnegative, check_ridge
from ddkd._repr import short_repr
from ddkd.populations import Score, Target
from ddkd.theory._arguments import Features, Values
from ddkd.theory._fits import Fit
from ddkd.theory._laws import ColumnLaw, GaussianLaw, fit_columns
from ddkd.theory._students import confident_target, mixed_target, own_labels


@short_repr
@dataclass(frozen=True, eq=False)
class LinearLaw(GaussianLaw, ColumnLaw):
    """Law of a linear model fitted by least squares, and what it implies.

    Made by `least_squares` and by `LinearLaw.distill`. Every number is a float, or an array
    over a whole curve if an argument was one.

    Attributes
    ----------
    population : GaussianPopulation
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
        Correlation of the model's score with the truth.
    error_rate : float or ndarray
        Probability that the score's sign differs from the truth's.
    agreement : float, ndarray or None
        Probability that student and teacher have the same sign; None for a model that has
        no teacher.
    """

    def distill(
        self,
        n_transfer: ArrayLike,
        *,
        labels: str | None = None,
        features: Features = None,
        alpha: ArrayLike = 0.0,
        min_score: ArrayLike | None = None,
        with_labels: ArrayLike | str | None = None,
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
        min_score : float or array_like, optional
            Keep only inputs whose score is larger than so many of its standard deviations in
            absolute value; `n_transfer` counts those kept. For hard labels.
        with_labels : int, array_like of int or "own", optional
            The student learns true labels, too: of so many fresh examples, or of the teacher's
            own. In the latter case it sees again what its teacher's mistakes came from.

        Returns
        -------
        LinearLaw
            The student's law; `agreement` is a number (None if the teacher is a vote), and it may
            teach in turn. `n_samples` counts all examples, those with true labels included.

        Raises
        ------
        ValueError
            If an argument is out of its range, or a combination has not been derived.

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
        """
        kind = self._kind(labels)
        m = check_counts("n_transfer", n_transfer)
        ridge = check_ridge(alpha)
        mask = self._columns(features)
        population, target = self.population, self._target(kind)
        if min_score is not None:
            if kind == "soft" or with_labels is not None:
                raise ValueError("min_score is derived for hard labels and without with_labels")
            tau = check_nonnegative("min_score", min_score)
            found = fit_columns(population, mask, m, ridge, self._score, min_score=tau)
            target = self._confident(found, tau)
            return LinearLaw._trained(population, found, target, kind, self._score)
        if isinstance(with_labels, str):
            check_choice("with_labels", with_labels, ("own",))
            plain = type(self) is LinearLaw and self.labels == "own"
            if not plain or np.isinf(m + self.n_samples).any():
                raise ValueError(
                    'with_labels="own" is derived for finitely many labels of a least_squares law'
                )
            return own_labels(self, mask, m, ridge, target, kind)
        if with_labels is not None:
            extra = check_counts("with_labels", with_labels, allow_inf=False)
            own = population.label_target()
            m = m + extra
            target = mixed_target(own, target, extra / m)
        found = fit_columns(population, mask, m, ridge, self._score)
        return LinearLaw._trained(population, found, target, kind, self._decisive_score())

    def committee(self, n_models: ArrayLike, *, decide: str = "mean") -> "LinearLaw":
        """Law of independent models of this kind that decide together.

        Each has training examples of its own, and a student its own teacher and transfer set.

        Parameters
        ----------
        n_models : int or array_like of int
            Number K of models; odd for a vote, and for the mean infinity is allowed.
        decide : {"mean", "vote"}, default="mean"
            By the mean of the scores, or by the majority of their signs.

        Returns
        -------
        CommitteeLaw
            The committee's law; it may teach in turn, a vote hard labels only.

        Raises
        ------
        ValueError
            If an argument is out of its range.

        Notes
        -----
        The mean's coefficients have the variance of one model's over K. With r = sum s (E w)^2/Q
        and r' = r/(1 + r), the vote has on the unit mean score the slope::

            c_v = sqrt(2/pi) t sqrt(K (1 + (K - 1) r)),
            t = E Binom((K - 1)/2; K - 1, Phi(z sqrt(r'/(1 - r')))), z normal,

        and noise 1 - c_v^2 around it, which is what a student sees. Its error is that of K scores
        rho g + sqrt(r - rho^2) u + sqrt(1 - r) e_k, g the truth's. *Asymptotic*; our own.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> from ddkd.populations import GaussianPopulation
        >>> population = GaussianPopulation(np.ones(100), np.ones(100), labels="hard")
        >>> teacher = theory.least_squares(population, 50)
        >>> mean, vote = teacher.committee(5), teacher.committee(5, decide="vote")
        >>> round(teacher.error_rate, 3), round(mean.error_rate, 3), round(vote.error_rate, 3)
        (0.339, 0.217, 0.245)
        >>> vote.distill([1000, 100_000]).error_rate.round(3)
        array([0.233, 0.217])
        """
        from ddkd.theory.committee import committee

        return committee(self, n_models, decide)

    @property
    def effective_parameters(self) -> Values:
        """Parameters the model uses on test inputs, n df2/(n - df2), df2 = sum A^2.

        A model without signal in its features has the risk 1 + this/n on unit noise; on isotropic
        inputs and without a ridge it tends to n p/(n - p) below and n^2/(p - n) above the
        threshold. Against it the curve of double descent folds back (Curth, Jeffares and van der
        Schaar, arXiv 2310.18988). *Asymptotic*.
        """
        if type(self) is not LinearLaw:
            raise ValueError(
                f"effective_parameters are of one fit; this is a {type(self).__name__}"
            )
        used = np.sum(self._fit.kept**2, axis=-1)
        with np.errstate(divide="ignore"):
            return unwrap(used / self._fit.free)

    def _decisive_score(self) -> Score | None:
        """The score whose signs the hard labels are."""
        return self._score

    def _confident(self, found: Fit, min_score: np.ndarray) -> Target:
        return confident_target(self._score, found, min_score)

    def self_distill(
        self,
        *,
        labels: str | None = None,
        alpha: ArrayLike | None = None,
        mixing: ArrayLike | str = 1.0,
        rounds: int = 1,
    ) -> "LinearLaw":
        """Law of a student fitted to the *same* inputs, with labels mixed of true and own ones.

        The student's labels are (1 - mixing) y + mixing * t on the training set, t the scores
        of this model there, or their signs. With soft labels self-distillation gains nothing to
        first order at a tuned ridge above zero; where the best ridge >= 0 is zero, it can gain
        much. With hard labels it can beat every ridge fit.

        Parameters
        ----------
        labels : {"hard", "soft"} or None, default=None
            Signs of this model's training scores, or the scores; None for the population's kind.
        alpha : float or array_like, optional
            Ridge of the student; this model's unless given.
        mixing : float, array_like or "best", default=1.0
            Share of this model's labels; any number, negative ones weigh up its mistakes. "best"
            is the share of least risk for soft labels and of least error for hard ones.
        rounds : int, default=1
            How many students of students, all on the same inputs; more than one for soft labels,
            a given mixing, and a ridge in teacher and student.

        Returns
        -------
        SelfDistilledLaw
            The law of the last student, with the share in `mixing`. `target_risk` is its error
            against labels mixed in the same way on fresh inputs. It may teach in turn.

        Raises
        ------
        ValueError
            If an argument is out of its range, this model is not a plain `least_squares` law, or
            the combination has not been derived.

        Notes
        -----
        With f0 the teacher's score without the example, its training score is
        f = (1 - l) y + l f0, l = alpha/(n kappa). Let a_g and a_f be the slopes of the student's
        label on the truth's score g and on f0, w_12 = sum A_1 A_2/n and h = a_f w_12/(1 - w_12).
        Then, with subscripts 1 for the teacher and 2 for the student::

            (s + kappa_2) w = s (a_g b + a_f w_1) - h kappa_1 w_1 + sqrt(s) zeta,
            n Var zeta = E (yh - f_S)^2,   n Cov(zeta, zeta_1) = E (y - f0)(yh - f_S),

        where zeta_1 is the teacher's own noise and yh the student's label. Risk and overlap are
        affine and quadratic in the mixing, so the best one is in closed form. Rounds of soft
        labels are a rational function of the Gram matrix: an integral over complex ridges.
        *Asymptotic*, with errors of order 1/n; infinite at n = p without any ridge.

        References
        ----------
        Soft labels: Das and Sanghavi, arXiv 2301.13304; Pareek, Du and Oh, arXiv 2407.04600;
        arXiv 2602.17565. The law of hard labels on the same inputs is our own.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> from ddkd.populations import GaussianPopulation
        >>> population = GaussianPopulation(np.ones(200), np.ones(200), labels="hard")
        >>> teacher = theory.least_squares(population, 1000, alpha=197.0)
        >>> student = teacher.self_distill(alpha=163.0, mixing="best")
        >>> round(teacher.error_rate, 4), round(student.error_rate, 4), round(student.mixing, 2)
        (0.1139, 0.104, -0.7)
        """
        from ddkd.theory.self_distillation import self_distill

        return self_distill(self, labels=labels, alpha=alpha, mixing=mixing, rounds=rounds)
