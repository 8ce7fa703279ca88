"""Distillation: a teacher labels a transfer set, a student learns from those labels."""

from ddkd.distillation._classifier import DistilledClassifier
from ddkd.distillation._regressor import DistilledRegressor

__all__ = ["DistilledClassifier", "DistilledRegressor"]
