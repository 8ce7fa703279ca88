"""Theory applied to data: predicted curves of random features, and advice from them."""

from ddkd.prediction._conditional import ConditionalPrediction, ConditionalPredictor

__all__ = ["ConditionalPrediction", "ConditionalPredictor"]
