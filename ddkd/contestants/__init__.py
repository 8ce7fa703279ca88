"""The methods that compete: rivals, teachers and students, and how to enter one of your own."""

from ddkd.contestants._contestant import Contestant

__all__ = ["Contestant"]
