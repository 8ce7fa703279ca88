"""The methods that compete: rivals, teachers and students, and how to enter one of your own."""

from ddkd.contestants._contest import Entry, compete
from ddkd.contestants._contestant import Contestant, contestants_of
from ddkd.contestants._kernels import scores_of_many, tune_ridge
from ddkd.contestants._nested_students import NestedStudents, keep_gram, student_features
from ddkd.contestants._problem import N_SEEN, Inputs, Labels, Problem, folds_of
from ddkd.contestants._rivals import (
    ADVISED,
    DEFORMED,
    RIVALS,
    TABULAR,
    TEACHERS,
    Rival,
    Teacher,
    kernel_ridge,
    student_of,
)

__all__ = [
    "ADVISED",
    "DEFORMED",
    "N_SEEN",
    "RIVALS",
    "TABULAR",
    "TEACHERS",
    "Contestant",
    "Entry",
    "Inputs",
    "Labels",
    "NestedStudents",
    "Problem",
    "Rival",
    "Teacher",
    "compete",
    "contestants_of",
    "folds_of",
    "keep_gram",
    "kernel_ridge",
    "scores_of_many",
    "student_features",
    "student_of",
    "tune_ridge",
]
