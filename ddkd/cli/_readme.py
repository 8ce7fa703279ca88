"""README.txt beside the results: what each file and each column is."""

import argparse
import csv
import shlex
from pathlib import Path

from ddkd import __version__
from ddkd._text import printable

__all__ = ["COLUMNS", "FILES", "readme"]

FILES = {
    "advice.txt": "The advice in words, and the table.",
    "answer.json": "The answer as printed, and the settings it depends on.",
    "claims.json": "Each claim with its verdict, mean difference, standard error and means.",
    "figure.png": "The picture.",
    "figure.svg": "The picture, for print.",
    "index.html": "The report, in one file.",
    "results.csv": "Every measurement, a row each; the columns are below.",
    "results.npz": "The same with parameters and versions: ddkd.experiments.SweepResult.load.",
}

# Errors are fractions, not percent, in files.
COLUMNS = {
    "name": "the contestant",
    "title": "its name in a sentence",
    "student": "whether it is a student of another one",
    "low": "lower end of the 90 % interval of its error",
    "high": "upper end of that interval",
    "difference": "its error minus that of the best",
    "standard_error": "of that difference",
    "balanced_error": "error in which each class counts alike",
    "seconds": "time of its fits and scores",
    "agreement": "share of the test rows on which student and teacher decide alike",
    "alpha": "ridge penalty, added to the sum of squares; 0: minimum norm",
    "coef_norm": "Euclidean norm of the coefficients",
    "condition": "condition number of the features of the labelled rows",
    "data": "name of the data set",
    "direct_error": "predicted error of the student's model trained on the labels, 0 to 1",
    "error": "share of the test rows that are misclassified, 0 to 1",
    "failure": "why a contestant has no error here; empty where it has one",
    "flip_rate": "share of the training labels that were made wrong, 0 to 1",
    "gain": "direct model's error minus the student's; positive: the student is better",
    "interpolates": "whether every training label is fitted",
    "m": "number of transfer rows",
    "model": "which model",
    "n_samples": "number of labelled rows",
    "n_transfer": "number of transfer rows; 0: the model does not use them",
    "predicted_error": "the error that the law predicts from the kernel, 0 to 1",
    "predicted_mse": "the mean squared test error that the law predicts",
    "predicted_variance_left": "the share of variance left that the law predicts",
    "repeat": "number of the repeat; its split, flips and features are its own",
    "role": "curve, rival or student in the contest; prediction: by a law, before any fit",
    "sees": "labels: it is given only those; pool: the transfer rows as well",
    "student_error": "predicted error of the student, 0 to 1",
    "teacher_error": "predicted error of the teacher, 0 to 1",
    "test_mse": "mean squared error on the test rows",
    "train_error": "share of the training labels that are not reproduced, 0 to 1",
    "train_mse": "mean squared error on the training rows",
    "variance_left": "mean squared test error as a share of the test labels' variance",
    "wrong_fitted": "share of the wrong training labels that are reproduced, 0 to 1",
    "width": "number of random features of the model",
}


def readme(args: argparse.Namespace, folder: Path) -> str:
    """What the files of a folder are and how they were made."""
    names = sorted(path.name for path in folder.iterdir())
    lines = [
        f"Made by ddkd {__version__} with",
        f"    python -m ddkd {printable(shlex.join(args.argv))}",
        "",
        "Files",
        *(_entry(name, FILES[name]) for name in [*names, "answer.json"] if name in FILES),
        "  The other .png are pictures; the .svg of the same names are for print.",
    ]
    if "results.csv" in names:
        with (folder / "results.csv").open(newline="", encoding="utf-8") as file:
            columns = next(csv.reader(file))
        lines += ["", "Columns of results.csv", *(_entry(c, COLUMNS.get(c, "")) for c in columns)]
    return "\n".join(lines) + "\n"


def _entry(name: str, text: str) -> str:
    return f"  {printable(name):<16} {printable(text)}"
