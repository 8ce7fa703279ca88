"""
Why has my curve no peak?
=========================

Six pipelines hide the peak for six reasons. ``ddkd.diagnose`` names each one, and the mend that it
proposes brings the peak back.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingRegressor
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import Ridge, RidgeCV, SGDRegressor
from sklearn.pipeline import make_pipeline

from ddkd import LeastSquaresRegressor, diagnose

# %%
# Six sick pipelines
# ------------------
# The same data and the same random features; only what follows them differs.

rng = np.random.default_rng(1)
n, n_inputs = 60, 10
X = rng.standard_normal((n + 400, n_inputs))
y = np.tanh(1.5 * X @ rng.standard_normal(n_inputs) / np.sqrt(n_inputs))
y += 0.5 * rng.standard_normal(len(y))
features = RBFSampler(gamma=0.1, random_state=0)
least_squares = LeastSquaresRegressor()
steps = SGDRegressor(alpha=0, max_iter=50, tol=None, random_state=0)
bagging = BaggingRegressor(least_squares, n_estimators=20, random_state=0)
mended = make_pipeline(features, least_squares)
widths = [6, 15, 25, 35, 45, 54, 60, 66, 80, 100, 150, 240]
jumping = [6, 15, 25, 35, 150, 240]
sick = {
    "penalty": (make_pipeline(features, Ridge()), widths),
    "rank": (make_pipeline(features, PCA(20), least_squares), widths[2:]),
    "averaged": (make_pipeline(features, bagging), widths),
    "tuned": (make_pipeline(features, RidgeCV(np.logspace(-3, 2, 6))), widths),
    "stopped": (make_pipeline(features, steps), widths),
    "grid": (mended, jumping),
}

# %%
# What the probes say
# -------------------
# Each pipeline is fitted a few dozen times. The curve of the mended one is least squares on all
# features, at widths close around the threshold.

options = {"param_name": "rbfsampler__n_components", "X_test": X[n:], "y_test": y[n:]}


def curve(pipeline, widths):
    """Mean squared test error of each width."""
    errors = []
    for width in widths:
        model = pipeline.set_params(rbfsampler__n_components=width).fit(X[:n], y[:n])
        errors.append(np.mean((model.predict(X[n:]) - y[n:]) ** 2))
    return errors


healthy = curve(mended, widths)
axes = plt.subplots(2, 3, figsize=(9, 6), sharex=True, sharey=True, layout="constrained")[1]
for ax, (name, (pipeline, tried)) in zip(axes.flat, sick.items(), strict=True):
    found = diagnose(pipeline, X[:n], y[:n], param_range=tried, **options)
    print(f"{name}: {found}\n")
    ax.axvline(n, color="0.7", linestyle=":", linewidth=1)
    ax.plot(widths, healthy, "o-", color="C0", markersize=3, label="mended")
    ax.plot(tried, curve(pipeline, tried), "s--", color="C1", markersize=4, label="as it was")
    ax.set_title(found.cause)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks([6, 20, 60, 240], ["6", "20", "60", "240"])
    ax.minorticks_off()
axes[0, 0].legend(frameon=False, loc="upper left")
axes.flat[0].figure.suptitle("Six pipelines without a peak, and what diagnose says hides it")
axes.flat[0].figure.supxlabel("Number of random features (60 training rows)")
axes.flat[0].figure.supylabel("Mean squared test error")

# %%
# What to notice
# --------------
# Five of the six curves would pass as evidence against double descent. Each is a different model,
# or the same one looked at elsewhere, and most are better than the mended one near the threshold.
# The answer rests on fits to changed labels, not on the names of parameters.
#
# Exercise
# --------
# Put ``penalty`` and ``averaged`` into one pipeline. Which one is named first?

plt.show()
