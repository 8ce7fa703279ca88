"""Find code that nothing but its own tests uses: ``python -m tools.dead_code``.

Vulture reads the package, its examples and benchmarks; fields of results are for readers, and so
are the names below.
"""

import sys

from vulture import Vulture

FOR_OTHERS = {
    "__dir__": "Python",
    "__getattr__": "Python",
    "_repr_html_": "notebooks",
    "_csv": "a name that the csv module shares",
    "border_": "matplotlib-style attribute of a display",
    "correlation": "users: how close a model is to the best",
    "data_": "users: what a saved model was fitted to",
    "drawon": "matplotlib",
    "effective_parameters": "users: a curve folded back",
    "figure_": "matplotlib-style attribute of a display",
    "formatwarning": "Python",
    "gain_over_best": "users: a phase diagram against the best ridge",
    "merge": "users: streams of several machines",
    "partial_fit_scores": "distillation of pools that do not fit in memory",
    "preserves_dtype": "scikit-learn",
    "showwarning": "Python",
    "test_risk": "an example of a test",
    "thresholds_": "matplotlib-style attribute of a display",
    "to_frame": "users of pandas",
    "__path__": "Python",
    "versions_": "users: what a saved model was fitted with",
    "writeable": "numpy",
    "wrong_clusters": "users: what a law of clusters says, of simulated coefficients",
}


def main() -> int:
    """Print what is unused; return 1 if there is something."""
    vulture = Vulture(ignore_decorators=["@theorem"])  # a law, listed by its decorator
    vulture.scavenge(["ddkd", "examples", "benchmarks"])
    unused = [
        item
        for item in vulture.get_unused_code(min_confidence=60)
        if item.typ != "variable" and item.name not in FOR_OTHERS
    ]
    for item in unused:
        print(f"{item.filename}:{item.first_lineno}: {item.typ} {item.name} is used by nothing")
    print(f"dead code: {len(unused)} places")
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
