"""
Does my scikit-learn pipeline show double descent?
==================================================

One call draws its curve over any parameter; where there is no peak, ``ddkd.diagnose`` names the
reason. Here it is a ridge.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ddkd import LeastSquaresRegressor, diagnose
from ddkd.plotting import DoubleDescentDisplay

# %%
# Two pipelines
# -------------
# 100 patients to train on, 342 to test on. The same random features, once with least squares and
# once with scikit-learn's ``Ridge``, whose penalty is 1 unless one says otherwise.

X, y = load_diabetes(return_X_y=True)
features = RBFSampler(gamma=0.02, random_state=0)
pipelines = {
    "least squares": make_pipeline(StandardScaler(), features, LeastSquaresRegressor()),
    "Ridge()": make_pipeline(StandardScaler(), features, Ridge()),
}
widths = [10, 20, 40, 60, 80, 90, 100, 110, 130, 170, 250, 400, 800, 1600]
options = {
    "param_name": "rbfsampler__n_components",
    "param_range": widths,
    "X_test": X[100:],
    "y_test": y[100:],
    "width_name": "Width",
}

ax = plt.subplots(figsize=(8, 5.5), layout="constrained")[1]
for name, pipeline in pipelines.items():
    display = DoubleDescentDisplay.from_estimator(pipeline, X[:100], y[:100], **options)
    print(f"{name}: {'no peak' if display.no_peak else 'a peak'}")
    display.title = "Least squares peaks at 100 patients; Ridge() does not"
    display.plot(ax, name=name)

# %%
# Why has the second one no peak?
# -------------------------------
# :func:`ddkd.diagnose` fits the pipeline a few dozen times and says what tames it.

print(diagnose(pipelines["Ridge()"], X[:100], y[:100], X_test=X[100:], y_test=y[100:],
               param_name="rbfsampler__n_components", param_range=widths))  # fmt: skip

# %%
# What to notice
# --------------
# Least squares peaks where it has as many features as patients, and falls again beyond, on these
# data not as low as its first valley. The ridge has no peak, and that is no evidence against double
# descent: it is another model. Here it is also the better one at every width.
#
# Exercise
# --------
# Put your own pipeline in place of these. Is the reason the one that you expected?

plt.show()
