"""Theory applied to data: predicted curves, students and phase diagrams of random features."""

from ddkd.prediction._conditional import ConditionalPrediction, ConditionalPredictor
from ddkd.prediction._phase import predict_phase
from ddkd.prediction._picture import draw_phase, draw_prediction
from ddkd.prediction._predicted_curve import predict_curve
from ddkd.prediction._predicted_student import StudentPrediction, predict_student

__all__ = [
    "ConditionalPrediction",
    "ConditionalPredictor",
    "StudentPrediction",
    "draw_phase",
    "draw_prediction",
    "predict_curve",
    "predict_phase",
    "predict_student",
]
