"""Closed forms for every curve: least squares, random features, and chains of students."""

from ddkd.theory.isotropic import isotropic_overlap, isotropic_risk, isotropic_risk_quantile
from ddkd.theory.linear import LinearLaw, least_squares, prefix_masks
from ddkd.theory.phase import PhaseDiagram, phase_diagram
from ddkd.theory.random_features import RandomFeatureLaw, random_features
from ddkd.theory.transfer import transfer_size
from ddkd.theory.tuning import best_alpha

__all__ = [
    "LinearLaw",
    "PhaseDiagram",
    "RandomFeatureLaw",
    "best_alpha",
    "isotropic_overlap",
    "isotropic_risk",
    "isotropic_risk_quantile",
    "least_squares",
    "phase_diagram",
    "prefix_masks",
    "random_features",
    "transfer_size",
]
