"""Least squares on random features of any kernel, and students with features of their own."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import broadcast, unwrap
from ddkd._checks import (
    check_counts,
    check_eigenvalues,
    check_nonnegative,
    check_real,
    check_vector,
)
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation, Score, Target
from ddkd.theory._arguments import Values
from ddkd.theory._fit import Fit, fit_to
from ddkd.theory._law import Law, check_labels, learned_fields

_KERNEL = np.asarray(np.inf)  # infinitely many features


@short_repr
@dataclass(frozen=True, eq=False)
class RandomFeatureLaw(Law):
    """Law of least squares on random features, and what it implies.

    Made by `random_features` and by `RandomFeatureLaw.distill`. Every number is a float, or
    an array over a whole curve if an argument was one.

    Attributes
    ----------
    population : GaussianPopulation
        The eigenfunctions as unit-variance inputs, with the truth on them.
    labels : {"own", "hard", "soft"}
        What the model was fitted to: the population's own labels, or a teacher's.
    eigenvalues : ndarray of shape (n_eigenfunctions,)
        Eigenvalues of the kernel.
    bulk : float
        Sum of infinitely many vanishing eigenvalues beside them.
    n_samples, n_components : float or ndarray
        Numbers n of examples and k of random features.
    alpha : float or ndarray
        Ridge on features scaled by 1/sqrt(k).
    kappa, gamma : float or ndarray
        Implicit ridges, of the samples, and of samples and features together.
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

    eigenvalues: np.ndarray
    bulk: float
    n_components: Values
    gamma: Values
    _goal: Target

    def distill(
        self,
        n_transfer: ArrayLike,
        n_components: ArrayLike,
        *,
        labels: str | None = None,
        alpha: ArrayLike = 0.0,
    ) -> "RandomFeatureLaw":
        """Law of a student with random features of its own, fitted to this model's labels.

        The student's k features are drawn from the same kernel, independently of the
        teacher's, and its m examples are fresh. It is the fit of `random_features` to the
        target c t, t the teacher's coefficients on the eigenfunctions: c = 1 for soft labels,
        sqrt(2/pi)/sqrt(Q) for hard ones, with noise of variance 1 - 2/pi, Q = sum E t^2.

        *Asymptotic* in m, k and the kernel's effective dimension together, like
        `random_features`.

        Parameters
        ----------
        n_transfer : int or array_like of int
            Number m of examples the teacher labels; infinity for the limit.
        n_components : int or array_like of int
            Number k of the student's random features; infinity for the kernel itself.
        labels : {"hard", "soft"} or None, default=None
            Signs of the teacher's scores, or the scores; None for the population's own kind,
            "hard" for hard labels and "soft" for real ones.
        alpha : float or array_like, default=0.0
            Ridge of the student; 0 for minimum norm.

        Returns
        -------
        RandomFeatureLaw
            The student's law; it has a teacher, so `agreement` is a number, and it may
            teach in turn.

        Raises
        ------
        ValueError
            If an argument is out of its range.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> l = 1 / np.arange(1, 501) ** 1.5
        >>> teacher = theory.random_features(l, np.sqrt(l), 50, 400, labels="hard")
        >>> student = teacher.distill([100, 1000, 10_000], 100)
        >>> student.error_rate.round(3), round(teacher.error_rate, 3)
        (array([0.5  , 0.244, 0.231]), 0.238)
        """
        kind = check_labels(labels, self.population.labels)
        m = check_counts("n_transfer", n_transfer)
        k = check_counts("n_components", n_components)
        target = self._target(kind)
        ridge = check_nonnegative("alpha", alpha)
        broadcast(n_transfer=m, n_components=k, alpha=ridge, teacher=target.size)
        fit = fit_kernel(self.eigenvalues, self.bulk, m, ridge, k)
        return _law(self.population, self.eigenvalues, self.bulk, fit, target, kind, self._score)


