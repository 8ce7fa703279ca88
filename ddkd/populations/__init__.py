"""Populations of inputs and labels: samples, and the exact risk of any linear model."""

from ddkd.populations._gaussian import GaussianPopulation
from ddkd.populations._mixture import MixturePopulation

__all__ = ["GaussianPopulation", "MixturePopulation"]
