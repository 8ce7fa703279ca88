"""Write scikit-learn's table of wines as a file: ``python -m tools.wine_table FILE.csv``."""

import csv
import sys

from sklearn.datasets import load_wine

if __name__ == "__main__":
    wine = load_wine()
    with open(sys.argv[1], "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*wine.feature_names, "cultivar"])
        for features, kind in zip(wine.data, wine.target, strict=True):
            writer.writerow([*features, wine.target_names[kind]])
