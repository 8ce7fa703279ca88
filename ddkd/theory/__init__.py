"""Closed forms for every curve: least squares, random features, and chains of students."""

from ddkd.theory._fixed_point import implicit_ridge
from ddkd.theory.bagging import BaggingLaw, bagging
from ddkd.theory.best_teacher import BestTeacher, best_teacher
from ddkd.theory.cluster_mixture import ClusterMixtureLaw, cluster_mixture
from ddkd.theory.committee import CommitteeLaw, RandomFeatureCommitteeLaw, committee
from ddkd.theory.gradient_flow import GradientFlowLaw, gradient_flow
from ddkd.theory.isotropic import isotropic_risk, isotropic_risk_quantile
from ddkd.theory.least_squares import least_squares, prefix_masks
from ddkd.theory.linear import LinearLaw
from ddkd.theory.mixture import mixture_model
from ddkd.theory.phase import PhaseDiagram, phase_diagram
from ddkd.theory.random_features import RandomFeatureLaw, random_features
from ddkd.theory.self_distillation import SelfDistilledLaw, self_distill
from ddkd.theory.separable_width import separable_width
from ddkd.theory.transfer import crossing_size, transfer_size
from ddkd.theory.tuning import best_alpha

__all__ = [
    "BaggingLaw",
    "BestTeacher",
    "ClusterMixtureLaw",
    "CommitteeLaw",
    "GradientFlowLaw",
    "LinearLaw",
    "PhaseDiagram",
    "RandomFeatureCommitteeLaw",
    "RandomFeatureLaw",
    "SelfDistilledLaw",
    "bagging",
    "best_alpha",
    "best_teacher",
    "cluster_mixture",
    "committee",
    "crossing_size",
    "gradient_flow",
    "implicit_ridge",
    "isotropic_risk",
    "isotropic_risk_quantile",
    "least_squares",
    "mixture_model",
    "phase_diagram",
    "prefix_masks",
    "random_features",
    "self_distill",
    "separable_width",
    "transfer_size",
]
