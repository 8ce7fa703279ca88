"""Theory applied to data: predicted curves of random features, and advice from them."""

from ddkd.prediction._advice import Advice, advise
from ddkd.prediction._conditional import ConditionalPrediction, ConditionalPredictor
from ddkd.prediction._curve import predicted_curve
from ddkd.prediction._fourier import FourierPredictor
from ddkd.prediction._phase import predict_phase
from ddkd.prediction._population import PopulationPrediction, PopulationPredictor
from ddkd.prediction._student import StudentPrediction, distill

__all__ = [
    "Advice",
    "ConditionalPrediction",
    "ConditionalPredictor",
    "FourierPredictor",
    "PopulationPrediction",
    "PopulationPredictor",
    "StudentPrediction",
    "advise",
    "distill",
    "predict_phase",
    "predicted_curve",
]
