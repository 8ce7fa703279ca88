"""Populations of inputs and labels: samples, and the exact risk of any linear model."""

from ddkd.populations._clusters import Clusters
from ddkd.populations._gaussian import GaussianPopulation
from ddkd.populations._mixture import MixturePopulation
from ddkd.populations._population import Population
from ddkd.populations._score import Score, Target

__all__ = [
    "Clusters",
    "GaussianPopulation",
    "MixturePopulation",
    "Population",
    "Score",
    "Target",
]
