"""Theory applied to data, predicted curves of random features; and advice, what to use."""

from ddkd.prediction._advice import Advice
from ddkd.prediction._advise import advise
from ddkd.prediction._conditional import ConditionalPrediction, ConditionalPredictor
from ddkd.prediction._curve import predict_curve
from ddkd.prediction._phase import predict_phase
from ddkd.prediction._picture import draw_phase, draw_prediction
from ddkd.prediction._student import StudentPrediction, predict_student

__all__ = [
    "Advice",
    "ConditionalPrediction",
    "ConditionalPredictor",
    "StudentPrediction",
    "advise",
    "draw_phase",
    "draw_prediction",
    "predict_curve",
    "predict_phase",
    "predict_student",
]