def random_features(
    eigenvalues: ArrayLike,
    coef: ArrayLike,
    n_samples: ArrayLike,
    n_components: ArrayLike,
    *,
    alpha: ArrayLike = 0.0,
    bulk: float = 0.0,
    labels: str = "real",
    noise_variance: float = 0.0,
    flip_rate: float = 0.0,
) -> RandomFeatureLaw:
    """Law of least squares on k random features of a kernel, for any kernel spectrum.

    The kernel has eigenvalues l and unit-variance eigenfunctions, the truth coefficients v
    on them. kappa and gamma solve n = z + alpha/kappa and k = z + k kappa/gamma, z = sum A,
    A = l/(l + gamma); q = sum A^2. The risk against noisy labels is::

        E = [sum (gamma/(l + gamma) - kappa l/(l + gamma)^2 k/(k - q)) v^2 + noise]
            / (1 - (q (k - 2 z) + z^2)/(n (k - q)))

    (Simon, Karkada, Ghosh and Belkin, arXiv 2311.14646; Defilippis, Loureiro and
    Misiakiewicz, arXiv 2405.15699), here in a form without subtractions. Coefficients have
    mean A v and variance A (1 - A) [sum A (1 - A) v^2]/(k - q) +
    (E/n) (A^2 + A (1 - A) (z - q)/(k - q)); the training error is (alpha/(n kappa))^2 E.
    Hard labels as in `least_squares`. *Asymptotic*, for Gaussian features, with errors of order
    1/n; infinite at k = n without a ridge. With k infinite it is the kernel (linear) model of
    `least_squares`.

    Parameters
    ----------
    eigenvalues : array_like of shape (n_eigenfunctions,)
        Eigenvalues l of the kernel, non-negative, at least one positive. They may all be zero
        where there is a bulk, as for an even activation on the sphere, which no linear truth
        correlates with.
    coef : array_like of shape (n_eigenfunctions,)
        The truth's coefficients v on unit-variance eigenfunctions: v = sqrt(l) b. Rescaled to
        sum v^2 = 1 for hard labels.
    n_samples : int or array_like of int
        Number n of samples; infinity for the limit.
    n_components : int or array_like of int
        Number k of random features; infinity for the limit.
    alpha : float or array_like, default=0.0
        Ridge for features scaled by 1/sqrt(k); 0 means minimum norm.
    bulk : float, default=0.0
        Sum of infinitely many vanishing eigenvalues, of which no example tells anything: they
        are a ridge that comes with the features. Then z = sum A + bulk/gamma and
        z - q = sum A (1 - A) + bulk/gamma. A ReLU on the sphere has l = mu_1^2/d and
        bulk = mu_*^2 (Mei and Montanari, arXiv 1908.05355).
    labels : {"real", "hard"}, default="real"
        Real labels, or their signs.
    noise_variance : float, default=0.0
        Variance of the noise on real labels.
    flip_rate : float, default=0.0
        Probability in [0, 1/2] with which a hard label is flipped.

    Returns
    -------
    RandomFeatureLaw
        Floats, or arrays if `n_samples`, `n_components` or `alpha` was one; they broadcast.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> l = 1 / np.arange(1, 501) ** 1.5
    >>> law = theory.random_features(l, np.sqrt(l), 100, [50, 100, 400], noise_variance=0.1)
    >>> law.risk.round(4)
    array([0.9686,    inf, 0.5224])
    """
    l = check_eigenvalues(eigenvalues)
    bulk = check_real("bulk", bulk, low=0.0)
    if l.max() == 0 and not bulk:
        raise ValueError(
            "eigenvalues must be non-negative, with at least one positive unless there is a bulk"
        )
    l.setflags(write=False)
    population = GaussianPopulation(
        np.ones(l.size),
        check_vector("coef", coef, size=l.size),
        labels=labels,
        noise_variance=noise_variance,
        flip_rate=flip_rate,
    )
    n = check_counts("n_samples", n_samples)
    k = check_counts("n_components", n_components)
    ridge = check_nonnegative("alpha", alpha)
    broadcast(n_samples=n, n_components=k, alpha=ridge)
    target = population.label_target()
    target = replace(target, mean=_extended(target.mean), variance=_extended(target.variance))
    return _law(population, l, bulk, fit_kernel(l, bulk, n, ridge, k), target, "own")


def fit_kernel(
    l: np.ndarray, bulk: float, n: np.ndarray, alpha: np.ndarray, k: np.ndarray = _KERNEL
) -> Fit:
    """The fit on random features, or on the kernel itself; the last coordinate is the bulk."""
    extended = _extended(l)
    return fit_to(extended, np.ones(extended.size, dtype=bool), n, alpha, k=k, bulk=bulk)


def _extended(values: np.ndarray) -> np.ndarray:
    """With a zero for the bulk, which takes part in the noise alone."""
    return np.append(values, 0.0)


def _law(
    population: GaussianPopulation,
    l: np.ndarray,
    bulk: float,
    fit: Fit,
    target: Target,
    labels: str,
    teacher: Score | None = None,
) -> RandomFeatureLaw:
    """Law of a fit to `target`: of a first generation, or of a student."""
    fields = learned_fields(population, fit, target, labels, teacher)
    features = {"n_components": unwrap(fit.n_components), "gamma": unwrap(fit.gamma)}
    return RandomFeatureLaw(eigenvalues=l, bulk=bulk, _goal=target, **features, **fields)
