"""Closed forms for every curve: least squares, random features, and chains of students."""

from ddkd.theory.isotropic import isotropic_risk
from ddkd.theory.linear import LinearLaw, least_squares, prefix_masks

__all__ = ["LinearLaw", "isotropic_risk", "least_squares", "prefix_masks"]
