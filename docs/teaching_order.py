"""The order of the gallery: what to see first."""

ORDER = (
    "plot_one_function.py",
    "plot_exact_curve.py",
    "plot_anatomy_of_the_peak.py",
    "plot_more_data_hurts.py",
    "plot_ridge_flattens_the_peak.py",
    "plot_digits.py",
    "plot_memorising_teacher.py",
    "plot_students_peak.py",
    "plot_hard_against_soft.py",
    "plot_phase_diagram.py",
    "plot_students_of_students.py",
    "plot_synthetic_data.py",
    "plot_weak_to_strong.py",
    "plot_self_distillation.py",
    "plot_your_own_data.py",
    "plot_your_own_pipeline.py",
    "plot_diagnosis.py",
    "plot_prediction.py",
    "plot_kernel_spectrum.py",
    "plot_founding_experiment.py",
    "plot_nine_answers.py",
    "plot_theory_check.py",
    "interactive_double_descent.py",
    "interactive_distillation.py",
)


class TeachingOrder:
    """A sorting key for sphinx-gallery; examples that are not in the list come last."""

    def __init__(self, src_dir: str) -> None:
        self.src_dir = src_dir

    def __call__(self, filename: str) -> tuple[int, str]:
        """Return the place of an example."""
        return (ORDER.index(filename) if filename in ORDER else len(ORDER)), filename
