"""Why a curve has no peak: probes of any scikit-learn pipeline, causes and remedies."""

from ddkd.diagnosis._diagnosis import Diagnosis, diagnose
from ddkd.diagnosis._probes import Evidence

__all__ = ["Diagnosis", "Evidence", "diagnose"]
