"""Theory applied to data: predicted curves of random features, and advice from them."""

from ddkd.prediction._conditional import ConditionalPrediction, ConditionalPredictor
from ddkd.prediction._fourier import FourierPredictor
from ddkd.prediction._population import PopulationPrediction, PopulationPredictor
from ddkd.prediction._student import StudentPrediction, distill

__all__ = [
    "ConditionalPrediction",
    "ConditionalPredictor",
    "FourierPredictor",
    "PopulationPrediction",
    "PopulationPredictor",
    "StudentPrediction",
    "distill",
]
