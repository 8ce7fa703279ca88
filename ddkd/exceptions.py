"""Warnings that ddkd raises."""

__all__ = ["InterpolationWarning"]


class InterpolationWarning(UserWarning):
    """A model at least as wide as its data still fails to fit the targets exactly.

    Raised when the number of features is at least the number of samples, no ridge is
    asked for, and the training residual is not zero to rounding: the features are
    numerically rank deficient, or equal inputs carry different targets, or the cutoff of
    singular values is too large. The message names the rank and the condition estimate, and,
    where the rank is below the number of samples, these causes as `ddkd.diagnose` does:
    ``rank``, ``effective-samples`` and ``cutoff``.

    A distiller raises it, too, for a teacher hardly better than chance, and for a student that
    is as wide as its transfer set and so on its own peak.
    """
